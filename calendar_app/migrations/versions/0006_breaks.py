"""What turns a stream's promise aside, and when it warns."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

LISTS = ("exceptions", "pauses", "quiet_hours")
NUMBERS = {"near_minutes": "30", "flood_posts": "4", "flood_hours": "24"}


def upgrade() -> None:
    # Column by column: to make the table anew, as SQLite needs for more, would take all its posts along.
    for name in LISTS:
        op.add_column("stream", sa.Column(name, sa.JSON(), nullable=False, server_default="[]"))
    for name, usual in NUMBERS.items():
        op.add_column("stream", sa.Column(name, sa.Integer(), nullable=False, server_default=usual))


def downgrade() -> None:
    for name in (*NUMBERS, *LISTS):
        op.drop_column("stream", name)

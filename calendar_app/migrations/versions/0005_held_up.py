"""What held a delivery up is kept when it has gone out after all."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delivery", sa.Column("held_up", sa.String(length=500), nullable=True))


def downgrade() -> None:
    op.drop_column("delivery", "held_up")

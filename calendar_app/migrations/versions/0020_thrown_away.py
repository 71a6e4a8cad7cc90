"""Series and saved views that were thrown away stay for a while, so that they come back as they were."""

import sqlalchemy as sa
from alembic import op

from calendar_app.times import UTCDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("series", "saved_view"):
        op.add_column(table, sa.Column("removed_at", UTCDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for table in ("series", "saved_view"):
        op.execute(f"DELETE FROM {table} WHERE removed_at IS NOT NULL")  # noqa: S608
        op.drop_column(table, "removed_at")

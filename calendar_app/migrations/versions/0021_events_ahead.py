"""Events to come are found without looking at all that was ever written."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    some = sa.text("event_starts_at IS NOT NULL")
    op.create_index("ix_post_event", "post", ["event_starts_at"], sqlite_where=some, postgresql_where=some)


def downgrade() -> None:
    op.drop_index("ix_post_event", "post")

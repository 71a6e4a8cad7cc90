"""What a team has not finished is found without looking at all that it ever published."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    some = sa.text("state IN ('draft', 'in_review', 'approved', 'scheduled', 'missed')")
    op.create_index("ix_post_open", "post", ["team_id", "due_at"], sqlite_where=some, postgresql_where=some)


def downgrade() -> None:
    op.drop_index("ix_post_open", "post")

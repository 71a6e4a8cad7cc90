"""Reviews of posts; who approves in a stream, and what a change means; notices of both."""

import sqlalchemy as sa
from alembic import op

from calendar_app.times import UTCDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BEFORE = "kind IN ('failed', 'unknown', 'missed', 'account')"
SINCE = "kind IN ('failed', 'unknown', 'missed', 'account', 'review', 'approved', 'changes')"


def upgrade() -> None:
    op.create_table(
        "review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", UTCDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("outcome IN ('approved', 'changes')", name=op.f("ck_review_outcome")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_review_person_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_review_post_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
    )
    op.create_index(op.f("ix_review_post_id"), "review", ["post_id"], unique=False)
    op.add_column("stream", sa.Column("approval_steps", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column(
        "stream", sa.Column("others_approve", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column(
        "stream", sa.Column("approve_again", sa.String(length=16), nullable=False, server_default="never")
    )
    with op.batch_alter_table("notice") as notice:
        notice.add_column(sa.Column("by_id", sa.Integer(), nullable=True))
        notice.create_foreign_key(op.f("fk_notice_by_id"), "person", ["by_id"], ["id"], ondelete="SET NULL")
        notice.drop_constraint(op.f("ck_notice_kind"), type_="check")
        notice.create_check_constraint(op.f("ck_notice_kind"), SINCE)


def downgrade() -> None:
    op.execute("DELETE FROM notice WHERE kind IN ('review', 'approved', 'changes')")
    with op.batch_alter_table("notice") as notice:
        notice.drop_constraint(op.f("ck_notice_kind"), type_="check")
        notice.create_check_constraint(op.f("ck_notice_kind"), BEFORE)
        notice.drop_constraint(op.f("fk_notice_by_id"), type_="foreignkey")
        notice.drop_column("by_id")
    for name in ("approve_again", "others_approve", "approval_steps"):
        op.drop_column("stream", name)
    op.drop_table("review")

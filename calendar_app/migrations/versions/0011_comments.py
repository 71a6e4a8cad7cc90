"""Comments on posts, and notices of them."""

import sqlalchemy as sa
from alembic import op

from calendar_app.times import UTCDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BEFORE = "kind IN ('failed', 'unknown', 'missed', 'account', 'review', 'approved', 'changes')"
SINCE = (
    "kind IN ('failed', 'unknown', 'missed', 'account', 'review', 'approved', 'changes', "
    "'mention', 'reply', 'comment')"
)


def upgrade() -> None:
    op.create_table(
        "comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("guest", sa.String(length=60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("quote_at", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("edited_at", UTCDateTime(timezone=True), nullable=True),
        sa.Column("removed_at", UTCDateTime(timezone=True), nullable=True),
        sa.Column("removed_by_id", sa.Integer(), nullable=True),
        sa.Column("settled_at", UTCDateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_comment_post_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["comment.id"], name=op.f("fk_comment_parent_id"), ondelete="CASCADE"
        ),
        *(
            sa.ForeignKeyConstraint(
                [name], ["person.id"], name=op.f(f"fk_comment_{name}"), ondelete="SET NULL"
            )
            for name in ("person_id", "removed_by_id", "settled_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
    )
    op.create_index(op.f("ix_comment_post_id"), "comment", ["post_id"], unique=False)
    op.create_index(op.f("ix_comment_parent_id"), "comment", ["parent_id"], unique=False)
    with op.batch_alter_table("notice") as notice:
        notice.add_column(sa.Column("comment_id", sa.Integer(), nullable=True))
        notice.create_foreign_key(
            op.f("fk_notice_comment_id"), "comment", ["comment_id"], ["id"], ondelete="CASCADE"
        )
        notice.create_index(op.f("ix_notice_comment_id"), ["comment_id"], unique=False)
        notice.drop_constraint(op.f("ck_notice_kind"), type_="check")
        notice.create_check_constraint(op.f("ck_notice_kind"), SINCE)


def downgrade() -> None:
    op.execute("DELETE FROM notice WHERE kind IN ('mention', 'reply', 'comment')")
    with op.batch_alter_table("notice") as notice:
        notice.drop_constraint(op.f("ck_notice_kind"), type_="check")
        notice.create_check_constraint(op.f("ck_notice_kind"), BEFORE)
        notice.drop_index(op.f("ix_notice_comment_id"))
        notice.drop_constraint(op.f("fk_notice_comment_id"), type_="foreignkey")
        notice.drop_column("comment_id")
    op.drop_table("comment")

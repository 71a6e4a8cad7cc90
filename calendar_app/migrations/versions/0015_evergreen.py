"""Posts that may come again, and the slots that they filled."""

import sqlalchemy as sa
from alembic import op

from calendar_app.times import UTCDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "stream", sa.Column("evergreen_makes", sa.String(length=16), nullable=False, server_default="off")
    )
    op.add_column(
        "stream", sa.Column("evergreen_ahead_days", sa.Integer(), nullable=False, server_default="7")
    )
    op.add_column(
        "stream", sa.Column("evergreen_rest_days", sa.Integer(), nullable=False, server_default="90")
    )
    op.create_table(
        "evergreen",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("added_at", UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_evergreen_post_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_evergreen_person_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_evergreen")),
    )
    op.create_table(
        "reuse",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stream_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("origin_id", sa.Integer(), nullable=True),
        sa.Column("post_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["stream_id"], ["stream.id"], name=op.f("fk_reuse_stream_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["origin_id"], ["post.id"], name=op.f("fk_reuse_origin_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_reuse_post_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reuse")),
        sa.UniqueConstraint("post_id", name=op.f("uq_reuse_post_id")),
        sa.UniqueConstraint("stream_id", "at", name=op.f("uq_reuse_stream_id_at")),
    )
    op.create_index(op.f("ix_reuse_origin_id"), "reuse", ["origin_id"], unique=False)


def downgrade() -> None:
    op.drop_table("reuse")
    op.drop_table("evergreen")
    for name in ("evergreen_makes", "evergreen_ahead_days", "evergreen_rest_days"):
        op.drop_column("stream", name)

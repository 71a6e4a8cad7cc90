"""Pictures: what was uploaded, with its rights, and its places in posts."""

import sqlalchemy as sa
from alembic import op

from calendar_app.times import UTCDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "medium",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=32), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("alt", sa.String(length=1500), nullable=False),
        sa.Column("rights", sa.String(length=16), nullable=False),
        sa.Column("licensed_until", sa.String(length=10), nullable=False),
        sa.Column("credit", sa.String(length=200), nullable=False),
        sa.Column("created_at", UTCDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("rights IN ('own', 'licensed')", name=op.f("ck_medium_rights")),
        sa.CheckConstraint("width > 0 AND height > 0 AND size > 0", name=op.f("ck_medium_measures")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_medium_person_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_medium_team_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_medium")),
    )
    with op.batch_alter_table("medium", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_medium_created_at"), ["created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_medium_digest"), ["digest"], unique=False)
        batch_op.create_index(batch_op.f("ix_medium_team_id"), ["team_id"], unique=False)
    op.create_table(
        "post_picture",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("media_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("alt", sa.String(length=1500), nullable=False),
        sa.Column("focus_x", sa.Float(), nullable=False),
        sa.Column("focus_y", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["media_id"], ["medium.id"], name=op.f("fk_post_picture_media_id")),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_post_picture_post_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", "media_id", name=op.f("pk_post_picture")),
        sa.UniqueConstraint("post_id", "position", name=op.f("uq_post_picture_post_id_position")),
    )
    with op.batch_alter_table("post_picture", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_post_picture_media_id"), ["media_id"], unique=False)


def downgrade() -> None:
    op.drop_table("post_picture")
    op.drop_table("medium")

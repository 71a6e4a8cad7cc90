"""Series, their days, and the pictures that they will show."""

import sqlalchemy as sa
from alembic import op

from calendar_app.times import UTCDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("rule", sa.String(length=600), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=True),
        sa.Column("until", sa.String(length=10), nullable=True),
        sa.Column("short_months", sa.String(length=8), nullable=False),
        sa.Column("skipped", sa.JSON(), nullable=False),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("makes", sa.String(length=16), nullable=False),
        sa.Column("ahead_days", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(length=300), nullable=True),
        sa.Column("ended_at", UTCDateTime(timezone=True), nullable=True),
        sa.Column("created_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", UTCDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("makes IN ('draft', 'scheduled')", name=op.f("ck_series_makes")),
        sa.CheckConstraint("short_months IN ('skip', 'last')", name=op.f("ck_series_short_months")),
        sa.CheckConstraint("count BETWEEN 1 AND 1000", name=op.f("ck_series_count")),
        sa.CheckConstraint("count IS NULL OR until IS NULL", name=op.f("ck_series_one_end")),
        sa.CheckConstraint("ahead_days BETWEEN 1 AND 400", name=op.f("ck_series_ahead_days")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_series_team_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_series_author_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
    )
    op.create_index(op.f("ix_series_team_id"), "series", ["team_id"], unique=False)
    op.create_table(
        "occurrence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=True),
        sa.Column("planned", sa.String(length=26), nullable=False),
        sa.Column("made", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["series_id"], ["series.id"], name=op.f("fk_occurrence_series_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_occurrence_post_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_occurrence")),
        sa.UniqueConstraint("post_id", name=op.f("uq_occurrence_post_id")),
        sa.UniqueConstraint("series_id", "day", name=op.f("uq_occurrence_series_id_day")),
    )
    op.create_table(
        "series_medium",
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("medium_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["series_id"], ["series.id"], name=op.f("fk_series_medium_series_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["medium_id"], ["medium.id"], name=op.f("fk_series_medium_medium_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("series_id", "medium_id", name=op.f("pk_series_medium")),
    )
    op.create_index(op.f("ix_series_medium_medium_id"), "series_medium", ["medium_id"], unique=False)


def downgrade() -> None:
    op.drop_table("series_medium")
    op.drop_table("occurrence")
    op.drop_table("series")

"""Templates, snippets, checklists, first comments, crops of pictures, labelled and short links."""

import sqlalchemy as sa
from alembic import op

from calendar_app.times import UTCDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def _columns() -> tuple[tuple[str, "sa.Column[object]"], ...]:
    return (
        ("team", sa.Column("needs_alt", sa.Boolean(), server_default=sa.false(), nullable=False)),
        ("stream", sa.Column("template_id", sa.Integer(), nullable=True)),
        ("stream", sa.Column("checklist", sa.String(length=2000), server_default="", nullable=False)),
        ("stream", sa.Column("links_as", sa.String(length=16), server_default="written", nullable=False)),
        ("post", sa.Column("first_comment", sa.Text(), server_default="", nullable=False)),
        ("post", sa.Column("ticked", sa.JSON(), server_default="[]", nullable=False)),
        ("post_picture", sa.Column("crop", sa.JSON(), nullable=True)),
        ("medium", sa.Column("unclear", sa.Boolean(), server_default=sa.false(), nullable=False)),
    )


def upgrade() -> None:
    op.create_table(
        "post_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("streams", sa.JSON(), nullable=False),
        sa.Column("updated_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("removed_at", UTCDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('useful', 'news', 'question', 'promotion')", name=op.f("ck_post_template_kind")
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["team.id"], name=op.f("fk_post_template_team_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_template")),
    )
    op.create_index(op.f("ix_post_template_team_id"), "post_template", ["team_id"], unique=False)
    op.create_table(
        "snippet",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("updated_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("removed_at", UTCDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["team_id"], ["team.id"], name=op.f("fk_snippet_team_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snippet")),
    )
    op.create_index(op.f("ix_snippet_team_id"), "snippet", ["team_id"], unique=False)
    op.create_table(
        "short_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("target", sa.String(length=2400), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_short_link_post_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_short_link")),
        sa.UniqueConstraint("code", name=op.f("uq_short_link_code")),
    )
    op.create_index(op.f("ix_short_link_post_id"), "short_link", ["post_id"], unique=False)
    for table, column in _columns():
        op.add_column(table, column)


def downgrade() -> None:
    for table, column in reversed(_columns()):
        op.drop_column(table, column.name)
    op.drop_table("short_link")
    op.drop_table("snippet")
    op.drop_table("post_template")

"""First comments and words for pictures in further languages, parts of feeds by language; links by account; hints."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("translation", sa.Column("first_comment", sa.Text(), server_default="", nullable=False))
    op.add_column("translation", sa.Column("alts", sa.JSON(), server_default="{}", nullable=False))
    links_as = sa.Column("links_as", sa.String(length=16), server_default="stream", nullable=False)
    op.add_column("account", links_as)
    op.add_column("team", sa.Column("plain_hints", sa.Boolean(), server_default=sa.true(), nullable=False))
    _feed_part(sa.Column("language", sa.String(length=16), nullable=False))


def downgrade() -> None:
    _feed_part()
    op.drop_column("team", "plain_hints")
    op.drop_column("account", "links_as")
    op.drop_column("translation", "alts")
    op.drop_column("translation", "first_comment")


def _feed_part(*more: sa.Column[str]) -> None:
    """Made anew and empty: it keeps nothing that is not rendered again."""
    op.drop_table("feed_part")
    op.create_table(
        "feed_part",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("format", sa.String(length=8), nullable=False),
        *more,
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_feed_part_post_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", "format", *(one.name for one in more), name=op.f("pk_feed_part")),
    )

"""A post in further languages, and the language that an account speaks."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "translation",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_translation_post_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", "language", name=op.f("pk_translation")),
    )
    op.add_column("account", sa.Column("language", sa.String(length=16), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("account", "language")
    op.drop_table("translation")

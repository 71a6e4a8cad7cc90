"""FeedPart: one post rendered once for one format and language, kept until the post changes."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from calendar_app.extensions import Model

FORMATS = ("ics", "atom", "rss", "json", "team")


class FeedPart(Model):
    """`revision` is the post's revision (for the team feed: its version) that the bytes show.

    `language` is empty for the words that every feed takes which asks for none; else that of the translation.
    """

    __tablename__ = "feed_part"

    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id", ondelete="CASCADE"), primary_key=True)
    format: Mapped[str] = mapped_column(sa.String(8), primary_key=True)
    language: Mapped[str] = mapped_column(sa.String(16), primary_key=True, default="")
    revision: Mapped[int]
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)

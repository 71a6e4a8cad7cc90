"""Review: what one person answered when a post was put before them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from calendar_app.extensions import Model
from calendar_app.times import UTCDateTime, utcnow

if TYPE_CHECKING:
    from calendar_app.people.models import Person
    from calendar_app.posts.models import Post

OUTCOMES = ("approved", "changes")
WISH_LIMIT = 1000


class Review(Model):
    """Kept as long as the post: `version` is the one that was looked at, `ended_at` when it ceased to count.

    An approval ends when the post is taken back or changed; a wish for changes when the post is sent again.
    """

    __tablename__ = "review"
    __table_args__ = (sa.CheckConstraint(sa.column("outcome").in_(OUTCOMES), name="outcome"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"))
    outcome: Mapped[str] = mapped_column(sa.String(16))
    step: Mapped[int]
    version: Mapped[int]
    text: Mapped[str] = mapped_column(sa.String(WISH_LIMIT), default="")
    at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    post: Mapped[Post] = relationship(back_populates="reviews")
    person: Mapped[Person | None] = relationship()

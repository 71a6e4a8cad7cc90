"""Revision: a post as it was after somebody had worked on it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from calendar_app.extensions import Model
from calendar_app.times import UTCDateTime, utcnow

if TYPE_CHECKING:
    from calendar_app.people.models import Person
    from calendar_app.posts.models import Post


class Revision(Model):
    """`values` as `posts/values.py` has them; `version` is that of the post when they were last saved.

    `restored`: the number of the revision that this one brought back.
    """

    __tablename__ = "revision"
    __table_args__ = (sa.UniqueConstraint("post_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id", ondelete="CASCADE"))
    number: Mapped[int]
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"))
    version: Mapped[int]
    restored: Mapped[int | None]
    values: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    # Characters of its JSON: what is kept of one post has a limit.
    size: Mapped[int]
    began_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)
    at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)

    post: Mapped[Post] = relationship()
    person: Mapped[Person | None] = relationship()

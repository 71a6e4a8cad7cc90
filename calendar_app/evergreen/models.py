"""Evergreen: a post in the pool of its home stream. Reuse: a slot that one of them filled."""

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


class Evergreen(Model):
    """`person_id` put it there: its further posts are made in their name."""

    __tablename__ = "evergreen"

    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"))
    added_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)

    post: Mapped[Post] = relationship()
    person: Mapped[Person | None] = relationship()


class Reuse(Model):
    """One row per slot, whoever fills it: what a person threw away is not made again. `post_id`: the post made."""

    __tablename__ = "reuse"
    __table_args__ = (sa.UniqueConstraint("stream_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    stream_id: Mapped[int] = mapped_column(sa.ForeignKey("stream.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    origin_id: Mapped[int | None] = mapped_column(sa.ForeignKey("post.id", ondelete="SET NULL"), index=True)
    post_id: Mapped[int | None] = mapped_column(sa.ForeignKey("post.id", ondelete="SET NULL"), unique=True)

    origin: Mapped[Post | None] = relationship(foreign_keys=[origin_id])
    post: Mapped[Post | None] = relationship(foreign_keys=[post_id])

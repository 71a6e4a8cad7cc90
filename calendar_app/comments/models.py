"""Comment: a remark on a post, or an answer to one."""

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

TEXT_LIMIT, QUOTE_LIMIT, GUEST_LIMIT = 2000, 500, 60


class Comment(Model):
    """The first of a thread has no `parent_id`; it alone has a quote, and is settled for all of them.

    `quote_at`: where the quoted words began when they were chosen. `guest`: the name that an outsider gave.
    """

    __tablename__ = "comment"

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id", ondelete="CASCADE"), index=True)
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("comment.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"))
    guest: Mapped[str] = mapped_column(sa.String(GUEST_LIMIT), default="")
    text: Mapped[str] = mapped_column(sa.Text)
    quote: Mapped[str] = mapped_column(sa.Text, default="")
    quote_at: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)
    edited_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    removed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"))
    settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    settled_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"))

    post: Mapped[Post] = relationship()
    person: Mapped[Person | None] = relationship(foreign_keys=[person_id])
    settled_by: Mapped[Person | None] = relationship(foreign_keys=[settled_by_id])

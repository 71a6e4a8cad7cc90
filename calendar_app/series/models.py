"""Series: a recurrence rule that makes posts. Occurrence: one of its days, and the post that was made for it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from calendar_app.extensions import Model
from calendar_app.times import UTCDateTime, ZoneName, utcnow

if TYPE_CHECKING:
    from calendar_app.people.models import Person, Team
    from calendar_app.posts.models import Post

MAKES = ("draft", "scheduled")
SHORT_MONTHS = ("skip", "last")
# A picture that a series will show is not thrown away while no post shows it yet.
series_medium = sa.Table(
    "series_medium",
    Model.metadata,
    sa.Column("series_id", sa.ForeignKey("series.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("medium_id", sa.ForeignKey("medium.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Series(Model):
    """`rule` is an RRULE with its first day and its time of day; days are those of the clocks of `timezone`.

    `content` is what its posts begin with: a post's values (see posts/values.py) without time, the event as in
    happening.py.
    `ahead_days`: how far ahead posts are made. `problem`: why none can be made at the moment, in English.
    """

    __tablename__ = "series"
    __table_args__ = (
        sa.CheckConstraint(sa.column("makes").in_(MAKES), name="makes"),
        sa.CheckConstraint(sa.column("short_months").in_(SHORT_MONTHS), name="short_months"),
        sa.CheckConstraint("count BETWEEN 1 AND 1000", name="count"),
        sa.CheckConstraint("count IS NULL OR until IS NULL", name="one_end"),
        sa.CheckConstraint("ahead_days BETWEEN 1 AND 400", name="ahead_days"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(sa.ForeignKey("team.id", ondelete="CASCADE"), index=True)
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"))
    rule: Mapped[str] = mapped_column(sa.String(600))
    timezone: Mapped[str] = mapped_column(ZoneName)
    count: Mapped[int | None]
    until: Mapped[str | None] = mapped_column(sa.String(10))
    short_months: Mapped[str] = mapped_column(sa.String(8), default="skip")
    skipped: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    extra: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    content: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    makes: Mapped[str] = mapped_column(sa.String(16), default="draft")
    ahead_days: Mapped[int] = mapped_column(default=60)
    version: Mapped[int] = mapped_column(default=1)
    problem: Mapped[str | None] = mapped_column(sa.String(300))
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # Thrown away: gone for everybody, but for whoever takes that back (returning.py).
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)

    team: Mapped[Team] = relationship()
    author: Mapped[Person | None] = relationship()
    occurrences: Mapped[list[Occurrence]] = relationship(
        back_populates="series", order_by="Occurrence.day", passive_deletes=True
    )

    @property
    def title(self) -> str:
        return str(self.content.get("title") or "")

    @property
    def handles(self) -> list[str]:
        """Of the streams of its posts; the first is their home."""
        return list(self.content.get("streams") or ())


class Occurrence(Model):
    """Exactly one row per day of a series, whoever makes it: what was thrown away by a person is not made again.

    `planned` is the wall clock that was given to the post and `made` a digest of its words: while both still fit, the
    post is as the series made it and follows what is changed there.
    """

    __tablename__ = "occurrence"
    __table_args__ = (sa.UniqueConstraint("series_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    series_id: Mapped[int] = mapped_column(sa.ForeignKey("series.id", ondelete="CASCADE"))
    day: Mapped[str] = mapped_column(sa.String(10))
    post_id: Mapped[int | None] = mapped_column(sa.ForeignKey("post.id", ondelete="SET NULL"), unique=True)
    planned: Mapped[str] = mapped_column(sa.String(26), default="")
    made: Mapped[str] = mapped_column(sa.String(64), default="")

    series: Mapped[Series] = relationship(back_populates="occurrences")
    post: Mapped[Post | None] = relationship()

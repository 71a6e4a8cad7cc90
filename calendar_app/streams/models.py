"""Stream: a topic that people follow by itself. The central object of Sluice."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from calendar_app.extensions import Model
from calendar_app.times import UTCDateTime, ZoneName, utcnow

if TYPE_CHECKING:
    from calendar_app.channels.models import Account
    from calendar_app.people.models import Person, Team

HUES = ("coral", "amber", "moss", "pine", "lagoon", "tide", "iris", "plum")
VISIBILITIES = ("public", "unlisted", "internal")
EVERGREEN_MAKES = ("off", "draft", "scheduled")
SCHEDULES = ("titles", "times", "nothing")
AGAIN = ("never", "readers", "always")
# How the links of its posts leave for accounts: as written, with labels, or short and with labels.
LINKS_AS = ("written", "labelled", "short")

stream_account = sa.Table(
    "stream_account",
    Model.metadata,
    sa.Column("stream_id", sa.ForeignKey("stream.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("account_id", sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
)


class Stream(Model):
    """`handle` is permanent: addresses and subscriptions of readers depend on it.

    `feed_version` and `feed_changed_at` answer the one cheap question of a feed: has anything changed?
    """

    __tablename__ = "stream"
    __table_args__ = (
        sa.CheckConstraint(sa.column("hue").in_(HUES), name="hue"),
        sa.CheckConstraint(sa.column("visibility").in_(VISIBILITIES), name="visibility"),
        sa.CheckConstraint(sa.column("public_schedule").in_(SCHEDULES), name="public_schedule"),
        sa.CheckConstraint("grace_minutes BETWEEN 1 AND 10080", name="grace_minutes"),
        sa.CheckConstraint("handle = lower(handle) AND length(handle) BETWEEN 2 AND 40", name="handle"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(sa.ForeignKey("team.id", ondelete="CASCADE"), index=True)
    handle: Mapped[str] = mapped_column(sa.String(40), unique=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    description: Mapped[str] = mapped_column(sa.String(500), default="")
    hue: Mapped[str] = mapped_column(sa.String(16))
    language: Mapped[str] = mapped_column(sa.String(16), default="en")
    timezone: Mapped[str] = mapped_column(ZoneName)
    visibility: Mapped[str] = mapped_column(sa.String(16), default="public")
    public_schedule: Mapped[str] = mapped_column(sa.String(16), default="titles")
    guidelines: Mapped[str] = mapped_column(sa.String(4000), default="")
    cadence: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    # See breaks.py for their shapes.
    exceptions: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)
    pauses: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)
    quiet_hours: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)
    # Closer to each other than this, or more than so many in so many hours, is worth a warning; 0: never.
    near_minutes: Mapped[int] = mapped_column(default=30)
    flood_posts: Mapped[int] = mapped_column(default=4)
    flood_hours: Mapped[int] = mapped_column(default=24)
    # What fills slots that stay empty, how many days ahead, and how long a post rests before it comes again.
    evergreen_makes: Mapped[str] = mapped_column(sa.String(16), default="off")
    evergreen_ahead_days: Mapped[int] = mapped_column(default=7)
    evergreen_rest_days: Mapped[int] = mapped_column(default=90)
    grace_minutes: Mapped[int] = mapped_column(default=60)
    needs_approval: Mapped[bool] = mapped_column(default=False)
    # Who is asked, one step after the other: a role or a member's id (agreeing/rules.py). Empty: one editor.
    approval_steps: Mapped[list[str | int]] = mapped_column(sa.JSON, default=list, server_default="[]")
    # Nobody approves their own.
    others_approve: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    # What a change of an approved post means: never, readers (what they see), always.
    approve_again: Mapped[str] = mapped_column(sa.String(16), default="never", server_default="never")
    # What a new post of this stream begins with; a template that was thrown away is none.
    template_id: Mapped[int | None]
    # One thing a line, to be ticked for each post.
    checklist: Mapped[str] = mapped_column(sa.String(2000), default="", server_default="")
    links_as: Mapped[str] = mapped_column(sa.String(16), default="written", server_default="written")
    responsible_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"))
    feed_version: Mapped[int] = mapped_column(default=1)
    feed_changed_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)
    archived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)

    team: Mapped[Team] = relationship()
    responsible: Mapped[Person | None] = relationship()
    accounts: Mapped[list[Account]] = relationship(secondary=stream_account, order_by="Account.id")

    @property
    def has_feed(self) -> bool:
        return self.visibility in {"public", "unlisted"}

"""What the calendar itself keeps: what changed lately, and who has which post open."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from calendar_app.extensions import Model
from calendar_app.people.models import Person
from calendar_app.times import UTCDateTime, utcnow

DOINGS = ("reading", "writing")


class PlanChange(Model):
    """One change of what open pages show, written by the database itself (see the triggers of the migrations).

    `kind` is post; stream (`post_uuid` is empty, all that a calendar shows of it); comment, on the post; or here, where
    only who has it open changed. `was_due` and `due` are the post's times before and after.
    """

    __tablename__ = "plan_change"
    # Numbers are never given twice: a page asks for what came after the last one it knows.
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int]
    post_uuid: Mapped[str] = mapped_column(sa.String(36))
    kind: Mapped[str] = mapped_column(sa.String(8), default="post", server_default="post")
    was_due: Mapped[datetime | None] = mapped_column(UTCDateTime)
    due: Mapped[datetime | None] = mapped_column(UTCDateTime)
    at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow, index=True)


class Presence(Model):
    """A person has a post open; true as long as `seen_at` is a few seconds old."""

    __tablename__ = "presence"
    __table_args__ = (
        sa.UniqueConstraint("post_id", "person_id"),
        sa.CheckConstraint(sa.column("doing").in_(DOINGS), name="doing"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    doing: Mapped[str] = mapped_column(sa.String(8))
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)

    person: Mapped[Person] = relationship()


class SavedView(Model):
    """A view of the calendar with its filters, under a name. `query` is its address without a day: it opens at today.

    Its maker changes it; `shared`: the team sees it too, each member with what they may see themselves.
    """

    __tablename__ = "saved_view"
    __table_args__ = (sa.UniqueConstraint("person_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(sa.ForeignKey("team.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(sa.String(60))
    query: Mapped[str] = mapped_column(sa.String(2000))
    shared: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)
    # Thrown away: gone for everybody, but for whoever takes that back. A new one of the same name ends it.
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class OpeningView(Model):
    """The view with which a person's calendar opens."""

    __tablename__ = "opening_view"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    view_id: Mapped[int] = mapped_column(sa.ForeignKey("saved_view.id", ondelete="CASCADE"), index=True)

"""Post: what is written, for one or more streams, and where it stands."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.orm.exc import ObjectDeletedError

from calendar_app.extensions import Model
from calendar_app.times import UTCDateTime, ZoneName, utcnow

if TYPE_CHECKING:
    from calendar_app.agreeing.models import Review
    from calendar_app.channels.models import Account, Delivery
    from calendar_app.media.models import PostPicture
    from calendar_app.people.models import Person, Team
    from calendar_app.series.models import Occurrence
    from calendar_app.streams.models import Stream

STATES = ("draft", "in_review", "approved", "scheduled", "published", "withdrawn", "missed")
# What is, or may be, still to come of a post, or waits for a person.
UNFINISHED = ("draft", "in_review", "approved", "scheduled", "missed")
KINDS = ("useful", "news", "question", "promotion")
TITLE_LIMIT = 200
TEXT_LIMIT = 50_000


class Post(Model):
    """`version` guards against stale saves; `revision` counts what readers can see (SEQUENCE in iCal).

    `publish_at` is the wall clock as planned ("2026-12-01 09:00:00", no zone), `due_at` the instant it means.
    """

    __tablename__ = "post"
    __table_args__ = (
        sa.CheckConstraint(sa.column("state").in_(STATES), name="state"),
        sa.CheckConstraint(sa.column("kind").in_(KINDS), name="kind"),
        sa.CheckConstraint("state != 'scheduled' OR due_at IS NOT NULL", name="scheduled_has_due"),
        sa.CheckConstraint(
            "state NOT IN ('published', 'withdrawn') OR published_at IS NOT NULL", name="published_has_time"
        ),
        sa.CheckConstraint(
            "event_starts_at IS NULL OR event_ends_at IS NULL OR event_ends_at >= event_starts_at",
            name="event_order",
        ),
        sa.Index("ix_post_due", "due_at", sqlite_where=sa.text("state = 'scheduled'"),
                 postgresql_where=sa.text("state = 'scheduled'")),
        sa.Index("ix_post_team_due", "team_id", "due_at"),
        sa.Index("ix_post_open", "team_id", "due_at", sqlite_where=sa.text(f"state IN {UNFINISHED}"),
                 postgresql_where=sa.text(f"state IN {UNFINISHED}")),
        sa.Index("ix_post_event", "event_starts_at", sqlite_where=sa.text("event_starts_at IS NOT NULL"),
                 postgresql_where=sa.text("event_starts_at IS NOT NULL")),
        sa.Index("ix_post_missed", "team_id", sqlite_where=sa.text("state = 'missed'"),
                 postgresql_where=sa.text("state = 'missed'")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(sa.String(36), unique=True, default=lambda: str(uuid.uuid4()))
    team_id: Mapped[int] = mapped_column(sa.ForeignKey("team.id", ondelete="CASCADE"), index=True)
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"))
    approver_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"))
    title: Mapped[str] = mapped_column(sa.String(TITLE_LIMIT), default="")
    text: Mapped[str] = mapped_column(sa.Text, default="")
    link: Mapped[str] = mapped_column(sa.String(2000), default="")
    language: Mapped[str] = mapped_column(sa.String(16), default="en")
    kind: Mapped[str] = mapped_column(sa.String(16), default="news")
    state: Mapped[str] = mapped_column(sa.String(16), default="draft")
    version: Mapped[int] = mapped_column(default=1)
    revision: Mapped[int] = mapped_column(default=0)
    publish_at: Mapped[str | None] = mapped_column(sa.String(26))
    timezone: Mapped[str | None] = mapped_column(ZoneName)
    due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # Readers saw it as planned and it did not come: their calendars are told CANCELLED for thirty days.
    called_off_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # Follows the post as an answer to it, where a channel can.
    first_comment: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    # Lines of its streams' checklists that are done.
    ticked: Mapped[list[str]] = mapped_column(sa.JSON, default=list, server_default="[]")
    own_places: Mapped[bool] = mapped_column(default=False)
    event_starts_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    event_ends_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    event_timezone: Mapped[str | None] = mapped_column(ZoneName)
    event_location: Mapped[str] = mapped_column(sa.String(300), default="")
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)

    team: Mapped[Team] = relationship()
    author: Mapped[Person | None] = relationship(foreign_keys=[author_id])
    approver: Mapped[Person | None] = relationship(foreign_keys=[approver_id])
    in_streams: Mapped[list[PostStream]] = relationship(
        back_populates="post", order_by="PostStream.position", cascade="all, delete-orphan"
    )
    places: Mapped[list[Place]] = relationship(
        back_populates="post", order_by="Place.account_id", cascade="all, delete-orphan"
    )
    translations: Mapped[list[Translation]] = relationship(
        back_populates="post", order_by="Translation.language", cascade="all, delete-orphan"
    )
    pictures: Mapped[list[PostPicture]] = relationship(
        back_populates="post", order_by="PostPicture.position", cascade="all, delete-orphan"
    )
    occurrence: Mapped[Occurrence | None] = relationship(viewonly=True)
    deliveries: Mapped[list[Delivery]] = relationship(back_populates="post", order_by="Delivery.id")
    reviews: Mapped[list[Review]] = relationship(
        back_populates="post", order_by="Review.id", cascade="all, delete-orphan", passive_deletes=True
    )

    @classmethod
    def is_scheduled(cls) -> sa.ColumnElement[bool]:
        """In a literal: only then is the partial index of what is due always taken."""
        return cls.state == sa.literal("scheduled", literal_execute=True)

    @classmethod
    def is_missed(cls) -> sa.ColumnElement[bool]:
        """In a literal, for the same reason."""
        return cls.state == sa.literal("missed", literal_execute=True)

    @classmethod
    def is_unfinished(cls) -> sa.ColumnElement[bool]:
        """In literals, for the same reason."""
        return cls.state.in_(sa.bindparam("unfinished", UNFINISHED, expanding=True, literal_execute=True))

    @property
    def streams(self) -> list[Stream]:
        """In order; the first is the post's home."""
        return [row.stream for row in self.in_streams]

    @property
    def home(self) -> Stream:
        if not self.in_streams:
            # Every post is in a stream: this one was thrown away between two looks.
            raise ObjectDeletedError(sa.inspect(self))
        return self.in_streams[0].stream

    @property
    def editable(self) -> bool:
        """Text can change in every state but after withdrawal; time only before publishing."""
        return self.state != "withdrawn"

    @property
    def plannable(self) -> bool:
        return self.state in {"draft", "in_review", "approved", "scheduled", "missed"}

    @property
    def targets(self) -> list[Account]:
        """Accounts this post goes to: its own choice, else what its streams name, each once."""
        if self.own_places:
            chosen = [place.account for place in self.places if place.chosen]
        else:
            chosen = [account for stream in self.streams for account in stream.accounts]
        return [account for account in dict.fromkeys(chosen) if account.deleted_at is None]


class PostStream(Model):
    __tablename__ = "post_stream"
    __table_args__ = (sa.UniqueConstraint("post_id", "position"),)

    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id", ondelete="CASCADE"), primary_key=True)
    stream_id: Mapped[int] = mapped_column(
        sa.ForeignKey("stream.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    position: Mapped[int]

    post: Mapped[Post] = relationship(back_populates="in_streams")
    stream: Mapped[Stream] = relationship()


class Place(Model):
    """An account that a post names itself (`chosen`), and its variant: the text where it differs."""

    __tablename__ = "place"

    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[int] = mapped_column(
        sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    chosen: Mapped[bool] = mapped_column(default=True)
    text: Mapped[str | None] = mapped_column(sa.Text)

    post: Mapped[Post] = relationship(back_populates="places")
    account: Mapped[Account] = relationship()


class Translation(Model):
    """The post in another language than its own. What it says besides (link, event, which pictures) is the same in all.

    `alts` are the words for its pictures, by the number of the medium as JSON has it; what is not there, or empty,
    is told in the post's own words, as is an empty `first_comment`.
    """

    __tablename__ = "translation"

    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(sa.String(16), primary_key=True)
    title: Mapped[str] = mapped_column(sa.String(TITLE_LIMIT), default="")
    text: Mapped[str] = mapped_column(sa.Text, default="")
    first_comment: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    alts: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict, server_default="{}")

    post: Mapped[Post] = relationship(back_populates="translations")

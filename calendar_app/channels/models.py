"""Account (one connected place of a team) and Delivery (one post to one account: the outbox row)."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from calendar_app.extensions import Model
from calendar_app.times import UTCDateTime, utcnow

if TYPE_CHECKING:
    from calendar_app.people.models import Team
    from calendar_app.posts.models import Post

ACCOUNT_STATES = ("ok", "paused", "broken")
DELIVERY_STATES = ("pending", "sending", "retry", "delivered", "failed", "unknown", "cancelled", "missed")
WAITING = ("pending", "retry")
# Nothing but a person settles these.
STUCK = ("failed", "unknown", "missed")
ACTIONS = ("publish", "withdraw")
LONGEST_REASON = 500


class Account(Model):
    """`settings` may be read by members; `sealed` holds encrypted secrets and never leaves the server."""

    __tablename__ = "account"
    __table_args__ = (sa.CheckConstraint(sa.column("state").in_(ACCOUNT_STATES), name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(sa.ForeignKey("team.id", ondelete="CASCADE"), index=True)
    channel: Mapped[str] = mapped_column(sa.String(32))
    name: Mapped[str] = mapped_column(sa.String(120))
    settings: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    sealed: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)
    # Of its posts, where there is a translation; empty: each post's own.
    language: Mapped[str] = mapped_column(sa.String(16), default="", server_default="")
    # How links leave for it: as the stream says, or always as they are written.
    links_as: Mapped[str] = mapped_column(sa.String(16), default="stream", server_default="stream")
    state: Mapped[str] = mapped_column(sa.String(16), default="ok")
    state_reason: Mapped[str | None] = mapped_column(sa.String(LONGEST_REASON))
    state_since: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)
    deleted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    team: Mapped[Team] = relationship()


class Delivery(Model):
    """One post to one account, once per action; written in the transaction that schedules the post.

    `key` is the idempotency key every attempt carries. `next_at` is when it is due (first the post's time, then
    the end of a back-off). `fence` grows with each claim: only the claim that holds it may finish.
    `payload` freezes what was sent.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        sa.UniqueConstraint("post_id", "account_id", "action"),
        sa.CheckConstraint(sa.column("state").in_(DELIVERY_STATES), name="state"),
        sa.CheckConstraint(sa.column("action").in_(ACTIONS), name="action"),
        sa.CheckConstraint("(state = 'sending') = (lease_until IS NOT NULL)", name="sending_has_lease"),
        sa.CheckConstraint("state != 'delivered' OR finished_at IS NOT NULL", name="delivered_has_time"),
        sa.Index("ix_delivery_due", "next_at", "id",
                 sqlite_where=sa.text("state IN ('pending', 'retry')"),
                 postgresql_where=sa.text("state IN ('pending', 'retry')")),
        sa.Index("ix_delivery_lease", "lease_until",
                 sqlite_where=sa.text("state = 'sending'"), postgresql_where=sa.text("state = 'sending'")),
        sa.Index("ix_delivery_in_flight", "account_id",
                 sqlite_where=sa.text("state = 'sending'"), postgresql_where=sa.text("state = 'sending'")),
        # Where a repeat is harmful, the database itself holds "one call at a time per account".
        sa.Index("uq_delivery_one_at_a_time", "account_id", unique=True,
                 sqlite_where=sa.text("state = 'sending' AND serial"),
                 postgresql_where=sa.text("state = 'sending' AND serial")),
        sa.Index("ix_delivery_stuck", "post_id",
                 sqlite_where=sa.text("state IN ('failed', 'unknown', 'missed')"),
                 postgresql_where=sa.text("state IN ('failed', 'unknown', 'missed')")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(36), unique=True, default=lambda: str(uuid.uuid4()))
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id", ondelete="CASCADE"))
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), index=True)
    action: Mapped[str] = mapped_column(sa.String(16), default="publish")
    serial: Mapped[bool] = mapped_column(default=True)
    state: Mapped[str] = mapped_column(sa.String(16), default="pending")
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    next_at: Mapped[datetime] = mapped_column(UTCDateTime)
    fence: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    # An earlier attempt may have arrived: whatever follows must send the very same bytes.
    ambiguous: Mapped[bool] = mapped_column(default=False)
    post_version: Mapped[int | None]
    payload: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)
    # What the adapter must know about earlier attempts (a chosen record key, say).
    notes: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    external_id: Mapped[str | None] = mapped_column(sa.String(500))
    external_url: Mapped[str | None] = mapped_column(sa.String(2000))
    reason: Mapped[str | None] = mapped_column(sa.String(LONGEST_REASON))
    # What went wrong at the attempt before: `reason` is of the latest one alone.
    held_up: Mapped[str | None] = mapped_column(sa.String(LONGEST_REASON))
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)

    post: Mapped[Post] = relationship(back_populates="deliveries")
    account: Mapped[Account] = relationship()

    @classmethod
    def is_waiting(cls) -> sa.ColumnElement[bool]:
        """In literals: a database takes the partial index of waiting rows only where it can read their states.

        SQLite reads the statement alone, and so does PostgreSQL once it has kept a plan for it.
        """
        return cls.state.in_(sa.bindparam("waiting", WAITING, expanding=True, literal_execute=True))

    @classmethod
    def is_stuck(cls) -> sa.ColumnElement[bool]:
        """In literals, for the same reason."""
        return cls.state.in_(sa.bindparam("stuck", STUCK, expanding=True, literal_execute=True))

    @classmethod
    def is_sending(cls) -> sa.ColumnElement[bool]:
        """In a literal, for the same reason."""
        return cls.state == sa.literal("sending", literal_execute=True)

    @classmethod
    def ended_early(cls) -> sa.ColumnElement[str]:
        """The state of a waiting delivery that will not be tried again: what may have arrived is unknown."""
        return sa.case((cls.ambiguous, "unknown"), else_="cancelled")

    @property
    def late_ms(self) -> int | None:
        """Milliseconds from the due instant to the first byte of the attempt that settled it."""
        if self.sent_at is None:
            return None
        return round((self.sent_at - self.due_at).total_seconds() * 1000)


class Tally(Model):
    """So many deliveries of a channel came to this end (`tallying`). Rows are added and folded, never changed."""

    __tablename__ = "tally"

    id: Mapped[int] = mapped_column(sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True)
    channel: Mapped[str] = mapped_column(sa.String(32))
    what: Mapped[str] = mapped_column(sa.String(16))
    bound: Mapped[str] = mapped_column(sa.String(16), default="")
    number: Mapped[int] = mapped_column(sa.BigInteger())
    seconds: Mapped[float] = mapped_column(sa.Float(), default=0.0)

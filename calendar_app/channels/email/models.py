"""Mailing: one post to one address of an account's list. The ledger that makes a repeat harmless."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from calendar_app.extensions import Model
from calendar_app.times import UTCDateTime, utcnow

if TYPE_CHECKING:
    from calendar_app.channels.models import Delivery

MAILING_STATES = ("waiting", "sending", "sent", "refused", "unknown", "cancelled")
OPEN = ("waiting", "sending")


class Departure(Model):
    """Somebody left an account's list by the link in a mail. Only a digest stays, so that nothing brings them back."""

    __tablename__ = "departure"
    __table_args__ = (sa.UniqueConstraint("account_id", "digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"))
    digest: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)


class Mailing(Model):
    """`sending` is committed before the first byte leaves; whoever is found in it after `next_at` is `unknown`."""

    __tablename__ = "mailing"
    __table_args__ = (
        sa.UniqueConstraint("delivery_id", "address"),
        sa.CheckConstraint(sa.column("state").in_(MAILING_STATES), name="state"),
        sa.Index("ix_mailing_open", "next_at", "id",
                 sqlite_where=sa.text("state IN ('waiting', 'sending')"),
                 postgresql_where=sa.text("state IN ('waiting', 'sending')")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(sa.ForeignKey("delivery.id", ondelete="CASCADE"))
    address: Mapped[str] = mapped_column(sa.String(254))
    message_id: Mapped[str] = mapped_column(sa.String(320), unique=True)
    state: Mapped[str] = mapped_column(sa.String(16), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    # When it is due; of one that is being sent, when its worker must have ended.
    next_at: Mapped[datetime] = mapped_column(UTCDateTime)
    reason: Mapped[str | None] = mapped_column(sa.String(500))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    delivery: Mapped[Delivery] = relationship()

"""Notice (something that one member is told, once) and Letter (one mail that tells them together)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from calendar_app.extensions import Model
from calendar_app.times import UTCDateTime, utcnow

if TYPE_CHECKING:
    from calendar_app.channels.models import Account, Delivery
    from calendar_app.comments.models import Comment
    from calendar_app.people.models import Person
    from calendar_app.posts.models import Post

TROUBLES = ("failed", "unknown", "missed", "account")
OF_AGREEING = ("review", "approved", "changes")
OF_COMMENTS = ("mention", "reply", "comment")
KINDS = (*TROUBLES, *OF_AGREEING, *OF_COMMENTS)
LETTER_STATES = ("waiting", "sending", "sent", "refused", "unknown", "spared")


class Notice(Model):
    """`event` names what happened, retries apart: the database itself tells nobody the same event twice.

    Of a delivery it holds `delivery_id`, of a missed post or of agreeing `post_id` alone, of an account `account_id`.
    """

    __tablename__ = "notice"
    __table_args__ = (
        sa.UniqueConstraint("person_id", "event"),
        sa.CheckConstraint(sa.column("kind").in_(KINDS), name="kind"),
        sa.Index("ix_notice_unread", "person_id",
                 sqlite_where=sa.text("read_at IS NULL"), postgresql_where=sa.text("read_at IS NULL")),
        sa.Index("ix_notice_unmailed", "created_at",
                 sqlite_where=sa.text("letter_id IS NULL"), postgresql_where=sa.text("letter_id IS NULL")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"))
    team_id: Mapped[int] = mapped_column(sa.ForeignKey("team.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(16))
    event: Mapped[str] = mapped_column(sa.String(120))
    post_id: Mapped[int | None] = mapped_column(sa.ForeignKey("post.id", ondelete="CASCADE"), index=True)
    delivery_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("delivery.id", ondelete="CASCADE"), index=True
    )
    account_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("account.id", ondelete="CASCADE"), index=True
    )
    comment_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("comment.id", ondelete="CASCADE"), index=True
    )
    # Whoever did what it tells of.
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"))
    letter_id: Mapped[int | None] = mapped_column(sa.ForeignKey("letter.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)
    read_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    by: Mapped[Person | None] = relationship(foreign_keys=[by_id])
    post: Mapped[Post | None] = relationship()
    delivery: Mapped[Delivery | None] = relationship()
    account: Mapped[Account | None] = relationship()
    comment: Mapped[Comment | None] = relationship()
    letter: Mapped[Letter | None] = relationship(back_populates="notices")


class Letter(Model):
    """A mail to a member. `sending` is committed before the first byte leaves; a lost answer is `unknown`."""

    __tablename__ = "letter"
    __table_args__ = (
        sa.CheckConstraint(sa.column("state").in_(LETTER_STATES), name="state"),
        sa.Index("ix_letter_open", "next_at",
                 sqlite_where=sa.text("state IN ('waiting', 'sending')"),
                 postgresql_where=sa.text("state IN ('waiting', 'sending')")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    message_id: Mapped[str] = mapped_column(sa.String(320), unique=True)
    state: Mapped[str] = mapped_column(sa.String(16), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    # When it is due; of one that is being sent, when its worker must have ended.
    next_at: Mapped[datetime] = mapped_column(UTCDateTime)
    reason: Mapped[str | None] = mapped_column(sa.String(500))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    person: Mapped[Person] = relationship()
    notices: Mapped[list[Notice]] = relationship(back_populates="letter", order_by="Notice.id")

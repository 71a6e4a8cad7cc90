"""Medium: one uploaded picture and what a team may do with it. PostPicture: its place in a post."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from calendar_app.extensions import Model
from calendar_app.media import cropping
from calendar_app.times import UTCDateTime, utcnow

if TYPE_CHECKING:
    from calendar_app.people.models import Team
    from calendar_app.posts.models import Post

RIGHTS = ("own", "licensed")
ALT_LIMIT = 1500
CREDIT_LIMIT = 200
MOST_PICTURES = 10


class Medium(Model):
    """`digest` is the SHA-256 of the kept bytes and names the file; several teams may hold the same picture.

    `licensed_until` is the last day of a licence ("2026-12-31"), empty where it has no end. `alt` is the first
    proposal for each post that shows it.
    """

    __tablename__ = "medium"
    __table_args__ = (
        sa.CheckConstraint(sa.column("rights").in_(RIGHTS), name="rights"),
        sa.CheckConstraint("width > 0 AND height > 0 AND size > 0", name="measures"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(sa.ForeignKey("team.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"))
    digest: Mapped[str] = mapped_column(sa.String(64), index=True)
    media_type: Mapped[str] = mapped_column(sa.String(32))
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int]
    alt: Mapped[str] = mapped_column(sa.String(ALT_LIMIT), default="")
    rights: Mapped[str] = mapped_column(sa.String(16), default="own")
    licensed_until: Mapped[str] = mapped_column(sa.String(10), default="")
    # Nobody has said yet what may be done with it: until then no post that shows it is scheduled.
    unclear: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    credit: Mapped[str] = mapped_column(sa.String(CREDIT_LIMIT), default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow, index=True)

    team: Mapped[Team] = relationship()


class PostPicture(Model):
    """`focus_x` and `focus_y` are the point that must stay in sight when a place cuts: -1 to 1, y upwards."""

    __tablename__ = "post_picture"
    __table_args__ = (sa.UniqueConstraint("post_id", "position"),)

    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id", ondelete="CASCADE"), primary_key=True)
    media_id: Mapped[int] = mapped_column(sa.ForeignKey("medium.id"), primary_key=True, index=True)
    position: Mapped[int]
    alt: Mapped[str] = mapped_column(sa.String(ALT_LIMIT), default="")
    focus_x: Mapped[float] = mapped_column(sa.Float, default=0.0)
    focus_y: Mapped[float] = mapped_column(sa.Float, default=0.0)
    # The part that is shown (see cropping.py); None is all of it.
    crop: Mapped[list[int] | None] = mapped_column(sa.JSON)

    post: Mapped[Post] = relationship(back_populates="pictures")
    medium: Mapped[Medium] = relationship(lazy="joined", innerjoin=True)

    @property
    def name(self) -> str:
        """What addresses and channels call the part that is shown."""
        return cropping.named(self.medium.digest, self.crop)

    @property
    def size(self) -> tuple[int, int]:
        return cropping.size(self.medium.width, self.medium.height, self.crop)

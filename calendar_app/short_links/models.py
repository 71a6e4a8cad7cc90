"""ShortLink: a code, where it leads, and how often it was followed. Nothing about whoever follows it."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from calendar_app.extensions import Model
from calendar_app.times import UTCDateTime, utcnow

LONGEST_TARGET = 2400


class ShortLink(Model):
    __tablename__ = "short_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(16), unique=True)
    target: Mapped[str] = mapped_column(sa.String(LONGEST_TARGET))
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id", ondelete="CASCADE"), index=True)
    visits: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utcnow)

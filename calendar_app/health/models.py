"""Pulse: when a part of Sluice (the clock, a lane) was last seen at work."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from calendar_app.extensions import Model
from calendar_app.times import UTCDateTime


class Pulse(Model):
    __tablename__ = "pulse"

    name: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)

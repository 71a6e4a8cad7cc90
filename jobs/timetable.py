"""Recurring work as data: what, and every how many seconds. Each is harmless when done twice or late."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from calendar_app.api.replaying import forget_old_replays
from calendar_app.channels.email import ledger
from calendar_app.channels.sweeping import end_stranded, miss_overdue, sweep
from calendar_app.channels.tallying import fold
from calendar_app.comments.commenting import forget_removed
from calendar_app.evergreen import filling
from calendar_app.feeds.parts import render_missing
from calendar_app.health.counting import count_anew
from calendar_app.health.pulse import forget_silent
from calendar_app.media.forgetting import forget_unused, sweep_files
from calendar_app.notices.letters import bundle
from calendar_app.notices.noticing import notice_all
from calendar_app.people import sessions
from calendar_app.planner import attending, keeping, news
from calendar_app.series import returning
from calendar_app.series.making import fill_all
from calendar_app.times import utcnow

if TYPE_CHECKING:
    from collections.abc import Callable

MINUTE, HOUR = 60, 3600


@dataclass(frozen=True)
class Recurring:
    name: str
    every: int
    work: Callable[[], object]


TIMETABLE = (
    Recurring("settle expired claims", MINUTE, sweep),
    Recurring("mark what is too late", MINUTE, miss_overdue),
    Recurring("end what waits for nothing", MINUTE, end_stranded),
    Recurring("tell who is responsible", MINUTE, notice_all),
    Recurring("write letters of notices", MINUTE, bundle),
    Recurring("render feed parts ahead of readers", MINUTE, render_missing),
    Recurring("add up what was counted", MINUTE, fold),
    Recurring("make the posts of series", 10 * MINUTE, fill_all),
    Recurring("fill empty slots from the pools", 10 * MINUTE, filling.fill_all),
    Recurring("forget addresses of old mailings", HOUR, ledger.forget_old),
    Recurring("forget old sessions and links", HOUR, lambda: sessions.forget_old(utcnow())),
    Recurring("forget clocks that have ended", HOUR, forget_silent),
    Recurring("forget removed comments", HOUR, lambda: forget_removed(utcnow())),
    Recurring("forget series thrown away", HOUR, lambda: returning.forget_removed(utcnow())),
    Recurring("forget views thrown away", HOUR, lambda: keeping.forget_removed(utcnow())),
    Recurring("forget who had a post open", HOUR, attending.forget_gone),
    Recurring("forget what changed in the plan", HOUR, news.forget_old),
    Recurring("forget kept API answers", HOUR, forget_old_replays),
    Recurring("forget pictures nobody uses", HOUR, forget_unused),
    Recurring("sweep files of pictures", 24 * HOUR, sweep_files),
    Recurring("let SQLite count its tables", 24 * HOUR, count_anew),
)

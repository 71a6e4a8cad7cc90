"""What followers read of a stream's pauses: the one of today, or the next one that begins soon. In words."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from calendar_app.languages import in_words, say
from calendar_app.streams.breaks import breaks_of
from calendar_app.times import TimeProblem, to_wall

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from calendar_app.streams.breaks import Pause
    from calendar_app.streams.models import Stream

# So long before a pause begins it is told.
AHEAD = timedelta(days=30)


class Told(NamedTuple):
    """The sentence, and the reason as the stream gives it (in its own language; mostly there is one)."""

    sentence: str
    note: str


def pause_told(stream: Stream, now: datetime) -> Told | None:
    """Only of pauses that the stream tells its followers of; the days are those of its own clocks."""
    try:
        today = to_wall(now, stream.timezone).date()
    except TimeProblem:
        return None
    told = (one for one in breaks_of(stream).pauses_within(today, today + AHEAD) if one.told)
    pause = next(told, None)
    return Told(_sentence(pause, today), pause.note) if pause else None


def pauses_told(streams: Iterable[Stream], now: datetime) -> dict[int, Told]:
    """By stream id, those that have something to tell."""
    told = {stream.id: pause_told(stream, now) for stream in streams}
    return {number: one for number, one in told.items() if one}


def _sentence(pause: Pause, today: date) -> str:
    first, last = in_words(pause.first), in_words(pause.last) if pause.last else ""
    if pause.first == pause.last:
        return say("This stream pauses on %(day)s.", day=first)
    if pause.first > today:
        if not last:
            return say("This stream pauses from %(first)s, for now.", first=first)
        return say("This stream pauses from %(first)s until %(last)s.", first=first, last=last)
    if not last:
        return say("This stream pauses for now, since %(first)s.", first=first)
    return say("This stream pauses until %(last)s, since %(first)s.", first=first, last=last)

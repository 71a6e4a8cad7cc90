"""Cadence: what a stream promises, as rules, and the slots that they offer. Pure."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from calendar_app.languages import say
from calendar_app.streams.breaks import Breaks, Broken, breaks_of
from calendar_app.streams.rules import MOST_TIMES, BadCadence, Rule, read_rrule, settled, write_rrules
from calendar_app.streams.wording import read_words, write_words
from calendar_app.times import EARLIEST_YEAR, LATEST_YEAR, LostZone, known_zone, to_wall

__all__ = ["BadCadence", "Cadence", "next_free", "parse_cadence", "slots"]

MOST_RULES = 10
LONGEST_TEXT = 500
# Of a list of texts together: each rule is looked through day by day when it is read.
LONGEST_LIST = 5000
LONGEST_WINDOW = timedelta(days=400)
# Far enough for a leap day, which is eight years away around a year such as 2100.
WINDOWS_AHEAD = 8
# A gap moves a slot by a day at most (Pacific/Apia, 2011), and zones differ from UTC by less than that.
MARGIN = timedelta(days=2)
_DTSTART_LINE = re.compile(r"DTSTART(?:;VALUE=DATE)?:([0-9TZ]+)\s+(?:RRULE:)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Cadence:
    """Rules that offer slots together, and what turns them aside. Without a rule it promises nothing, and is false."""

    rules: tuple[Rule, ...] = ()
    breaks: Breaks = field(default_factory=Breaks)

    def __bool__(self) -> bool:
        return bool(self.rules)

    @property
    def words(self) -> str:
        """One sentence for people, which `parse_cadence` reads as the same cadence; empty without rules."""
        return "; ".join(map(write_words, self.rules))

    def to_json(self) -> list[str]:
        """What the database keeps: RRULEs, with the part `DTSTART=20261201` in one that has a first day."""
        return [text for rule in self.rules for text in write_rrules(rule)]

    @classmethod
    def of(cls, thing: Broken) -> "Cadence":
        """What a stream promises, its exceptions, pauses and quiet hours taken into account. Raises BadCadence."""
        return replace(cls.from_json(thing.cadence), breaks=breaks_of(thing))

    @classmethod
    def readable(cls, thing: Broken) -> "Cadence":
        """The same; of one that cannot be read (spoilt by hand or by a disk) none, so that its posts can be planned."""
        try:
            return cls.of(thing)
        except BadCadence:
            return cls()

    @classmethod
    def from_json(cls, kept: Sequence[str] | None) -> "Cadence":
        """The cadence that `to_json` wrote; None is empty. Raises BadCadence."""
        if not all(isinstance(text, str) for text in kept or ()):
            raise BadCadence(say("A cadence is text, or a list of texts, such as “daily at 07:00”."))
        return _joined([read_rrule(text) for text in kept or ()])


def parse_cadence(text: str | Sequence[str]) -> Cadence:
    """A cadence from plain words or RRULEs, joined with `;` or line breaks, or from a list of such texts.

    Raises BadCadence with a sentence.
    """
    texts = [text] if isinstance(text, str) else text
    if not isinstance(texts, Sequence) or not all(isinstance(one, str) for one in texts):
        raise BadCadence(say("A cadence is text, or a list of texts, such as “daily at 07:00”."))
    lengths = [len(one) for one in texts]
    if len(texts) > MOST_TIMES or max(lengths, default=0) > LONGEST_TEXT or sum(lengths) > LONGEST_LIST:
        raise BadCadence(say("Write the cadence in at most %(most)s characters.", most=LONGEST_TEXT))
    return _joined([_read(rule) for one in texts for rule in _split(one)])


def slots(
    cadence: Cadence, zone: str, since: datetime, until: datetime, limit: int | None = 1000
) -> list[datetime]:
    """The moments, in UTC and in order, that the cadence offers in [since, until), `limit` at most.

    A slot keeps its wall clock time over changes of the clocks. Where the clocks jump over it, it moves
    forward by the jump; where they show it twice, it is the first. There is none outside the planned years.
    Raises ValueError for a window of more than 400 days, UnknownZone.
    """
    if until - since > LONGEST_WINDOW:
        raise ValueError(f"slots() looks through {LONGEST_WINDOW.days} days at once. Ask in pieces.")
    place = known_zone(zone)
    if isinstance(zone, LostZone):
        # At which hour its promises are meant, nobody can say.
        return []
    if not cadence or until <= since or since.year < EARLIEST_YEAR or until.year > LATEST_YEAR:
        return []
    walls = _walls(cadence, to_wall(since, zone) - MARGIN, to_wall(until, zone) + MARGIN)
    # fold=0 is both wishes at once: the first of two, and in a gap the offset from before it (PEP 495).
    instants = {wall.replace(tzinfo=place, fold=0).astimezone(UTC) for wall in walls}
    return sorted(instant for instant in instants if since <= instant < until)[:limit]


def next_free(cadence: Cadence, zone: str, after: datetime, taken: Collection[datetime]) -> datetime | None:
    """The first slot later than `after` that is not among the `taken` instants, within eight years."""
    since = after.astimezone(UTC) + timedelta(microseconds=1)
    occupied = {instant.astimezone(UTC) for instant in taken}
    for _ in range(WINDOWS_AHEAD if cadence else 0):
        until = since + LONGEST_WINDOW
        for slot in slots(cadence, zone, since, until, limit=None):
            if slot not in occupied:
                return slot
        since = until
    return None


def _joined(rules: Sequence[Rule]) -> Cadence:
    """Rules for the same days become one rule with the times of all."""
    times: dict[Rule, tuple[int, ...]] = {}
    for rule in rules:
        days = replace(rule, times=())
        times[days] = times.get(days, ()) + rule.times
    if len(times) > MOST_RULES:
        raise BadCadence(
            say("A cadence has at most %(most)s rules. Join some, or make another stream.", most=MOST_RULES)
        )
    if sum(map(len, times.values())) > MOST_TIMES:
        raise BadCadence(
            say("A cadence has at most %(most)s times of day in all its rules.", most=MOST_TIMES)
        )
    return Cadence(tuple(settled(replace(days, times=clock)) for days, clock in times.items()))


def _split(text: str) -> Iterator[str]:
    """The rules of a text. The semicolons inside an RRULE divide nothing."""
    rule: list[str] = []
    for line in _DTSTART_LINE.sub(r"RRULE:DTSTART=\1;", text).splitlines():
        for part in filter(None, map(str.strip, line.split(";"))):
            if rule and not _continues(part, rule):
                yield ";".join(rule)
                rule = []
            rule.append(part)
        if rule:
            yield ";".join(rule)
            rule = []


def _continues(part: str, rule: Sequence[str]) -> bool:
    return "=" in part and "=" in rule[0] and not part.upper().startswith("RRULE:")


def _read(text: str) -> Rule:
    return read_rrule(text) if "=" in text or text.upper().startswith("RRULE:") else read_words(text)


def _walls(cadence: Cadence, first: datetime, last: datetime) -> Iterator[datetime]:
    """Naive wall clock times of all slots on the local days from `first` to `last`."""
    midnight = first.replace(hour=0, minute=0, second=0, microsecond=0)
    for number in range((last - midnight).days + 1):
        day = midnight + timedelta(days=number)
        usual = [time for rule in cadence.rules if rule.gives(day.date()) for time in rule.times]
        for time in cadence.breaks.times(day.date(), usual):
            yield day + timedelta(minutes=time)

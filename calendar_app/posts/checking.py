"""What a person wrote, checked field by field: clean values, or one sentence per field."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from calendar_app import times
from calendar_app.errors import Refused
from calendar_app.languages import grouped, in_words, say
from calendar_app.posts.models import KINDS, TEXT_LIMIT, TITLE_LIMIT
from calendar_app.posts.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

# What a page sends while only the day, only the time, or neither has been chosen.
HALF_SAID = re.compile(r"(?P<day>\d{4}-\d\d-\d\d)T?|T?(?P<clock>\d\d:\d\d(?::\d\d)?)|T?")
COMMENT_LIMIT = 3000
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass
class Findings:
    """Collects sentences, so that a person sees all that is wrong at once."""

    errors: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, sentence: str) -> None:
        self.errors.setdefault(name, sentence)

    def settle(self) -> None:
        """Raises Refused if anything was found."""
        if self.errors:
            raise Refused(self.errors)


@dataclass(frozen=True)
class Moment:
    """A wall clock time in a zone, and the instant it means."""

    wall: str
    timezone: str
    instant: datetime


def line(value: Any, name: str, limit: int, found: Findings) -> str:
    """One line of text: controls and line breaks gone, length held."""
    text = " ".join(clean(str(value or "")).split())
    if len(text) > limit:
        found.add(
            name,
            say(
                "This is %(count)s characters long; %(most)s fit. Shorten it.",
                count=grouped(len(text)), most=grouped(limit),
            ),
        )  # fmt: skip
    return text


def prose(value: Any, name: str, limit: int, found: Findings) -> str:
    """Text of many lines: controls gone, length held."""
    text = clean(str(value or "")).strip("\n")
    if len(text) > limit:
        found.add(
            name,
            say(
                "This text has %(count)s characters; %(most)s fit. Shorten it or link to a page.",
                count=grouped(len(text)), most=grouped(limit),
            ),
        )  # fmt: skip
    return text


def title(value: Any, found: Findings) -> str:
    return line(value, "title", TITLE_LIMIT, found)


def text(value: Any, found: Findings) -> str:
    return prose(value, "text", TEXT_LIMIT, found)


def first_comment(value: Any, found: Findings) -> str:
    return prose(value, "first_comment", COMMENT_LIMIT, found)


def link(value: Any, found: Findings, name: str = "link") -> str:
    """An address that readers may follow: http or https with a host, nothing else (never javascript:)."""
    address = clean(str(value or "")).strip()
    if not address:
        return ""
    try:
        parts = urlsplit(address)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        usable = False
    if not usable or re.search(r"\s", address):
        found.add(name, say("Write a web address that begins with https:// or http://."))
    elif len(address) > 2000:
        found.add(name, say("This address is longer than 2,000 characters. Use a shorter one."))
    return address


def language(value: Any, found: Findings) -> str:
    code = str(value or "").strip()
    if not LANGUAGE.fullmatch(code) or len(code) > 16:
        found.add("language", say("Write the language as a code such as en, nb or sv."))
    return code


def kind(value: Any, found: Findings) -> str:
    if value not in KINDS:
        found.add("kind", say("Choose one of %(names)s.", names=", ".join(KINDS)))
    return str(value)


def moment(
    wall: Any, zone: Any, found: Findings, *, name: str = "publish_at", fold: int | None = None
) -> Moment | None:
    """A planned time. A gap or fold of the clocks, an unknown zone and nonsense each get their sentence."""
    if not zone_known(zone, found, "timezone" if name == "publish_at" else "event.timezone"):
        return None
    if half := HALF_SAID.fullmatch(str(wall or "").strip()):
        found.add(name, _what_is_missing(half["day"], half["clock"]))
        return None
    try:
        parsed = times.parse_wall(str(wall))
        instant = times.to_utc(parsed, str(zone), fold=fold)
    except times.TimeProblem as problem:
        found.add(name, problem.sentence)
        return None
    return Moment(parsed.isoformat(timespec="seconds"), str(zone), instant)


def _what_is_missing(day: str | None, clock: str | None) -> str:
    if day:
        return say("Choose the time of day as well.")
    return say("Choose the day as well.") if clock else say("Choose the day and the time.")


def zone_known(zone: Any, found: Findings, name: str) -> bool:
    try:
        times.known_zone(str(zone or ""))
    except times.TimeProblem as problem:
        found.add(name, problem.sentence)
        return False
    return True


def event(value: Mapping[str, Any] | None, found: Findings) -> dict[str, Any]:
    """The event's columns; all empty when there is none."""
    if not value:
        return {"event_starts_at": None, "event_ends_at": None, "event_timezone": None, "event_location": ""}
    zone = value.get("timezone")
    starts = moment(value.get("starts_at"), zone, found, name="event.starts_at", fold=0)
    ends = None
    if value.get("ends_at"):
        ends = moment(value.get("ends_at"), zone, found, name="event.ends_at", fold=1)
    if starts and ends and ends.instant < starts.instant:
        found.add("event.ends_at", say("The event ends before it begins. Choose a later end."))
    return {
        "event_starts_at": starts.instant if starts else None,
        "event_ends_at": ends.instant if ends else None,
        "event_timezone": str(zone),
        "event_location": line(value.get("location"), "event.location", 300, found),
    }


def in_future(planned: Moment, now: datetime, found: Findings) -> None:
    if planned.instant <= now:
        shown = times.to_wall(now, planned.timezone)
        found.add(
            "publish_at",
            say(
                "This time has passed: in %(zone)s it is now %(time)s on %(day)s. "
                "Choose a later time, or publish now.",
                zone=planned.timezone,
                time=f"{shown:%H:%M}",
                day=in_words(shown.date()),
            ),
        )
    elif planned.instant.year > datetime.now(UTC).year + 10:
        found.add("publish_at", say("This is more than ten years ahead. Choose an earlier time."))

"""What the calendar's scripts send: places on the plan and acts, read with care. Pure."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from calendar_app.errors import Refused
from calendar_app.languages import say
from calendar_app.planner.asking import day_of
from calendar_app.planner.moving import Where
from calendar_app.planner.stepping import DOINGS, MOST, Act
from calendar_app.posts.drafting import MOST_STREAMS
from calendar_app.times import EARLIEST_YEAR, LATEST_YEAR, TimeProblem, parse_wall, to_utc

if TYPE_CHECKING:
    from collections.abc import Mapping

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# An instant says so itself: with Z or an offset. Anything else is a clock of the calendar.
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_DAYS = re.compile(r"-?[0-9]{1,4}")


def acts(sent: Any, zone: str) -> list[Act]:
    """The acts of `{"acts": [{do, id, version, at | date | days, to, of | streams}]}`. Raises Refused."""
    listed = sent.get("acts") if isinstance(sent, dict) else None
    if not isinstance(listed, list):
        raise Refused({"acts": say("Choose posts first.")})
    return [_act(one, zone) for one in listed[: MOST + 1]]


def where(sent: Mapping[str, Any], zone: str) -> Where:
    """`at`: an instant or a clock of the calendar; else `date`: a day; else `days`: so many further. Raises Refused."""
    if at := str(sent.get("at") or ""):
        return Where(at=_instant(at, zone))
    if day := str(sent.get("date") or ""):
        return Where(day=day_of(day))
    days = str(sent.get("days") or "0")
    if not _DAYS.fullmatch(days):
        raise Refused({"days": say("“%(text)s” is not a number.", text=days[:20])})
    return Where(days=int(days))


def _act(one: Any, zone: str) -> Act:
    sent = one if isinstance(one, dict) else {}
    do, uuid, version = sent.get("do"), str(sent.get("id") or ""), sent.get("version")
    if do not in DOINGS or not UUID.fullmatch(uuid):
        raise Refused({"acts": say("The calendar does not know this step. Load the page again.")})
    if not isinstance(version, int) or not 0 <= version < 10**9:
        raise Refused({"version": say("Say which version of the post you moved. Load the page again.")})
    return Act(do, uuid, version, where(sent, zone), *_streams(do, sent))


def _streams(do: str, sent: Mapping[str, Any]) -> tuple[str, str, tuple[str, ...]]:
    """`to` in the place of `of`, or all of `streams`: handles, which whoever uses them looks for."""
    to, of, listed = str(sent.get("to") or ""), str(sent.get("of") or ""), sent.get("streams")
    streams = tuple(str(one)[:80] for one in listed[:MOST_STREAMS]) if isinstance(listed, list) else ()
    if do == "stream" and not to and not streams:
        raise Refused({"streams": say("Choose at least one stream; the first is the post's home.")})
    return to[:80], of[:80], streams


def _instant(text: str, zone: str) -> datetime:
    try:
        # Of two equal hours the calendar shows one.
        meant = _INSTANT.fullmatch(text)
        found = datetime.fromisoformat(text) if meant else to_utc(parse_wall(text), zone, fold=0)
    except TimeProblem as problem:
        raise Refused({"at": problem.sentence}) from None
    except ValueError:
        raise Refused(
            {
                "at": say(
                    "“%(text)s” does not exist in the calendar. Check the day and the time.", text=text[:40]
                )
            }
        ) from None
    if not EARLIEST_YEAR < found.year < LATEST_YEAR:
        first, last = EARLIEST_YEAR + 1, LATEST_YEAR - 1
        raise Refused({"at": say("Choose a day from %(first)s to %(last)s.", first=first, last=last)})
    return found

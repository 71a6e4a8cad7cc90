"""What the address asks the calendar for: view, day, filters, open post. The address is the whole state."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from calendar_app.errors import Refused
from calendar_app.feeds.entry import one_line
from calendar_app.languages import say
from calendar_app.planner.hours import span as week_span
from calendar_app.planner.month import span as month_span
from calendar_app.planner.plan import CHANGES
from calendar_app.planner.rows import span as rows_span
from calendar_app.times import EARLIEST_YEAR, LATEST_YEAR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.datastructures import MultiDict

    from calendar_app.planner.plan import Lane

VIEWS = ("month", "week", "day", "list", "streams")
# How a list is ordered; the first is what it is unless said otherwise.
SORTS = ("time", "latest", "title", "stream", "state")
# Posts of a plan can be in these, as shown.
STATES = (
    *("draft", CHANGES, "in_review", "approved", "scheduled"),
    *("sending", "published", "delivered", "failed", "unknown", "missed", "withdrawn"),
)
MOST_STREAMS = 200
MOST_TYPED = 100
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Asked:
    """`streams` are handles; None means all. `person` is an author's id, `post` the uuid of the open post.

    `q` is looked for in titles and texts. `sort` orders a list and means nothing elsewhere. `skip`: how many posts
    without a time are left out, because they were on the page before.
    """

    view: str
    day: date
    streams: tuple[str, ...] | None = None
    states: tuple[str, ...] = ()
    person: int | None = None
    post: str | None = None
    page: int = 1
    q: str = ""
    sort: str = SORTS[0]
    skip: int = 0

    @property
    def span(self) -> tuple[date, date]:
        """The days shown: from the first to before the second."""
        if self.view == "month":
            return month_span(self.day)
        if self.view == "week":
            return week_span(self.day)
        if self.view == "day":
            return self.day, self.day + timedelta(days=1)
        if self.view == "streams":
            return rows_span(self.day)
        first = self.day.replace(day=1)
        return first, (first + timedelta(days=32)).replace(day=1)

    @property
    def filtered(self) -> bool:
        return self.streams is not None or bool(self.states) or self.person is not None or bool(self.q)

    @property
    def kept_query(self) -> str:
        """The address without day, page and open post: what a saved view keeps."""
        return re.sub("date=[^&]*&?", "", self.address().partition("?")[2]).rstrip("&")

    @property
    def fields(self) -> list[tuple[str, str]]:
        """Names and values of the address, as a form without scripts sends them along."""
        found = [("view", self.view), ("date", self.day.isoformat())]
        if self.streams is not None:
            found += [("streams", handle) for handle in self.streams or ("",)]
        found += [("states", state) for state in self.states]
        if self.person is not None:
            found.append(("person", str(self.person)))
        return [*found, *([("q", self.q)] if self.q else []), ("sort", self.sort)]

    def address(self, **changes: Any) -> str:
        """The calendar's address with some of it changed; open post and page are left out unless given."""
        asked = replace(self, **{"post": None, "page": 1, "skip": 0, **changes})
        parts = [f"view={asked.view}", f"date={asked.day.isoformat()}"]
        if asked.streams is not None:
            parts.append("streams=" + "+".join(quote(handle, safe="") for handle in asked.streams))
        if asked.states:
            parts.append("states=" + "+".join(asked.states))
        if asked.person is not None:
            parts.append(f"person={asked.person}")
        if asked.q:
            parts.append(f"q={quote(asked.q, safe='')}")
        if asked.view == "list":
            parts.append(f"sort={asked.sort}")
        if asked.page > 1:
            parts.append(f"page={asked.page}")
        if asked.skip:
            parts.append(f"skip={asked.skip}")
        if asked.post is not None:
            parts.append(f"post={asked.post}")
        return "/calendar?" + "&".join(parts)


def asked(args: MultiDict[str, str], today: date, lanes: Sequence[Lane]) -> Asked:
    """Read an address; all streams ticked is the same as none named. Raises Refused with a sentence."""
    view = args.get("view", "month")
    if view not in VIEWS:
        sentence = say(
            "There is no view “%(view)s”. Choose month, week, day, list or streams.", view=view[:20]
        )
        raise Refused({"view": sentence})
    return Asked(
        view,
        day_of(args["date"]) if args.get("date") else today,
        _streams(args, lanes),
        _states(args),
        _number(args, "person"),
        _post(args),
        _number(args, "page") or 1,
        _typed(args),
        _sort(args),
        _number(args, "skip") or 0,
    )


def day_of(text: str) -> date:
    """`2026-12-01` as a date within the years we plan in. Raises Refused."""
    try:
        day = date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None
    except ValueError:
        day = None
    if day is None:
        raise Refused({"date": say("“%(text)s” is not a day. Write it as 2026-12-01.", text=text[:20])})
    if not EARLIEST_YEAR < day.year < LATEST_YEAR:
        first, last = EARLIEST_YEAR + 1, LATEST_YEAR - 1
        raise Refused({"date": say("Choose a day from %(first)s to %(last)s.", first=first, last=last)})
    return day


def _streams(args: MultiDict[str, str], lanes: Sequence[Lane]) -> tuple[str, ...] | None:
    if "streams" not in args:
        return None
    handles = _names(args.getlist("streams"))[:MOST_STREAMS]
    everything = {lane.handle for lane in lanes if not lane.archived}
    return None if handles and set(handles) == everything else handles


def _names(texts: Sequence[str]) -> tuple[str, ...]:
    """`a+b` arrives as `a b`; a form without scripts sends the name several times."""
    return (
        tuple(dict.fromkeys(re.split(r"[\s,+]+", " ".join(texts).strip()))) if "".join(texts).strip() else ()
    )


def _states(args: MultiDict[str, str]) -> tuple[str, ...]:
    states = _names(args.getlist("states"))
    for state in states:
        if state not in STATES:
            sentence = say(
                "There is no state “%(state)s”. Choose from %(names)s.",
                state=state[:20],
                names=", ".join(STATES),
            )
            raise Refused({"states": sentence})
    return states


def _number(args: MultiDict[str, str], name: str) -> int | None:
    text = args.get(name, "")
    if not text:
        return None
    if not re.fullmatch(r"[1-9][0-9]{0,8}", text):
        raise Refused({name: say("“%(text)s” is not a number.", text=text[:20])})
    return int(text)


def _typed(args: MultiDict[str, str]) -> str:
    """What somebody looks for, on one line."""
    return one_line(args.get("q", ""))[:MOST_TYPED].strip()


def _sort(args: MultiDict[str, str]) -> str:
    sort = args.get("sort", SORTS[0])
    if sort not in SORTS:
        sentence = say(
            "A list cannot be sorted by “%(sort)s”. Choose from %(names)s.",
            sort=sort[:20],
            names=", ".join(SORTS),
        )
        raise Refused({"sort": sentence})
    return sort


def _post(args: MultiDict[str, str]) -> str | None:
    text = args.get("post", "")
    if text and not _UUID.fullmatch(text):
        raise Refused({"post": say("This is not the address of a post.")})
    return text or None

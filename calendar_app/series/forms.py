"""The readable form of a series: from what was posted to what `editing` takes, and back to what is shown."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from calendar_app.languages import say_count
from calendar_app.series.checking import kept, time_of
from calendar_app.series.recurrence import write_rule
from calendar_app.streams.rules import WEEKDAYS
from calendar_app.times import to_wall

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from werkzeug.datastructures import MultiDict

    from calendar_app.posts.checking import Findings
    from calendar_app.posts.models import Post
    from calendar_app.series.models import Series
    from calendar_app.series.recurrence import Recurrence
    from calendar_app.streams.rules import Rule

PLAIN = ("first", "time", "timezone", "every", "unit", "on", "end", "count", "until", "short_months", "makes",
         "ahead_days", "own_rule")  # fmt: skip
UNITS = {"day": "DAILY", "week": "WEEKLY", "month": "MONTHLY", "year": "YEARLY"}
BLANK = {"every": "1", "unit": "week", "weekdays": [], "on": "date", "end": "never", "count": "", "until": "",
         "short_months": "skip", "makes": "draft", "ahead_days": 60, "own_rule": ""}  # fmt: skip


def wanted_from(form: MultiDict[str, str]) -> dict[str, Any]:
    """What `checking` reads; a form that was sent whole always says how the series ends."""
    wanted: dict[str, Any] = {
        name: form[name].strip()
        for name in ("first", "time", "timezone", "short_months", "makes", "ahead_days")
        if name in form
    }
    end = form.get("end", "never")
    return {
        **wanted,
        "rule": _rule(form),
        "count": form.get("count", "").strip() or "0" if end == "count" else None,
        "until": form.get("until", "").strip() or "–" if end == "until" else None,
    }


def from_day(
    wanted: Mapping[str, Any], stands: Recurrence, since: date, found: Findings
) -> Mapping[str, Any]:
    """The same for what goes on from this day: a first day left as it was is not its own, and a number of posts is
    that of the whole series, those before this day with it."""
    if wanted.get("first") == stands.first.isoformat():
        wanted = {name: value for name, value in wanted.items() if name != "first"}
    count, before = str(wanted.get("count") or ""), stands.before(since)
    # Whatever else stands there is refused by the check of every field.
    if not count.isdecimal() or not before or int(count) < 1:
        return wanted
    if int(count) <= before:
        found.add(
            "count",
            say_count(
                "%(num)d post comes before that day. Count it as well.",
                "%(num)d posts come before that day. Count them as well.",
                before,
            ),
        )
    return {**wanted, "count": str(int(count) - before)}


def typed_from(form: MultiDict[str, str]) -> dict[str, Any]:
    """What was typed, to be shown again."""
    return {
        **BLANK,
        **{name: form[name] for name in PLAIN if name in form},
        "weekdays": form.getlist("weekdays"),
    }


def typed_for(post: Post, now: datetime) -> dict[str, Any]:
    """A series that begins with this post, weekly unless somebody says otherwise; without a time the next morning."""
    zone = post.timezone or post.home.timezone
    here = to_wall(now, zone)
    morning = here.replace(hour=9, minute=0, second=0, microsecond=0)
    wall = to_wall(post.due_at, zone) if post.due_at else morning + timedelta(days=here >= morning)
    return {
        **BLANK, "first": wall.date().isoformat(), "time": f"{wall:%H:%M}", "timezone": zone,
        "weekdays": [WEEKDAYS[wall.weekday()]],
    }  # fmt: skip


def typed_of(series: Series) -> dict[str, Any]:
    """The form of a series as it stands; days that the form cannot say stand there as they are."""
    made = kept(series)
    end = "count" if made.count is not None else "until" if made.until else "never"
    return {
        **BLANK, **_days_of(made.rule, made.first), "first": made.first.isoformat(), "time": time_of(made),
        "timezone": made.zone, "end": end, "count": made.count or "", "until": made.until or "",
        "short_months": made.short_months, "makes": series.makes, "ahead_days": series.ahead_days,
        "own_rule": re.sub(r";(COUNT|UNTIL)=[^;]*", "", write_rule(made)),
    }  # fmt: skip


def which_in_month(day: date) -> int:
    """The second Tuesday is 2."""
    return (day.day + 6) // 7


def _rule(form: MultiDict[str, str]) -> str:
    unit, every = form.get("unit", ""), form.get("every", "1").strip() or "1"
    if unit == "own":
        return form.get("own_rule", "")
    parts = [f"FREQ={UNITS.get(unit, '')}", f"INTERVAL={every}"]
    if unit == "week" and form.getlist("weekdays"):
        parts.append("BYDAY=" + ",".join(form.getlist("weekdays")))
    try:
        first = date.fromisoformat(form.get("first", ""))
    except ValueError:
        return ";".join(parts)
    if unit == "year":
        parts.append(f"BYMONTH={first.month}")
    if unit in ("month", "year"):
        name = WEEKDAYS[first.weekday()]
        parts.append(
            {
                "last_day": "BYMONTHDAY=-1", "nth": f"BYDAY={which_in_month(first)}{name}", "last": f"BYDAY=-1{name}",
            }.get(form.get("on", ""), f"BYMONTHDAY={first.day}")
        )  # fmt: skip
    return ";".join(parts)


def _days_of(rule: Rule, first: date) -> dict[str, Any]:
    """The fields that say these days, counted from this first day."""
    found: dict[str, Any] = {"every": str(rule.interval), "unit": "own"}
    if rule.frequency == "DAILY" and not rule.months:
        return {**found, "unit": "day"}
    if rule.frequency == "WEEKLY" and not rule.months:
        return {**found, "unit": "week", "weekdays": [WEEKDAYS[day] for _, day in rule.weekdays]}
    on = {
        ((first.day,), ()): "date",
        ((-1,), ()): "last_day",
        ((), ((which_in_month(first), first.weekday()),)): "nth",
        ((), ((-1, first.weekday()),)): "last",
    }.get((rule.month_days, rule.weekdays))
    if on and rule.frequency == "MONTHLY" and not rule.months:
        return {**found, "unit": "month", "on": on}
    if on and rule.months == (first.month,) and (rule.frequency == "YEARLY" or rule.interval == 1):
        return {**found, "unit": "year", "on": on}
    return found

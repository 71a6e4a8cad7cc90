"""The form of a stream: from what was posted to the changes that `editing` takes, and back to what is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calendar_app.streams.cadence import BadCadence, Cadence
from calendar_app.streams.editing import unused_colour
from calendar_app.times import as_written

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

    from calendar_app.people.models import Person
    from calendar_app.streams.models import Stream

TEXTS = (
    "name", "description", "colour", "language", "timezone", "visibility", "public_schedule", "guidelines",
    "responsible", "cadence", "grace_minutes", "approve_again", "near_minutes", "flood_posts", "flood_hours",
    "evergreen_makes", "evergreen_ahead_days", "evergreen_rest_days",
    "template", "checklist", "links_as",
)  # fmt: skip
ONCE = ("handle", "team")
TICKS = ("needs_approval", "others_approve")
# Rows of the form: each name of the JSON with its name in the form.
ROWS = {
    "exceptions": {"first": "exception_first", "last": "exception_last", "times": "exception_times",
                   "note": "exception_note"},
    "pauses": {"first": "pause_first", "last": "pause_last", "note": "pause_note", "told": "pause_told"},
    "quiet_hours": {"since": "quiet_since", "until": "quiet_until"},
}  # fmt: skip


def changes_from(form: MultiDict[str, str], *, new: bool) -> dict[str, Any]:
    """What `make_stream` or `edit_stream` is asked for. A tick that is not sent is a tick taken away."""
    names = (*ONCE, *TEXTS) if new else TEXTS
    changes: dict[str, Any] = {name: form[name] for name in names if name in form}
    changes |= {
        name: rows_in(form, name) for name, fields in ROWS.items() if set(fields.values()) & set(form)
    }
    changes |= {tick: tick in form for tick in TICKS}
    changes["approval_steps"] = form.getlist("approval_step")
    changes["default_accounts"] = form.getlist("default_accounts")
    return changes


def typed_from(form: MultiDict[str, str]) -> dict[str, Any]:
    """What was typed, to be shown again."""
    typed: dict[str, Any] = {name: form.get(name, "") for name in (*ONCE, *TEXTS)}
    return {
        **typed,
        **{name: rows_in(form, name) for name in ROWS},
        **{tick: tick in form for tick in TICKS},
        "approval_steps": form.getlist("approval_step"),
        "default_accounts": form.getlist("default_accounts"),
    }


def typed_of(stream: Stream) -> dict[str, Any]:
    """The form of a stream as it stands."""
    return {
        **{name: getattr(stream, name) for name in TEXTS if hasattr(stream, name)},
        "timezone": as_written(stream.timezone),
        "handle": stream.handle,
        "colour": stream.hue,
        "cadence": words_of(stream),
        "exceptions": [{**one, "times": ", ".join(one["times"])} for one in stream.exceptions],
        "pauses": stream.pauses,
        "quiet_hours": stream.quiet_hours,
        "responsible": stream.responsible_id or "",
        **{tick: getattr(stream, tick) for tick in TICKS},
        "approval_steps": stream.approval_steps or ["editor"],
        "template": stream.template_id or "",
        "default_accounts": [account.id for account in stream.accounts],
    }


def blank(person: Person, *, team_id: int) -> dict[str, Any]:
    """A new stream as it is offered: the colour that fewest have, the person's language and time zone."""
    return {
        **dict.fromkeys((*ONCE, *TEXTS), ""),
        "team": team_id, "colour": unused_colour(), "language": person.locale, "timezone": person.timezone,
        "visibility": "public", "public_schedule": "titles", "links_as": "written", "grace_minutes": 60,
        **dict.fromkeys(TICKS, False),
        "approval_steps": ["editor"], "approve_again": "readers",
        "near_minutes": 30, "flood_posts": 4, "flood_hours": 24, "evergreen_makes": "off",
        "evergreen_ahead_days": 7, "evergreen_rest_days": 90, **{name: [] for name in ROWS},
        "default_accounts": [],
    }  # fmt: skip


def rows_in(form: MultiDict[str, str], name: str) -> list[dict[str, str]]:
    """The rows of the form that hold anything; a choice that is always sent makes no row."""
    fields = ROWS[name]
    columns = [form.getlist(sent) for sent in fields.values()]
    rows = [
        dict(zip(fields, (text.strip() for text in row), strict=True)) for row in zip(*columns, strict=False)
    ]
    return [row for row in rows if any(text for key, text in row.items() if key != "told")]


def words_of(stream: Stream) -> str:
    """The cadence in words that can be typed again; rules that cannot be read any more come back as they are."""
    try:
        return Cadence.from_json(stream.cadence).words
    except BadCadence:
        return "\n".join(map(str, stream.cadence))

"""The form of a stream: from what was posted to the changes that `editing` takes, and back to what is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calendar_app.streams.cadence import BadCadence, Cadence
from calendar_app.streams.editing import unused_colour

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

    from calendar_app.people.models import Person
    from calendar_app.streams.models import Stream

TEXTS = (
    "name", "description", "colour", "language", "timezone", "visibility", "public_schedule", "guidelines",
    "responsible", "cadence", "grace_minutes",
)  # fmt: skip
ONCE = ("handle", "team")


def changes_from(form: MultiDict[str, str], *, new: bool) -> dict[str, Any]:
    """What `make_stream` or `edit_stream` is asked for. A tick that is not sent is a tick taken away."""
    names = (*ONCE, *TEXTS) if new else TEXTS
    changes: dict[str, Any] = {name: form[name] for name in names if name in form}
    changes["needs_approval"] = "needs_approval" in form
    changes["default_accounts"] = form.getlist("default_accounts")
    return changes


def typed_from(form: MultiDict[str, str]) -> dict[str, Any]:
    """What was typed, to be shown again."""
    typed: dict[str, Any] = {name: form.get(name, "") for name in (*ONCE, *TEXTS)}
    return {
        **typed,
        "needs_approval": "needs_approval" in form,
        "default_accounts": form.getlist("default_accounts"),
    }


def typed_of(stream: Stream) -> dict[str, Any]:
    """The form of a stream as it stands."""
    return {
        **{name: getattr(stream, name) for name in TEXTS if hasattr(stream, name)},
        "handle": stream.handle,
        "colour": stream.hue,
        "cadence": words_of(stream),
        "responsible": stream.responsible_id or "",
        "needs_approval": stream.needs_approval,
        "default_accounts": [account.id for account in stream.accounts],
    }


def blank(person: Person, *, team_id: int) -> dict[str, Any]:
    """A new stream as it is offered: the colour that fewest have, the person's language and time zone."""
    return {
        **dict.fromkeys((*ONCE, *TEXTS), ""),
        "team": team_id, "colour": unused_colour(), "language": person.locale, "timezone": person.timezone,
        "visibility": "public", "public_schedule": "titles", "grace_minutes": 60, "needs_approval": False,
        "default_accounts": [],
    }  # fmt: skip


def words_of(stream: Stream) -> str:
    """The cadence in words that can be typed again; rules that cannot be read any more come back as they are."""
    try:
        return Cadence.from_json(stream.cadence).words
    except BadCadence:
        return "\n".join(stream.cadence)

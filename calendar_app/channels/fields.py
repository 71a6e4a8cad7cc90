"""What a person typed to connect an account, checked before the adapter sees it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calendar_app.languages import both, grouped, say
from calendar_app.posts.checking import line
from calendar_app.posts.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from calendar_app.channels.adapter import Adapter, Field
    from calendar_app.posts.checking import Findings

LONGEST_NAME = 120
# As the stream of the post says, or always as they are written.
LINKS_AS = ("stream", "written")


def name(value: Any, found: Findings) -> str:
    """The account's own name, on one line."""
    text = line(value, "name", LONGEST_NAME, found)
    if not text:
        found.add("name", say("Give the account a name, such as City website."))
    return text


def links_as(value: Any, found: Findings) -> str:
    """How links leave for the account."""
    if value not in LINKS_AS:
        found.add("links_as", say("Choose how links leave."))
    return str(value)


def settings(adapter: Adapter, values: Any, found: Findings) -> dict[str, str]:
    """The settings that were given, as trimmed text; a name the channel does not know is told in `found`."""
    given = _texts("settings", [field for field in adapter.fields if not field.secret], values, found)
    return {name: value or "" for name, value in given.items()}


def secrets(adapter: Adapter, values: Any, found: Findings) -> dict[str, str | None]:
    """The secrets that were given: text, or None for "make a new one". Those left empty are left out."""
    given = _texts("secrets", [field for field in adapter.fields if field.secret], values, found)
    return {name: value for name, value in given.items() if value != ""}


def _texts(group: str, known: Sequence[Field], values: Any, found: Findings) -> dict[str, str | None]:
    if values is None:
        return {}
    if not isinstance(values, dict):
        found.add(group, say("Give the fields by name, each with its text."))
        return {}
    longest = {field.name: field.longest for field in known}
    return {
        key: _text(f"{group}.{key}", value, longest[key], found)
        for key, value in _known(group, set(longest), values, found).items()
    }


def _known(group: str, known: set[str], values: Mapping[Any, Any], found: Findings) -> dict[str, Any]:
    for key in values.keys() - known:
        names = both(sorted(known))
        offer = say("It has %(names)s.", names=names) if known else say("It needs none.")
        sentence = say("This channel has no such field.")
        found.add(f"{group}.{str(key)[:60]}", f"{sentence} {offer}")
    return {str(key): value for key, value in values.items() if key in known}


def _text(where: str, value: Any, longest: int, found: Findings) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        found.add(where, say("Write this as text."))
        return ""
    text = clean(value).strip()
    if len(text) > longest:
        sentence = say(
            "This is %(count)s characters long; %(most)s fit. Shorten it.",
            count=grouped(len(text)), most=grouped(longest),
        )  # fmt: skip
        found.add(where, sentence)
    return text

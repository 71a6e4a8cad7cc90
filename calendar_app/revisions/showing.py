"""Two revisions side by side in words: a line for every part of the post that differs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from calendar_app.channels.models import Account
from calendar_app.extensions import db
from calendar_app.languages import language_name, say
from calendar_app.revisions.comparing import MOST_IN_ALL, Part, Patience, compare

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True)
class Change:
    """`parts` where words changed, else what it was and what it is, in short."""

    label: str
    parts: tuple[Part, ...] = ()
    before: str = ""
    after: str = ""


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """In the order of the composer."""
    return [one for one in _all(before, after) if one.parts or one.before != one.after]


def _all(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    text = partial(_text, Patience(MOST_IN_ALL))
    yield text(say("Title"), old["title"], new["title"])
    yield text(say("Text"), old["text"], new["text"])
    names = _account_names({*old["variants"], *new["variants"], *map(str, _own(old)), *map(str, _own(new))})
    for number in sorted({*old["variants"], *new["variants"]}, key=lambda one: names.get(one, one)):
        label = say("Own text for %(name)s", name=names.get(number, number))
        yield text(label, _variant(old, number), _variant(new, number))
    others = _translations(old), _translations(new)
    for code in sorted({*others[0], *others[1]}):
        then, now = (one.get(code, {}) for one in others)
        yield text(
            say("Title in %(name)s", name=language_name(code)), then.get("title", ""), now.get("title", "")
        )
        yield text(
            say("Text in %(name)s", name=language_name(code)), then.get("text", ""), now.get("text", "")
        )
        yield text(
            say("First comment in %(name)s", name=language_name(code)),
            then.get("first_comment", ""),
            now.get("first_comment", ""),
        )
        yield text(say("Pictures in %(name)s", name=language_name(code)), _alts(then), _alts(now))
    yield text(say("First comment"), old.get("first_comment", ""), new.get("first_comment", ""))
    yield _short(say("Streams"), ", ".join(old["streams"]), ", ".join(new["streams"]))
    yield _short(say("Places"), _places(old, names), _places(new, names))
    yield _short(say("Link"), old["link"], new["link"])
    yield _short(say("Language"), old["language"], new["language"])
    yield _short(say("Kind"), _kind(old), _kind(new))
    yield _short(say("Event"), _event(old), _event(new))
    yield text(say("Pictures"), _pictures(old), _pictures(new))
    yield text(say("Checklist"), "\n".join(old.get("ticked", ())), "\n".join(new.get("ticked", ())))
    yield _short(say("When"), _when(old), _when(new))


def _text(patience: Patience, label: str, old: str, new: str) -> Change:
    return Change(label, tuple(compare(old, new, patience))) if old != new else Change(label)


def _short(label: str, old: str, new: str) -> Change:
    return Change(label, before=old, after=new)


def _variant(values: Mapping[str, Any], number: str) -> str:
    return str((values["variants"].get(number) or {}).get("text") or "")


def _alts(words: Mapping[str, Any]) -> str:
    return "\n".join(f"{number}: {text}" for number, text in (words.get("alts") or {}).items())


def _translations(values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Older revisions have none."""
    return values.get("translations") or {}


def _own(values: Mapping[str, Any]) -> list[int]:
    return values["accounts"] or []


def _places(values: Mapping[str, Any], names: Mapping[str, str]) -> str:
    if values["accounts"] is None:
        return say("Where the streams go")
    return ", ".join(names.get(str(one), str(one)) for one in values["accounts"]) or "–"


def _kind(values: Mapping[str, Any]) -> str:
    words = {
        "useful": say("useful"),
        "news": say("news"),
        "question": say("question"),
        "promotion": say("promotion"),
    }
    return words.get(values["kind"], str(values["kind"]))


def _event(values: Mapping[str, Any]) -> str:
    event = values["event"] or {}
    named = (event.get(name) for name in ("starts_at", "ends_at", "timezone", "location"))
    return ", ".join(str(one).replace("T", " ") for one in named if one)


def _pictures(values: Mapping[str, Any]) -> str:
    """One a line: its number, the part and the point that are shown, where it is not all of it, and its words."""
    return "\n".join(f"{one['media']}{_part(one)}: {one['alt']}" for one in values["pictures"])


def _part(one: Mapping[str, Any]) -> str:
    focus = (one.get("focus_x") or 0, one.get("focus_y") or 0)
    told = [*filter(None, [str(one.get("crop") or "")]), *(map(str, focus) if any(focus) else ())]
    return f" ({' '.join(told)})" if told else ""


def _when(values: Mapping[str, Any]) -> str:
    return f"{values['publish_at'].replace('T', ' ')}, {values['timezone']}" if values["publish_at"] else ""


def _account_names(numbers: set[str]) -> dict[str, str]:
    ids = [int(one) for one in numbers if one.isdecimal()]
    rows = db.session.execute(sa.select(Account.id, Account.name).where(Account.id.in_(ids)))
    return {str(row.id): row.name for row in rows}

"""What a team may do with a picture: its own, or licensed, perhaps until a day, perhaps with a name to be told."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from calendar_app.languages import in_words, language_name, say, say_later
from calendar_app.media.models import CREDIT_LIMIT, RIGHTS
from calendar_app.posts import checking
from calendar_app.times import to_wall

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from calendar_app.media.models import Medium
    from calendar_app.posts.checking import Findings
    from calendar_app.posts.models import Post

UNCLEAR = say_later("Nobody has said yet what you may do with this picture. Choose its rights.")
WORDLESS = say_later("Say in a sentence what the picture shows. Your team plans no picture without words.")
UNTIL = re.compile(r"licensed until (\d{4}-\d{2}-\d{2})", re.IGNORECASE)


def rights_of(medium: Medium) -> str:
    """As pages speak of them: `unknown` while nobody has said."""
    return "unknown" if medium.unclear else medium.rights


def checked(given: Mapping[str, Any], found: Findings, name: str = "") -> dict[str, Any]:
    """The columns `rights`, `unclear`, `licensed_until` and `credit`, from those that are given.

    Sentences go to `<name>.rights` and so on, or all to `name` where it has no dot of its own.
    """
    at = f"{name}." if name else ""
    columns: dict[str, Any] = {}
    if "rights" in given:
        columns["rights"] = str(given["rights"] or "own")
        columns["unclear"] = columns["rights"] == "unknown"
        if columns["unclear"]:
            columns["rights"] = "licensed"
        if columns["rights"] not in RIGHTS:
            found.add(f"{at}rights", say("Say whether the picture is your own or licensed."))
    if "licensed_until" in given:
        columns["licensed_until"] = _day(given["licensed_until"], f"{at}licensed_until", found)
    if "credit" in given:
        columns["credit"] = checking.line(given["credit"], f"{at}credit", CREDIT_LIMIT, found)
    if columns.get("rights") == "own":
        columns["licensed_until"] = ""
    return columns


def in_short(text: str) -> dict[str, str]:
    """Rights in one line, as programs send them: `own`, `licensed`, `licensed until 2026-12-31`.

    Whatever else is said is kept as the line that names whose it is.
    """
    said = text.strip()
    if said.lower() in {"", *RIGHTS}:
        return {"rights": said.lower() or "own"}
    if until := UNTIL.fullmatch(said):
        return {"rights": "licensed", "licensed_until": until[1]}
    return {"rights": "licensed", "credit": said}


def lapsed(post: Post, at: datetime) -> dict[str, str]:
    """For each picture whose licence ends before the post goes out: a sentence, by the name of its field."""
    day = to_wall(at, post.timezone or "UTC").date()
    return {
        f"pictures.{row.media_id}": _sentence(row.medium) for row in post.pictures if ended(row.medium, day)
    }


def hindrances(post: Post, at: datetime) -> dict[str, str]:
    """All that keeps the pictures of a post from going out at `at`, a sentence each by the name of its field."""
    unclear = {f"pictures.{row.media_id}": say(UNCLEAR) for row in post.pictures if row.medium.unclear}
    found = {**lapsed(post, at), **unclear}
    if post.team.needs_alt:
        found |= wordless(post.pictures, {row.language: row for row in post.translations})
    return found


def wordless(pictures: Sequence[Any], translations: Mapping[str, Any]) -> dict[str, str]:
    """Pictures without words in a language that goes out; `pictures` have a `media_id` and `alt`.

    `translations` by language, with `title`, `text` and `alts`.
    """
    found = {f"pictures.{one.media_id}.alt": say(WORDLESS) for one in pictures if not one.alt}
    for code, said in translations.items():
        silent = (one.media_id for one in pictures if not (said.alts or {}).get(str(one.media_id)))
        if said.title or said.text:
            found |= {f"translations.{code}.alts.{number}": _wordless_in(code) for number in silent}
    return found


def _wordless_in(code: str) -> str:
    return say(
        "Say in %(language)s as well what the picture shows. Your team plans no picture without words.",
        language=language_name(code),
    )


def ended(medium: Medium, day: date) -> bool:
    """Whether the licence has ended before this day; its last day still counts."""
    return (
        medium.rights == "licensed"
        and bool(medium.licensed_until)
        and medium.licensed_until < day.isoformat()
    )


def _sentence(medium: Medium) -> str:
    return say(
        "This picture is licensed until %(day)s, and the post goes out later. "
        "Take it out, choose an earlier time, or correct its rights.",
        day=in_words(date.fromisoformat(medium.licensed_until)),
    )


def _day(value: Any, name: str, found: Findings) -> str:
    text = str(value or "").strip()
    try:
        if not text or (re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) and date.fromisoformat(text)):
            return text
    except ValueError:
        pass
    found.add(name, say("Write the last day of the licence as 2026-12-31, or leave it empty."))
    return ""

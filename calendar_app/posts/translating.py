"""The same post in further languages: which translations it shall have, checked, and put beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calendar_app.languages import say
from calendar_app.posts import checking
from calendar_app.posts.models import TEXT_LIMIT, TITLE_LIMIT, Translation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calendar_app.posts.checking import Findings
    from calendar_app.posts.models import Post

# The post's own among them.
MOST_LANGUAGES = 10


def wanted(
    post: Post, given: Mapping[str, Mapping[str, Any] | None], own: str, found: Findings
) -> dict[str, tuple[str, str]]:
    """Title and text by language, of all that the post will have; those that are not `given` stay.

    `given` by language: title and text, of which what is left out stays; None, or nothing in both, takes it away.
    `own` is the post's language as it will be.
    """
    kept = {row.language: (row.title, row.text) for row in post.translations}
    for code, words in given.items():
        title, text = kept.pop(code, ("", ""))
        if words is None:
            continue
        title = checking.line(words.get("title", title), f"translations.{code}.title", TITLE_LIMIT, found)
        text = checking.prose(words.get("text", text), f"translations.{code}.text", TEXT_LIMIT, found)
        if not title and not text.strip():
            continue
        if not checking.LANGUAGE.fullmatch(code) or len(code) > 16:
            found.add(f"translations.{code[:40]}", say("Write the language as a code such as en, nb or sv."))
        kept[code] = (title, text)
    if own in kept:
        found.add(
            f"translations.{own}" if own in given else "language",
            say("The post is in this language itself. Take its translation out first, or choose another."),
        )
    if len(kept) >= MOST_LANGUAGES:
        found.add("translations", say("A post has %(most)s languages at most.", most=MOST_LANGUAGES))
    return kept


def put(post: Post, words: Mapping[str, tuple[str, str]]) -> None:
    """These, and no others."""
    held = {row.language: row for row in post.translations}
    for code, (title, text) in words.items():
        if code in held:
            held[code].title, held[code].text = title, text
        else:
            post.translations.append(Translation(language=code, title=title, text=text))
    for code in held.keys() - words.keys():
        post.translations.remove(held[code])
    post.translations.sort(key=lambda row: row.language)


def translation_values(post: Post) -> dict[str, dict[str, str]]:
    """By language, as the composer and the API show them."""
    return {row.language: {"title": row.title, "text": row.text} for row in post.translations}


def changed(
    given: Mapping[str, Mapping[str, str]], since: Mapping[str, Mapping[str, str]]
) -> dict[str, Mapping[str, str] | None]:
    """What leads from those to these, as `wanted` takes it."""
    filled = {code: one for code, one in given.items() if one["title"].strip() or one["text"].strip()}
    gone = {code: None for code in since if code not in filled}
    return {**{code: one for code, one in filled.items() if one != since.get(code)}, **gone}

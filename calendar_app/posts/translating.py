"""The same post in further languages: which translations it shall have, checked, and put beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from calendar_app.languages import say
from calendar_app.media.models import ALT_LIMIT
from calendar_app.posts import checking
from calendar_app.posts.models import TEXT_LIMIT, TITLE_LIMIT, Translation

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from calendar_app.posts.checking import Findings
    from calendar_app.posts.models import Post

# The post's own among them.
MOST_LANGUAGES = 10


class Said(NamedTuple):
    """What a translation says. `alts` by the number of the picture, as text; empty ones are left out.

    Without title and text it is kept for whoever writes it, and readers do not see it (see `wording.py`).
    """

    title: str = ""
    text: str = ""
    first_comment: str = ""
    alts: Mapping[str, str] = {}

    @property
    def says_nothing(self) -> bool:
        return not (self.title or self.text.strip() or self.first_comment.strip() or self.alts)


def wanted(
    post: Post,
    given: Mapping[str, Mapping[str, Any] | None],
    own: str,
    found: Findings,
    *,
    pictures: Collection[int],
) -> dict[str, Said]:
    """What is said by language, of all that the post will have; those that are not `given` stay.

    `given` by language: `{title, text, first_comment, alts: {number: words}}`, of which what is left out stays; None,
    or nothing in all of them, takes it away. `own` is the post's language as it will be, `pictures` are the numbers
    of its pictures as they will be: words for others are left out.
    """
    kept = {row.language: _of(row) for row in post.translations}
    for code, words in given.items():
        before = kept.pop(code, Said())
        if words is None:
            continue
        said = _checked(words, before, f"translations.{code}", found)
        if said.says_nothing:
            continue
        if not checking.LANGUAGE.fullmatch(code) or len(code) > 16:
            found.add(f"translations.{code[:40]}", say("Write the language as a code such as en, nb or sv."))
        kept[code] = said
    if own in kept:
        found.add(
            f"translations.{own}" if own in given else "language",
            say("The post is in this language itself. Take its translation out first, or choose another."),
        )
    if len(kept) >= MOST_LANGUAGES:
        found.add("translations", say("A post has %(most)s languages at most.", most=MOST_LANGUAGES))
    return {code: said._replace(alts=_of_pictures(said.alts, pictures)) for code, said in kept.items()}


def put(post: Post, words: Mapping[str, Said]) -> None:
    """These, and no others."""
    held = {row.language: row for row in post.translations}
    for code, said in words.items():
        if code not in held:
            held[code] = Translation(language=code)
            post.translations.append(held[code])
        row = held[code]
        row.title, row.text, row.first_comment, row.alts = (
            said.title,
            said.text,
            said.first_comment,
            {**said.alts},
        )
    for code in held.keys() - words.keys():
        post.translations.remove(held[code])
    post.translations.sort(key=lambda row: row.language)


def rows_of(given: Mapping[str, Mapping[str, Any]]) -> list[Translation]:
    """As a page shows them that is being written, whether they fit or not."""
    return [
        Translation(
            language=code, title=words.get("title", ""), text=words.get("text", "")[:TEXT_LIMIT],
            first_comment=words.get("first_comment", "")[:TEXT_LIMIT], alts=dict(words.get("alts") or {}),
        )
        for code, words in given.items()
    ]  # fmt: skip


def translation_values(post: Post) -> dict[str, dict[str, Any]]:
    """By language, as the composer and the API show them."""
    return {row.language: {**_of(row)._asdict(), "alts": dict(row.alts or {})} for row in post.translations}


def seen_by_readers(post: Post) -> dict[str, list[Any]]:
    """By language, without what only other places are sent."""
    return {row.language: [row.title, row.text, dict(row.alts or {})] for row in post.translations}


def changed(
    given: Mapping[str, Mapping[str, Any]], since: Mapping[str, Mapping[str, Any]]
) -> dict[str, Mapping[str, Any] | None]:
    """What leads from those to these, as `wanted` takes it. What older revisions do not know is nothing."""
    full = {code: _full(one) for code, one in given.items()}
    filled = {code: said for code, said in full.items() if not said.says_nothing}
    gone = {code: None for code in since if code not in filled}
    news = {
        code: one._asdict() for code, one in filled.items() if code not in since or one != _full(since[code])
    }
    return {**news, **gone}


def _of(row: Translation) -> Said:
    return Said(row.title, row.text, row.first_comment or "", row.alts or {})


def _checked(words: Mapping[str, Any], before: Said, name: str, found: Findings) -> Said:
    given = {part: words.get(part, getattr(before, part)) for part in Said._fields}
    alts = {
        str(number): checking.line(text, f"{name}.alts.{number}", ALT_LIMIT, found)
        for number, text in (given["alts"] or {}).items()
    }
    return Said(
        checking.line(given["title"], f"{name}.title", TITLE_LIMIT, found),
        checking.prose(given["text"], f"{name}.text", TEXT_LIMIT, found),
        checking.prose(given["first_comment"], f"{name}.first_comment", checking.COMMENT_LIMIT, found),
        {number: text for number, text in alts.items() if text},
    )


def _of_pictures(alts: Mapping[str, str], shown: Collection[int]) -> dict[str, str]:
    return {number: alts[number] for number in map(str, sorted(shown)) if number in alts}


def _full(one: Mapping[str, Any]) -> Said:
    alts = {str(number): text for number, text in (one.get("alts") or {}).items() if str(text or "").strip()}
    title, text, comment = (str(one.get(part) or "") for part in ("title", "text", "first_comment"))
    return Said(title if title.strip() else "", text, comment, alts)

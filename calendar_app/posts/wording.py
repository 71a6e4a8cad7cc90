"""A post in the language that somebody reads: its own words, or those of a translation. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from calendar_app.languages import KIN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from calendar_app.posts.models import Post


class Words(NamedTuple):
    """What a post says in one language."""

    uuid: str
    title: str
    text: str
    language: str


def all_words(post: Post) -> list[Words]:
    """Its own first, then its translations by language."""
    own = Words(post.uuid, post.title, post.text, post.language)
    return [own, *(Words(post.uuid, row.title, row.text, row.language) for row in post.translations)]


def in_language(post: Post, wanted: str) -> Words:
    """Where there is nothing in this language, or none is wanted, its own words."""
    offered = all_words(post)
    return _fitting(offered, wanted) or offered[0]


def for_reader(post: Post, asked: str, accepted: Iterable[str]) -> Words:
    """What was `asked` for by its code, else the first of the `accepted` languages that there is."""
    offered = all_words(post)
    exact = next((one for one in offered if one.language.lower() == asked.lower()), None)
    fitting = (found for language in accepted if (found := _fitting(offered, language)))
    return exact or next(fitting, offered[0])


def _fitting(offered: list[Words], wanted: str) -> Words | None:
    """The very language, else one that differs only in its country, or is as good as it (`no` and `nb`)."""
    exact = (one for one in offered if one.language.lower() == wanted.lower())
    near = (one for one in offered if wanted and _main(one.language) == _main(wanted))
    return next(exact, None) or next(near, None)


def _main(language: str) -> str:
    main = language.lower().partition("-")[0]
    return KIN.get(main, main)

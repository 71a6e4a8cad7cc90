"""A post in the language that somebody reads: its own words, or those of a translation. Pure."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from calendar_app.languages import KIN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from calendar_app.media.models import PostPicture
    from calendar_app.posts.models import Post, Translation


NOTHING: Mapping[str, str] = MappingProxyType({})


class Words(NamedTuple):
    """What a post says in one language.

    `alts` by the number of the picture, as text, where they are not the post's own. `first_comment` is the post's
    own where a translation has none.
    """

    uuid: str
    title: str
    text: str
    language: str
    first_comment: str = ""
    alts: Mapping[str, str] = NOTHING

    def alt(self, picture: PostPicture) -> str:
        """The words for this picture: in this language, else the post's own."""
        return self.alts.get(str(picture.media_id)) or picture.alt

    def alt_language(self, picture: PostPicture, own: str) -> str:
        """The language of what `alt` gives; `own` is that of the post."""
        return self.language if self.alts.get(str(picture.media_id)) else own


def all_words(post: Post) -> list[Words]:
    """Its own first, then its translations by language; one without title and text is none."""
    comment = post.first_comment or ""
    own = Words(post.uuid, post.title, post.text, post.language, comment)
    said = (row for row in post.translations if row.title or row.text)
    return [own, *(_words(post, row, comment) for row in said)]


def in_language(post: Post, *wanted: str) -> Words:
    """In the first of these languages that it has; where it has none of them, or none is wanted, its own words."""
    offered = all_words(post)
    return next(filter(None, (_fitting(offered, language) for language in wanted)), offered[0])


def for_reader(post: Post, asked: str, accepted: Iterable[str]) -> Words:
    """What was `asked` for by its code, else the first of the `accepted` languages that there is."""
    offered = all_words(post)
    exact = next((one for one in offered if one.language.lower() == asked.lower()), None)
    fitting = (found for language in accepted if (found := _fitting(offered, language)))
    return exact or next(fitting, offered[0])


def _words(post: Post, row: Translation, comment: str) -> Words:
    return Words(
        post.uuid, row.title, row.text, row.language, row.first_comment or comment, row.alts or NOTHING
    )


def nearest(offered: Sequence[str], wanted: str) -> str | None:
    """The very language, else one that differs only in its country, or is as good as it (`no` and `nb`)."""
    exact = (one for one in offered if one.lower() == wanted.lower())
    near = (one for one in offered if wanted and _main(one) == _main(wanted))
    return next(exact, None) or next(near, None)


def _fitting(offered: list[Words], wanted: str) -> Words | None:
    found = nearest([one.language for one in offered], wanted)
    return next((one for one in offered if one.language == found), None)


def _main(language: str) -> str:
    main = language.lower().partition("-")[0]
    return KIN.get(main, main)

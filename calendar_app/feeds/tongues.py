"""Feeds in a language of the reader's choice: `?lang=nb`. Which there are, and which one an address asks for.

A language that no post of a feed has is left aside, as is nonsense: calendar programs switch an address off that
answers with an error, and the posts would be told in their own language all the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import sqlalchemy as sa

from calendar_app.extensions import db
from calendar_app.feeds.knowing import known
from calendar_app.posts.checking import LANGUAGE
from calendar_app.posts.models import Post, PostStream, Translation
from calendar_app.posts.wording import nearest
from calendar_app.streams.models import Stream

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

LONGEST = 16


def asked_language(query: str) -> str:
    """The language that a query string asks for, in small letters; empty where it asks for none, or for nonsense. Pure.

    The shelf and the view both read it here: what one understands the other must as well.
    """
    if not query:
        return ""
    said = next((value for name, value in parse_qsl(query, errors="replace") if name == "lang"), "").lower()
    return said if len(said) <= LONGEST and LANGUAGE.fullmatch(said) else ""


def offered(streams: Iterable[Stream]) -> list[str]:
    """The languages in which the published posts of these streams can be read, where there is a choice at all."""
    return sorted({code for codes in offered_by(streams).values() for code in codes})


def offered_by(streams: Iterable[Stream]) -> dict[int, Collection[str]]:
    """The same for each stream, by its id. A post without a translation offers no choice and is not asked."""
    return known("languages", streams, _read)


def _read(stream_ids: Collection[int]) -> dict[int, Collection[str]]:
    rows = db.session.execute(
        sa.select(PostStream.stream_id, Post.language, Translation.language)
        .join(Post, Post.id == PostStream.post_id)
        .join(Translation, Translation.post_id == Post.id)
        .where(PostStream.stream_id.in_(stream_ids), Post.state == "published", _says_something())
        .distinct()
    )
    found: dict[int, set[str]] = {number: set() for number in stream_ids}
    for stream_id, own, other in rows:
        found[stream_id].update({own, other})
    return {number: frozenset(codes) for number, codes in found.items()}


def chosen(streams: Sequence[Stream], asked: str) -> str:
    """Of the languages that these streams offer the one that was asked for, or is as good as it; else nothing."""
    return (nearest(offered(streams), asked) or "") if asked else ""


def told_otherwise(post_ids: Sequence[int], form: str, languages: Sequence[str]) -> dict[int, str]:
    """Which of these posts are told in another language than the part that all feeds share, and in which.

    `languages`: the first that a post has counts. In shared parts a post speaks as its home stream does, in those for
    its team in its own language.
    """
    if not languages or not post_ids:
        return {}
    homes = sa.and_(PostStream.stream_id == Stream.id, PostStream.position == 0)
    home = Post.language if form == "team" else Stream.language
    question = (
        sa.select(Post.id, Post.language, home.label("home"), Translation.language.label("other"))
        .join(PostStream, PostStream.post_id == Post.id)
        .join(Stream, homes)
        .join(Translation, Translation.post_id == Post.id)
        .where(Post.id.in_(post_ids), _says_something())
        .order_by(Post.id, Translation.language)
    )
    if len(languages) == 1:
        question = question.where(home != languages[0])
    spoken: dict[int, list[str]] = {}
    homes_of: dict[int, str] = {}
    for row in db.session.execute(question):
        spoken.setdefault(row.id, [row.language]).append(row.other)
        homes_of[row.id] = row.home
    told = {
        number: next(filter(None, (nearest(codes, wanted) for wanted in languages)), "")
        for number, codes in spoken.items()
    }
    shared = {number: nearest(codes, homes_of[number]) or codes[0] for number, codes in spoken.items()}
    return {number: code for number, code in told.items() if code and code != shared[number]}


def _says_something() -> sa.ColumnElement[bool]:
    return sa.or_(Translation.title != "", Translation.text != "")

"""What can be followed in the text of a post: links, tags, mentions, each by its bytes in UTF-8. Pure.

https://docs.bsky.app/docs/advanced-guides/post-richtext
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from calendar_app.channels import graphemes
from calendar_app.channels.adapter import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    Facet = dict[str, Any]

FACET = "app.bsky.richtext.facet"
LONGEST_TAG = 64
LONGEST_TAG_BYTES = 640

_LINK = re.compile(r"https?://[^\s<>\"“”«»]+", re.IGNORECASE)
_TAG = re.compile(r"(?<![^\s(\[«“\"])[#＃]([^\s#＃]+)")
_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
# https://atproto.com/specs/handle: the last label begins with a letter.
_MENTION = re.compile(
    rf"(?<![^\s(\[«“\"])@((?:{_LABEL}\.)+[a-zA-Z](?:[a-zA-Z0-9-]{{0,61}}[a-zA-Z0-9])?)(?![\w@-]|\.\w)"
)
HANDLE = re.compile(rf"(?:{_LABEL}\.)+[a-zA-Z](?:[a-zA-Z0-9-]{{0,61}}[a-zA-Z0-9])?")
LONGEST_HANDLE = 253


def links_and_tags(text: str) -> list[Facet]:
    """The facets that the text alone decides, in their order; a tag inside an address is none."""
    found = [*_links(text), *_tags(text)]
    return sorted(found, key=lambda facet: int(facet["index"]["byteStart"]))


def mentions(text: str) -> list[dict[str, Any]]:
    """`{"handle", "byteStart", "byteEnd"}` of each @handle.example; whose they are is asked when it is sent."""
    return [
        {"handle": found[1].lower(), **_slice(text, found.start(), found.end())}
        for found in _MENTION.finditer(text)
        if len(found[1]) <= LONGEST_HANDLE
    ]


def with_mentions(
    facets: Sequence[Facet], named: Sequence[Mapping[str, Any]], dids: Mapping[str, str]
) -> list[Facet]:
    """All facets of a text in their order. A handle that nobody has stays plain text."""
    known = [
        _facet(
            {"byteStart": one["byteStart"], "byteEnd": one["byteEnd"]},
            "mention", did=dids[one["handle"]],
        )
        for one in named
        if dids.get(one["handle"])
    ]  # fmt: skip
    return sorted([*facets, *known], key=lambda facet: int(facet["index"]["byteStart"]))


def spans(text: str, facets: Sequence[Facet], named: Sequence[Mapping[str, Any]]) -> tuple[Span, ...]:
    """The same by characters, for people; whether somebody has a mentioned handle is known when it is sent."""
    whole = text.encode()
    found = [(one["index"], one["features"][0]["$type"].rpartition("#")[2]) for one in facets]
    found += [(one, "mention") for one in named]
    return tuple(
        sorted(
            Span(len(whole[: at["byteStart"]].decode()), len(whole[: at["byteEnd"]].decode()), kind)
            for at, kind in found
        )
    )


def _links(text: str) -> Iterator[Facet]:
    for found in _LINK.finditer(text):
        address = _without_what_follows(found[0])
        if address.partition("://")[2]:
            yield _facet(_slice(text, found.start(), found.start() + len(address)), "link", uri=address)


def _tags(text: str) -> Iterator[Facet]:
    for found in _TAG.finditer(text):
        tag = _without_marks_at_end(found[1])
        if tag and not tag.isdecimal() and _fits(tag):
            yield _facet(_slice(text, found.start(), found.start() + 1 + len(tag)), "tag", tag=tag)


def _without_what_follows(address: str) -> str:
    """An address ends before the full stop of its sentence, and before a bracket that it did not open."""
    while address:
        last = address[-1]
        opened = {")": "(", "]": "["}.get(last)
        if opened is None and last not in ".,;:!?'’…*_":
            break
        if opened is not None and address.count(opened) >= address.count(last):
            break
        address = address[:-1]
    return address


def _without_marks_at_end(tag: str) -> str:
    while tag and unicodedata.category(tag[-1]).startswith("P"):
        tag = tag[:-1]
    return tag


def _fits(tag: str) -> bool:
    return len(tag.encode()) <= LONGEST_TAG_BYTES and graphemes.count(tag) <= LONGEST_TAG


def _slice(text: str, start: int, end: int) -> dict[str, int]:
    begin = len(text[:start].encode())
    return {"byteStart": begin, "byteEnd": begin + len(text[start:end].encode())}


def _facet(index: Mapping[str, int], kind: str, **what: str) -> Facet:
    return {"index": dict(index), "features": [{"$type": f"{FACET}#{kind}", **what}]}

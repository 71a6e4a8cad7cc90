"""CommonMark as posts use it: read into tokens within limits, written as HTML. `text` is its door."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from markdown_it.rules_block import blockquote
from markdown_it.token import Token

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from markdown_it.rules_block import StateBlock

# Work grows with length times depth, and the parser drops what lies deeper.
DEEPEST = 10
# Quotes that swallow the lines after them are read over and over: 100 kB can take the parser a minute.
MOST_LOOKS = 100_000
LONGEST_ADDRESS = 2_000
# A reference defined once can be used thousands of times: the sum of all addresses is what would blow up.
MOST_ADDRESSES = 500_000

ALLOWED = re.compile(r"(?:https?://|mailto:)[^\s/?#]", re.IGNORECASE)
_BARE = re.compile(rf"(?<![\w/@.-])https?://[^\s<>\"`]{{1,{LONGEST_ADDRESS - 10}}}+(?![^\s<>\"`])")


class _Reader(MarkdownIt):
    def validateLink(self, url: str) -> bool:
        """Every link is read; `_allowed` then decides, so that a refused one can be shown as typed."""
        return True


class _TooMuch(Exception):
    pass


def _counted(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """The rule for quotes, which is asked at every line at every depth, and so can count the work."""
    state.env["looks"] = state.env.get("looks", 0) + 1
    if state.env["looks"] > MOST_LOOKS:
        raise _TooMuch
    return blockquote(state, start, end, silent)


_READER = _Reader("commonmark", {"html": False, "breaks": True, "maxNesting": DEEPEST})
_READER.block.ruler.at("blockquote", _counted, {"alt": ["paragraph", "reference", "blockquote", "list"]})


def parsed(text: str) -> list[Token] | None:
    """The tokens of `text`, or None where it nests deeper, winds more or links more than can be shown.

    Links lead only to http, https and mailto, bare addresses are links, an image is its words,
    headings are h3 to h6 (h1 belongs to the page, h2 to its parts).
    """
    try:
        tokens = _READER.parse(text)
    except _TooMuch:
        return None
    if _exceeds(tokens):
        return None
    for token in tokens:
        if token.type == "inline":
            token.children = list(_bare_linked(_allowed(_worded(token.children or ()))))
        elif token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + 2, 6)}"
    return tokens


def rendered(tokens: Sequence[Token]) -> str:
    """HTML of `tokens`; sanitise it before anybody sees it."""
    markup: str = _READER.renderer.render(tokens, _READER.options, {})
    return markup


def _exceeds(tokens: Sequence[Token]) -> bool:
    inline = [child for token in tokens for child in token.children or ()]
    addresses = sum(len(str(token.attrs["href"])) for token in inline if token.type == "link_open")
    return (
        addresses > MOST_ADDRESSES
        or any(token.level >= DEEPEST - 1 for token in tokens)
        or any(token.level >= DEEPEST for token in inline)
    )


def _worded(children: Iterable[Token]) -> Iterator[Token]:
    for token in children:
        yield _text(token, _words_of(token)) if token.type == "image" else token


def _words_of(image: Token) -> str:
    return "".join(
        _words_of(token) if token.type == "image" else token.content or (" " if "break" in token.type else "")
        for token in image.children or ()
    )


def _allowed(children: Iterable[Token]) -> Iterator[Token]:
    """A link that leads elsewhere stands as it was typed, so that its writer sees that it is none."""
    refused: str | None = None
    for token in children:
        if token.type == "link_open":
            address = str(token.attrs["href"])
            fine = len(address) <= LONGEST_ADDRESS and ALLOWED.match(address)
            token.attrs = {"href": address}
            refused = None if fine else address
            yield token if fine else _text(token, "<" if token.info == "auto" else "[")
        elif token.type == "link_close" and refused is not None:
            yield _text(token, ">" if token.info == "auto" else f"]({refused})")
            refused = None
        else:
            yield token


def _bare_linked(children: Iterable[Token]) -> Iterator[Token]:
    inside = 0
    for token in children:
        inside += (token.type == "link_open") - (token.type == "link_close")
        if token.type == "text" and not inside and "://" in token.content:
            yield from _split(token)
        else:
            yield token


def _split(token: Token) -> Iterator[Token]:
    end = 0
    for found in _BARE.finditer(token.content):
        address = _without_full_stop(found[0])
        target = _READER.normalizeLink(address)
        if not ALLOWED.match(target):
            continue
        yield _text(token, token.content[end : found.start()])
        yield Token("link_open", "a", 1, attrs={"href": target}, level=token.level, info="auto")
        yield _text(token, address)
        yield Token("link_close", "a", -1, level=token.level, info="auto")
        end = found.start() + len(address)
    yield _text(token, token.content[end:])


def _without_full_stop(address: str) -> str:
    """`address` without the punctuation of its sentence; a closing bracket stays if one opened inside."""
    unopened = address.count(")") - address.count("(")
    while address and (address[-1] in ".,;:!?'*_~]}»”’…" or (address[-1] == ")" and unopened > 0)):
        unopened -= address[-1] == ")"
        address = address[:-1]
    return address


def _text(token: Token, content: str) -> Token:
    return Token("text", "", 0, content=content, level=token.level)

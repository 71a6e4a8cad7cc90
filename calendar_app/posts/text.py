"""The words of a post: cleaned, refused, and shown as HTML, as plain text or as an excerpt. Pure."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import TYPE_CHECKING

import nh3

from calendar_app.posts.markdown import ALLOWED, parsed, rendered

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from markdown_it.token import Token

LONGEST = 100_000
# Characters of Markdown that are read for each one of an excerpt: marks and addresses take room as well.
ENOUGH = 25

_LINE_ENDS = re.compile("\r\n?|[\u2028\u2029]")
# Controls, surrogates, non-characters (not allowed in XML or better not), the byte order mark,
# annotations, and what turns the direction of the text around it.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff9-\ufffb"
    + "".join(f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(17))
    + "]"
)
_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")
_TAGS = {
    *("a", "blockquote", "br", "code", "em", "hr", "li", "ol", "p", "pre", "strong", "ul"),
    *("h3", "h4", "h5", "h6"),
}


def _filtered(tag: str, attribute: str, value: str) -> str | None:
    """An address as browsers read it, without line ends and tabs, when it leads where links may lead."""
    if attribute != "href":
        return value
    address = re.sub(r"[\s\x00-\x20]", "", value)
    return address if ALLOWED.match(address) else None


_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    attributes={"*": set(), "a": {"href"}, "ol": {"start"}},
    url_schemes={"http", "https", "mailto"},
    url_relative="deny",
    attribute_filter=_filtered,
    link_rel="nofollow noopener",
)


def clean(text: str) -> str:
    r"""`text` with only what every format can carry. Cleaning twice changes nothing.

    Line ends become \n, tabs stay; taken out are control characters, characters that XML forbids, and those
    that override the direction of writing.
    """
    return _UNWANTED.sub("", _LINE_ENDS.sub("\n", text))


def refuse_reason(text: str, limit: int) -> str | None:
    """A sentence for the writer when `text` cannot be taken, else None. `limit`: characters after `clean`."""
    if found := _NOT_TEXT.search(text):
        code = f"{ord(found[0]):04X}"
        return f"The text holds something that is not a character (code {code}). Paste it as plain text."
    length = len(clean(text))
    if length > limit:
        return f"This is {length:,} characters long. Shorten it to {limit:,} or fewer."
    return None


def to_html(markdown: str) -> str:
    """Safe HTML of CommonMark: links to http, https and mailto, images as their words, headings h3 to h6.

    Text nested deeper than anybody writes is shown as typed. Raises ValueError above 100,000 characters.
    """
    text = _capped(markdown)
    tokens = parsed(text)
    return sanitise(_as_typed(text) if tokens is None else rendered(tokens))


def sanitise(markup: str) -> str:
    """Stored HTML made safe once more before it leaves: what `to_html` may make stays."""
    # Again at the end: what was written as &#1; is only now the character.
    return clean(_CLEANER.clean(clean(markup)))


def to_plain(markdown: str) -> str:
    """Readable plain text: a link as "text (address)", lists and quotes marked, an image as its words.

    Raises ValueError above 100,000 characters.
    """
    text = _capped(markdown)
    tokens = parsed(text)
    return text.strip() if tokens is None else clean("\n\n".join(_blocks(tokens)))


def excerpt(markdown: str, limit: int) -> str:
    """The beginning as one line of at most `limit` characters, without marks, cut at a word with …

    Raises ValueError above 100,000 characters.
    """
    whole = _capped(markdown)
    text = _beginning(whole, ENOUGH * limit)
    tokens = parsed(text)
    if tokens is None:
        return cut(text, limit)
    words = clean(" ".join(_words(token, addresses=False) for token in tokens))
    return cut(words if text == whole else f"{words} …", limit)


def cut(text: str, limit: int) -> str:
    """Plain `text` as one line of at most `limit` characters; what is longer ends at a word with …"""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    end = _whole_characters(line, max(limit - 1, 0))
    space = line.rfind(" ", 0, end + 1)
    if space > end // 2:
        end = space
    return line[:end].rstrip(" ,.;:–-") + "…" if limit > 0 else ""


def _capped(markdown: str) -> str:
    if len(markdown) > LONGEST:
        raise ValueError(
            f"The text is {len(markdown):,} characters long. Shorten it to {LONGEST:,} or fewer."
        )
    return clean(markdown)


def _beginning(text: str, length: int) -> str:
    """About the first `length` characters, up to the end of a line: reading costs what the text is long."""
    if len(text) <= length:
        return text
    end = text.rfind("\n", 0, length)
    return text[: end if end > length // 2 else length]


def _as_typed(text: str) -> str:
    escaped = html.escape(text.strip("\n"), quote=False)
    paragraphs = re.split(r"\n{2,}", escaped)
    return "\n".join("<p>" + paragraph.replace("\n", "<br>\n") + "</p>" for paragraph in paragraphs)


def _blocks(tokens: Sequence[Token]) -> Iterator[str]:
    """One string per paragraph, lines with the marks of lists and quotes around them; tight items in one."""
    marks: list[list[str]] = []
    held: list[str] = []
    for token in tokens:
        _turn(token, marks)
        if token.type in {"inline", "fence", "code_block", "hr"}:
            held.append(_marked(_words(token, addresses=True), marks))
        if held and _ends_paragraph(token):
            yield "\n".join(held)
            held = []
    if held:
        yield "\n".join(held)


def _turn(token: Token, marks: list[list[str]]) -> None:
    """Keep in `marks` what the open lists and quotes put before the next line, and before those after it."""
    if token.type == "blockquote_open":
        marks.append(["> ", "> "])
    elif token.type == "list_item_open":
        first = f"{token.info}{token.markup} " if token.info else "- "
        marks.append([first, " " * len(first)])
    elif token.type in {"blockquote_close", "list_item_close"}:
        marks.pop()


def _marked(text: str, marks: list[list[str]]) -> str:
    lines = []
    for line in text.split("\n"):
        lines.append("".join(mark[0] for mark in marks) + line)
        for mark in marks:
            mark[0] = mark[1]
    return "\n".join(line.rstrip() for line in lines)


def _ends_paragraph(token: Token) -> bool:
    """A hidden paragraph is one of a tight list, which stays together until its outermost list ends."""
    if token.level == 0 and token.nesting <= 0:
        return True
    return token.type == "paragraph_close" and not token.hidden


def _words(token: Token, *, addresses: bool) -> str:
    if token.type == "hr":
        return "* * *" if addresses else ""
    if token.type == "inline":
        return "".join(_runs(token.children or (), addresses=addresses))
    return token.content.rstrip("\n")


def _runs(children: Iterable[Token], *, addresses: bool) -> Iterator[str]:
    """The words of one paragraph; after a link whose words are not its address, the address in brackets."""
    address: str | None = None
    for token in children:
        if token.type == "link_open":
            address = None if token.info == "auto" else str(token.attrs["href"]).removeprefix("mailto:")
            label: list[str] = []
        elif token.type == "link_close" and address is not None:
            if addresses and "".join(label).strip() != address:
                yield f" ({address})"
            address = None
        else:
            words = "\n" if token.type in {"softbreak", "hardbreak"} else token.content
            if address is not None:
                label.append(words)
            yield words


def _whole_characters(text: str, end: int) -> int:
    """The last place at or before `end` that parts no character from its accents, joiners or second half."""
    while 0 < end < len(text) and (_clings(text[end]) or text[end - 1] == "\u200d" or _parts_flag(text, end)):
        end -= 1
    return end


def _clings(character: str) -> bool:
    return (
        character == "\u200d"
        or "\U0001f3fb" <= character <= "\U0001f3ff"
        or "\U000e0020" <= character <= "\U000e007f"
        or unicodedata.category(character) in {"Mn", "Me", "Mc"}
    )


def _parts_flag(text: str, end: int) -> bool:
    before = end
    while before > 0 and "\U0001f1e6" <= text[before - 1] <= "\U0001f1ff":
        before -= 1
    return "\U0001f1e6" <= text[end] <= "\U0001f1ff" and (end - before) % 2 == 1

"""A post as blocks of runs, which each chat service then writes in its own markup. Pure.

The source is the safe HTML that `posts.text.to_html` makes: no other tags than those ever come.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

import lxml.html

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from lxml.html import HtmlElement

    from calendar_app.channels.adapter import Content

STRONG, EM = {"strong"}, {"em"}
HEADINGS = {"h3", "h4", "h5", "h6"}
LISTS = {"ul", "ol"}
HOLDERS = {"p", "li", "blockquote", *HEADINGS, *LISTS}
BLOCKS = {*HOLDERS, "pre", "hr"}
QUOTE_MARK = "> "


@dataclass(frozen=True)
class Run:
    """Words that look alike. `link` is an http or https address, or nothing."""

    text: str
    strong: bool = False
    em: bool = False
    code: bool = False
    link: str = ""


@dataclass(frozen=True)
class Block:
    """A paragraph or what stands for one. `kind`: text, heading, code or rule.

    `lead` is the mark of a list item with its indentation; `joined` says that it follows another line of its
    list without a gap; `quoted` how many quotes are around it.
    """

    kind: str
    runs: tuple[Run, ...] = ()
    lead: str = ""
    joined: bool = False
    quoted: int = 0

    @property
    def text(self) -> str:
        """Its bare words."""
        return "".join(run.text for run in self.runs)


def message_of(content: Content) -> list[Block]:
    """What a chat shows of a post: title, text, link, and the address of its page where there are pictures."""
    title = [Block("heading", (Run(content.title),))] if content.title else []
    blocks = [*title, *blocks_of(content.html)]
    follows = [content.link] if content.link else []
    if content.pictures:
        follows.append(content.url)
    known = {run.link for block in blocks for run in block.runs}
    extra = [address for address in dict.fromkeys(follows) if address not in known]
    return [*blocks, *(Block("text", (Run(address, link=address),)) for address in extra)]


def blocks_of(html: str) -> list[Block]:
    """The blocks of safe HTML in their order."""
    if not html.strip():
        return []
    root = lxml.html.fragment_fromstring(html, create_parent="div")
    return list(_inside(root, Block("text"), indent=""))


def together(blocks: Iterable[Block], write: Callable[[Block], str]) -> str:
    """All blocks as `write` writes each: an empty line between them, but none within a list."""
    text = ""
    for block in blocks:
        gap = "\n" if block.joined else "\n\n"
        text += (gap if text else "") + write(block)
    return text


def led(block: Block, written: str) -> str:
    """Lines of a list item behind its mark, those after the first indented."""
    return block.lead + written.replace("\n", "\n" + " " * len(block.lead))


def quoted(block: Block, written: str) -> str:
    """Lines marked as a quote, as Slack, Discord and mail know it: one level, for no chat shows more."""
    return "\n".join(QUOTE_MARK + line for line in written.split("\n")) if block.quoted else written


def marked(block: Block, write: Callable[[Run], str], *, strong: str, em: str) -> str:
    """The runs of a block with marks around what is strong or emphasised, as Markdown and its kin have them.

    Neighbours that share a mark share one pair of it; no mark stands beside a blank or reaches over a line end.
    """
    text = ""
    for is_strong, group in groupby(block.runs, key=lambda run: run.strong):
        inner = ""
        for is_em, words in groupby(group, key=lambda run: run.em):
            inner += _around("".join(map(write, words)), em if is_em else "")
        text += _around(inner, strong if is_strong else "")
    return text


def _around(text: str, mark: str) -> str:
    return "\n".join(_around_line(line, mark) for line in text.split("\n")) if mark else text


def _around_line(line: str, mark: str) -> str:
    words = line.strip()
    return line.replace(words, f"{mark}{words}{mark}", 1) if words else line


def _inside(element: HtmlElement, frame: Block, indent: str) -> Iterator[Block]:
    """The blocks in a holder. Bare words among them (of a tight list) make a block of their own."""
    words: list[Run] = [Run(element.text)] if (element.text or "").strip() else []
    for child in element:
        if child.tag not in BLOCKS:
            words += _runs(child, Run(""))
        else:
            for block in (*_flushed(words, frame), *_block(child, frame, indent)):
                yield block
                frame = _after(frame)
            words = []
        if words or (child.tail or "").strip():
            words += _said(child, Run(""))
    yield from _flushed(words, frame)


def _block(element: HtmlElement, frame: Block, indent: str) -> Iterator[Block]:
    if element.tag == "hr":
        yield replace(frame, kind="rule")
    elif element.tag == "pre":
        code = "".join(element.itertext()).rstrip("\n")
        yield replace(frame, kind="code", runs=(Run(code, code=True),))
    elif element.tag in HEADINGS:
        yield from _flushed(list(_within(element, Run(""))), replace(frame, kind="heading"))
    elif element.tag in LISTS:
        yield from _items(element, frame, indent)
    else:
        deeper = element.tag == "blockquote"
        yield from _inside(element, replace(frame, quoted=frame.quoted + 1) if deeper else frame, indent)


def _items(element: HtmlElement, frame: Block, indent: str) -> Iterator[Block]:
    number = int(element.get("start", "1")) if element.tag == "ol" else 0
    for place, item in enumerate(element):
        mark = f"{number + place}. " if element.tag == "ol" else "• "
        first = replace(frame, lead=indent + mark, joined=frame.joined or bool(frame.lead) or place > 0)
        yield from _inside(item, first, indent + " " * len(mark))


def _after(frame: Block) -> Block:
    """What follows in the same item stands below its first line, without a mark of its own."""
    return replace(frame, lead=" " * len(frame.lead), joined=True) if frame.lead else frame


def _flushed(words: list[Run], frame: Block) -> Iterator[Block]:
    if "".join(run.text for run in words).strip():
        yield replace(frame, runs=tuple(_trimmed(words)))


def _trimmed(words: list[Run]) -> Iterator[Run]:
    """No blank at either end of a block."""
    kept = [run for run in words if run.text]
    kept[0] = replace(kept[0], text=kept[0].text.lstrip())
    kept[-1] = replace(kept[-1], text=kept[-1].text.rstrip())
    return (run for run in kept if run.text)


def _within(element: HtmlElement, look: Run) -> Iterator[Run]:
    """The runs of an inline element's own words and of what is in it."""
    if element.text:
        yield replace(look, text=element.text)
    for child in element:
        yield from _runs(child, look)
        yield from _said(child, look)


def _runs(element: HtmlElement, look: Run) -> Iterator[Run]:
    if element.tag == "br":
        yield replace(look, text="\n")
    elif element.tag == "a":
        yield from _linked(element, look)
    else:
        yield from _within(element, replace(
            look, strong=look.strong or element.tag in STRONG, em=look.em or element.tag in EM,
            code=look.code or element.tag == "code",
        ))  # fmt: skip


def _linked(element: HtmlElement, look: Run) -> Iterator[Run]:
    """A link to the web is kept as one; a mail address, which few services link, is told in words."""
    address = str(element.get("href", ""))
    if not address.startswith("mailto:"):
        yield from _within(element, replace(look, link=address))
        return
    yield from _within(element, look)
    mail = address.removeprefix("mailto:")
    if "".join(element.itertext()).strip() != mail:
        yield replace(look, text=f" ({mail})")


def _said(element: HtmlElement, look: Run) -> Iterator[Run]:
    """The words after an element; the line end that HTML puts behind a <br> is none of its own."""
    words = element.tail or ""
    if element.tag == "br":
        words = words.removeprefix("\n")
    if words:
        yield replace(look, text=words)

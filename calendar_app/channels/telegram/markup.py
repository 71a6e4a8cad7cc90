"""A post in Telegram's HTML: the tags it knows, everything else escaped. Pure.

Source: Telegram Bot API, "HTML style": b, i, code, pre, a and blockquote are enough for us; of the named entities
only &lt; &gt; &amp; and &quot; exist; a blockquote cannot hold another.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from calendar_app.channels.paging import paged
from calendar_app.channels.posting import utf16
from calendar_app.channels.runs import led

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calendar_app.channels.runs import Block, Run

_TAG = re.compile("<[^>]*>")


def written(blocks: Sequence[Block], most: int) -> list[str]:
    """One text, or as many as it takes for each to count at most `most`."""
    return paged(blocks, _block, lambda text: count(text) <= most)


def seen(markup: str) -> str:
    """What remains of our own markup once Telegram has read it."""
    return html.unescape(_TAG.sub("", markup))


def count(markup: str) -> int:
    """Its length as Telegram limits it: after the tags are read, in UTF-16 units.

    Source: Telegram Bot API, sendMessage ("1-4096 characters after entities parsing") and MessageEntity (lengths
    are in UTF-16 code units).
    """
    return utf16(seen(markup))


def _block(block: Block) -> str:
    if block.kind == "rule":
        return "———"
    inner = "".join(map(_run, block.runs))
    if block.kind == "code":
        inner = f"<pre>{_escaped(block.text)}</pre>"
    elif block.kind == "heading":
        inner = f"<b>{inner}</b>"
    inner = led(block, inner)
    return f"<blockquote>{inner}</blockquote>" if block.quoted else inner


def _run(run: Run) -> str:
    text = _escaped(run.text)
    if run.code:
        # Nothing may be inside of code, nor around it.
        return f"<code>{text}</code>"
    if run.em:
        text = f"<i>{text}</i>"
    if run.strong:
        text = f"<b>{text}</b>"
    if run.link and run.link != run.text:
        text = f'<a href="{_escaped(run.link)}">{text}</a>'
    return text


def _escaped(text: str) -> str:
    return html.escape(text, quote=False).replace('"', "&quot;")

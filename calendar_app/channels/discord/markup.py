"""A post in Discord's Markdown, with what Discord would read as a mark taken as it stands. Pure.

Source: Discord help centre, "Markdown Text 101"; Discord API documentation, "Message Formatting" (what begins with <
calls people, channels, times).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from calendar_app.channels.paging import paged
from calendar_app.channels.posting import utf16
from calendar_app.channels.runs import led, marked, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calendar_app.channels.runs import Block, Run

_MARKS = re.compile(r"([\\*_~`|<\[\]])")
_AT_START = re.compile(r"^(\s*)([#>-])", re.MULTILINE)
FENCE = "```"


def written(blocks: Sequence[Block], most: int) -> list[str]:
    """One text, or as many as it takes for each to count at most `most`."""
    return paged(blocks, _block, lambda text: count(text) <= most)


def count(text: str) -> int:
    """Execute Webhook: "up to 2000 characters", marks and all. UTF-16 units never count fewer than Discord does."""
    return utf16(text)


def _block(block: Block) -> str:
    if block.kind == "rule":
        return "———"
    if block.kind == "code":
        # A fence within the code would end it.
        code = block.text.replace(FENCE, "'" * 3)
        return quoted(block, led(block, f"{FENCE}\n{code}\n{FENCE}"))
    text = marked(block, _run, strong="**", em="*")
    if block.kind == "heading":
        # All of it is strong: marks within it would end that.
        text = f"**{''.join(map(_run, block.runs)).strip()}**"
    return quoted(block, led(block, text))


def _run(run: Run) -> str:
    if run.code:
        return f"`{run.text}`" if "`" not in run.text else f"`` {run.text} ``"
    if run.link and run.link == run.text:
        return run.link
    text = _AT_START.sub(r"\1\\\2", _MARKS.sub(r"\\\1", run.text))
    if not run.link:
        return text
    return f"[{text}]({run.link.replace('(', '%28').replace(')', '%29')})"

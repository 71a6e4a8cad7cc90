"""A post in Slack's mrkdwn. Pure.

Source: Slack developer documentation, "Formatting message text": & < and > are escaped, nothing else can be; links
are <address|words>.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_app.channels.runs import led, marked, quoted, together

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calendar_app.channels.runs import Block, Run

FENCE = "```"


def written(blocks: Sequence[Block]) -> str:
    return together(blocks, _block)


def seen(text: str) -> str:
    """The text with its escapes undone, as it is counted and read."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _block(block: Block) -> str:
    if block.kind == "rule":
        return "———"
    if block.kind == "code":
        return quoted(block, led(block, f"{FENCE}\n{_escaped(block.text)}\n{FENCE}"))
    text = marked(block, _run, strong="*", em="_")
    if block.kind == "heading":
        # All of it is strong: marks within it would end that.
        text = f"*{''.join(map(_run, block.runs)).strip()}*"
    return quoted(block, led(block, text))


def _run(run: Run) -> str:
    text = _escaped(run.text)
    if run.code:
        return f"`{text}`"
    if run.link:
        address = _escaped(run.link.replace("|", "%7C").replace(">", "%3E").replace("<", "%3C"))
        return f"<{address}>" if run.link == run.text else f"<{address}|{text}>"
    return text


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

"""A post as an Adaptive Card. Pure.

Source: Adaptive Cards 1.5, RichTextBlock and TextRun: their words are shown as they stand, so nothing is escaped
(a TextBlock would read some of them as Markdown). Teams shows version 1.5 in cards of workflows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calendar_app.channels.runs import led

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from calendar_app.channels.runs import Block, Run

SCHEMA = "http://adaptivecards.io/schemas/adaptive-card.json"
TYPE = "application/vnd.microsoft.card.adaptive"


def message(blocks: Sequence[Block], language: str) -> dict[str, Any]:
    """What a workflow with the trigger “When a Teams webhook request is received” is sent."""
    card = {
        "$schema": SCHEMA,
        "type": "AdaptiveCard",
        "version": "1.5",
        "msteams": {"width": "Full"},
        "body": [_element(block) for block in blocks],
    }
    if language:
        card["lang"] = language
    return {"type": "message", "attachments": [{"contentType": TYPE, "contentUrl": None, "content": card}]}


def words_of(payload: dict[str, Any]) -> str:
    """What readers see of a message."""
    card = payload["attachments"][0]["content"]
    return "\n\n".join("".join(run["text"] for run in one["inlines"]) for one in card["body"])


def _element(block: Block) -> dict[str, Any]:
    inlines = [{"type": "TextRun", "text": "———"}] if block.kind == "rule" else list(_runs(block))
    if block.lead or block.quoted:
        first = ("» " if block.quoted else "") + block.lead
        inlines.insert(0, {"type": "TextRun", "text": first})
    element: dict[str, Any] = {"type": "RichTextBlock", "inlines": inlines}
    if block.joined:
        element["spacing"] = "None"
    return element


def _runs(block: Block) -> Iterable[dict[str, Any]]:
    for run in block.runs:
        yield _run(run, block)


def _run(run: Run, block: Block) -> dict[str, Any]:
    text = led(block, run.text)[len(block.lead) :]
    found: dict[str, Any] = {"type": "TextRun", "text": text}
    if run.strong or block.kind == "heading":
        found["weight"] = "Bolder"
    if block.kind == "heading":
        found["size"] = "Medium"
    if run.em:
        found["italic"] = True
    if run.code:
        found["fontType"] = "Monospace"
    if run.link:
        found |= {
            "color": "Accent",
            "underline": True,
            "selectAction": {"type": "Action.OpenUrl", "url": run.link},
        }
    return found

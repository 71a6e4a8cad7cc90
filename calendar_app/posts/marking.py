"""One part of a preview as runs of text: what becomes a link, a tag or a name there, and what is too much. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import regex

from calendar_app.channels import graphemes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calendar_app.channels.adapter import Part

NEAR = 20
_CLUSTER = regex.compile(r"\X")


class Run(NamedTuple):
    """`kind`: link, tag, mention, over (does not fit), or nothing."""

    text: str
    kind: str = ""


def runs(part: Part) -> Iterator[Run]:
    """All of the text, in order."""
    end = fitting(part)
    at = 0
    for span in part.spans:
        if span.start < at or span.end > end:
            continue
        if part.text[at : span.start]:
            yield Run(part.text[at : span.start])
        yield Run(part.text[span.start : span.end], span.kind)
        at = span.end
    if part.text[at:end]:
        yield Run(part.text[at:end])
    if part.text[end:]:
        yield Run(part.text[end:], "over")


def fitting(part: Part) -> int:
    """How much of the text fits: what is counted too much is taken off its end, in the unit of the channel."""
    surplus = part.count - part.most if part.most else 0
    if surplus <= 0:
        return len(part.text)
    in_bytes = str(part.unit) == "bytes" or part.count > graphemes.count(part.text)
    end = len(part.text)
    for cluster in reversed(_CLUSTER.findall(part.text)):
        if surplus <= 0:
            break
        surplus -= len(cluster.encode()) if in_bytes else 1
        end -= len(cluster)
    return end


def level(part: Part) -> str:
    """`over`, `near` (at most twenty left), or nothing."""
    if not part.most:
        return ""
    left = part.most - part.count
    return "over" if left < 0 else "near" if left <= NEAR else ""

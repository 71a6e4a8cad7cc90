"""A message that also says what comes next: what was done, in a sentence, and ways on that are one press each."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, cast

from flask import flash

if TYPE_CHECKING:
    from typing import NotRequired


class Way(TypedDict):
    """`detail` stands beside the button: where it leads, in words."""

    label: str
    href: str
    detail: NotRequired[str]


def tell(said: str, *ways: Way) -> None:
    """On the next page. The first way is also what the key `n` does there."""
    # Flask takes whatever its session can keep, though it names text alone.
    flash(cast("str", {"said": said, "ways": ways}), "good")

"""Which part of a picture is shown. The kept picture stays whole; what is made of it for a place is cut. Pure.

A crop is left, top, width and height in thousandths of the picture. In addresses, and as channels carry it, a cut
picture is named by its digest and its crop: `<digest>-125x0x500x1000`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

ALL = 1000
LEAST = 50
TEXT = re.compile(r"(\d{1,4})x(\d{1,4})x(\d{1,4})x(\d{1,4})")


def crop_in(text: str) -> list[int] | None:
    """As it is kept, from its text; None where all of the picture is shown, or nothing that can be shown is said."""
    found = TEXT.fullmatch(text)
    if found is None:
        return None
    left, top, width, height = map(int, found.groups())
    left, top = min(left, ALL - LEAST), min(top, ALL - LEAST)
    width, height = min(max(width, LEAST), ALL - left), min(max(height, LEAST), ALL - top)
    return None if (width, height) == (ALL, ALL) else [left, top, width, height]


def text_of(crop: Sequence[float] | None) -> str:
    return "x".join(str(int(number)) for number in crop) if crop else ""


def named(digest: str, crop: Sequence[float] | None) -> str:
    return f"{digest}-{text_of(crop)}" if crop else digest


def parted(name: str) -> tuple[str, list[int] | None]:
    """Digest and crop of a name."""
    digest, _dash, text = name.partition("-")
    return digest, crop_in(text)


def size(width: int, height: int, crop: Sequence[float] | None) -> tuple[int, int]:
    """Pixels of the part that is shown."""
    if not crop:
        return width, height
    left, top, right, bottom = box(width, height, crop)
    return right - left, bottom - top


def box(width: int, height: int, crop: Sequence[float]) -> tuple[int, int, int, int]:
    """Left, top, right and bottom in pixels, one at least each way."""
    left, top = round(width * crop[0] / ALL), round(height * crop[1] / ALL)
    right, bottom = round(width * (crop[0] + crop[2]) / ALL), round(height * (crop[1] + crop[3]) / ALL)
    left, top = min(left, width - 1), min(top, height - 1)
    return left, top, max(right, left + 1), max(bottom, top + 1)


def focus_in(focus: tuple[float, float], crop: Sequence[float] | None) -> tuple[float, float]:
    """The point that must stay in sight, as seen from the part that is shown."""
    if not crop:
        return focus
    across = ((focus[0] + 1) / 2 * ALL - crop[0]) / crop[2]
    down = ((1 - focus[1]) / 2 * ALL - crop[1]) / crop[3]
    return round(_within(across * 2 - 1), 2) + 0.0, round(_within(1 - down * 2), 2) + 0.0


def _within(number: float) -> float:
    return max(-1.0, min(1.0, number))

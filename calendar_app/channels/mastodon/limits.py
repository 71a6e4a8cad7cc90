"""What an instance tells of itself, as it is kept in the account's settings under `learnt`. Pure.

Source: docs.joinmastodon.org/entities/Instance and /entities/V1_Instance, `configuration`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from math import isqrt
from typing import TYPE_CHECKING, Any

from calendar_app.channels.adapter import Fit

if TYPE_CHECKING:
    from collections.abc import Mapping

# An address that the server shortens weighs this where it does not say otherwise.
USUAL_PER_LINK = 23
# Larger ones look no better on a screen, and take the time of the attempt.
LARGEST_UPLOAD = 8_000_000
LONGEST_SIDE = 3840
WE_MAKE = ("image/jpeg", "image/png")


@dataclass(frozen=True)
class Limits:
    """`most` characters of a post, 0 while the server has not been asked; `longest_alt` 0: it does not say."""

    most: int = 0
    per_link: int = USUAL_PER_LINK
    most_pictures: int = 4
    picture_bytes: int = LARGEST_UPLOAD
    picture_side: int = LONGEST_SIDE
    picture_types: tuple[str, ...] = WE_MAKE
    longest_alt: int = 0

    @property
    def fit(self) -> Fit:
        return Fit(self.picture_bytes, self.picture_side, self.picture_types)


def limits_of(settings: Mapping[str, Any]) -> Limits:
    """As `learnt` in the settings of an account says."""
    learnt = settings.get("learnt") or {}
    known = {name: learnt[name] for name in Limits.__dataclass_fields__ if name in learnt}
    found = Limits(**known)
    return replace(found, picture_types=tuple(found.picture_types))


def told_by(instance: Mapping[str, Any]) -> dict[str, Any] | None:
    """The limits in the answer of /api/v2/instance or /api/v1/instance; None where it names no longest post."""
    configuration = _part(instance, "configuration")
    statuses, media = _part(configuration, "statuses"), _part(configuration, "media_attachments")
    most = _number(statuses, "max_characters") or _number(instance, "max_toot_chars")
    if not most:
        return None
    types = media.get("supported_mime_types")
    taken = tuple(one for one in WE_MAKE if one in types) if isinstance(types, list) else ()
    limits = Limits(
        most=most,
        per_link=_number(statuses, "characters_reserved_per_url") or USUAL_PER_LINK,
        most_pictures=_number(statuses, "max_media_attachments") or Limits.most_pictures,
        picture_bytes=min(_number(media, "image_size_limit") or LARGEST_UPLOAD, LARGEST_UPLOAD),
        picture_side=min(isqrt(_number(media, "image_matrix_limit")) or LONGEST_SIDE, LONGEST_SIDE),
        picture_types=taken or WE_MAKE,
        longest_alt=_number(media, "description_limit"),
    )
    return {**asdict(limits), "picture_types": list(limits.picture_types)}


def _part(whole: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = whole.get(name)
    return found if isinstance(found, dict) else {}


def _number(whole: Mapping[str, Any], name: str) -> int:
    """0 for what is no sensible number."""
    found = whole.get(name)
    sensible = isinstance(found, int) and not isinstance(found, bool) and 0 < found < 10**12
    return found if sensible and isinstance(found, int) else 0

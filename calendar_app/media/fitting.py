"""A kept picture as a place takes it: made once for each `Fit`, and kept for the next time."""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import asdict
from typing import TYPE_CHECKING

from calendar_app.channels.adapter import Fit, NotSent, Rejected
from calendar_app.media import cropping
from calendar_app.media.keeping import ENDINGS, kept_of
from calendar_app.media.measuring import NoPicture, measure
from calendar_app.media.preparing import DecoderAway, refit

if TYPE_CHECKING:
    from calendar_app.media.keeping import Store
    from calendar_app.media.preparing import Made

# What the pages for readers show: for a telephone, and for everything else.
SIDES = SMALL, LARGE = 640, 1600
MOST_OF_A_PAGE = 2_000_000
NOT_THERE = "The picture of this post is not there any more. Attach it again."
NOT_NOW = "The picture could not be made ready in time; the next attempt follows."
NEVER_FITS = "The picture of this post cannot be made small enough for this place. Attach another one."

log = logging.getLogger(__name__)


def picture(name: str, fit: Fit, *, store: Store) -> tuple[bytes, str]:
    """The bytes of a kept picture, made to fit, and their media type: the same for the same name and fit.

    `name` is a digest, or that of a part of the picture (cropping.py).

    Runs in threads without a database. Raises Rejected (gone, or cannot fit), NotSent (not just now).
    """
    digest, crop = cropping.parted(name)
    try:
        if known := fitted(name, fit, store=store):
            return known
        found = kept_of(store, digest)
    except OSError as problem:
        log.error("pictures cannot be read: %s", problem)
        raise NotSent(NOT_NOW) from problem
    if found is None:
        raise Rejected(NOT_THERE)
    if crop is None and fits(found, fit):
        return found
    try:
        made = refit(found[0], fit, crop)
    except DecoderAway as problem:
        raise NotSent(NOT_NOW) from problem
    except NoPicture as problem:
        raise Rejected(NEVER_FITS) from problem
    try:
        keep_fitted(name, fit, made, store=store)
    except OSError as problem:
        # It will be made again; this one is as good.
        log.error("a picture could not be kept: %s", problem)
    return made.content, made.media_type


def fitted(name: str, fit: Fit, *, store: Store) -> tuple[bytes, str] | None:
    """The picture as it was made for this before. Raises OSError where the store is away."""
    for media_type in _types(fit):
        content = store.get(fit_name(name, fit, media_type))
        if content is not None:
            return content, media_type
    return None


def page_fit(side: int, media_type: str) -> Fit:
    """As a page shows it: the same kind as it is kept."""
    return Fit(MOST_OF_A_PAGE, side, (media_type,))


def keep_fitted(name: str, fit: Fit, made: Made, *, store: Store) -> None:
    store.put(fit_name(name, fit, made.media_type), made.content)


def fits(found: tuple[bytes, str], fit: Fit) -> bool:
    """Whether the kept picture can go out as it is."""
    content, media_type = found
    if media_type not in fit.media_types or len(content) > fit.most_bytes:
        return False
    _, width, height = measure(content)
    return max(width, height) <= fit.longest_side


def fit_name(name: str, fit: Fit, media_type: str) -> str:
    """The name of a fitted picture in the store; another way of making it would get another number."""
    digest, crop = cropping.parted(name)
    told = json.dumps([1, asdict(fit), *([crop] if crop else [])], sort_keys=True).encode()
    return f"{digest}-{hashlib.sha256(told).hexdigest()[:16]}.{ENDINGS[media_type]}"


def _types(fit: Fit) -> list[str]:
    return [media_type for media_type in fit.media_types if media_type in ENDINGS]

"""A post as plain values: what a composer shows, what a comparison of two versions needs.

`{title, text, link, language, kind, first_comment,
translations: {code: {title, text, first_comment, alts: {id of a picture: words}}},
streams: [handles], accounts: [ids] or None, variants: {id: {"text"}},
event: {starts_at, ends_at, timezone, location} or None, pictures: [see media/attaching.py], ticked: [lines],
publish_at, timezone, fold}`, with wall clocks as "2026-12-01T09:00" and ids of variants as text, as JSON has them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calendar_app.media.attaching import picture_values
from calendar_app.posts import translating
from calendar_app.posts.ticking import ticked
from calendar_app.posts.translating import translation_values
from calendar_app.times import TimeProblem, known_zone, parse_wall, to_wall, wall_fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from calendar_app.posts.models import Post

WORDS = ("title", "text", "link", "language", "kind", "first_comment")
PLAN = ("publish_at", "timezone", "fold")


def values_of(post: Post) -> dict[str, Any]:
    """The post as the composer shows it: places that were disconnected are not there any more."""
    places = [place for place in post.places if place.account.deleted_at is None]
    return {
        **{name: getattr(post, name) for name in WORDS},
        "streams": [stream.handle for stream in post.streams],
        "accounts": sorted(place.account_id for place in places if place.chosen) if post.own_places else None,
        "variants": {str(place.account_id): {"text": place.text} for place in places if place.text},
        "translations": translation_values(post),
        "event": _event_of(post),
        "pictures": picture_values(post),
        "ticked": ticked(post.ticked, post.streams),
        "publish_at": wall_text(post.publish_at or ""),
        "timezone": post.timezone or "",
        "fold": _fold_of(post),
    }


def changed(values: Mapping[str, Any], since: Mapping[str, Any]) -> dict[str, Any]:
    """What differs, as `drafting.edit` takes it: the parts of the plan together, emptied variants as None."""
    found = {name: value for name, value in values.items() if name not in PLAN and value != since[name]}
    if "streams" in found and _same_streams(found["streams"], since["streams"]):
        del found["streams"]
    if "variants" in found:
        found["variants"] = _changed_variants(found["variants"], since["variants"])
        if not found["variants"]:
            del found["variants"]
    if "translations" in found:
        found["translations"] = translating.changed(found["translations"], since["translations"])
        if not found["translations"]:
            del found["translations"]
    plan = {name: values.get(name, since[name]) for name in PLAN}
    if any(plan[name] != since[name] for name in ("publish_at", "timezone")) or _turned(plan, since):
        found.update(plan)
    return found


def wall_text(text: str) -> str:
    """A wall clock as the fields of a page show it: seconds only where there are any; nonsense as it is."""
    try:
        wall = parse_wall(text)
    except TimeProblem:
        return text
    if wall.microsecond:
        return wall.isoformat(timespec="milliseconds")
    return wall.isoformat(timespec="seconds" if wall.second else "minutes")


def _event_of(post: Post) -> dict[str, str] | None:
    if post.event_starts_at is None:
        return None
    zone = post.event_timezone or post.timezone or "UTC"
    return {
        "starts_at": _shown(post.event_starts_at, zone),
        "ends_at": _shown(post.event_ends_at, zone) if post.event_ends_at else "",
        "timezone": zone,
        "location": post.event_location,
    }


def _shown(instant: datetime, zone: str) -> str:
    return wall_text(to_wall(instant, zone).isoformat())


def _fold_of(post: Post) -> int | None:
    """Which of two equal wall clocks is meant; None where there is only one."""
    if post.due_at is None or not post.publish_at or not post.timezone:
        return None
    if wall_fold(post.due_at, post.timezone):
        return 1
    first = parse_wall(post.publish_at).replace(tzinfo=known_zone(post.timezone), fold=0)
    return 0 if first.utcoffset() != first.replace(fold=1).utcoffset() else None


def _same_streams(these: Sequence[str], those: Sequence[str]) -> bool:
    """The home counts, the order of the rest does not."""
    return these[:1] == those[:1] and set(these) == set(those)


def _changed_variants(
    given: Mapping[str, Mapping[str, str]], since: Mapping[str, Mapping[str, str]]
) -> dict[int, dict[str, str | None]]:
    texts = {number: one["text"] or None for number, one in given.items()}
    before = {number: one["text"] for number, one in since.items()}
    return {int(number): {"text": text} for number, text in texts.items() if text != before.get(number)}


def _turned(plan: Mapping[str, Any], since: Mapping[str, Any]) -> bool:
    """The other one of two equal wall clocks was chosen."""
    return bool(plan["publish_at"]) and plan["fold"] is not None and plan["fold"] != since["fold"]

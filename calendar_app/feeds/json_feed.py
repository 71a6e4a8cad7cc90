"""Posts as JSON Feed 1.1. It knows no withdrawal: a withdrawn post leaves. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from calendar_app.feeds.entry import (
    body,
    heading,
    one_line,
    permanent_id,
    published_only,
    rfc3339,
    web_address,
    whole_or_nothing,
)
from calendar_app.posts.text import excerpt

if TYPE_CHECKING:
    from collections.abc import Iterable

    from calendar_app.feeds.entry import Entry, EntryPicture, EventTime, Head

VERSION = "https://jsonfeed.org/version/1.1"
SUMMARY_LENGTH = 300


@whole_or_nothing
def render_entry(entry: Entry) -> bytes:
    """One item as a JSON object; nothing for a withdrawn post. Raises BadEntry."""
    published_only(entry)
    if entry.state == "withdrawn":
        return b""
    item: dict[str, Any] = {
        "id": permanent_id(entry),
        "url": web_address(entry.url),
        "title": heading(entry),
        "content_html": body(entry),
        "summary": excerpt(entry.text, SUMMARY_LENGTH),
        "date_published": rfc3339(entry.published_at or entry.updated_at),
        "date_modified": rfc3339(entry.updated_at),
        "tags": [one_line(name) for _, name in entry.streams],
        "language": entry.language,
        "_sluice": _own(entry),
    }
    if entry.link:
        item["external_url"] = web_address(entry.link)
    if entry.pictures:
        item["image"] = web_address(entry.pictures[0].shown_at)
        item["attachments"] = [_attachment(one) for one in entry.pictures]
    return _dump(item)


def render_feed(head: Head, parts: Iterable[bytes]) -> bytes:
    """The whole feed from what `render_entry` gave."""
    top: dict[str, Any] = {
        "version": VERSION,
        "title": one_line(head.title),
        "home_page_url": web_address(head.home_address),
        "feed_url": web_address(head.self_address),
        "description": one_line(head.description),
        "language": head.language,
        "authors": [{"name": one_line(head.owner) or one_line(head.title)}],
    }
    if head.hub_address:
        top["hubs"] = [{"type": "WebSub", "url": web_address(head.hub_address)}]
    return b"".join([_dump(top)[:-1], b',"items":[\n', b",\n".join(filter(None, parts)), b"\n]}\n"])


def _own(entry: Entry) -> dict[str, Any]:
    """What the format has no place for: the streams' handles, and the event."""
    own: dict[str, Any] = {"streams": [one_line(handle) for handle, _ in entry.streams]}
    if entry.event:
        own["event"] = _event(entry.event)
    return own


def _attachment(picture: EntryPicture) -> dict[str, Any]:
    told = {
        "url": web_address(picture.address),
        "mime_type": picture.media_type,
        "size_in_bytes": picture.size,
    }
    return {**told, "title": one_line(picture.alt)} if picture.alt else told


def _event(event: EventTime) -> dict[str, str | None]:
    return {
        "starts_at": rfc3339(event.starts_at),
        "ends_at": rfc3339(event.ends_at) if event.ends_at else None,
        "timezone": event.timezone,
        "location": one_line(event.location),
    }


def _dump(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

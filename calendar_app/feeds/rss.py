"""Posts as RSS 2.0. It knows no withdrawal: a withdrawn post leaves. Pure."""

from __future__ import annotations

from datetime import UTC
from email.utils import format_datetime
from typing import TYPE_CHECKING

from lxml import etree

from calendar_app.feeds.entry import (
    body,
    heading,
    one_line,
    permanent_id,
    published_only,
    web_address,
    whole_or_nothing,
)
from calendar_app.posts.text import excerpt

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from calendar_app.feeds.entry import Entry, Head

ATOM_LINK = "{http://www.w3.org/2005/Atom}link"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
NAMESPACES = {"atom": "http://www.w3.org/2005/Atom", "content": CONTENT}
END = b"</channel></rss>"
SUMMARY_LENGTH = 300


@whole_or_nothing
def render_entry(entry: Entry) -> bytes:
    """One `item` element, well-formed alone; nothing for a withdrawn post. Raises BadEntry."""
    published_only(entry)
    if entry.state == "withdrawn":
        return b""
    item = etree.Element("item", nsmap={"content": CONTENT})
    _add(item, "title", heading(entry))
    _add(item, "link", web_address(entry.url))
    _add(item, "guid", permanent_id(entry), isPermaLink="false")
    _add(item, "pubDate", _rfc822(entry.published_at or entry.updated_at))
    for _, name in entry.streams:
        _add(item, "category", one_line(name))
    # RSS 2.0 knows one enclosure; all pictures are in the content.
    for one in entry.pictures[:1]:
        _add(item, "enclosure", url=web_address(one.address), length=str(one.size), type=one.media_type)
    _add(item, "description", excerpt(entry.text, SUMMARY_LENGTH))
    _add(item, f"{{{CONTENT}}}encoded", body(entry))
    return etree.tostring(item, encoding="utf-8")


def render_feed(head: Head, parts: Iterable[bytes]) -> bytes:
    """The whole feed from what `render_entry` gave."""
    rss = etree.Element("rss", {"version": "2.0"}, nsmap=NAMESPACES)
    channel = etree.SubElement(rss, "channel")
    _add(channel, "title", one_line(head.title))
    _add(channel, "link", web_address(head.home_address))
    _add(channel, "description", one_line(head.description) or one_line(head.title))
    _add(channel, "language", head.language)
    _add(channel, "lastBuildDate", _rfc822(head.updated))
    _add(channel, "ttl", "60")
    _add(channel, ATOM_LINK, rel="self", type="application/rss+xml", href=web_address(head.self_address))
    if head.hub_address:
        _add(channel, ATOM_LINK, rel="hub", href=web_address(head.hub_address))
    _add(channel, "generator", "Sluice")
    opening = etree.tostring(rss, encoding="utf-8", xml_declaration=True).removesuffix(END)
    return b"\n".join([opening, *filter(None, parts), END])


def _rfc822(moment: datetime) -> str:
    """ "Tue, 01 Dec 2026 08:00:00 GMT", in English whatever the machine speaks."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def _add(parent: etree._Element, name: str, text: str | None = None, **attributes: str) -> None:
    etree.SubElement(parent, name, attributes).text = text

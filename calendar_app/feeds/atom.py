"""Posts as Atom (RFC 4287), withdrawn ones as deleted-entry (RFC 6721). Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lxml import etree

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

if TYPE_CHECKING:
    from collections.abc import Iterable

    from calendar_app.feeds.entry import Entry, Head

ATOM = "http://www.w3.org/2005/Atom"
NAMESPACES: Any = {None: ATOM}
TOMBSTONE = "http://purl.org/atompub/tombstones/1.0"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
END = b"</feed>"


@whole_or_nothing
def render_entry(entry: Entry) -> bytes:
    """One `entry` element, or `at:deleted-entry` for a withdrawn post; well-formed alone. Raises BadEntry."""
    published_only(entry)
    element = _deleted(entry) if entry.state == "withdrawn" else _entry(entry)
    return etree.tostring(element, encoding="utf-8")


def render_feed(head: Head, parts: Iterable[bytes]) -> bytes:
    """The whole feed from what `render_entry` gave."""
    feed = etree.Element(f"{{{ATOM}}}feed", nsmap=NAMESPACES)
    feed.set(LANGUAGE, head.language)
    _add(feed, "id", head.feed_id)
    _add(feed, "title", one_line(head.title))
    if head.description:
        _add(feed, "subtitle", one_line(head.description))
    _add(feed, "updated", rfc3339(head.updated))
    _add(_add(feed, "author"), "name", one_line(head.owner) or one_line(head.title))
    _add(feed, "link", rel="self", type="application/atom+xml", href=web_address(head.self_address))
    _add(feed, "link", rel="alternate", type="text/html", href=web_address(head.home_address))
    if head.hub_address:
        _add(feed, "link", rel="hub", href=web_address(head.hub_address))
    _add(feed, "generator", "Sluice")
    opening = etree.tostring(feed, encoding="utf-8", xml_declaration=True).removesuffix(END)
    return b"\n".join([opening, *parts, END])


def _deleted(entry: Entry) -> etree._Element:
    when = rfc3339(entry.withdrawn_at or entry.updated_at)
    return etree.Element(
        f"{{{TOMBSTONE}}}deleted-entry", {"ref": permanent_id(entry), "when": when}, nsmap={"at": TOMBSTONE}
    )


def _entry(entry: Entry) -> etree._Element:
    element = etree.Element(f"{{{ATOM}}}entry", nsmap=NAMESPACES)
    element.set(LANGUAGE, entry.language)
    _add(element, "id", permanent_id(entry))
    _add(element, "title", heading(entry), type="text")
    _add(element, "link", rel="alternate", type="text/html", href=web_address(entry.url))
    if entry.link:
        _add(element, "link", rel="related", href=web_address(entry.link))
    for one in entry.pictures:
        title = {"title": one_line(one.alt)} if one.alt else {}
        _add(element, "link", rel="enclosure", type=one.media_type, length=str(one.size),
             href=web_address(one.address), **title)  # fmt: skip
    _add(element, "published", rfc3339(entry.published_at or entry.updated_at))
    _add(element, "updated", rfc3339(entry.updated_at))
    for handle, name in entry.streams:
        _add(element, "category", term=one_line(handle), label=one_line(name))
    _add(element, "content", body(entry), type="html")
    return element


def _add(parent: etree._Element, name: str, text: str | None = None, **attributes: str) -> etree._Element:
    child = etree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    child.text = text
    return child

"""A choice of feeds as OPML 2.0, which feed readers import. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from calendar_app.feeds.entry import one_line, web_address

if TYPE_CHECKING:
    from collections.abc import Sequence


def render(title: str, owner_home: str, outlines: Sequence[tuple[str, str, str]]) -> bytes:
    """One outline per (title, address of the feed, address of its page). Undated, so that bytes stay."""
    opml = etree.Element("opml", {"version": "2.0"})
    head = etree.SubElement(opml, "head")
    etree.SubElement(head, "title").text = one_line(title)
    etree.SubElement(head, "ownerId").text = web_address(owner_home)
    etree.SubElement(head, "docs").text = "http://opml.org/spec2.opml"
    body = etree.SubElement(opml, "body")
    for name, feed, page in outlines:
        words = one_line(name)
        addresses = {"xmlUrl": web_address(feed), "htmlUrl": web_address(page)}
        etree.SubElement(body, "outline", {"type": "rss", "text": words, "title": words, **addresses})
    return etree.tostring(opml, encoding="utf-8", xml_declaration=True)

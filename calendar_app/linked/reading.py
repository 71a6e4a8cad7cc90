"""Title and picture of a page, out of its markup. Pure; the markup is a stranger's."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urljoin

import lxml.etree
import lxml.html

from calendar_app.posts.models import TITLE_LIMIT
from calendar_app.posts.text import clean, cut

MOST_MARKUP = 1_000_000


class Found(NamedTuple):
    """One line of text, and the whole address of a picture; each may be empty."""

    title: str
    picture: str


def read(markup: bytes, address: str, content_type: str = "") -> Found:
    """What the page at `address` says; the words of Open Graph before the usual ones."""
    try:
        parser = lxml.html.HTMLParser(
            encoding=_encoding(content_type), no_network=True, huge_tree=False, remove_comments=True
        )
        page = lxml.html.document_fromstring(markup[:MOST_MARKUP], parser=parser)
    except (lxml.etree.LxmlError, ValueError, LookupError):
        return Found("", "")
    said: dict[str, str] = {}
    for one in page.iter("meta"):
        name = (one.get("property") or one.get("name") or "").strip().lower()
        if one.get("content"):
            said.setdefault(name, one.get("content", ""))
    heading = page.find(".//title")
    title = said.get("og:title") or said.get("twitter:title")
    title = title or ("".join(map(str, heading.itertext())) if heading is not None else "")
    picture = said.get("og:image:secure_url") or said.get("og:image") or said.get("twitter:image") or ""
    return Found(cut(clean(title), TITLE_LIMIT), _whole(picture, address))


def _whole(picture: str, address: str) -> str:
    try:
        whole = urljoin(address, clean(picture).strip()) if picture else ""
    except ValueError:
        return ""
    return whole if whole.startswith(("http://", "https://")) else ""


def _encoding(content_type: str) -> str | None:
    """What the server says; lxml looks into the page where it says nothing."""
    _kind, _, name = content_type.lower().partition("charset=")
    return name.strip(" \"';") or None

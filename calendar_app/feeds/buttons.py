"""Addresses that open a feed in the reader's own program, from the plain one."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from calendar_app import links


@dataclass(frozen=True)
class Buttons:
    """One choice of streams in every form that readers' programs take."""

    ics: str
    webcal: str
    google: str
    outlook: str
    office: str
    atom: str
    rss: str
    json: str
    opml: str


def buttons(stem: str, name: str, language: str = "") -> Buttons:
    """`stem`: the feed's path without its ending, such as /follow/roads+schools; `name`: what calendars call it.

    `language`: the one in which the posts shall be told where they have it.
    """
    said = f"?lang={language}" if language else ""
    ics = links.absolute(f"{stem}.ics{said}")
    webcal = "webcal:" + ics.partition(":")[2]
    outlook = f"/calendar/0/addfromweb?url={quote(ics, safe='')}&name={quote(name, safe='')}"
    return Buttons(
        ics=ics,
        webcal=webcal,
        google=f"https://calendar.google.com/calendar/r?cid={quote(webcal, safe='')}",
        outlook=f"https://outlook.live.com{outlook}",
        office=f"https://outlook.office.com{outlook}",
        atom=links.absolute(f"{stem}.atom{said}"),
        rss=links.absolute(f"{stem}.rss{said}"),
        json=links.absolute(f"{stem}.json{said}"),
        opml=links.absolute(f"{stem}.opml{said}"),
    )

"""Posts as an iCalendar (RFC 5545, 7986): each VEVENT is rendered once, a feed joins their bytes. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from icalendar import Calendar, Event
from icalendar.prop import vCategory, vInt, vText, vUri

from calendar_app.feeds.entry import (
    BadEntry,
    event_line,
    heading,
    one_line,
    web_address,
    whole_or_nothing,
)
from calendar_app.posts.text import clean, to_plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from calendar_app.feeds.entry import Entry, Head

POST_LENGTH = timedelta(minutes=15)
# Calendars need an end; when nobody said one, an hour is what their own forms propose.
EVENT_LENGTH = timedelta(hours=1)
DESCRIPTION_LENGTH = 4_000
PRODID = "-//Sluice//Sluice calendar//EN"

# The eight hues of streams as the nearest names of CSS 3, which is all that COLOR may hold (RFC 7986, 5.9).
COLOURS = {
    "coral": "coral",
    "amber": "goldenrod",
    "moss": "olivedrab",
    "pine": "seagreen",
    "lagoon": "darkcyan",
    "tide": "steelblue",
    "iris": "slateblue",
    "plum": "mediumvioletred",
}
STATUS = {"planned": "TENTATIVE", "published": "CONFIRMED", "withdrawn": "CANCELLED"}
WORDS = {
    "en": {
        "planned": ("Planned", "Planned post"),
        "published": ("Published", "Post"),
        "withdrawn": ("Withdrawn", "Withdrawn post"),
    },
    "nb": {
        "planned": ("Planlagt", "Planlagt innlegg"),
        "published": ("Publisert", "Innlegg"),
        "withdrawn": ("Trukket", "Trukket innlegg"),
    },
    "sv": {
        "planned": ("Planerat", "Planerat inlägg"),
        "published": ("Publicerat", "Inlägg"),
        "withdrawn": ("Tillbakadraget", "Tillbakadraget inlägg"),
    },
}
WORDS["nn"] = WORDS["no"] = WORDS["nb"]

# RFC 5545, 3.6: a calendar holds at least one component.
NOTHING_YET = (
    b"BEGIN:VTIMEZONE\r\nTZID:Etc/UTC\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZNAME:UTC\r\n"
    b"TZOFFSETFROM:+0000\r\nTZOFFSETTO:+0000\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
)
END = b"END:VCALENDAR\r\n"


class _Text(vText):
    r"""TEXT as RFC 5545, 3.3.11 writes it: the library's own way reads the \N of "C:\New" as a line end."""

    def to_ical(self) -> bytes:
        text = clean(str(self)).replace("\\", "\\\\")
        return text.replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n").encode()


@whole_or_nothing
def render_event(
    entry: Entry, *, at: Literal["public", "team"] = "public", member_note: str | None = None
) -> bytes:
    """One VEVENT, CRLF, folded at 75 octets. The same entry gives the same bytes. Raises BadEntry.

    Public: a published post stands at its event's time, else at its own; a planned one at the time it is due,
    with what `show` reveals; a withdrawn one is CANCELLED where it stood. Team: always at the publish time,
    with everything, the state's word before the title, and `member_note` first in the description.
    """
    if at == "public" and member_note:
        raise BadEntry(f"Post {entry.uuid} has a note for members, which a public calendar must not show.")
    event = Event()
    _add_marks(event, entry)
    _add_time(event, entry, at)
    _add_words(event, entry, at, member_note)
    rendered: bytes = event.to_ical()
    return rendered


def render_calendar(head: Head, event_bytes: Iterable[bytes]) -> bytes:
    """The whole calendar from what `render_event` gave. No METHOD: one follows it, nobody is invited."""
    calendar = Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", _Text(PRODID))
    calendar.add("CALSCALE", "GREGORIAN")
    for name in ("NAME", "X-WR-CALNAME"):
        calendar.add(name, _Text(one_line(head.title)))
    for name in ("DESCRIPTION", "X-WR-CALDESC"):
        calendar.add(name, _Text(head.description))
    calendar.add("LAST-MODIFIED", _second(head.updated))
    calendar.add("REFRESH-INTERVAL", _Text("PT1H"), {"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", _Text("PT1H"))
    calendar.add("SOURCE", vUri(web_address(head.self_address)), {"VALUE": "URI"})
    calendar.add("URL", vUri(web_address(head.home_address)))
    if head.hue in COLOURS:
        calendar.add("COLOR", _Text(COLOURS[head.hue]))
    opening = calendar.to_ical().removesuffix(END)
    return b"".join([opening, b"".join(event_bytes) or NOTHING_YET, END])


def _add_marks(event: Event, entry: Entry) -> None:
    changed = max(_second(moment) for moment in (entry.updated_at, entry.withdrawn_at) if moment)
    event.add("UID", _Text(f"{entry.uuid}@{entry.host}"))
    event.add("SEQUENCE", vInt(entry.revision))
    event.add("DTSTAMP", changed)
    event.add("LAST-MODIFIED", changed)
    event.add("STATUS", _Text(STATUS[entry.state]))
    if entry.streams:
        categories = vCategory([])
        categories.cats = [_Text(one_line(name)) for _, name in entry.streams]
        event.add("CATEGORIES", categories)
    if entry.hue in COLOURS:
        event.add("COLOR", _Text(COLOURS[entry.hue]))


def _add_time(event: Event, entry: Entry, at: str) -> None:
    if at == "public" and entry.event and entry.published_at and entry.state != "planned":
        starts = _second(entry.event.starts_at)
        ends = _second(entry.event.ends_at or entry.event.starts_at)
        ends = ends if ends > starts else starts + EVENT_LENGTH
        busy = entry.state == "published"
    else:
        starts = _second(_publish_time(entry))
        ends = starts + POST_LENGTH
        busy = False
    event.add("DTSTART", starts)
    event.add("DTEND", ends)
    event.add("TRANSP", _Text("OPAQUE" if busy else "TRANSPARENT"))
    if busy and entry.event and entry.event.location:
        event.add("LOCATION", _Text(one_line(entry.event.location)))


def _publish_time(entry: Entry) -> datetime:
    if entry.state == "planned":
        return entry.due_at or entry.updated_at
    return entry.published_at or entry.due_at or entry.updated_at


def _add_words(event: Event, entry: Entry, at: str, member_note: str | None) -> None:
    if at == "team":
        when = event_line(entry.event) if entry.event else None
        event.add("SUMMARY", _Text(f"{one_line(entry.stage) or _word(entry, 0)}: {heading(entry)}"))
        event.add("DESCRIPTION", _Text(_description(entry, member_note, when)))
        event.add("URL", vUri(web_address(entry.url)))
    elif entry.state == "published":
        event.add("SUMMARY", _Text(heading(entry)))
        event.add("DESCRIPTION", _Text(_description(entry)))
        event.add("URL", vUri(web_address(entry.url)))
    else:
        _add_what_is_shown(event, entry)


def _add_what_is_shown(event: Event, entry: Entry) -> None:
    if entry.show == "full" and entry.state == "planned":
        event.add("SUMMARY", _Text(f"{_word(entry, 0)}: {heading(entry)}"))
        event.add("DESCRIPTION", _Text(_description(entry, address=False)))
        return
    # Not `heading`: where there is no title, it shows the text.
    title = one_line(entry.title) if entry.show != "time" else ""
    event.add("SUMMARY", _Text(f"{_word(entry, 0)}: {title}" if title else _word(entry, 1)))


def _word(entry: Entry, place: int) -> str:
    words = WORDS.get(entry.language.split("-")[0].lower(), WORDS["en"])
    return words[entry.state][place]


def _description(entry: Entry, *before: str | None, address: bool = True) -> str:
    """Paragraphs of plain text. A plan has no public page yet, so its address stays away."""
    text = to_plain(entry.text)
    if len(text) > DESCRIPTION_LENGTH:
        text = text[:DESCRIPTION_LENGTH].rsplit(" ", 1)[0] + " …"
    link = web_address(entry.link) if entry.link else None
    page = web_address(entry.url) if address else None
    return "\n\n".join(filter(None, [*before, text, link, page]))


def _second(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)

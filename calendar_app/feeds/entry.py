"""What the feed formats take: one post (`Entry`), one feed (`Head`), and what all formats share. Pure."""

from __future__ import annotations

import functools
import hashlib
import html
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Concatenate, Literal, ParamSpec
from zoneinfo import ZoneInfo

from markdown_it.common.normalize_url import normalizeLink

from calendar_app.posts.text import clean, excerpt, sanitise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

P = ParamSpec("P")

TITLE_LENGTH = 300

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.:_-]*[A-Za-z0-9])?|::1")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_ADDRESS = re.compile(r"https?://[!-~]+", re.IGNORECASE)


class BadEntry(Exception):
    """This post cannot be shown in this format; the text says why. The feed goes on without it."""


@dataclass(frozen=True, slots=True)
class EventTime:
    """When and where the thing happens: aware times, `ends_at` None when nobody said, an IANA zone."""

    starts_at: datetime
    ends_at: datetime | None
    timezone: str
    location: str = ""


@dataclass(frozen=True, slots=True)
class EntryPicture:
    """`address` leads to the whole picture of `size` bytes, `shown_at` to one for reading, `width` by `height`."""

    address: str
    media_type: str
    size: int
    shown_at: str
    width: int
    height: int
    alt: str = ""
    credit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One post as feeds show it. All times are aware.

    `streams` holds (handle, name), the home first, only those that the readers may know of. `host` and
    `install_year` are those frozen at install. `revision` rises with every visible change, also withdrawal.
    `show` limits what a planned or withdrawn entry reveals to the public. `stage` is the team's own word for
    the state ("In review"), for the team's calendar only.
    """

    uuid: str
    host: str
    install_year: int
    title: str
    text: str
    html: str
    url: str
    language: str
    streams: tuple[tuple[str, str], ...]
    state: Literal["published", "planned", "withdrawn"]
    updated_at: datetime
    revision: int
    link: str | None = None
    hue: str | None = None
    due_at: datetime | None = None
    published_at: datetime | None = None
    withdrawn_at: datetime | None = None
    event: EventTime | None = None
    pictures: tuple[EntryPicture, ...] = ()
    show: Literal["full", "title", "time"] = "full"
    stage: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """One feed, for the readers of `owner`, the organisation.

    `feed_id` never changes (see `feed_id`), `updated` also moves when an entry goes or a choice changes,
    and `hub_address` is for public feeds only (a public hub would learn a personal address).
    """

    title: str
    description: str
    self_address: str
    home_address: str
    language: str
    feed_id: str
    updated: datetime
    owner: str
    hue: str | None = None
    hub_address: str | None = None


def permanent_id(entry: Entry) -> str:
    """The id of the post in every format, for ever."""
    return f"tag:{entry.host},{entry.install_year}:post/{entry.uuid}"


def feed_id(host: str, install_year: int, name: str) -> str:
    """The id of a feed in every format, for ever. `name`: "stream/traffic", "follow/schools+traffic"."""
    return f"tag:{host},{install_year}:{name}"


def etag(content: bytes) -> str:
    """A strong, quoted ETag of exactly these bytes."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def whole_or_nothing(
    render: Callable[Concatenate[Entry, P], bytes],
) -> Callable[Concatenate[Entry, P], bytes]:
    """Whatever is wrong with the entry, the caller meets `BadEntry` and no half-made bytes."""

    @functools.wraps(render)
    def checked(entry: Entry, /, *args: P.args, **options: P.kwargs) -> bytes:
        try:
            _check(entry)
            return render(entry, *args, **options)
        except BadEntry:
            raise
        except Exception as error:
            raise BadEntry(f"Post {entry.uuid} cannot be shown: {error}") from error

    return checked


def published_only(entry: Entry) -> None:
    """Raise BadEntry for a plan: it belongs in calendars, not in feeds of what was said."""
    if entry.state == "planned":
        raise BadEntry(f"Post {entry.uuid} is only planned, and plans are shown in calendars alone.")


def heading(entry: Entry) -> str:
    """The title on one line; where it is empty, the beginning of the text, else the address."""
    line = one_line(entry.title)[:TITLE_LENGTH].strip()
    return line or excerpt(entry.text, 80) or entry.url


def body(entry: Entry) -> str:
    """Safe HTML: when and where the event is, the text, the post's own link, and its pictures."""
    parts = []
    if entry.event:
        parts.append(f"<p><strong>{html.escape(event_line(entry.event))}</strong></p>")
    parts.append(entry.html)
    if entry.link:
        address = html.escape(web_address(entry.link))
        parts.append(f'<p><a href="{address}">{address}</a></p>')
    return "\n".join([sanitise("\n".join(parts)), *map(_figure, entry.pictures)])


def _figure(picture: EntryPicture) -> str:
    """Written here and not cleaned again: nothing in it but numbers and escaped words."""
    caption = f"<figcaption>{html.escape(one_line(picture.credit))}</figcaption>" if picture.credit else ""
    return (
        f'<figure><img src="{html.escape(web_address(picture.shown_at))}" width="{picture.width}" '
        f'height="{picture.height}" alt="{html.escape(one_line(picture.alt))}">{caption}</figure>'
    )


def event_line(event: EventTime) -> str:
    """ "2026-12-01 18:00–20:00 Europe/Oslo, Town hall": its own wall clock, readable in every language."""
    zone = ZoneInfo(event.timezone)
    starts = event.starts_at.astimezone(zone)
    line = f"{starts:%Y-%m-%d %H:%M}"
    if event.ends_at and _lasts(event) > timedelta(0):
        ends = event.ends_at.astimezone(zone)
        line += f"–{ends:%H:%M}" if ends.date() == starts.date() else f" – {ends:%Y-%m-%d %H:%M}"
    return ", ".join(filter(None, [f"{line} {event.timezone}", one_line(event.location)]))


def _lasts(event: EventTime) -> timedelta:
    # In UTC: two times of one zone are compared by the wall clock, which runs an hour twice in autumn.
    return (event.ends_at or event.starts_at).astimezone(UTC) - event.starts_at.astimezone(UTC)


def one_line(text: str) -> str:
    """Cleaned, and every run of white space one space."""
    return " ".join(clean(text).split())


def web_address(address: str) -> str:
    """`address` in ASCII as links carry it. Raises ValueError when it does not lead to http or https."""
    found = normalizeLink(address.strip())
    if not _ADDRESS.fullmatch(found) or re.search(r'["<>\\^`{|}]', found):
        raise ValueError(f"{address[:100]!r} is no address that begins with http:// or https://.")
    return found


def rfc3339(moment: datetime) -> str:
    """ "2026-12-01T08:00:00Z", whole seconds."""
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def _check(entry: Entry) -> None:
    for problem in (*_ids(entry), *_times(entry), *_addresses(entry)):
        raise BadEntry(f"Post {entry.uuid} cannot be shown: {problem}.")


def _ids(entry: Entry) -> Iterator[str]:
    if not _UUID.fullmatch(entry.uuid):
        yield "its uuid is none"
    if not _HOST.fullmatch(entry.host):
        yield f"the host {entry.host!r} is no host name in ASCII"
    if not 1000 <= entry.install_year <= 9999:
        yield f"the install year {entry.install_year} has not four digits"
    if not _LANGUAGE.fullmatch(entry.language):
        yield f"{entry.language!r} is no language tag such as nb or en-GB"
    if not 0 <= entry.revision < 2**31:
        yield f"the revision {entry.revision} does not fit"


def _times(entry: Entry) -> Iterator[str]:
    event = entry.event
    given = [entry.updated_at, entry.due_at, entry.published_at, entry.withdrawn_at]
    given += [event.starts_at, event.ends_at] if event else []
    if any(moment is not None and moment.tzinfo is None for moment in given):
        yield "a time has no zone"
    elif event and _lasts(event) < timedelta(0):
        yield "the event ends before it starts"
    if entry.state == "published" and entry.published_at is None:
        yield "it is published without a time"
    if entry.state == "planned" and entry.due_at is None:
        yield "it is planned without a time"
    if entry.state == "withdrawn" and not (entry.withdrawn_at and (entry.published_at or entry.due_at)):
        yield "it is withdrawn, but when, or from what time, is not known"


def _addresses(entry: Entry) -> Iterator[str]:
    for address in filter(None, [entry.url or "-", entry.link]):
        try:
            web_address(address)
        except ValueError as error:
            yield str(error).rstrip(".")

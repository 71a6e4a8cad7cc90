"""The frame around every page: which pages there are, who is signed in, whose site this is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import current_app, g, request
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import HTTPException

from calendar_app.extensions import db
from calendar_app.helping.topics import topic_of
from calendar_app.people.models import Person, Site

if TYPE_CHECKING:
    from flask import Flask


@dataclass(frozen=True)
class Page:
    """One line of the navigation. `here` is true on the page itself and on those below it."""

    path: str
    icon: str
    label: str

    @property
    def here(self) -> bool:
        return request.path == self.path or request.path.startswith(self.path + "/")


# Some addresses hold the id of a post: what is known of them must not grow with the posts.
MOST_KNOWN = 500
# What a count beside a line of the navigation shows at most.
MOST_COUNTED = 99

PAGES = (
    Page("/calendar", "calendar", _l("Calendar")),
    Page("/streams", "stream", _l("Streams")),
    Page("/snippets", "copy", _l("Templates")),
    Page("/accounts", "plug", _l("Accounts")),
    Page("/needs", "flag", _l("Needs a person")),
    Page("/notices", "bell", _l("Notices")),
    Page("/team", "people", _l("Team")),
    Page("/settings", "gear", _l("Settings")),
)


def register(app: Flask) -> None:
    """Give templates `pages()`, `count_of(page)`, `page_exists(path)`, `me()`, `site_name()`, `help_topic()`,
    `may_anywhere(right)`.

    And the filter `initials`.
    """
    app.jinja_env.globals.update(
        pages=pages,
        count_of=count_of,
        page_exists=page_exists,
        me=me,
        site_name=site_name,
        help_topic=help_topic,
        may_anywhere=may_anywhere,
    )
    app.jinja_env.filters["initials"] = initials


def pages() -> list[Page]:
    """The lines of the navigation whose pages this installation really has."""
    return [page for page in PAGES if page_exists(page.path)]


def count_of(page: Page) -> str:
    """What waits behind a line of the navigation: `3`, `99+`, or nothing. One query per line and request."""
    from calendar_app.needs import listing
    from calendar_app.notices import reading
    from calendar_app.people.signing_in import actor_or_none

    count = {"/needs": listing.count, "/notices": reading.unread}.get(page.path)
    actor = actor_or_none()
    if count is None or actor is None:
        return ""
    counts: dict[str, int] = request.environ.setdefault("sluice.counts", {})
    if page.path not in counts:
        counts[page.path] = count(actor)
    number = counts[page.path]
    return f"{MOST_COUNTED}+" if number > MOST_COUNTED else str(number or "")


def page_exists(path: str) -> bool:
    """Whether GET at this address leads anywhere: a link is only shown where it does."""
    known: dict[str, bool] = current_app.extensions.setdefault("sluice_pages", {})
    if path not in known:
        if len(known) >= MOST_KNOWN:
            known.clear()
        known[path] = _matches(path)
    return known[path]


def me() -> Person | None:
    """The person who is signed in, None on pages that anyone may see."""
    from calendar_app.people.signing_in import actor_or_none

    actor = actor_or_none()
    return actor.person if actor else None


def may_anywhere(right: str) -> bool:
    """Whether whoever is signed in holds this right in one of their teams."""
    from calendar_app.people.signing_in import actor_or_none

    actor = actor_or_none()
    return actor is not None and any(actor.may(right, team) for team in actor.team_ids)


def help_topic() -> str:
    """What the page of help says about the page at hand."""
    return topic_of(request.path)


def site_name() -> str:
    """The name of the organisation, "Sluice" until it has one. One query per request."""
    if "site_name" not in g:
        site = db.session.get(Site, 1)
        g.site_name = site.name if site else "Sluice"
    name: str = g.site_name
    return name


def initials(name: str) -> str:
    """At most two letters: of the first word and of the last."""
    words = name.split()
    return "".join(word[0] for word in dict.fromkeys((words[0], words[-1]))).upper() if words else "?"


def _matches(path: str) -> bool:
    try:
        current_app.url_map.bind("localhost").match(path, method="GET")
    except HTTPException:
        return False
    return True

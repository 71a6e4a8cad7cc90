"""Moments and browsers as the person who looks at the page reads them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flask_babel import gettext as _

from calendar_app.languages import in_words
from calendar_app.people.signing_in import current_actor
from calendar_app.times import to_wall

if TYPE_CHECKING:
    from datetime import datetime

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def shown(instant: datetime) -> str:
    """`22 Nov 2026, 20:04, Europe/Oslo`: in the zone of the person who is signed in."""
    zone = current_actor().person.timezone
    return f"{in_words(to_wall(instant, zone), 'd MMM y, HH:mm')}, {zone}"


def browser_name(user_agent: str) -> str:
    """`Firefox on Linux`, as well as what a browser says of itself allows."""
    browser = next((name for mark, name in _BROWSERS if re.search(rf"\b{mark}/", user_agent)), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    both = _("%(browser)s on %(system)s", browser=browser, system=system) if browser and system else ""
    return str(both or browser or system or _("Another program"))

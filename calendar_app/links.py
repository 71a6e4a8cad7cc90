"""Every address that leaves the building."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calendar_app.config import Settings

FEED_FORMATS = ("ics", "atom", "rss", "json")


def settings() -> Settings:
    found: Settings = current_app.config["SETTINGS"]
    return found


def absolute(path: str) -> str:
    """`path` (beginning with /) as readers reach it from outside."""
    return settings().base_url + path


def home() -> str:
    return absolute("/")


def post(uuid: str, language: str = "") -> str:
    """Where readers find it; in this language, where one is said."""
    return absolute(f"/posts/{uuid}" + (f"?lang={language}" if language else ""))


def picture(digest: str, media_type: str) -> str:
    """A kept picture at its full size: the same bytes for ever."""
    return absolute(f"/media/{digest}.{'png' if media_type == 'image/png' else 'jpg'}")


def stream(handle: str) -> str:
    return absolute(f"/streams/{handle}")


def stream_feed(handle: str, form: str) -> str:
    return absolute(f"/streams/{handle}.{form}")


def choice_feed(handles: Sequence[str], form: str) -> str:
    """The address of a choice of streams: handles in alphabetical order, so that one choice has one address."""
    return absolute(f"/follow/{'+'.join(sorted(handles))}.{form}")


def everything_feed(form: str) -> str:
    return absolute(f"/everything.{form}")


def team_feed(token: str) -> str:
    return absolute(f"/team/{token}.ics")


def shared(token: str) -> str:
    """Where an outsider sees one post."""
    return absolute(f"/shared/{token}")


def let_in(purpose: str, token: str) -> str:
    """A single-use link: set-up, invitation or sign-in."""
    return absolute(f"/enter/{purpose}/{token}")

"""Whoever presses waits until the page has arrived: words stand there before the scripts that hear a key do.

Playwright waits for that only after `goto` and `reload`, not after a click that leads to another page.
"""

from __future__ import annotations

from functools import wraps

from playwright.sync_api import Locator, Page

_PRESSES = ("click", "dblclick", "tap", "hover", "press", "press_sequentially", "fill", "check", "uncheck")
_AT_ONCE = set()


def at_once(page):
    """For a test of what happens to those who are faster than the page."""
    _AT_ONCE.add(page)


def arrive(page):
    if page not in _AT_ONCE:
        page.wait_for_load_state("load")


def patient(patch):
    """Let every press through `patch` (a MonkeyPatch) wait for the page that it is made on."""
    for name in _PRESSES:
        patch.setattr(Locator, name, _after_arrival(getattr(Locator, name)))
    # Who leaves a page before it has come does not see what it would have kept.
    for name in ("goto", "reload"):
        patch.setattr(Page, name, _after_arrival(getattr(Page, name), page_of=lambda page: page))
    for name in ("keyboard", "mouse", "touchscreen"):
        patch.setattr(Page, name, property(_when_there(getattr(Page, name).fget)))


def _after_arrival(press, *, page_of=lambda locator: locator.page):
    @wraps(press)
    def waits(on, *args, **kwargs):
        arrive(page_of(on))
        return press(on, *args, **kwargs)

    return waits


def _when_there(of):
    @wraps(of)
    def waits(page):
        arrive(page)
        return of(page)

    return waits

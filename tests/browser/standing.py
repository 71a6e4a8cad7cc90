"""Where a thing on the page is: asked as often as needed, for it may be made anew in the moment of the question."""

from __future__ import annotations

from contextlib import suppress

from playwright.sync_api import TimeoutError

from tests.conftest import wait_until

# Playwright's own questions end the test where the element they have found is replaced before they ask it.
_FRAME = """one => {
  one.scrollIntoView({ block: 'nearest' });
  const { x, y, width, height } = one.getBoundingClientRect();
  return one.isConnected && width ? { x, y, width, height } : null;
}"""


def frame(thing):
    """`{x, y, width, height}` in pixels of the window, scrolled into it, once it stands still and nothing covers it."""
    with suppress(TimeoutError):
        thing.hover(trial=True, timeout=2000)
    return wait_until(lambda: thing.evaluate(_FRAME), 5)


def centre(thing):
    """The middle of it, for a mouse or a finger."""
    box = frame(thing)
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

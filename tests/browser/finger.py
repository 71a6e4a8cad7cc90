"""One finger on the glass: it rests, goes, and lets go."""

from __future__ import annotations

# Longer than what the plan takes for a tap, shorter than what one takes for waiting.
REST = 320


class Finger:
    def __init__(self, page):
        self.page = page
        self._glass = page.context.new_cdp_session(page)

    def touch(self, kind, *points):
        self._glass.send(
            "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]}
        )

    def take(self, x, y):
        """Touch a post of the plan and stay until it is held, however busy the page is."""
        self.touch("touchStart", (x, y))
        self.page.locator(".drag-ghost").wait_for(state="attached")

    def rest(self, x, y):
        """Touch and stay for as long as it takes to hold something."""
        self.touch("touchStart", (x, y))
        self.page.wait_for_timeout(REST)

    def go(self, start, end, *, steps=8):
        for step in range(1, steps + 1):
            self.touch(
                "touchMove", tuple(a + (b - a) * step / steps for a, b in zip(start, end, strict=True))
            )

    def lift(self):
        self.touch("touchEnd")

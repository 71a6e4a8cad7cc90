"""Pages of the demo in Chromium: weight, requests, time until usable, shift of the layout, and key press to saved.

Beside them, in the same run, the readers' follow page, which needs no script: the lightest page there is.
"""

from __future__ import annotations

import gzip
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from benchmarks.figures import percentile, verdict
from benchmarks.installation import installation, up
from calendar_app.demo.filling import demo_owner, fill
from calendar_app.extensions import db, writing
from calendar_app.people import sessions
from calendar_app.people.signing_in import cookie_name
from calendar_app.times import utcnow
from tests.browser import chromium

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserContext, Page

PATHS = (
    "/",
    "/calendar",
    "/calendar?view=week",
    "/calendar?view=list",
    "/posts/new",
    "/streams",
    "/needs",
    "/settings",
)
TIMES = 5
MOST_BYTES, MOST_SECONDS, MOST_SHIFT = 150_000, 1.0, 0.0
SAVED_SECONDS = 1.0
# Chromium's own figures of the page: first contentful paint, everything there, and what moved meanwhile.
FIGURES = """() => {
  const paint = performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0;
  const shift = (window.shifts ?? []).reduce((sum, one) => sum + one, 0);
  return { paint, ready: performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd, shift };
}"""
WATCH = """window.shifts = [];
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) if (!one.hadRecentInput) window.shifts.push(one.value);
}).observe({ type: "layout-shift", buffered: true });"""


def run() -> Iterator[str]:
    with installation("SQLite") as place:
        fill()
        with writing():
            owner = demo_owner()
            assert owner is not None
            token = sessions.start(owner, now=utcnow())
            db.session.commit()
        with up(place) as port, browser(f"http://127.0.0.1:{port}", token) as context:
            base = None
            for path in PATHS:
                found = [measure(context, path) for _ in range(TIMES)]
                base = base or found
                yield _line(path, found, base)
            yield _saved(context)


def measure(context: BrowserContext, path: str, *, slower: int = 1) -> dict[str, float]:
    """One first visit: nothing kept from before, on a machine so many times slower."""
    page = context.new_page()
    link = context.new_cdp_session(page)
    link.send("Network.enable")
    link.send("Network.setCacheDisabled", {"cacheDisabled": True})
    if slower > 1:
        link.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    sent: list[float] = []
    link.on("Network.loadingFinished", lambda told: sent.append(told["encodedDataLength"]))
    page.add_init_script(WATCH)
    began = time.perf_counter()
    answer = page.goto(path)
    page.wait_for_load_state("networkidle")
    assert answer is not None and answer.ok, path
    html = answer.body()
    found: dict[str, Any] = page.evaluate(FIGURES)
    page.close()
    return {
        # What a proxy in front that compresses pages sends of this one, as the Caddyfile in deploy/ does.
        "bytes": sum(sent) - len(html) + len(gzip.compress(html, 6)),
        "requests": len(sent), "paint": found["paint"] / 1000, "ready": found["ready"] / 1000,
        "shift": found["shift"], "all": time.perf_counter() - began,
    }  # fmt: skip


def _line(path: str, found: list[dict[str, float]], base: list[dict[str, float]]) -> str:
    middle = {key: percentile([one[key] for one in found], 0.5) for key in found[0]}
    usual = percentile([one["ready"] for one in base], 0.5)
    heavy, slow = middle["bytes"] <= MOST_BYTES, middle["ready"] <= MOST_SECONDS
    return (
        f"{path}: {middle['bytes'] / 1000:.0f} kB compressed in {middle['requests']:.0f} answers "
        f"({verdict(heavy)}: {MOST_BYTES / 1000:.0f} kB) · first paint {middle['paint'] * 1000:.0f} ms · "
        f"usable {middle['ready'] * 1000:.0f} ms ({verdict(slow)}: {MOST_SECONDS:.0f} s), "
        f"{middle['ready'] / usual:.1f} × the follow page · "
        f"layout shift {middle['shift']:.3f} ({verdict(middle['shift'] <= MOST_SHIFT)}: none)"
    )


def _saved(context: BrowserContext) -> str:
    """Seconds from the last key to the moment at which the server has the text."""
    page = context.new_page()
    page.goto("/posts/new")
    _type(page, "Written for the clock")
    page.wait_for_url("**/posts/*/edit")
    seconds = []
    for number in range(TIMES * 2):
        page.wait_for_timeout(300)
        with page.expect_response(lambda answer: answer.url.endswith("/draft")) as told:
            _type(page, f" {number}")
            began = time.perf_counter()
        assert told.value.ok
        seconds.append(time.perf_counter() - began)
    p50, most = percentile(seconds, 0.5), max(seconds)
    return (
        f"last key to saved: p50 {p50 * 1000:.0f} · max {most * 1000:.0f} ms, of which 700 ms are waited for the next "
        f"key ({verdict(most <= SAVED_SECONDS)}: {SAVED_SECONDS:.0f} s)"
    )


def _type(page: Page, words: str) -> None:
    field = page.get_by_role("textbox", name="Text", exact=True)
    field.focus()
    page.keyboard.press("Control+End")
    field.press_sequentially(words, delay=10)


@contextmanager
def browser(base: str, token: str) -> Iterator[BrowserContext]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        path = chromium.find(play)
        assert path, chromium.MISSING
        running = chromium.launch(play, path)
        context = running.new_context(
            base_url=base, locale="en-GB", timezone_id="Europe/Oslo", service_workers="block",
            viewport={"width": 1440, "height": 900},
        )  # fmt: skip
        context.add_cookies([{"name": cookie_name(), "value": token, "url": base}])
        yield context
        running.close()

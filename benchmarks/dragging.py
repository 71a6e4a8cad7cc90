"""Following a drag in Chromium with 3,000 posts in the month, beside a month of 30: from the movement to the picture.

Then the drop itself: how many bytes come back, and how long until the server has said that it stays.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from benchmarks.figures import percentile, spans, verdict
from benchmarks.installation import installation, up
from benchmarks.month_page import FEW, MANY, fill
from benchmarks.pages import browser
from calendar_app.extensions import database_now, db, writing
from calendar_app.posts.models import Post
from calendar_app.times import to_wall

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserContext, Page

VIEWS = ("month", "week", "day", "list", "streams")
GOAL = 0.050
MOVEMENTS = 120
LAST = 99
# From the time at which the pointer moved to the end of the frame that shows it.
WATCH = """() => {
  window.followed = [];
  document.addEventListener("pointermove", (event) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => window.followed.push((performance.now() - event.timeStamp) / 1000);
    port2.postMessage(0);
  }), { capture: true, passive: true });
}"""


def run() -> Iterator[str]:
    usual = 0.0
    for count in (FEW, MANY):
        with installation("SQLite") as place:
            path, token = fill(count)
            _give_clocks()
            with up(place) as port, browser(f"http://127.0.0.1:{port}", token) as context:
                day = f"{database_now() + timedelta(days=1):%Y-%m-%d}"
                for view in VIEWS:
                    # What has gone out stays where it is: the last page of the list has what can move.
                    found = _drag(context, f"/calendar?view={view}&date={day}&page={LAST}")
                    if not found:
                        yield f"{count:,} posts, {view}: nothing here can be moved"
                        continue
                    usual = usual or percentile(found, 0.5)
                    yield (
                        f"{count:,} posts, {view}: followed in {spans(found)} "
                        f"({verdict(percentile(found, 0.95) <= GOAL)}: p95 {GOAL * 1000:.0f} ms), "
                        f"{percentile(found, 0.5) / usual:.1f} × the month with {FEW}"
                    )
                yield f"{count:,} posts: {_drop(context, path)}"


def _give_clocks() -> None:
    """Whoever moves a post moves its wall clock; the other benchmarks need none."""
    with writing():
        for post in db.session.scalars(sa.select(Post)):
            assert post.due_at and post.timezone
            post.publish_at = to_wall(post.due_at, post.timezone).isoformat(timespec="seconds")
        db.session.commit()


def _drag(context: BrowserContext, path: str) -> list[float]:
    """All over the plan with the first post that can be moved, and back."""
    page = _opened(context, path)
    post = _first(page)
    found: list[float] = []
    if post.count():
        _take_up(page, post)
        page.evaluate(WATCH)
        box = page.viewport_size or {"width": 1440, "height": 900}
        for x, y in ((0.9, 0.3), (0.3, 0.8), (0.8, 0.7), (0.4, 0.4)):
            page.mouse.move(box["width"] * x, box["height"] * y, steps=MOVEMENTS // 4)
        found = page.evaluate("() => window.followed")
        page.keyboard.press("Escape")
        page.mouse.up()
    page.close()
    return found


def _first(page: Page) -> Any:
    """Where each day of a stream has several posts, the last day is opened first: what is to come moves."""
    post = page.locator("#plan [data-movable]:visible").first
    several = page.locator("#plan [data-row-day]:visible")
    if not post.count() and several.count():
        several.last.click()
        page.locator(".row-day [data-post]").first.wait_for()
    return post


def _drop(context: BrowserContext, path: str) -> str:
    page = _opened(context, path)
    days = page.locator("#plan .day")
    _take_up(page, page.locator("#plan [data-movable]:visible").last)
    sent: list[int] = []
    page.on("response", lambda answer: sent.append(len(answer.body())))
    target = days.nth(days.count() - 1)
    target.scroll_into_view_if_needed()
    to = target.bounding_box() or {"x": 0, "y": 0, "width": 0, "height": 0}
    page.mouse.move(to["x"] + to["width"] / 2, to["y"] + to["height"] / 2, steps=6)
    with page.expect_response("**/posts/steps") as told:
        began = time.perf_counter()
        page.mouse.up()
    assert told.value.ok, told.value.text()
    answered = time.perf_counter() - began
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)
    page.close()
    return f"dropped, answered after {answered * 1000:.0f} ms; {sum(sent) / 1000:.1f} kB came in {len(sent)} answers"


def _opened(context: BrowserContext, path: str) -> Page:
    page = context.new_page()
    page.goto(path)
    page.wait_for_load_state("load")
    return page


def _take_up(page: Page, post: Any) -> None:
    post.scroll_into_view_if_needed()
    box = post.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 20, box["y"] + 20, steps=3)

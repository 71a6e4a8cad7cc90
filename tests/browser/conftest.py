"""A running Sluice and a Chromium in front of it. Each test has windows of its own; the site is empty at its start."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from calendar_app.extensions import db, stop_writing, writing
from calendar_app.people import sessions
from calendar_app.people.signing_in import cookie_name
from calendar_app.times import utcnow
from tests import processes
from tests.browser import arriving, chromium, proofs
from tests.browser.watching import Watch
from tests.conftest import wait_until
from tests.journeys.conftest import answers, free_port

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
PATIENCE = 10_000


@dataclass
class Site:
    """What a test holds: the address, and windows to look at it with."""

    base: str
    browser: Browser
    watches: dict[Any, Watch] = field(default_factory=dict)

    def open(self, person=None, *, size=WIDE, scheme="light", **options) -> Page:
        """A window with its own cookies, signed in as `person`; what the test has written is committed first."""
        # Whoever tries Sluice without a connection lets it keep files; all others load what they need themselves.
        usual = {
            "locale": "en-GB",
            "timezone_id": "Europe/Oslo",
            "reduced_motion": "reduce",
            "service_workers": "block",
        }
        context = self.browser.new_context(
            base_url=self.base, viewport=size, color_scheme=scheme, **{**usual, **options}
        )
        context.set_default_timeout(PATIENCE)
        self.watches[context] = Watch(context, self.base)
        self.watches[context].worked_by |= proofs.of_window(size, options)
        if person is not None:
            self.sign_in(context, person)
        db.session.commit()
        stop_writing()
        return context.new_page()

    def sign_in(self, context, person):
        with meanwhile():
            token = sessions.start(person, now=utcnow())
        context.add_cookies([{"name": cookie_name(), "value": token, "url": self.base}])

    def watch(self, page) -> Watch:
        return self.watches[page.context]

    def close(self):
        for context in self.watches:
            context.close()


# Before the groups are read.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Two browsers share the work, file by file; each has a site of its own, so a third costs more than it brings."""
    files = {}
    for item in items:
        if item.get_closest_marker("browser"):
            number = files.setdefault(item.path, len(files)) % 2
            item.add_marker(pytest.mark.xdist_group(f"window-{number}"))


@pytest.fixture
def database():
    """One kind of database is enough to look at pages."""
    return "sqlite"


@pytest.fixture(scope="package")
def _chromium():
    """One browser for all tests here; gone before other tests, since it keeps the thread's event loop."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = chromium.find(playwright)
        if path is None:
            pytest.skip(chromium.MISSING)
        browser = chromium.launch(playwright, path)
        with pytest.MonkeyPatch.context() as patch:
            arriving.patient(patch)
            yield browser
        browser.close()


@pytest.fixture(scope="package")
def _running():
    started = []
    yield started
    for process in started:
        processes.end(process)


@pytest.fixture(scope="package")
def _base():
    return f"http://127.0.0.1:{free_port()}"


@pytest.fixture
def site(app, request, _chromium, _running, _base):
    """Sluice up and running on an empty database. A test makes its world, then opens windows."""
    if not _running:
        port = _base.rpartition(":")[2]
        for command in (("web", "--port", port), ("clock",), ("worker", "--lane", "publish")):
            _running.append(processes.start(app, *command, SLUICE_BASE_URL=_base))
    wait_until(lambda: answers(_base), 30)
    found = Site(_base, _chromium)
    yield found
    problems = [problem for watch in found.watches.values() for problem in watch.problems]
    worked_by = {way for watch in found.watches.values() for way in watch.worked_by}
    found.close()
    assert problems == []
    assert proofs.claimed(request.node) - worked_by == set(), "claimed by `proves`, and never done"


@contextmanager
def meanwhile():
    """The test writes while the site is running. At any other time it must not keep the processes from writing."""
    db.session.commit()
    with writing():
        yield
        db.session.commit()

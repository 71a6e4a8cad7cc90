"""A running Sluice for journeys: real web, clock and worker processes on each database, spoken to through HTTP."""

from __future__ import annotations

import logging
import socket
from dataclasses import dataclass

import httpx
import pytest

from calendar_app.extensions import db
from calendar_app.people import api_tokens
from tests import processes
from tests.conftest import wait_until
from tests.factories import make_person, make_team
from tests.receiver import Receiver

log = logging.getLogger(__name__)


@dataclass
class Live:
    """What a journey holds: a signed-in program's client, a reader's client, and the address of the site."""

    base: str
    program: httpx.Client
    reader: httpx.Client


@pytest.fixture(scope="module")
def _live_processes():
    """Gone before any other test: a clock and a worker that stay would publish what that test has planned."""
    started = {}
    yield started
    for group, _ in started.values():
        for process in group:
            processes.end(process)


@pytest.fixture
def live(app, database, _live_processes):
    """Sluice up and running on an empty database; the program's token belongs to an owner of a new team."""
    if database not in _live_processes:
        port = free_port()
        group = [
            processes.start(app, "web", "--port", str(port)),
            processes.start(app, "clock"),
            processes.start(app, "worker", "--lane", "publish"),
        ]
        _live_processes[database] = group, f"http://127.0.0.1:{port}"
    base = _live_processes[database][1]
    wait_until(lambda: answers(base), 30)
    person = make_person(make_team("Town hall"), "owner")
    token = api_tokens.create(person, "journey", "write")
    db.session.commit()
    with (
        httpx.Client(
            base_url=f"{base}/api/v1",
            headers={"Authorization": f"Bearer {token}"},
            event_hooks={"response": [tell_what_went_wrong]},
            trust_env=False,
        ) as program,
        httpx.Client(base_url=base, trust_env=False) as reader,
    ):
        yield Live(base, program, reader)


@pytest.fixture
def receiver():
    with Receiver() as found:
        yield found


def tell_what_went_wrong(response):
    """Shown where a test fails: it sees only that a field is missing in the answer."""
    if response.is_error:
        asked = response.request
        log.warning("%s %s: %s %s", asked.method, asked.url, response.status_code, response.read())


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(base):
    try:
        return httpx.get(f"{base}/healthz", trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False

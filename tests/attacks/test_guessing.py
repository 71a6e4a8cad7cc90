"""Somebody who guesses passwords or tokens and says each time to be somebody else."""

from __future__ import annotations

import itertools

import pytest

from calendar_app.people import passwords
from calendar_app.people.throttling import MOST_FROM_ONE_PLACE
from tests.factories import make_person

SPELLINGS = (
    "kari@example.org",
    "KARI@example.org",
    " kari@example.org ",
    "Kari@Example.ORG",
    "kari@example.org\t",
)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_header_and_no_spelling_gives_more_tries(team, browser):
    make_person(team, "owner", email="kari@example.org").password_hash = passwords.hash_new(
        "a long enough sentence 99"
    )
    ways = itertools.cycle([
        {"X-Forwarded-For": "198.51.100.{}"}, {"X-Real-IP": "198.51.100.{}"}, {"Forwarded": "for=198.51.100.{}"},
        {"Client-IP": "198.51.100.{}"}, {"CF-Connecting-IP": "198.51.100.{}"}, {"X-Forwarded-For": "::1, 10.0.0.{}"},
    ])  # fmt: skip
    statuses = []
    for number in range(MOST_FROM_ONE_PLACE + 3):
        headers = {name: value.format(number) for name, value in next(ways).items()}
        typed = {"email": SPELLINGS[number % len(SPELLINGS)], "password": f"wrong wrong wrong {number}"}
        sent = {"json": typed} if number % 2 else {"data": typed}
        statuses.append(browser.post("/sign-in", headers={**headers, "Accept": "*/*"}, **sent).status_code)
    assert statuses == [422] * MOST_FROM_ONE_PLACE + [429] * 3
    right = {"email": "kari@example.org", "password": "a long enough sentence 99"}
    assert browser.post("/sign-in", data=right, headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 429


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "token", ["", " ", "slc_", "slc_" + "a" * 43, "slc_' OR 1=1 --", "slc_%", "a" * 7000, "\xff", "slc_\x01"]
)
def test_what_is_no_key_is_no_crash(client, token):
    for kind in ("Bearer", "bearer", "Basic", "Token", ""):
        answer = client.get("/api/v1/me", headers={"Authorization": f"{kind} {token}"})
        assert answer.status_code == 401
    for path in (
        f"/team/{token or 'x'}.ics",
        f"/enter/sign-in/{token or 'x'}",
        f"/enter/set-up/{token or 'x'}",
    ):
        assert client.get(path.replace("%", "%25")).status_code in {404, 410}

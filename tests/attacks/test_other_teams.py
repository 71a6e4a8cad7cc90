"""Somebody of one team reaches for what belongs to another."""

from __future__ import annotations

import pytest

from tests.factories import make_person, make_team

MARK = "Quokka"


@pytest.fixture
def others(team):
    """A team whose id begins with that of ours, with a member whom nobody else may see."""
    made = [make_team(f"{MARK} {number}") for number in range(10)]
    found = next(one for one in made if str(one.id).startswith(str(team.id)))
    make_person(found, "owner", email="quokka@example.org", name=f"{MARK} Person")
    return found


def padded(team, other):
    """Digits whose first eighteen mean our team, and which mean the other as a whole."""
    rest = str(other.id).removeprefix(str(team.id))
    return str(team.id).zfill(18) + rest


@pytest.mark.parametrize("path", ["/team", "/posts/new", "/streams/new"])
def test_a_number_that_begins_like_ours_is_another_team(team, others, stream, owner, browser, path):
    browser.sign_in(owner)
    assert browser.get(f"{path}?team={team.id}").status_code == 200
    answer = browser.get(f"{path}?team={padded(team, others)}")
    assert (answer.status_code, MARK in answer.text) == (404, False)


def test_a_refused_form_offers_nobody_of_another_team(team, others, owner, browser):
    browser.sign_in(owner)
    answer = browser.send("/streams/new", {"team": padded(team, others), "handle": "", "name": ""})
    assert (answer.status_code, f"{MARK} Person" in answer.text) == (422, False)


@pytest.mark.parametrize(
    "digits", ["9" * 18, "0" * 17 + "1" + "0" * 40, "0" * 17 + "1" + "0" * 5000, "²", "-1"]
)
def test_a_number_of_any_length_is_no_crash(team, stream, owner, browser, digits):
    browser.sign_in(owner)
    assert browser.get(f"/team?team={digits}").status_code == 404
    assert browser.send("/streams/new", {"team": digits, "handle": "", "name": ""}).status_code == 422

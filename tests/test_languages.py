"""A page speaks the member's language, else what the browser asks for."""

from __future__ import annotations

import pytest

from calendar_app.extensions import db
from calendar_app.languages import choose_language
from tests.factories import make_person, make_team


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [
        ("nb-NO,nb;q=0.9", "nb"),
        ("no", "nb"),
        ("nn;q=0.8,en;q=0.5", "nb"),
        ("sv", "sv"),
        ("de,fr", "en"),
        ("", "en"),
    ],
)
def test_a_reader_is_answered_in_the_language_the_browser_asks_for(app, asked, spoken):
    with app.test_request_context("/", headers={"Accept-Language": asked}):
        assert choose_language() == spoken


def test_a_member_is_answered_in_their_own_language(app):
    from calendar_app.people.roles import actor_for
    from calendar_app.people.signing_in import act_as

    person = make_person(make_team())
    person.locale = "sv"
    db.session.commit()
    with app.test_request_context("/calendar", headers={"Accept-Language": "nb"}):
        act_as(actor_for(person))
        assert choose_language() == "sv"


def test_pages_say_that_they_differ_by_language(client):
    assert "Accept-Language" in client.get("/sign-in").headers["Vary"]

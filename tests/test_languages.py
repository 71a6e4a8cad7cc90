"""A page speaks the member's language, else what the browser asks for."""

from __future__ import annotations

from datetime import date, datetime

import pytest
import sqlalchemy as sa

from calendar_app.extensions import db
from calendar_app.languages import choose_language, in_words, say, spoken
from tests.factories import make_person, make_team


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [
        ("nb-NO,nb;q=0.9", "nb"),
        ("no", "nb"),
        ("nn;q=0.8,en;q=0.5", "nb"),
        ("sv", "sv"),
        ("de,fr", "en"),
        ("no-NO", "nb"),
        ("sv-FI,en", "sv"),
        ("en-GB,nb;q=0.9", "en"),
        ("da,nb;q=0.2,sv;q=0.4", "sv"),
        ("nb;q=0,sv;q=0.1", "sv"),
        ("*", "en"),
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


@pytest.mark.parametrize("path", ["/api/v1/me", "/api/docs", "/api/nothing-here"])
def test_programs_are_always_answered_in_english(app, path):
    with app.test_request_context(path, headers={"Accept-Language": "nb"}):
        assert choose_language() == "en"


def test_a_member_who_reads_bokmaal_gets_english_from_the_api(app):
    from calendar_app.people.roles import actor_for
    from calendar_app.people.signing_in import act_as

    person = make_person(make_team())
    person.locale = "nb"
    db.session.commit()
    with app.test_request_context("/api/v1/me"):
        act_as(actor_for(person))
        assert choose_language() == "en"


def test_without_anybody_asking_sentences_are_english(app):
    assert say("%(name)s at %(share)s %%", name="Ola", share=50) == "Ola at 50 %"
    assert (spoken(), in_words(date(2026, 12, 1))) == ("en", "1 December 2026")


def test_sentences_do_not_even_need_an_application():
    assert say("Choose the day as well.") == "Choose the day as well."
    assert (spoken(), in_words(date(2026, 12, 1))) == ("en", "1 December 2026")


@pytest.mark.parametrize(
    ("asked", "day", "moment"),
    [
        ("en", "1 December 2026", "Tue 1 Dec, 09:30"),
        ("nb", "1. desember 2026", "tir. 1. des., 09:30"),
        ("sv", "1 december 2026", "tis 1 dec., 09:30"),
    ],
)
def test_days_are_written_as_the_language_writes_them(app, asked, day, moment):
    with app.test_request_context("/", headers={"Accept-Language": asked}):
        assert in_words(date(2026, 12, 1)) == day
        assert in_words(datetime(2026, 12, 1, 9, 30), "EEE d MMM, HH:mm") == moment  # noqa: DTZ001


def test_a_page_about_an_absent_database_still_finds_its_language(app, monkeypatch):
    """Asking who is there fails when the database is away; the error page must not fail with it."""
    with app.test_request_context(
        "/calendar", headers={"Accept-Language": "sv", "Cookie": "sluice=" + "x" * 40}
    ):
        db.session.remove()
        monkeypatch.setattr(db.session, "execute", _away)
        monkeypatch.setattr(db.session, "scalars", _away)
        monkeypatch.setattr(db.session, "scalar", _away)
        monkeypatch.setattr(db.session, "get", _away)
        assert choose_language() == "sv"


def test_the_language_is_chosen_anew_at_each_request(app, client):
    assert client.get("/sign-in", headers={"Accept-Language": "nb"}).status_code == 200
    with app.test_request_context("/"):
        app.preprocess_request()
        assert spoken() == "en"


def _away(*_args, **_kwargs):
    raise sa.exc.OperationalError("SELECT", {}, Exception("the database is away"))

"""The lane `mail`: the clock wakes it, and does its work where nobody can be woken; the doctor says whether it can."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta

import pytest

from calendar_app import enqueue
from calendar_app.config import WrongSetting, read_settings
from calendar_app.enqueue import connection
from calendar_app.extensions import database_now, db, stop_writing
from calendar_app.health.doctor import findings
from calendar_app.mailing import office
from calendar_app.notices.models import Letter, Notice
from calendar_app.starting import _parts
from jobs import clock, mail
from tests.conftest import wait_until
from tests.factories import make_person, make_team
from tests.processes import running


@pytest.fixture
def with_mail(app, server):
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(before, mail_url=f"smtp://127.0.0.1:{server.port}")
    yield app
    app.config["SETTINGS"] = before


def due_letter():
    """Something to tell and the letter that tells it."""
    team = make_team()
    person = make_person(team)
    letter = Letter(person_id=person.id, message_id=office.new_message_id(), next_at=database_now())
    from tests.factories import make_account

    account = make_account(team, name="Town screen")
    account.state = "broken"
    db.session.add(letter)
    db.session.flush()
    db.session.add(Notice(person_id=person.id, team_id=team.id, kind="account", event="x", account_id=account.id,
                          letter_id=letter.id))  # fmt: skip
    db.session.commit()
    stop_writing()
    return letter


def test_nothing_is_due_without_a_server_or_without_mail(with_mail, app):
    assert mail.is_due() is False
    due_letter()
    assert mail.is_due() is True
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], mail_url="log:")
    assert (mail.is_due(), mail.work()) == (False, 0)


def test_a_round_sends_what_is_due_and_then_nothing_is(with_mail, server):
    letter = due_letter()
    assert (mail.work(), mail.is_due()) == (1, False)
    assert server.recipients() == [letter.person.email]


def test_the_clock_wakes_the_lane(with_mail):
    due_letter()
    clock.Clock().tick()
    assert connection().llen("rq:queue:mail") == 1


def test_the_clock_mails_by_itself_where_redis_is_away(with_mail, server, monkeypatch):
    due_letter()
    monkeypatch.setattr(clock, "wake", lambda lane: False)
    monkeypatch.setattr(clock, "app", lambda: with_mail)
    found = clock.Clock()
    found.tick()
    found.mailing.join(10)
    assert len(server.ledger) == 1


def test_a_worker_of_the_lane_does_it_when_woken(with_mail, server):
    due_letter()
    with running(with_mail, ["worker", "--lane", "mail"], SLUICE_MAIL_URL=f"smtp://127.0.0.1:{server.port}"):
        enqueue.wake("mail")
        wait_until(lambda: server.ledger, 30)
    assert len(server.ledger) == 1


def test_up_starts_the_lane_only_where_mail_is_set(app, with_mail):
    settings = app.config["SETTINGS"]
    for url, there in (("log:", False), ("smtp://localhost", True)):
        parts = _parts(replace(settings, mail_url=url), {}, "127.0.0.1", 8000)
        assert ("mail" in [part.name for part in parts]) is there


def told(app):
    return [(one.wrong, one.text) for one in findings(app.config["SETTINGS"]) if "mail" in one.text.lower()]


def test_the_doctor_says_whether_the_server_answers(with_mail, server):
    assert (False, "The mail server 127.0.0.1 answers.") in told(with_mail)
    assert any("SLUICE_MAIL_FROM is not set" in text for _, text in told(with_mail))
    server.refuse()
    wrong = [text for bad, text in told(with_mail) if bad]
    assert len(wrong) == 1 and wrong[0].startswith("The mail server 127.0.0.1 could not be reached.")
    assert server.ledger == []


def test_the_doctor_says_that_mails_wait_for_a_worker(with_mail):
    letter = due_letter()
    assert [text for wrong, text in told(with_mail) if wrong] == []
    letter.next_at = database_now() - timedelta(minutes=11)
    db.session.commit()
    (found,) = [text for wrong, text in told(with_mail) if wrong]
    assert found.endswith("Start: sluice worker --lane mail")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SLUICE_MAIL_URL", "http://x"),
        ("SLUICE_MAIL_URL", "smtp://u:p@mail.example.org"),
        ("SLUICE_MAIL_FROM", "Town"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path, name, value):
    with pytest.raises(WrongSetting, match=name):
        read_settings({"SLUICE_DATA": str(tmp_path), name: value})


def test_a_round_ends_in_time(with_mail, server):
    for _ in range(3):
        due_letter()
    server.at("end", 0.2, 0.2, 0.2)
    began = time.monotonic()
    assert mail.work(0.1) == 1
    assert time.monotonic() - began < 2

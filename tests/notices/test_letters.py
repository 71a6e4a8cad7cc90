"""Notices by mail: bundled, in the member's language, once, and not of what was settled meanwhile."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from calendar_app.extensions import database_now, db, stop_writing
from calendar_app.mailing import office
from calendar_app.mailing.rounds import next_due, work_off
from calendar_app.notices.letters import bundle, shelf
from calendar_app.notices.models import Letter, Notice
from tests.factories import make_account, make_person, make_stream, make_team
from tests.mail_server import MailServer
from tests.notices.test_noticing import look, stuck


@pytest.fixture
def server():
    made = MailServer()
    yield made
    made.close()


@pytest.fixture
def with_mail(app, server):
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(
        before, mail_url=f"smtp://127.0.0.1:{server.port}", mail_from="Sluice <sluice@fjordvik.example>"
    )
    yield
    app.config["SETTINGS"] = before


@pytest.fixture
def kari(app):
    return make_person(make_team(), "editor", email="kari@fjordvik.example")


@pytest.fixture
def stream(kari):
    team = kari.memberships[0].team
    found = make_stream(team, responsible_id=kari.id)
    make_account(team, name="Town screen", streams=[found])
    return found


def let_time_pass(minutes=4):
    earlier = database_now() - timedelta(minutes=minutes)
    db.session.execute(sa.update(Notice).where(Notice.letter_id.is_(None)).values(created_at=earlier))
    db.session.commit()


def write_letters():
    found = bundle()
    db.session.commit()
    return found


def send_letters():
    db.session.commit()
    stop_writing()
    with office.mailer() as mailer:
        sent = work_off(shelf(), mailer, office.sender()[1], until=time.monotonic() + 10)
    db.session.expire_all()
    return sent


def states():
    return sorted(db.session.scalars(sa.select(Letter.state)))


def test_what_came_within_some_minutes_is_one_letter(with_mail, server, stream):
    stuck(stream, "failed", title="Bridge closed")
    look()
    assert write_letters() == 0
    stuck(stream, "unknown", title="Bridge open")
    look()
    let_time_pass()
    assert [write_letters(), write_letters()] == [1, 0]
    assert [send_letters(), send_letters()] == [1, 0]
    (taken,) = server.ledger
    assert (taken.sender, taken.recipient) == ("sluice@fjordvik.example", "kari@fjordvik.example")
    assert taken.mail["Subject"] == f"2 things need a person at {office.site_name()}"
    for body in (taken.text, taken.html):
        assert "“Bridge closed” did not go out to Town screen." in body
        assert "“Bridge open” may have gone out to Town screen: please look." in body
        assert "http://127.0.0.1:8000/needs" in body
    assert states() == ["sent"]


def test_one_thing_is_told_in_the_subject_in_the_members_own_language(with_mail, server, stream, kari):
    kari.locale = "nb"
    stuck(stream, "unknown", title="Brua er stengt")
    look()
    let_time_pass()
    write_letters()
    send_letters()
    (taken,) = server.ledger
    assert "please look" not in taken.mail["Subject"] and "Brua er stengt" in taken.mail["Subject"]
    assert taken.mail["Content-Language"] == "nb"


def test_what_was_settled_or_read_meanwhile_is_not_mailed(with_mail, server, stream):
    settled, _read = stuck(stream), stuck(stream)
    look()
    let_time_pass()
    write_letters()
    settled.state, settled.finished_at = "delivered", database_now()
    db.session.execute(
        sa.update(Notice).where(Notice.delivery_id != settled.id).values(read_at=database_now())
    )
    assert send_letters() == 0
    assert (server.ledger, states()) == ([], ["spared"])


def test_without_a_mail_server_nothing_is_written(app, stream):
    stuck(stream)
    look()
    let_time_pass()
    assert write_letters() == 0


def test_what_nobody_was_mailed_of_for_a_day_is_left_to_the_app(with_mail, stream):
    stuck(stream)
    look()
    let_time_pass(minutes=60 * 25)
    assert write_letters() == 0


@pytest.mark.parametrize("step", ["drop", "half"])
def test_a_lost_answer_is_not_repeated(with_mail, server, stream, step):
    stuck(stream)
    look()
    let_time_pass()
    write_letters()
    server.at("end", step)
    send_letters()
    send_letters()
    assert (len(server.ledger), states()) == (1, ["unknown"])


def test_a_server_that_is_away_is_asked_again_later(with_mail, server, stream):
    stuck(stream)
    look()
    let_time_pass()
    write_letters()
    server.refuse()
    send_letters()
    assert states() == ["waiting"]
    assert timedelta(seconds=20) < next_due(shelf()) - database_now() <= timedelta(seconds=30)
    server.listen()
    db.session.execute(sa.update(Letter).values(next_at=database_now()))
    send_letters()
    (taken,) = server.ledger
    letter = db.session.scalars(sa.select(Letter)).one()
    assert (letter.state, letter.attempts, taken.mail["Message-ID"]) == ("sent", 1, letter.message_id)


def test_who_died_while_sending_left_it_unknown(with_mail, server, stream):
    stuck(stream)
    look()
    let_time_pass()
    write_letters()
    gone = database_now() - timedelta(seconds=1)
    db.session.execute(sa.update(Letter).values(state="sending", attempts=1, next_at=gone))
    assert next_due(shelf()) == gone
    send_letters()
    assert (server.ledger, states()) == ([], ["unknown"])
    assert next_due(shelf()) is None


def test_who_may_no_longer_sign_in_gets_none(with_mail, server, stream, kari):
    stuck(stream)
    look()
    let_time_pass()
    write_letters()
    kari.disabled_at = database_now()
    send_letters()
    assert (server.ledger, states()) == ([], ["spared"])

"""Many mails at once: several connections, one outcome each, and a server that takes fewer than we would make."""

from __future__ import annotations

import time
from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from calendar_app.channels.email import adapter as email_adapter
from calendar_app.channels.email import ledger
from calendar_app.channels.email.models import Mailing
from calendar_app.extensions import database_now, db, stop_writing
from calendar_app.mailing import office, rounds
from calendar_app.mailing.rounds import Shelf, work_off
from jobs import mail
from tests.channels.steps import delivery_of, due_post, send_due
from tests.channels.test_email import people, rows, with_list, with_mail  # noqa: F401

MANY = 40
HANDS = 4


@pytest.fixture(autouse=True)
def for_the_lane(with_mail, monkeypatch):  # noqa: F811
    """One connection for each five mails, so that forty are many."""
    monkeypatch.setattr(rounds, "MAILS_EACH", 5)
    monkeypatch.setattr(email_adapter, "AT_ONCE_MAILS", 0)
    settings = with_mail.config["SETTINGS"]
    url = f"{settings.mail_url}?connections={HANDS}"
    with_mail.config["SETTINGS"] = type(settings)(**{**vars(settings), "mail_url": url})


@pytest.fixture(params=[[], ["PIPELINING"]], ids=["one by one", "at once"])
def server(server, request):
    server.extensions = request.param
    return server


def many(count=MANY):
    stream, _account = with_list(*people(count))
    post = due_post(stream)
    send_due()
    assert (delivery_of(post).state, delivery_of(post).reason) == (
        "retry",
        f"Sent to 0 of {count} addresses. The rest follows.",
    )
    return post


def lane():
    db.session.commit()
    stop_writing()
    sent = mail.work(30)
    db.session.expire_all()
    return sent


def test_many_take_several_connections_and_each_gets_its_own(server):
    many()
    for address in people(MANY):
        server.for_address(address, 0.02)
    assert lane() == MANY
    assert server.sessions == HANDS
    assert server.recipients() == sorted(people(MANY))
    assert [one.mail["To"] for one in server.ledger] == [one.recipient for one in server.ledger]
    assert len({one.mail["Message-ID"] for one in server.ledger}) == MANY
    assert set(rows().values()) == {"sent"}


def test_few_take_one(server):
    many(HANDS)
    assert (lane(), server.sessions) == (HANDS, 1)


def test_each_has_the_outcome_of_its_own_mail(server):
    post = many()
    told = {1: ("end", "drop"), 7: ("rcpt", "550 no such user"), 11: ("end", "451 later"), 20: ("end", "half"),
            21: ("rcpt", "450 greylisted"), 30: ("end", "554 spam"), 39: ("end", "drop")}  # fmt: skip
    if server.extensions:
        # All three commands are said at once, so the address of the mail before would still be known.
        told = {number: found for number, found in told.items() if found[0] == "end"}
    for number, (stage, step) in told.items():
        server.for_address(people(MANY)[number], step, stage=stage)
    lane()
    expected = dict.fromkeys(people(MANY), "sent")
    for number, (_, step) in told.items():
        expected[people(MANY)[number]] = {"4": "waiting", "5": "refused"}.get(step[0], "unknown")
    assert rows() == expected
    assert max(Counter(server.recipients()).values()) == 1
    assert delivery_of(post).state == "retry"


def test_a_server_that_takes_fewer_connections_gets_all_on_those(server):
    many()
    server.at("greet", 0, 0, "421 too many connections", "421 too many connections")
    for address in people(MANY):
        server.for_address(address, 0.01)
    assert lane() == MANY + 2
    assert server.recipients() == sorted(people(MANY))
    assert set(db.session.scalars(sa.select(Mailing.attempts))) == {1}


def test_while_the_server_is_away_all_wait_and_nothing_counts(server):
    many()
    server.refuse()
    lane()
    found = db.session.execute(sa.select(Mailing.state, Mailing.attempts).distinct()).all()
    assert found == [("waiting", 0)]
    soonest = db.session.scalar(sa.select(sa.func.min(Mailing.next_at)))
    assert soonest > database_now() + timedelta(seconds=20)


def test_mails_that_the_database_kept_from_being_written_were_not_refused(server):
    many(HANDS)

    def away(_row):
        raise OperationalError("SELECT", {}, Exception("gone"))

    shelf = Shelf(Mailing, wanted=ledger.shelf().wanted, packer=lambda _rows, _now: away, spared="cancelled")
    db.session.commit()
    stop_writing()
    with office.mailer() as mailer:
        assert work_off(shelf, mailer, "news@fjordvik.example", until=time.monotonic() + 0.1) == 0
    assert (set(rows().values()), server.ledger) == ({"waiting"}, [])
    assert lane() == HANDS


def test_postgresql_knows_of_a_long_list_at_once(server):
    """Until it does, it looks through all that waits, and sorts it, for every handful that is taken."""
    many()
    if db.engine.dialect.name == "postgresql":
        counted = sa.text("SELECT reltuples FROM pg_class WHERE relname = 'mailing'")
        assert db.session.scalar(counted) == MANY

"""The e-mail channel: the contract with a mail server's ledger, and one honest row per address."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from calendar_app.channels.connecting import test_account as try_out
from calendar_app.channels.email import adapter as email_adapter
from calendar_app.channels.email.models import Mailing
from calendar_app.channels.resolving import resolve
from calendar_app.errors import Refused
from calendar_app.extensions import database_now, db, stop_writing
from calendar_app.mailing import smtp
from calendar_app.posts.drafting import edit
from calendar_app.posts.withdrawing import withdraw
from jobs import mail
from tests.channels.contract import *  # noqa: F403
from tests.channels.contract import Place
from tests.channels.steps import bring_forward, claimed, delivery_of, due_post, let_lease_expire, send_due
from tests.factories import make_account, make_actor, make_stream
from tests.mail_server import MailServer


@pytest.fixture
def server():
    made = MailServer()
    yield made
    made.close()


@pytest.fixture(autouse=True)
def with_mail(app, server, monkeypatch):
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(
        before, mail_url=f"smtp://127.0.0.1:{server.port}", mail_from="news@fjordvik.example"
    )
    monkeypatch.setattr(smtp.Mailer.__init__, "__kwdefaults__", {"seconds": 1.0})
    yield app
    app.config["SETTINGS"] = before


def people(count):
    return [f"reader{number}@example.org" for number in range(count)]


def with_list(*addresses, stream=None, **settings):
    stream = stream or make_stream()
    settings = {"addresses": "\n".join(addresses), **settings}
    return stream, make_account(stream.team, "email", settings=settings, streams=[stream])


@pytest.fixture
def place(server):
    stream, account = with_list("kari@example.org")

    def calls():
        return [
            SimpleNamespace(key=one.mail["Message-ID"][1:37], at=one.at, body=one.data)
            for one in server.ledger
        ]

    return Place(account, stream, calls, lambda: {call.key: call.body for call in calls()})


def test_trying_an_account_out_is_a_real_call_and_no_delivery(place, server):
    sentence = try_out(place.account, actor=make_actor(place.stream.team), now=database_now())
    assert sentence == "The mail server 127.0.0.1 takes our mail. Nothing was sent."
    assert (server.sessions, server.ledger, send_due()) == (1, [], 0)
    server.refuse()
    with pytest.raises(Refused, match=r"could not be reached\."):
        try_out(place.account, actor=make_actor(place.stream.team), now=database_now())


def rows():
    """state by address."""
    db.session.expire_all()
    return dict(db.session.execute(sa.select(Mailing.address, Mailing.state).order_by(Mailing.id)).all())


def lane():
    """One round of the lane `mail`, in a transaction of its own."""
    db.session.commit()
    stop_writing()
    sent = mail.work()
    db.session.expire_all()
    return sent


def no_patience(monkeypatch):
    """All is left to the lane."""
    monkeypatch.setattr(email_adapter, "AT_ONCE_SECONDS", -1.0)


def test_everybody_gets_a_mail_of_their_own_on_one_connection(server):
    stream, _account = with_list(*people(25), sender_name="Fjordvik roads")
    post = due_post(stream, title="Bridge closed", text="The bridge is closed on *Monday*.")
    send_due()
    assert server.recipients() == sorted(people(25))
    assert server.sessions == 1
    assert {taken.mail["To"] for taken in server.ledger} == set(people(25))
    assert len({taken.mail["Message-ID"] for taken in server.ledger}) == 25
    one = server.ledger[0]
    assert one.mail["From"] == "Fjordvik roads <news@fjordvik.example>"
    assert one.mail["Subject"] == "Bridge closed"
    assert "The bridge is closed on Monday." in one.text and "<em>Monday</em>" in one.html
    assert f"/posts/{post.uuid}" in one.text
    assert (delivery_of(post).state, delivery_of(post).reason) == ("delivered", None)


def test_the_outcome_sums_up(server):
    stream, _account = with_list(*people(10))
    server.for_address("reader3@example.org", "550 5.1.1 no such user", stage="rcpt")
    server.for_address("reader4@example.org", "554 spam")
    post = due_post(stream)
    send_due()
    row = delivery_of(post)
    assert (row.state, row.reason) == ("delivered", "Sent to 8 of 10 addresses. Refused: 2.")
    assert rows()["reader3@example.org"] == rows()["reader4@example.org"] == "refused"


@pytest.mark.parametrize("step", ["drop", "half", "hang"])
def test_a_lost_answer_makes_one_row_unknown_and_the_others_go_on(server, step):
    stream, _account = with_list(*people(6))
    server.for_address("reader2@example.org", step)
    post = due_post(stream)
    send_due()
    row = delivery_of(post)
    assert (row.state, row.reason) == ("unknown", "Sent to 5 of 6 addresses. May have gone out: 1.")
    assert rows()["reader2@example.org"] == "unknown"
    assert server.recipients() == people(6)
    assert [send_due(), lane()] == [0, 0]
    assert len(server.ledger) == 6


def test_refused_by_all_has_failed(server):
    stream, _account = with_list(*people(2))
    server.at("rcpt", "550 no", "550 no")
    post = due_post(stream)
    send_due()
    row = delivery_of(post)
    assert row.state == "failed"
    assert (
        row.reason == "Sent to 0 of 2 addresses. Refused: 2. The mail server refused this address (550 no)."
    )


def test_send_again_reaches_only_those_who_have_not_got_it(server):
    stream, _account = with_list(*people(4))
    server.for_address("reader1@example.org", "drop")
    server.for_address("reader2@example.org", "550 full", stage="rcpt")
    post = due_post(stream)
    send_due()
    row = delivery_of(post)
    first = {taken.recipient: taken.mail["Message-ID"] for taken in server.ledger}
    server._for.clear()
    resolve(row, "send again", actor=make_actor(stream.team), now=database_now())
    send_due()
    assert (delivery_of(post).state, delivery_of(post).reason) == ("delivered", None)
    again = server.ledger[len(first) :]
    assert sorted(taken.recipient for taken in again) == ["reader1@example.org", "reader2@example.org"]
    assert again[0].mail["Message-ID"] == first["reader1@example.org"]


def test_what_is_left_is_for_the_lane_and_then_the_outcome_is_written(server, monkeypatch):
    no_patience(monkeypatch)
    stream, _account = with_list(*people(12))
    post = due_post(stream)
    send_due()
    row = delivery_of(post)
    assert (row.state, row.reason) == ("retry", "Sent to 0 of 12 addresses. The rest follows.")
    assert lane() == 12
    assert delivery_of(post).next_at <= database_now()
    send_due()
    row = delivery_of(post)
    assert (row.state, row.reason, row.late_ms < 60_000) == ("delivered", None, True)
    assert server.recipients() == sorted(people(12))


def test_a_killed_worker_resumes_without_a_second_mail_to_anybody(server, monkeypatch):
    stream, _account = with_list(*people(8))
    post = due_post(stream)
    server.for_address("reader5@example.org", "drop")
    taken_before = 4

    def die(self, data, **envelope):
        if len(server.ledger) == taken_before:
            raise KeyboardInterrupt
        return real(self, data, **envelope)

    real = smtp.Mailer.post
    monkeypatch.setattr(smtp.Mailer, "post", die)
    from calendar_app.posts.publishing import publish_due

    publish_due()
    db.session.commit()
    (claim,) = claimed()
    from calendar_app.channels.delivering import outbound
    from calendar_app.channels.sending import send
    from tests.channels.steps import parcel_of

    parcel = parcel_of(claim)
    with pytest.raises(KeyboardInterrupt):
        send(parcel, outbound())
    monkeypatch.setattr(smtp.Mailer, "post", real)
    assert sorted(rows().values()) == [
        "sending",
        "sent",
        "sent",
        "sent",
        "sent",
        "waiting",
        "waiting",
        "waiting",
    ]

    let_lease_expire(delivery_of(post))
    db.session.execute(
        sa.update(Mailing)
        .where(Mailing.state == "sending")
        .values(next_at=database_now() - timedelta(seconds=1))
    )
    send_due()
    assert sorted(rows().values()) == ["sent"] * 6 + ["unknown"] * 2
    assert len(server.recipients()) == len(set(server.recipients())) == 7
    row = delivery_of(post)
    assert (row.state, row.reason) == ("unknown", "Sent to 6 of 8 addresses. May have gone out: 2.")


def test_a_server_that_is_away_is_waited_for(server):
    stream, _account = with_list(*people(3))
    server.refuse()
    post = due_post(stream)
    send_due()
    row = delivery_of(post)
    assert (row.state, row.reason) == ("retry", "Sent to 0 of 3 addresses. The rest follows.")
    assert set(rows().values()) == {"waiting"}
    server.listen()
    db.session.execute(sa.update(Mailing).values(next_at=database_now()))
    assert lane() == 3
    send_due()
    assert delivery_of(post).state == "delivered"


def test_one_who_is_to_come_later_holds_nobody_up(server):
    stream, _account = with_list(*people(3))
    server.at("rcpt", "450 greylisted")
    post = due_post(stream)
    send_due()
    assert sorted(rows().values()) == ["sent", "sent", "waiting"]
    row = delivery_of(post)
    assert row.next_at - database_now() > timedelta(seconds=30)
    db.session.execute(sa.update(Mailing).values(next_at=database_now()))
    lane()
    send_due()
    assert delivery_of(post).state == "delivered"
    assert len(server.ledger) == 3


def test_what_found_no_way_in_for_long_is_given_up(server):
    stream, _account = with_list(*people(2))
    server.at("rcpt", "450 later")
    post = due_post(stream)
    send_due()
    row = delivery_of(post)
    row.due_at -= timedelta(hours=37)
    bring_forward(row)
    send_due()
    row = delivery_of(post)
    assert (row.state, row.reason) == ("delivered", "Sent to 1 of 2 addresses. Refused: 1.")


def test_an_edit_meanwhile_changes_nothing_of_what_is_under_way(server, monkeypatch):
    no_patience(monkeypatch)
    stream, _account = with_list(*people(2))
    post = due_post(stream, text="As it was.")
    send_due()
    edit(
        post,
        {"text": "Quite different."},
        version=post.version,
        actor=make_actor(post.team),
        now=database_now(),
    )
    bring_forward(delivery_of(post))
    send_due()
    lane()
    assert [("As it was." in taken.text) for taken in server.ledger] == [True, True]


def test_a_withdrawn_post_reaches_nobody_else(server, monkeypatch):
    no_patience(monkeypatch)
    stream, _account = with_list(*people(3))
    post = due_post(stream)
    send_due()
    withdraw(post, actor=make_actor(stream.team), now=database_now())
    assert (lane(), server.ledger) == (0, [])


def test_a_paused_account_and_a_site_on_hold_mail_nothing(server, monkeypatch):
    from calendar_app.people.models import Site

    no_patience(monkeypatch)
    stream, account = with_list(*people(3))
    due_post(stream)
    send_due()
    account.state = "paused"
    assert lane() == 0
    account.state = "ok"
    db.session.get(Site, 1).hold_reason = "restored"
    assert lane() == 0
    db.session.get(Site, 1).hold_reason = None
    assert lane() == 3


def test_two_workers_at_once_send_to_nobody_twice(with_mail, server, monkeypatch):
    from threading import Thread

    no_patience(monkeypatch)
    stream, _account = with_list(*people(30))
    due_post(stream)
    send_due()
    db.session.commit()
    stop_writing()

    def work():
        with with_mail.app_context():
            mail.work()

    threads = [Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert server.recipients() == sorted(people(30))
    assert set(rows().values()) == {"sent"}

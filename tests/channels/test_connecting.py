"""Accounts: connected, changed, paused, let go; who may, what is told, and what becomes of waiting deliveries."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from calendar_app.channels.connecting import change, connect, disconnect, pause, resume
from calendar_app.channels.connecting import test_account as try_out
from calendar_app.channels.models import Account
from calendar_app.channels.packing import open_secrets
from calendar_app.channels.registry import ADAPTERS
from calendar_app.errors import Conflict, NotAllowed, Refused
from calendar_app.extensions import database_now, db
from calendar_app.people.models import Audit
from tests.channels.steps import (
    SECRET,
    bring_forward,
    claimed,
    connected,
    delivery_of,
    due_post,
    send_due,
)
from tests.factories import make_account, make_actor, make_scheduled, make_stream, make_team
from tests.receiver import answer, reset_after_processing


def act(what, account, *args, actor=None, **options):
    result = what(account, *args, actor=actor or make_actor(account.team), now=database_now(), **options)
    db.session.commit()
    return result


def refused(what, account, *args):
    with pytest.raises(Refused) as problem:
        act(what, account, *args)
    db.session.rollback()
    return problem.value.errors


@pytest.fixture
def account(app, receiver):
    return connected(receiver)[1]


def test_an_account_is_connected_in_order_and_on_record(app, receiver):
    team = make_team()
    actor = make_actor(team)
    account, shown = connect("webhook", " City   website ", {"url": f" {receiver.address()} "}, {}, actor=actor,
                             team_id=team.id, now=database_now())  # fmt: skip
    db.session.commit()
    assert (account.name, account.channel, account.state) == ("City website", "webhook", "ok")
    assert account.settings == {"url": receiver.address()}
    row = db.session.scalars(sa.select(Audit)).one()
    assert (row.action, row.subject, row.team_id) == ("account connected", f"account {account.id}", team.id)
    assert shown["secret"] not in str(row.after)


@pytest.mark.parametrize("channel", ["carrier-pigeon", "", "Webhook"])
def test_a_channel_that_does_not_exist_is_refused_with_those_that_do(app, channel):
    team = make_team()
    with pytest.raises(Refused) as problem:
        connect(channel, "A", {}, {}, actor=make_actor(team), team_id=team.id, now=database_now())
    assert problem.value.errors["channel"].endswith(f"Choose {' or '.join(sorted(ADAPTERS))}.")


@pytest.mark.parametrize("settings", [["url"], "url", 5])
def test_settings_that_are_no_fields_are_refused(app, settings):
    team = make_team()
    with pytest.raises(Refused) as problem:
        connect("webhook", "A", settings, None, actor=make_actor(team), team_id=team.id, now=database_now())
    assert problem.value.errors["settings"] == "Give the fields by name, each with its text."


def test_everything_wrong_is_told_at_once(app):
    team = make_team()
    with pytest.raises(Refused) as problem:
        connect("webhook", "x" * 121, {"url": 7, "port": "80"}, {"secret": "weak", "pin": "1"},
                actor=make_actor(team), team_id=team.id, now=database_now())  # fmt: skip
    assert set(problem.value.errors) == {
        "name",
        "settings.url",
        "settings.port",
        "secrets.secret",
        "secrets.pin",
    }


@pytest.mark.parametrize("role", ["editor", "author", "viewer"])
def test_only_owners_touch_accounts(account, role):
    actor = make_actor(account.team, role)
    for what in (pause, resume, disconnect, try_out):
        with pytest.raises(NotAllowed):
            what(account, actor=actor, now=database_now())
    with pytest.raises(NotAllowed):
        change(account, {"name": "Mine"}, actor=actor, now=database_now())
    with pytest.raises(NotAllowed):
        connect("log", "Mine", {}, {}, actor=actor, team_id=account.team_id, now=database_now())
    with pytest.raises(NotAllowed):
        connect("log", "Mine", {}, {}, actor=make_actor(), team_id=account.team_id, now=database_now())


def test_a_change_leaves_the_rest_alone(account):
    assert act(change, account, {"name": "Town screen"}) == {}
    assert account.name == "Town screen"
    assert open_secrets(account) == {"secret": SECRET}
    act(change, account, {"secrets": {"secret": ""}})
    assert open_secrets(account) == {"secret": SECRET}


def test_a_new_address_is_checked_and_kept(account, receiver):
    assert set(refused(change, account, {"settings": {"url": "http://10.1.2.3/"}})) == {"settings.url"}
    act(change, account, {"settings": {"url": receiver.address("/new")}})
    assert account.settings == {"url": receiver.address("/new")}
    assert open_secrets(account) == {"secret": SECRET}


def test_a_secret_can_be_replaced_by_ones_own_or_by_a_made_one(account):
    own = "whsec_" + "QUFB" * 11
    assert act(change, account, {"secrets": {"secret": own}}) == {}
    assert open_secrets(account) == {"secret": own}
    shown = act(change, account, {"secrets": {"secret": None}})
    assert open_secrets(account) == shown != {"secret": own}
    rows = db.session.scalars(sa.select(Audit).where(Audit.action == "account changed")).all()
    assert [row.after["new secrets"] for row in rows] == [["secret"], ["secret"]]
    assert own not in str([row.after for row in rows])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"channel": "log"}, "channel"), ({"state": "broken"}, "state"), ({"colour": "red"}, "colour"),
        ({"name": ""}, "name"), ({"settings": {"port": "1"}}, "settings.port"),
        ({"secrets": {"secret": "weak"}}, "secrets.secret"),
    ],
)  # fmt: skip
def test_what_cannot_be_changed_is_refused_at_its_field(account, changes, field):
    assert set(refused(change, account, changes)) == {field}


def test_a_pause_names_who_asked_for_it(account):
    act(pause, account)
    assert (account.state, account.state_reason) == ("paused", "Paused by Kari Nordmann.")
    since = account.state_since
    act(pause, account)
    assert account.state_since == since
    act(resume, account)
    assert (account.state, account.state_reason) == ("ok", None)
    act(resume, account)
    assert db.session.scalars(sa.select(Audit.action).order_by(Audit.id)).all() == [
        "account paused",
        "account resumed",
    ]


def test_state_is_a_field_too(account):
    act(change, account, {"state": "paused"})
    assert account.state == "paused"
    act(change, account, {"state": "ok"})
    assert account.state == "ok"


def test_what_is_switched_off_need_not_be_paused(account):
    account.state, account.state_reason = "broken", "The receiver answered 410 Gone."
    db.session.commit()
    with pytest.raises(Conflict, match="410 Gone"):
        pause(account, actor=make_actor(account.team), now=database_now())


def test_new_settings_bring_back_what_the_channel_had_stopped(account, receiver):
    receiver.plan(answer(410))
    stream = make_stream(account.team)
    stream.accounts.append(account)
    due_post(stream)
    send_due()
    assert account.state == "broken"
    act(change, account, {"name": "Only a name"})
    assert account.state == "broken"
    act(change, account, {"settings": {"url": receiver.address("/new")}})
    assert (account.state, account.state_reason) == ("ok", None)


def test_new_settings_do_not_end_a_pause_that_a_person_asked_for(account, receiver):
    act(pause, account)
    act(change, account, {"settings": {"url": receiver.address("/new")}})
    assert account.state == "paused"


def test_disconnecting_cancels_what_waits_and_forgets_the_secrets(app, receiver):
    stream, account = connected(receiver)
    planned = make_scheduled(stream)
    act(disconnect, account)
    row = delivery_of(planned)
    assert row.state == "cancelled"
    assert row.reason == "The account was disconnected. Disconnected by Kari Nordmann."
    assert (account.sealed, stream.accounts) == ({}, [])
    assert account.deleted_at is not None
    assert db.session.scalars(sa.select(Audit.after).where(Audit.action == "account disconnected")).one() == {
        "cancelled": 1
    }


def test_disconnecting_twice_is_once(account):
    act(disconnect, account)
    at = account.deleted_at
    act(disconnect, account)
    assert account.deleted_at == at


def test_a_disconnected_account_gets_nothing_more(app, receiver):
    stream, account = connected(receiver)
    own = make_scheduled(stream, due_in=-0.05)
    act(disconnect, account)
    assert send_due() == 0
    assert own.state == "published"
    assert receiver.ledger == []


def test_what_may_have_arrived_stays_unknown_when_its_account_is_let_go(app, receiver):
    stream, account = connected(receiver)
    receiver.plan(reset_after_processing())
    post = due_post(stream)
    send_due()
    act(disconnect, account)
    assert delivery_of(post).state == "unknown"


def test_a_call_under_way_may_still_tell_how_it_went(app, receiver):
    from calendar_app.channels.delivering import outbound
    from calendar_app.channels.sending import send
    from tests.channels.steps import parcel_of, published

    stream, account = connected(receiver)
    post = published(stream)
    (taken,) = claimed()
    parcel = parcel_of(taken)
    act(disconnect, account)
    from calendar_app.channels.claiming import finish

    assert finish([send(parcel, outbound())]) == []
    db.session.commit()
    assert delivery_of(post).state == "delivered"


@pytest.mark.parametrize("what", [pause, resume, try_out])
def test_nothing_can_be_done_with_a_disconnected_account(account, what):
    act(disconnect, account)
    with pytest.raises(Conflict, match="has been disconnected"):
        act(what, account)
    with pytest.raises(Conflict, match="has been disconnected"):
        act(change, account, {"name": "New"})


def test_a_test_is_on_record_and_changes_no_state(account, receiver):
    receiver.plan(answer(410), answer(200))
    assert "410" in refused(try_out, account)["test"]
    act(try_out, account)
    assert account.state == "ok"
    assert db.session.scalars(sa.select(Audit.action)).all() == ["account tested", "account tested"]


def test_a_test_whose_place_does_not_answer_says_so(account, receiver):
    receiver.refuse()
    assert refused(try_out, account) == {"test": "127.0.0.1 refused the connection."}


def test_while_a_test_waits_for_its_answer_others_can_write(app, account, receiver):
    """On SQLite there is one writer at a time: a slow place must not keep the publisher from its turn."""
    import threading

    from calendar_app.extensions import writing

    receiver.plan(answer(200, delay=1.0))
    actor = make_actor(account.team)
    seen = []

    def write_meanwhile():
        with app.app_context(), writing():
            db.session.execute(sa.update(Account).values(name="Written meanwhile"))
            db.session.commit()
            seen.append(len(receiver.ledger))
            db.session.remove()

    timer = threading.Timer(0.4, write_meanwhile)
    timer.start()
    act(try_out, account, actor=actor)
    timer.join(10)
    assert seen == [1]
    db.session.expire_all()
    assert account.name == "Written meanwhile"


def test_deliveries_of_a_paused_account_wait_out_their_back_off(app, receiver):
    stream, account = connected(receiver)
    receiver.plan(answer(503))
    post = due_post(stream)
    send_due()
    act(pause, account)
    bring_forward(delivery_of(post))
    assert send_due() == 0
    act(resume, account)
    assert send_due() == 1
    assert delivery_of(post).state == "delivered"


def test_two_accounts_of_one_channel_keep_their_own_secrets(app, receiver):
    team = make_team()
    first = make_account(team, "webhook", secrets={"secret": SECRET})
    second = make_account(team, "webhook", secrets={"secret": "whsec_" + "QUFB" * 11})
    first.sealed, second.sealed = dict(second.sealed), dict(first.sealed)
    db.session.commit()
    with pytest.raises(ValueError, match="Enter the secret again"):
        open_secrets(first)

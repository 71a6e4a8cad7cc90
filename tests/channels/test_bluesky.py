"""The channel `bluesky` against a PDS on loopback: the contract, and what a repeat does there."""

from __future__ import annotations

import json

import pytest

from calendar_app.channels.connecting import connect
from calendar_app.channels.connecting import test_account as try_out
from calendar_app.channels.delivering import outbound
from calendar_app.channels.sending import send
from calendar_app.errors import Refused
from calendar_app.extensions import database_now, db
from calendar_app.posts.drafting import edit
from calendar_app.posts.withdrawing import withdraw
from tests import fake_pds
from tests.channels.bluesky_steps import HANDLE, place_on, posts_on
from tests.channels.contract import *  # noqa: F403
from tests.channels.http_contract import *  # noqa: F403
from tests.channels.steps import (
    bring_forward,
    claimed,
    delivery_of,
    due_post,
    let_lease_expire,
    parcel_of,
    published,
    send_due,
)
from tests.factories import make_actor, make_team
from tests.fake_pds import FakePds
from tests.receiver import answer, reset_after_processing, reset_before_processing

ONLY_ONE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def receiver():
    with FakePds() as found:
        yield found


@pytest.fixture
def place(app, receiver):
    return place_on(receiver)


def send_and_die():
    """What a worker does that is killed before it can write down what it did."""
    (taken,) = claimed()
    send(parcel_of(taken), outbound())


def test_one_slow_place_does_not_hold_up_another(place):
    with FakePds() as other:
        elsewhere = place_on(other)
        slow, quick = due_post(place.stream), due_post(elsewhere.stream)
        place.receiver.plan(answer(200, delay=1.5))
        send_due()
        assert delivery_of(quick).state == delivery_of(slow).state == "delivered"
        assert other.at()[0].at - place.receiver.at()[0].at < 0.5


def test_an_enormous_answer_is_not_read_to_its_end(place):
    """It is no answer of a PDS either, so that what became of the post is asked again."""
    post = due_post(place.stream)
    whole = 40_000_000
    place.receiver.plan(answer(200, body=b"x" * whole))
    send_due()
    assert (delivery_of(post).state, delivery_of(post).ambiguous) == ("retry", True)
    assert place.receiver.bytes_sent < whole / 2
    bring_forward(delivery_of(post))
    send_due()
    assert delivery_of(post).state == "delivered"
    assert place.receiver.commits == 1


def test_people_find_the_post_where_the_page_says(place):
    post = due_post(place.stream)
    send_due()
    row = delivery_of(post)
    ((did, rkey), _) = next(iter(place.receiver.records.items()))
    assert row.external_id == f"at://{did}/app.bsky.feed.post/{rkey}"
    assert row.external_url == f"https://bsky.app/profile/{HANDLE}/post/{rkey}"


def test_the_record_says_what_the_post_says(place):
    post = due_post(place.stream, title="Bridge closed", text="Until *Monday*.", language="nb")
    send_due()
    (record,) = posts_on(place.receiver)
    assert record == {
        "$type": "app.bsky.feed.post",
        "text": "Bridge closed\n\nUntil Monday.",
        "createdAt": delivery_of(post).payload["parts"][0]["created_at"],
        "langs": ["nb"],
    }


def test_many_posts_sign_in_once(place):
    posts = [due_post(place.stream) for _ in range(4)]
    send_due()
    assert {delivery_of(post).state for post in posts} == {"delivered"}
    assert len(place.receiver.at(fake_pds.SIGN_IN)) == 1


def test_an_expired_session_is_refreshed_and_the_post_goes_out(place):
    due_post(place.stream)
    send_due()
    place.receiver.expire_access()
    post = due_post(place.stream)
    send_due()
    assert delivery_of(post).state == "delivered"
    assert [len(place.receiver.at(path)) for path in (fake_pds.SIGN_IN, fake_pds.REFRESH)] == [1, 1]
    assert place.receiver.commits == 2


def test_a_session_that_cannot_be_refreshed_is_made_anew(place):
    due_post(place.stream)
    send_due()
    place.receiver.expire_sessions()
    post = due_post(place.stream)
    send_due()
    assert delivery_of(post).state == "delivered"
    assert [len(place.receiver.at(path)) for path in (fake_pds.SIGN_IN, fake_pds.REFRESH)] == [2, 1]


def test_a_password_that_was_taken_back_pauses_the_account_and_keeps_the_post(place):
    due_post(place.stream)
    send_due()
    place.receiver.expire_sessions()
    (owner,) = place.receiver.owners.values()
    owner.password = "taken-back"
    post = due_post(place.stream)
    send_due()
    row = delivery_of(post)
    assert (row.state, place.account.state, place.account.state_reason) == ("retry", "paused", row.reason)
    assert row.reason == (
        "Bluesky does not take this handle and app password. Invalid identifier or password"
    )
    assert len(place.receiver.records) == 1


def test_an_account_that_was_taken_down_is_paused(place):
    due_post(place.stream)
    send_due()
    next(iter(place.receiver.owners.values())).standing = False
    post = due_post(place.stream)
    send_due()
    assert (delivery_of(post).state, place.account.state) == ("retry", "paused")
    assert delivery_of(post).reason.endswith("Account has been taken down")


def test_a_sign_in_that_is_rationed_waits_as_told_and_asks_no_more(place):
    place.receiver.sign_ins_left = 0
    posts = [due_post(place.stream) for _ in range(3)]
    send_due()
    rows = [delivery_of(post) for post in posts]
    assert {(row.state, row.ambiguous, row.reason) for row in rows} == {
        ("retry", False, "The receiver is busy (429).")
    }
    assert {abs((row.next_at - database_now()).total_seconds() - 120) < 10 for row in rows} == {True}
    assert len(place.receiver.at(fake_pds.SIGN_IN)) == 1


@pytest.mark.parametrize("lost", [reset_after_processing(), reset_before_processing(), answer(500)])
def test_a_lost_sign_in_is_no_lost_post(place, lost):
    place.receiver.plan(lost, path=fake_pds.SIGN_IN)
    post = due_post(place.stream)
    send_due()
    row = delivery_of(post)
    assert (row.state, row.ambiguous, row.sent_at) == ("retry", False, None)
    bring_forward(row)
    send_due()
    assert (delivery_of(post).state, place.receiver.commits) == ("delivered", 1)


def test_a_worker_that_died_in_mid_call_changes_nothing_for_readers(place):
    post = published(place.stream)
    send_and_die()
    let_lease_expire(delivery_of(post))
    send_due()
    assert (delivery_of(post).state, delivery_of(post).attempts) == ("delivered", 2)
    assert place.receiver.commits == 1


def test_an_attempt_whose_mention_came_out_otherwise_is_recognised(place):
    """The same key holds a record that differs only in what was looked up: it is ours, and it is there."""
    post = due_post(place.stream, text="Ask @mayor.example.org about it.")
    place.receiver.plan(reset_after_processing())
    send_due()
    place.receiver.add("mayor.example.org")
    row = delivery_of(post)
    row.notes = {}
    bring_forward(row)
    send_due()
    assert (delivery_of(post).state, place.receiver.commits) == ("delivered", 1)
    assert delivery_of(post).external_id


def test_an_earlier_form_under_the_same_key_is_never_overwritten(place):
    post = due_post(place.stream, text="As it was.")
    place.receiver.plan(reset_after_processing())
    send_due()
    row = delivery_of(post)
    # As after a restored backup: the note that something may have arrived is gone.
    row.ambiguous, row.notes = False, {}
    bring_forward(row)
    edit(
        post,
        {"text": "Quite different."},
        version=post.version,
        actor=make_actor(post.team),
        now=database_now(),
    )
    send_due()
    row = delivery_of(post)
    assert (row.state, row.reason) == (
        "unknown", "An earlier form of this post is on Bluesky. Delete it there, then send again.",
    )  # fmt: skip
    assert ["As it was." in record["text"] for record in posts_on(place.receiver)] == [True]


@pytest.mark.parametrize("status", [400, 403, 413])
def test_what_the_server_refuses_is_not_sent_again(place, status):
    body = json.dumps({"error": "InvalidRequest", "message": "Invalid\nrecord"}).encode()
    place.receiver.plan(answer(status, body=body))
    post = due_post(place.stream)
    send_due()
    row = delivery_of(post)
    assert (row.state, row.reason) == ("failed", f"The receiver refused the post ({status}). Invalid record")
    assert place.account.state == "ok"


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"uri":"at://x/y/z","cid":"bafy"}', b"[" * 60_000])
def test_an_empty_status_is_no_success(place, body):
    place.receiver.plan(answer(200, body=body))
    post = due_post(place.stream)
    send_due()
    assert (delivery_of(post).state, delivery_of(post).ambiguous) == ("retry", True)


def test_a_withdrawal_deletes_the_post_and_one_that_is_gone_already_is_done(place):
    first, second = due_post(place.stream), due_post(place.stream)
    send_due()
    for post in (first, second):
        withdraw(post, actor=make_actor(post.team), now=database_now())
    gone = delivery_of(second).external_id.rpartition("/")[2]
    place.receiver.records = {k: v for k, v in place.receiver.records.items() if k[1] != gone}
    send_due()
    assert place.receiver.records == {}
    assert [delivery_of(post, action="withdraw").state for post in (first, second)] == ["delivered"] * 2


def test_what_a_dead_worker_left_behind_is_withdrawn_too(place):
    """Neither its address nor a note was kept: the key of the record is known without them."""
    post = published(place.stream)
    send_and_die()
    row = delivery_of(post)
    row.state, row.lease_until, row.ambiguous = "unknown", None, True
    db.session.commit()
    withdraw(post, actor=make_actor(post.team), now=database_now())
    send_due()
    assert delivery_of(post, action="withdraw").state == "delivered"
    assert place.receiver.records == {}


def test_a_withdrawal_never_touches_another_account(place):
    post = due_post(place.stream)
    send_due()
    withdraw(post, actor=make_actor(post.team), now=database_now())
    row = delivery_of(post)
    row.external_id = row.external_id.replace("did:plc:", "did:plc:other")
    db.session.commit()
    send_due()
    reason = "This post went out through another Bluesky account. Delete it there."
    assert (delivery_of(post, action="withdraw").state, delivery_of(post, action="withdraw").reason) == (
        "failed", reason,
    )  # fmt: skip
    assert len(place.receiver.records) == 1


def test_a_test_signs_in_anew_and_says_as_whom(place):
    actor = make_actor(place.stream.team)
    sentence = try_out(place.account, actor=actor, now=database_now())
    assert sentence == f"Signed in as {HANDLE}. It is ready."
    try_out(place.account, actor=actor, now=database_now())
    assert len(place.receiver.at(fake_pds.SIGN_IN)) == 2
    (owner,) = place.receiver.owners.values()
    owner.password = "another"
    with pytest.raises(Refused) as problem:
        try_out(place.account, actor=actor, now=database_now())
    assert problem.value.errors["test"].startswith("Bluesky does not take this handle and app password.")
    assert (place.account.state, place.receiver.records) == ("ok", {})


def new_account(settings, password=fake_pds.APP_PASSWORD):
    team = make_team()
    made, _ = connect("bluesky", "City", settings, {"password": password}, actor=make_actor(team), team_id=team.id,
                      now=database_now())  # fmt: skip
    db.session.commit()
    return made


@ONLY_ONE
def test_a_handle_is_taken_as_people_write_it(app, receiver):
    receiver.add(HANDLE)
    settings = {"handle": " @City.Example.ORG ", "service": receiver.address("/")}
    assert new_account(settings).settings == {"handle": HANDLE, "service": receiver.address("")}


@ONLY_ONE
@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"handle": ""}, "settings.handle"), ({"handle": "city"}, "settings.handle"),
        ({"handle": "person@example.org"}, "settings.handle"), ({"handle": "did:plc:abc"}, "settings.handle"),
        ({"handle": HANDLE, "service": "http://93.184.215.14"}, "settings.service"),
        ({"handle": HANDLE, "service": "http://10.0.0.1"}, "settings.service"),
        ({"handle": HANDLE, "service": "https://93.184.215.14?x"}, "settings.service"),
        ({"handle": HANDLE, "service": "bsky.social"}, "settings.service"),
    ],
)  # fmt: skip
def test_what_cannot_be_right_is_told_at_its_field(app, settings, field):
    with pytest.raises(Refused) as problem:
        new_account({"service": "https://93.184.215.14", **settings})
    assert set(problem.value.errors) == {field}
    assert problem.value.errors[field].endswith(".")


@ONLY_ONE
def test_a_wrong_password_is_told_at_its_field_before_anything_is_kept(app, receiver):
    receiver.add(HANDLE)
    with pytest.raises(Refused) as problem:
        new_account({"handle": HANDLE, "service": receiver.address("")}, password="wrong")
    assert set(problem.value.errors) == {"secrets.password"}


@ONLY_ONE
def test_an_account_without_a_password_is_refused(app, receiver):
    with pytest.raises(Refused) as problem:
        new_account({"handle": HANDLE, "service": receiver.address("")}, password="")
    assert set(problem.value.errors) == {"secrets.password"}

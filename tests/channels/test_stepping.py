"""A worker that is killed between two messages of a long post leaves word of those that stand."""

from __future__ import annotations

import json
import threading
from datetime import timedelta

import pytest

from calendar_app import enqueue
from calendar_app.channels import sending
from calendar_app.channels.delivering import outbound
from calendar_app.channels.outcomes import outcome
from calendar_app.channels.resolving import resolve
from calendar_app.channels.sending import Attempt, give_up, send
from calendar_app.extensions import database_now, start_writing
from tests.channels import test_discord, test_telegram
from tests.channels.mastodon_steps import SENTENCES, mastodon_place
from tests.channels.services import Service, place_of
from tests.channels.steps import (
    claimed,
    delivery_of,
    due_post,
    let_lease_expire,
    parcel_of,
    published,
    send_due,
)
from tests.conftest import wait_until
from tests.factories import make_actor
from tests.fake_mastodon import FakeMastodon
from tests.processes import running
from tests.receiver import Behaviour, answer, reset_after_processing

SENTENCE = "The bridge is closed until the river falls again. "


def telegram():
    service = Service(test_telegram.usual)
    settings = {"chat": "@roadworks", "server": service.address("")}
    return (
        place_of(service, "telegram", settings, {"token": test_telegram.TOKEN}),
        4096,
        test_telegram.good(70),
    )


def discord():
    service = Service(test_discord.usual)
    hook = {"address": service.address(test_discord.HOOK)}
    return place_of(service, "discord", {}, hook), 2000, json.dumps({"id": "70"}).encode()


@pytest.fixture
def place(app):
    made, most, first = telegram()
    made.text, made.first = SENTENCE * (most * 2 // len(SENTENCE) + 1), first
    yield made
    made.receiver.close()


def words(call):
    return call.json.get("text") or call.json.get("content")


@pytest.mark.parametrize(
    ("database", "service"), [("sqlite", telegram), ("postgresql", discord)], indirect=["database"]
)
def test_after_a_kill_the_reason_tells_what_stands_and_only_the_rest_is_sent_again(app, service):
    place, most, first = service()
    text = SENTENCE * (most * 2 // len(SENTENCE) + 1)
    post = due_post(place.stream, title="", text=text)
    place.receiver.plan(Behaviour(200, body=first), answer(200, delay=60))

    def second_is_under_way():
        enqueue.wake("publish")
        return len(place.calls()) == 2

    with running(app, ["worker", "--lane", "publish"]):
        wait_until(second_is_under_way, 30)
    start_writing()
    row = delivery_of(post)
    assert (row.state, row.notes["pages"]) == ("sending", ["70"])

    let_lease_expire(row)
    assert send_due() == 0
    row = delivery_of(post)
    assert row.state == "unknown"
    assert outcome(row, str, now=database_now()) == (
        "May have gone out: please look. A worker died in mid call. 1 of 3 parts are there already. "
        "The next one may be there as well: look. “Send again” sends that one and what follows it."
    )

    resolve(row, "send again", actor=make_actor(post.team), now=database_now())
    place.receiver.plan()
    send_due()
    row = delivery_of(post)
    assert row.state == "delivered" and row.notes["pages"][0] == "70" and len(row.notes["pages"]) == 3
    sent = [words(call) for call in place.calls()]
    assert len(sent) == 4 and sent[1] == sent[2]
    assert " ".join([sent[0], *sent[2:]]) == text.strip()
    place.receiver.close()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_lost_answer_in_the_middle_says_how_much_stands(place):
    post = due_post(place.stream, title="", text=place.text)
    place.receiver.plan(Behaviour(200, body=place.first), reset_after_processing())
    send_due()
    row = delivery_of(post)
    assert row.state == "unknown" and row.reason.endswith(" 1 of 3 parts are there already.")
    resolve(row, "send again", actor=make_actor(post.team), now=database_now())
    send_due()
    assert (delivery_of(post).state, len(place.calls())) == ("delivered", 4)


def sent_with(place, keep):
    published(place.stream, title="", text=place.text)
    (taken,) = claimed()
    return send(parcel_of(taken), outbound(), note=keep)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_whoever_has_lost_the_delivery_sends_no_further_part(place):
    outcome = sent_with(place, lambda step: step.settle(ours=False))
    assert (outcome.state, len(place.calls())) == ("retry", 1)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_database_that_is_away_holds_no_part_back(place, monkeypatch):
    monkeypatch.setattr(sending, "LONGEST_NOTE", 0.01)
    outcome = sent_with(place, lambda step: None)
    assert (outcome.state, len(place.calls()), len(outcome.notes["pages"])) == ("delivered", 3, 3)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_wait_that_a_server_names_in_the_middle_of_a_thread_is_kept(app):
    with FakeMastodon() as server:
        place = mastodon_place(server)
        post = due_post(place.stream, title="", text=" ".join(SENTENCES))
        server.plan(answer(200), answer(429, retry_after="600"))
        send_due()
        row = delivery_of(post)
        assert (row.state, row.ambiguous) == ("retry", True)
        assert timedelta(seconds=590) < row.next_at - database_now() <= timedelta(seconds=601)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_whoever_gives_a_long_post_up_in_the_middle_says_how_much_stands(place):
    published(place.stream, title="", text=place.text)
    (taken,) = claimed()
    parcel = parcel_of(taken)
    attempt = Attempt(parcel, timedelta())
    place.receiver.plan(Behaviour(200, body=place.first), answer(200, delay=60))
    thread = threading.Thread(
        target=send, args=(parcel, outbound()), kwargs={"attempt": attempt}, daemon=True
    )
    thread.start()
    wait_until(lambda: len(place.calls()) == 2, 5)
    outcome = give_up(attempt)
    assert (outcome.state, outcome.notes["pages"]) == ("unknown", ["70"])
    assert outcome.reason.endswith("it may have gone out. 1 of 3 parts are there already.")
    place.receiver.close()
    thread.join(5)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_parts_of_a_thread_are_noted_one_by_one(app):
    kept = []

    def keep(step):
        kept.append(step.notes["parts"])
        step.settle(ours=True)

    with FakeMastodon() as server:
        published(mastodon_place(server).stream, title="", text=" ".join(SENTENCES))
        (taken,) = claimed()
        assert send(parcel_of(taken), outbound(), note=keep).state == "delivered"
        ids = [status.id for status in server.statuses]
    assert kept == [ids[:1], ids[:2], ids[:3]]

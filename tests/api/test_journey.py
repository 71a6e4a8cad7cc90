"""From draft to delivered through the API alone, the verdict being the receiver's own ledger."""

import json
from datetime import datetime, timedelta

import pytest

from calendar_app.extensions import database_now
from calendar_app.times import to_wall
from tests.channels.steps import send_due
from tests.conftest import wait_until
from tests.receiver import Receiver, answer


@pytest.fixture
def receiver():
    with Receiver() as found:
        yield found


def connect(api, receiver):
    body = {"channel": "webhook", "name": "Town screen", "settings": {"url": receiver.address()}}
    made = api.post("/accounts", body)
    assert made.status_code == 201, made.json
    return made.json["id"]


def in_three_seconds():
    return to_wall(database_now() + timedelta(seconds=3), "Europe/Oslo").isoformat(timespec="milliseconds")


def deliveries(api, post):
    return api.get(f"/posts/{post['id']}/deliveries").json["items"]


def states(api, post):
    return [row["state"] for row in deliveries(api, post)]


def test_a_post_is_drafted_scheduled_and_delivered_once_when_its_time_has_come(api, receiver):
    account = connect(api, receiver)
    api.post("/streams", {"handle": "road-works", "name": "Road works", "timezone": "Europe/Oslo",
                          "default_accounts": [account]})  # fmt: skip
    post = api.post(
        "/posts", {"streams": ["road-works"], "title": "Bridge closed", "text": "On *Monday*."}
    ).json
    planned = api.post(
        f"/posts/{post['id']}/schedule", {"publish_at": in_three_seconds()}, key="plan it"
    ).json
    assert planned["state"] == "scheduled"
    assert (states(api, post), receiver.ledger) == (["pending"], [])

    wait_until(lambda: send_due() or "delivered" in states(api, post), 15, every=0.1)

    [row] = deliveries(api, post)
    assert (row["state"], row["attempts"], row["account"], row["channel"]) == (
        "delivered",
        1,
        account,
        "webhook",
    )
    assert 0 <= row["late_ms"] < 5000 and row["reason"] is None
    assert api.get(f"/posts/{post['id']}").json["state"] == "published"
    api.post(f"/posts/{post['id']}/schedule", {"publish_at": in_three_seconds()}, key="another")
    assert send_due() == 0
    [call] = receiver.at()
    assert call.at >= datetime.fromisoformat(planned["due_at"]).timestamp()
    assert call.headers["webhook-id"] == row["id"]
    told = json.loads(call.body)
    assert (told["type"], told["data"]["id"], told["data"]["title"]) == (
        "post.published",
        post["id"],
        "Bridge closed",
    )


def test_what_may_have_gone_out_waits_for_a_person_and_is_sent_again_when_told(api, receiver):
    receiver.plan(answer(422))
    account = connect(api, receiver)
    api.post("/streams", {"handle": "road-works", "name": "Road works", "default_accounts": [account]})
    post = api.post("/posts", {"streams": ["road-works"], "title": "Bridge closed"}).json
    api.post(f"/posts/{post['id']}/publication")
    send_due()
    [row] = deliveries(api, post)
    assert (row["state"], row["reason"]) == ("failed", "The receiver refused the post (422).")

    settled = api.post(f"/deliveries/{row['id']}/resolution", {"outcome": "send again"})
    assert (settled.status_code, settled.json["state"], settled.json["attempts"]) == (200, "pending", 0)
    send_due()
    assert states(api, post) == ["delivered"]
    assert len(receiver.effects()) == 1


def test_a_withdrawal_follows_what_was_sent(api, receiver):
    account = connect(api, receiver)
    api.post("/streams", {"handle": "road-works", "name": "Road works", "default_accounts": [account]})
    post = api.post("/posts", {"streams": ["road-works"], "title": "Bridge closed"}).json
    api.post(f"/posts/{post['id']}/publication")
    send_due()
    api.delete(f"/posts/{post['id']}/publication")
    send_due()
    assert [(row["action"], row["state"]) for row in deliveries(api, post)] == [
        ("publish", "delivered"),
        ("withdraw", "delivered"),
    ]
    assert [json.loads(call.body)["type"] for call in receiver.at()] == ["post.published", "post.withdrawn"]

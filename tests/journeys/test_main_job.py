"""Draft, schedule, published, in all feeds and at the webhook receiver: once. Through HTTP, with real workers."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import feedparser
import icalendar
from standardwebhooks import Webhook

from tests.conftest import wait_until
from tests.steps import connect_webhook, draft_post, make_stream, wait_for_state


def soon(seconds):
    return (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")


def events_of(live, handle):
    answer = live.reader.get(f"/streams/{handle}.ics")
    assert answer.status_code == 200
    return {str(event["uid"]): event for event in icalendar.Calendar.from_ical(answer.content).walk("VEVENT")}


def test_a_scheduled_post_reaches_every_place_of_its_stream_once(live, receiver):
    make_stream(live, "roads", public_schedule="titles")
    make_stream(live, "schools")
    account, secret = connect_webhook(live, receiver)
    post = draft_post(
        live, streams=["roads"], accounts=[account], title="Bridge closed", text="Until *Monday*.",
        publish_at=soon(4), timezone="UTC",
    )  # fmt: skip
    answer = live.program.post(f"/posts/{post['id']}/schedule", json={})
    assert answer.status_code == 200, answer.text

    planned = next(iter(events_of(live, "roads").values()))
    assert planned["status"] == "TENTATIVE"
    assert "Bridge closed" in planned["summary"]
    assert "Monday" not in planned.get("description", "")
    assert receiver.ledger == []

    done = wait_for_state(live, post, "published")
    call = wait_until(lambda: receiver.ledger and receiver.ledger[0], 5)

    due = datetime.fromisoformat(done["due_at"])
    assert call.at >= due.timestamp(), "not a moment early"
    Webhook(secret).verify(call.body, call.headers)
    body = json.loads(call.body)
    assert body["type"] == "post.published"
    assert body["data"]["title"] == "Bridge closed"
    assert body["data"]["streams"] == ["roads"]

    event = events_of(live, "roads")[str(planned["uid"])]
    assert event["status"] == "CONFIRMED"
    assert event["sequence"] > planned["sequence"]
    for form in ("atom", "rss", "json"):
        content = live.reader.get(f"/streams/roads.{form}")
        assert content.status_code == 200
        assert "Bridge closed" in content.text
        assert "Bridge closed" not in live.reader.get(f"/streams/schools.{form}").text
    assert events_of(live, "schools") == {}
    assert len(feedparser.parse(live.reader.get("/follow/roads+schools.atom").content).entries) == 1
    assert "Bridge closed" in live.reader.get("/everything.rss").text
    assert live.reader.get(f"/posts/{post['id']}").status_code == 200

    rows = live.program.get(f"/posts/{post['id']}/deliveries").json()["items"]
    assert [(row["state"], row["attempts"]) for row in rows] == [("delivered", 1)]
    assert 0 <= rows[0]["late_ms"] < 5000
    assert len(receiver.ledger) == 1


def test_a_moved_post_goes_out_at_its_new_time_only(live, receiver):
    make_stream(live, "roads")
    account, _ = connect_webhook(live, receiver)
    post = draft_post(live, streams=["roads"], accounts=[account], publish_at=soon(3600), timezone="UTC")
    post = live.program.post(f"/posts/{post['id']}/schedule", json={}).json()
    moved = live.program.patch(
        f"/posts/{post['id']}", json={"version": post["version"], "publish_at": soon(3), "timezone": "UTC"}
    )
    assert moved.status_code == 200, moved.text
    done = wait_for_state(live, post, "published")
    call = wait_until(lambda: receiver.ledger and receiver.ledger[0], 5)
    assert call.at >= datetime.fromisoformat(done["due_at"]).timestamp()
    assert done["due_at"] == moved.json()["due_at"]


def test_a_cancelled_post_never_goes_out_and_calendars_are_told(live, receiver):
    make_stream(live, "roads")
    account, _ = connect_webhook(live, receiver)
    post = draft_post(live, streams=["roads"], accounts=[account], publish_at=soon(3), timezone="UTC")
    assert live.program.post(f"/posts/{post['id']}/schedule", json={}).status_code == 200
    cancelled = live.program.delete(f"/posts/{post['id']}/schedule")
    assert cancelled.json()["state"] == "draft"
    other = draft_post(
        live, streams=["roads"], accounts=[account], title="Later", publish_at=soon(5), timezone="UTC"
    )
    live.program.post(f"/posts/{other['id']}/schedule", json={})
    wait_for_state(live, other, "published")
    wait_until(lambda: receiver.ledger, 5)
    titles = [json.loads(call.body)["data"]["title"] for call in receiver.ledger]
    assert titles == ["Later"]
    statuses = sorted(str(event["status"]) for event in events_of(live, "roads").values())
    assert statuses == ["CANCELLED", "CONFIRMED"]


def test_a_withdrawn_post_is_cancelled_in_calendars_gone_from_feeds_and_told_to_the_webhook(live, receiver):
    make_stream(live, "roads")
    account, _ = connect_webhook(live, receiver)
    post = draft_post(live, streams=["roads"], accounts=[account], title="Wrong bridge")
    assert live.program.post(f"/posts/{post['id']}/publication").status_code == 200
    wait_until(lambda: receiver.ledger, 5)
    assert live.program.delete(f"/posts/{post['id']}/publication").json()["state"] == "withdrawn"
    wait_until(lambda: len(receiver.ledger) == 2, 5)
    assert [json.loads(call.body)["type"] for call in receiver.ledger] == ["post.published", "post.withdrawn"]
    assert [str(event["status"]) for event in events_of(live, "roads").values()] == ["CANCELLED"]
    atom = live.reader.get("/streams/roads.atom").text
    assert "deleted-entry" in atom
    for form in ("rss", "json"):
        assert "Wrong bridge" not in live.reader.get(f"/streams/roads.{form}").text
    assert live.reader.get(f"/posts/{post['id']}").status_code == 410

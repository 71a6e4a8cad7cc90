"""The queue of a stream and its gaps, for programs."""

from datetime import datetime, time, timedelta

import pytest

from calendar_app.extensions import database_now, db
from calendar_app.snippets.models import PostTemplate
from calendar_app.times import to_utc, to_wall
from tests.api.program import fields_of, is_problem, program_of
from tests.factories import make_person, make_post, make_stream, plan_for

QUEUE = "/streams/daily/queue"


@pytest.fixture
def daily(team):
    return make_stream(team, "daily", name="Daily", cadence=["RRULE:FREQ=DAILY;BYHOUR=9;BYMINUTE=0"])


def slot(days):
    """So many days after the next nine in Oslo."""
    now = to_wall(database_now(), "Europe/Oslo")
    return to_utc(
        datetime.combine(now.date() + timedelta(days=days + (now.hour >= 9)), time(9)), "Europe/Oslo"
    )


def queued(stream, *days):
    posts = [make_post(stream, title=chr(97 + number)) for number in range(len(days))]
    for post, day in zip(posts, days, strict=True):
        plan_for(post, slot(day))
    db.session.commit()
    return posts


def titles(answer):
    assert answer.status_code == 200, answer.json
    return [one["title"] for one in answer.json["items"]]


def test_a_queue_is_read_in_order_and_put_in_another(api, daily):
    a, b, c = queued(daily, 0, 1, 3)
    plan_for(make_post(daily, title="own time"), slot(0) + timedelta(minutes=30))
    db.session.commit()
    told = api.get(QUEUE)
    assert titles(told) == ["a", "b", "c"]
    times = [one["due_at"] for one in told.json["items"]]
    assert (told.json["next"], told.json["problem"]) == (None, None)
    moved = api.send("PUT", QUEUE, json={"order": [c.uuid, a.uuid.upper(), b.uuid]})
    assert titles(moved) == ["c", "a", "b"] == titles(api.get(QUEUE))
    assert [one["due_at"] for one in moved.json["items"]] == times
    is_problem(api.send("PUT", QUEUE, json={"order": [a.uuid, b.uuid]}), 409)
    is_problem(api.send("PUT", QUEUE, json={"order": [a.uuid, a.uuid, b.uuid]}), 409)
    assert list(fields_of(api.send("PUT", QUEUE, json={"order": ["1" * 36]}))) == ["order.0"]


def test_a_post_is_put_in_and_taken_out_with_or_without_its_slot(api, team, daily):
    queued(daily, 0, 1)
    new = make_post(daily, title="new")
    assert titles(api.post(QUEUE, {"post": new.uuid, "place": "first"})) == ["new", "a", "b"]
    assert titles(api.delete(f"{QUEUE}/{new.uuid}?close=true")) == ["a", "b"]
    assert api.get(f"/posts/{new.uuid}").json["publish_at"] is None
    assert titles(api.post(QUEUE, {"post": new.uuid})) == ["a", "b", "new"]
    first = api.get(QUEUE).json["items"][0]
    api.post(f"/posts/{first['id']}/schedule")
    left = api.delete(f"{QUEUE}/{first['id']}")
    assert titles(left) == ["b", "new"] and left.json["items"][0]["due_at"] > first["due_at"]
    assert api.get(f"/posts/{first['id']}").json["state"] == "draft"
    is_problem(api.delete(f"{QUEUE}/{first['id']}"), 409)
    elsewhere = make_post(make_stream(team))
    is_problem(api.post(QUEUE, {"post": elsewhere.uuid}), 409)
    assert list(fields_of(api.post(QUEUE, {"post": "0" * 8 + "-0000-0000-0000-" + "0" * 12}))) == ["post"]


def test_a_post_is_put_in_once_however_often_it_is_sent(api, daily):
    new = make_post(daily)
    answers = [api.post(QUEUE, {"post": new.uuid}, key="once") for _ in range(2)]
    assert answers[0].json == answers[1].json and answers[1].headers["Idempotency-Replayed"] == "true"
    assert api.get(f"/posts/{new.uuid}").json["version"] == answers[0].json["items"][0]["version"]


def test_the_next_free_slots_leave_out_what_is_taken(api, daily, stream):
    queued(daily, 1)
    told = api.get("/streams/daily/slots?limit=3").json["items"]
    assert [one["at"][:16] for one in told] == [slot(days).isoformat()[:16] for days in (0, 2, 3)]
    assert all(one["publish_at"].endswith("T09:00") and one["reason"] for one in told)
    assert api.get("/streams/road-works/slots").json["items"] == []
    assert list(fields_of(api.get("/streams/daily/slots?limit=21"))) == ["limit"]


def test_gaps_are_filled_with_drafts_and_emptied_again(api, team, daily):
    template = PostTemplate(team_id=team.id, name="Usual", title="Good morning", text="Today:")
    db.session.add(template)
    db.session.flush()
    daily.template_id = template.id
    queued(daily, 1)
    window = {"from": slot(0).isoformat(), "to": slot(3).isoformat()}
    made = api.post("/streams/daily/gaps", window)
    assert titles(made) == ["Good morning"] * 2
    assert [one["due_at"][:10] for one in made.json["items"]] == [
        f"{slot(0):%Y-%m-%d}",
        f"{slot(2):%Y-%m-%d}",
    ]
    assert titles(api.post("/streams/daily/gaps", window)) == []
    ids = [one["id"] for one in made.json["items"]]
    api.patch(f"/posts/{ids[0]}", {"version": 1, "text": "Snow."})
    gone = api.post("/streams/daily/gaps/removal", {"posts": ids})
    assert gone.json == {"removed": [ids[1]], "stay": [ids[0]]}
    assert api.get(f"/posts/{ids[1]}").status_code == 404
    assert len(api.post("/streams/daily/gaps").json["items"]) >= 26


def test_only_what_fills_this_streams_gaps_is_thrown_away(app, api, team, daily):
    elsewhere = make_post(make_stream(team), author_id=make_person(team).id)
    theirs = make_post(daily, author_id=make_person(team).id)
    told = api.post("/streams/daily/gaps/removal", {"posts": [elsewhere.uuid, theirs.uuid]})
    assert told.json == {"removed": [], "stay": [theirs.uuid]}
    assert api.get(f"/posts/{elsewhere.uuid}").status_code == 200
    viewer = program_of(app, team, "viewer")
    is_problem(viewer.post("/streams/daily/gaps/removal", {"posts": [theirs.uuid]}), 403)


@pytest.mark.parametrize(
    ("body", "field"),
    [({"to": "2020-01-01"}, "to"), ({"from": "2030-01-02", "to": "2030-01-01"}, "to"), ({"from": 5}, "from"),
     ({"weeks": 4}, "weeks")],
)  # fmt: skip
def test_a_window_of_gaps_lies_ahead(api, daily, body, field):
    assert list(fields_of(api.post("/streams/daily/gaps", body))) == [field]


def test_a_cadence_that_cannot_be_read_is_told_and_harms_nothing(api, daily):
    post = make_post(daily)
    daily.cadence = ["nonsense"]
    db.session.commit()
    told = api.get(QUEUE).json
    assert told["items"] == [] and told["problem"]
    assert api.get("/streams/daily/slots").json["items"] == []
    is_problem(api.post(QUEUE, {"post": post.uuid}), 409)
    is_problem(api.send("PUT", QUEUE, json={"order": []}), 409)
    is_problem(api.delete(f"{QUEUE}/{post.uuid}"), 409)
    is_problem(api.post("/streams/daily/gaps"), 409)


def test_a_stream_that_was_put_away_has_no_queue(api, daily):
    daily.archived_at = database_now()
    db.session.commit()
    for method, path in (("GET", "queue"), ("GET", "slots"), ("POST", "gaps"), ("GET", "pool")):
        is_problem(api.send(method, f"/streams/daily/{path}", json={} if method == "POST" else None), 404)

from datetime import timedelta

import pytest
import sqlalchemy as sa

from calendar_app.channels.models import Delivery
from calendar_app.extensions import database_now, db
from tests.api.program import fields_of, is_problem, program_of
from tests.factories import make_account, make_post, make_stream, plan_for

SOON = "2027-01-04T09:00"


def stands(answer, *names):
    assert answer.status_code == 200, answer.json
    return tuple(answer.json[name] for name in names)


def test_a_draft_is_scheduled_at_its_own_time(api, team, stream):
    make_account(team, streams=[stream])
    post = make_post(stream)
    plan_for(post, database_now() + timedelta(hours=1))
    db.session.commit()
    assert stands(api.post(f"/posts/{post.uuid}/schedule", {}), "state", "version") == ("scheduled", 2)
    assert db.session.scalars(sa.select(Delivery.state)).all() == ["pending"]


def test_a_time_may_come_with_the_schedule(api, stream):
    path = f"/posts/{make_post(stream).uuid}/schedule"
    answer = api.post(path, {"publish_at": SOON, "timezone": "America/New_York"})
    told = "state", "publish_at", "timezone", "due_at"
    assert stands(answer, *told) == (
        "scheduled",
        "2027-01-04T09:00:00",
        "America/New_York",
        "2027-01-04T14:00:00Z",
    )
    moved = api.post(path, {"publish_at": "2027-01-05T09:00"})
    assert stands(moved, *told) == (
        "scheduled",
        "2027-01-05T09:00:00",
        "America/New_York",
        "2027-01-05T14:00:00Z",
    )


def test_the_next_free_slot_is_taken_one_after_the_other(api, team):
    make_stream(team, "daily", cadence=["FREQ=DAILY;BYHOUR=9;BYMINUTE=0"])
    ids = [api.post("/posts", {"streams": ["daily"], "title": title}).json["id"] for title in ("one", "two")]
    first, second = (api.post(f"/posts/{one}/schedule", {"slot": "next"}).json for one in ids)
    assert (first["state"], first["publish_at"][11:], first["timezone"]) == (
        "scheduled",
        "09:00:00",
        "Europe/Oslo",
    )
    assert first["publish_at"] < second["publish_at"] and second["publish_at"][11:] == "09:00:00"
    is_problem(api.post(f"/posts/{ids[0]}/schedule", {"slot": "next"}), 409)


def test_a_stream_without_a_cadence_has_no_slot(api, stream):
    answer = api.post(f"/posts/{make_post(stream).uuid}/schedule", {"slot": "next"})
    assert list(fields_of(answer)) == ["slot"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "publish_at"),
        ({"publish_at": "2020-01-01T09:00"}, "publish_at"),
        ({"publish_at": "2198-01-01T09:00"}, "publish_at"),
        ({"publish_at": "2027-03-28T02:30"}, "publish_at"),
        ({"publish_at": SOON, "slot": "next"}, "slot"),
        ({"slot": "any"}, "slot"),
        ({"timezone": "Europe/Oslo"}, "timezone"),
        ({"publish_at": SOON, "timezone": "Mars/Base"}, "timezone"),
        ({"fold": 1}, "fold"),
        ({"publish_at": SOON, "fold": True}, "fold"),
        ({"version": 0}, "version"),
        ({"when": SOON}, "when"),
    ],
)
def test_a_schedule_needs_one_time_in_the_future(api, stream, body, field):
    post = make_post(stream)
    assert list(fields_of(api.post(f"/posts/{post.uuid}/schedule", body))) == [field]
    assert api.get(f"/posts/{post.uuid}").json["state"] == "draft"


def test_an_empty_post_is_not_scheduled(api, stream):
    post = make_post(stream, title="", text="")
    assert list(fields_of(api.post(f"/posts/{post.uuid}/schedule", {"publish_at": SOON}))) == ["text"]


def test_a_scheduled_post_goes_back_to_draft(api, team, stream):
    make_account(team, streams=[stream])
    path = f"/posts/{make_post(stream).uuid}/schedule"
    api.post(path, {"publish_at": SOON})
    assert stands(api.delete(path), "state", "publish_at") == ("draft", "2027-01-04T09:00:00")
    assert db.session.scalars(sa.select(Delivery.state)).all() == ["cancelled"]
    assert stands(api.delete(path), "state") == ("draft",)


def test_publishing_now_happens_now(api, stream):
    path = f"/posts/{make_post(stream).uuid}/publication"
    answer = api.post(path)
    assert stands(answer, "state") == ("published",)
    assert answer.json["published_at"] == answer.json["due_at"]
    assert stands(api.post(path), "state", "published_at") == ("published", answer.json["published_at"])


def test_a_published_post_is_withdrawn_for_good(api, stream):
    post = make_post(stream)
    path = f"/posts/{post.uuid}/publication"
    is_problem(api.delete(path), 409)
    api.post(path)
    assert stands(api.delete(path), "state") == ("withdrawn",)
    assert stands(api.delete(path), "state") == ("withdrawn",)
    is_problem(api.post(path), 409)
    is_problem(api.post(f"/posts/{post.uuid}/schedule", {"publish_at": SOON}), 409)
    is_problem(api.patch(f"/posts/{post.uuid}", {"version": 3, "title": "No"}), 409)


def test_a_stream_may_ask_for_approval_first(app, api, team):
    strict = make_stream(team, "strict", needs_approval=True)
    path = f"/posts/{make_post(strict).uuid}"
    author = program_of(app, team, role="author")
    is_problem(author.post(f"{path}/schedule", {"publish_at": SOON}), 409)
    assert stands(author.post(f"{path}/review"), "state") == ("in_review",)
    is_problem(author.post(f"{path}/approval"), 403)
    assert stands(api.post(f"{path}/approval"), "state") == ("approved",)
    assert stands(author.post(f"{path}/schedule", {"publish_at": SOON}), "state") == ("scheduled",)


def test_an_approval_is_taken_back(api, stream):
    path = f"/posts/{make_post(stream).uuid}/approval"
    api.post(path)
    assert stands(api.delete(path), "state") == ("draft",)


@pytest.mark.parametrize("step", ["review", "approval", "schedule", "publication"])
def test_a_step_meant_for_another_version_is_not_taken(api, stream, step):
    post = make_post(stream)
    api.patch(f"/posts/{post.uuid}", {"version": 1, "title": "Changed meanwhile"})
    answer = api.post(f"/posts/{post.uuid}/{step}", {"version": 1})
    is_problem(answer, 409)
    assert answer.json["version"] == 2
    assert api.get(f"/posts/{post.uuid}").json["state"] == "draft"


def test_an_author_schedules_but_does_not_publish_or_withdraw(app, team, stream):
    author = program_of(app, team, role="author")
    path = f"/posts/{make_post(stream).uuid}"
    is_problem(author.post(f"{path}/publication"), 403)
    assert stands(author.post(f"{path}/schedule", {"publish_at": SOON}), "state") == ("scheduled",)

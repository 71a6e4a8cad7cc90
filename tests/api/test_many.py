"""One step for many posts, for programs."""

from datetime import timedelta
from typing import get_args

import pytest
import sqlalchemy as sa

from calendar_app.api.schemas.many import Doing
from calendar_app.extensions import database_now, db
from calendar_app.people.models import Audit
from calendar_app.planner import stepping
from calendar_app.posts.models import Post
from tests.api.program import fields_of, is_problem, program_of
from tests.attacks.contents import contents
from tests.factories import make_post, make_scheduled, make_stream, make_team, plan_for

PATH = "/posts/steps"


def planned(stream, **values):
    post = make_post(stream, **values)
    plan_for(post, database_now().replace(microsecond=0) + timedelta(days=3))
    db.session.commit()
    return post


def take(api, *acts, **more):
    answer = api.post(PATH, {"acts": list(acts), **more})
    assert answer.status_code == 200, answer.json
    return answer.json


def state(post):
    return db.session.scalar(sa.select(Post.state).where(Post.uuid == post.uuid))


def test_each_is_done_or_stays_with_its_reason(api, stream):
    draft, empty, out = (
        planned(stream),
        planned(stream, title="", text=""),
        make_post(stream, state="published", published_at=database_now()),
    )
    told = take(api, *({"do": "schedule", "post": one.uuid} for one in (draft, empty, out)))
    assert [(one["post"], one["state"], one["version"]) for one in told["done"]] == [
        (draft.uuid, "scheduled", 2)
    ]
    assert [(one["post"], one["status"]) for one in told["stayed"]] == [(empty.uuid, 422), (out.uuid, 409)]
    assert all(one["reason"].endswith(".") for one in told["stayed"]) and told["sentence"]
    assert (state(draft), state(empty), state(out)) == ("scheduled", "draft", "published")


def test_together_all_are_done_or_none(api, stream):
    draft, empty = planned(stream), planned(stream, title="", text="")
    before = contents()
    acts = [{"do": "schedule", "post": one.uuid} for one in (draft, empty)]
    assert list(fields_of(api.post(PATH, {"acts": acts, "together": True}))) == ["acts.1"]
    assert contents() == before
    assert db.session.scalar(sa.select(sa.func.count(Audit.id)).where(Audit.action == "post scheduled")) == 0
    assert len(take(api, acts[0], together=True)["done"]) == 1


def test_what_is_said_takes_it_back_is_sent_as_it_is(api, stream):
    one, two = planned(stream, title="one"), planned(stream, title="two")
    was = one.due_at
    told = take(
        api, {"do": "move", "post": one.uuid, "version": 1, "days": 2}, {"do": "remove", "post": two.uuid}
    )
    assert [row["state"] for row in told["done"]] == ["draft", None]
    db.session.expire_all()
    assert one.due_at == was + timedelta(days=2) and state(two) is None
    back = take(api, *(row["back"] for row in told["done"]))
    assert back["stayed"] == [] and state(two) == "draft"
    db.session.expire_all()
    assert one.due_at == was


def test_a_copy_is_another_post_and_a_day_keeps_the_clock(api, stream):
    post = planned(stream)
    told = take(api, {"do": "copy", "post": post.uuid, "date": "2027-05-05"}, timezone="Europe/Oslo")["done"][
        0
    ]
    copy = api.get(f"/posts/{told['post']}").json
    assert told["of"] == post.uuid != copy["id"] and told["back"]["do"] == "remove"
    assert copy["publish_at"][:10] == "2027-05-05" and copy["publish_at"][11:16] == post.publish_at[11:16]
    for at, due in (
        ("2027-06-01T09:00", "2027-06-01T07:00:00Z"),
        ("2027-06-01T09:00:00+05:00", "2027-06-01T04:00:00Z"),
    ):
        made = take(api, {"do": "copy", "post": post.uuid, "at": at}, timezone="Europe/Oslo")["done"][0]
        assert api.get(f"/posts/{made['post']}").json["due_at"] == due


def test_every_step_of_the_calendar_is_there_and_each_is_taken_back(api, team, stream):
    """Whoever adds a step to the calendar adds it here."""
    assert set(get_args(Doing)) == set(stepping.DOINGS)
    make_stream(team, "walks")
    timed, untimed, scheduled = planned(stream), make_post(stream), make_scheduled(stream)
    acts = [
        {"do": "open", "post": timed.uuid},
        {"do": "move", "post": untimed.uuid, "date": "2027-05-05"},
        {"do": "stream", "post": scheduled.uuid, "to": "walks", "days": 1},
    ]
    told = take(api, *acts)
    assert told["stayed"] == []
    assert [one["back"]["do"] for one in told["done"]] == ["move", "open", "stream"]
    assert api.get(f"/posts/{timed.uuid}").json["publish_at"] is None
    assert api.get(f"/posts/{scheduled.uuid}").json["streams"] == ["walks"]
    assert take(api, *(one["back"] for one in told["done"]))["stayed"] == []
    assert api.get(f"/posts/{untimed.uuid}").json["publish_at"] is None
    assert api.get(f"/posts/{scheduled.uuid}").json["streams"] == ["road-works"]
    back = take(api, {"do": "open", "post": scheduled.uuid})["done"][0]["back"]
    assert back["do"] == "again" and back["at"]
    assert take(api, back)["done"][0]["state"] == "scheduled"
    copied = take(api, {"do": "copy", "post": untimed.uuid, "to": "walks"})["done"][0]["post"]
    copy = api.get(f"/posts/{copied}").json
    assert (copy["streams"], copy["publish_at"]) == (["walks"], None)


def test_a_post_that_was_saved_meanwhile_and_one_of_others_stay(api, stream):
    post, theirs = planned(stream), make_scheduled(make_stream(make_team()))
    told = take(
        api, {"do": "move", "post": post.uuid, "version": 7, "days": 1}, {"do": "draft", "post": theirs.uuid}
    )
    assert [one["status"] for one in told["stayed"]] == [409, 404] and told["done"] == []
    assert theirs.title not in [one["title"] for one in told["stayed"]][1:]
    assert take(api, {"do": "restore", "post": theirs.uuid})["stayed"][0]["status"] == 404
    assert state(theirs) == "scheduled"


def test_who_may_not_approve_is_told_so_for_each(app, team):
    guarded = make_stream(team, "guarded", needs_approval=True)
    author = program_of(app, team, "author")
    posts = [planned(guarded) for _ in range(2)]
    reviewed = take(author, *({"do": "review", "post": one.uuid} for one in posts))
    assert [one["state"] for one in reviewed["done"]] == ["in_review"] * 2
    told = take(author, *({"do": "approve", "post": one.uuid} for one in posts))
    assert [one["status"] for one in told["stayed"]] == [403, 403]
    owner = program_of(app, team)
    assert len(take(owner, *({"do": "approve", "post": one.uuid} for one in posts))["done"]) == 2
    is_problem(
        program_of(app, team, "viewer").post(PATH, {"acts": [{"do": "draft", "post": posts[0].uuid}]}), 403
    )
    is_problem(
        program_of(app, team, scope="read").post(PATH, {"acts": [{"do": "draft", "post": posts[0].uuid}]}),
        403,
    )


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({}, "acts.0"),
        ({"at": "2027-05-05T09:00", "days": 1}, "acts.0"),
        ({"at": "2027-03-28T02:30"}, "acts.0.at"),
        ({"at": "2027-02-30T02:30"}, "acts.0.at"),
        ({"date": "2027-02-30"}, "acts.0.date"),
        ({"days": 401}, "acts.0.days"),
        ({"days": 1, "version": 0}, "acts.0.version"),
        ({"do": "publish"}, "acts.0.do"),
        ({"do": "draft", "days": 1}, "acts.0"),
        ({"do": "stream", "days": 1}, "acts.0"),
        ({"days": 1, "to": "road-works"}, "acts.0"),
        ({"do": "stream", "to": "-"}, "acts.0.to"),
        ({"post": "x" * 36, "days": 1}, "acts.0.post"),
    ],
)
def test_what_is_wrong_is_told_at_its_act(api, stream, changes, field):
    act = {"do": "move", "post": planned(stream).uuid, **changes}
    assert list(fields_of(api.post(PATH, {"acts": [act], "timezone": "Europe/Oslo"}))) == [field]


def test_no_post_is_named_twice_and_two_hundred_are_enough(api, stream):
    act = {"do": "draft", "post": planned(stream).uuid}
    assert list(fields_of(api.post(PATH, {"acts": [act, act]}))) == ["acts.1.post"]
    assert list(fields_of(api.post(PATH, {"acts": [act] * 201}))) == ["acts"]
    assert list(fields_of(api.post(PATH, {"acts": []}))) == ["acts"]


def test_sent_again_with_its_key_it_happens_once(api, stream):
    body = {"acts": [{"do": "copy", "post": planned(stream).uuid, "days": 1}]}
    assert api.post(PATH, body, key="k").json == api.post(PATH, body, key="k").json
    assert db.session.scalar(sa.select(sa.func.count(Post.id))) == 2

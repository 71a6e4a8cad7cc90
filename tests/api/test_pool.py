"""The pool of a stream, for programs: what is in it, and what of it comes next."""

from datetime import timedelta

import sqlalchemy as sa

from calendar_app.evergreen.filling import fill
from calendar_app.extensions import database_now, db
from calendar_app.posts.models import Post
from tests.api.program import program_of
from tests.attacks.contents import contents
from tests.factories import make_post, make_stream, plan_for


def pooled(api, stream, title, *, ago):
    at = database_now() - timedelta(days=ago)
    post = make_post(stream, title=title, state="published", published_at=at)
    plan_for(post, at)
    db.session.commit()
    assert api.post(f"/posts/{post.uuid}/pool").status_code == 200
    return post


def test_what_comes_next_is_told_and_then_comes(app, api, team):
    stream = make_stream(
        team, "daily", cadence=["RRULE:FREQ=DAILY;BYHOUR=9;BYMINUTE=0"],
        evergreen_makes="draft", evergreen_ahead_days=4, evergreen_rest_days=60,
    )  # fmt: skip
    young, old = pooled(api, stream, "young", ago=70), pooled(api, stream, "old", ago=100)
    pooled(api, stream, "tired", ago=10)
    viewer, before = program_of(app, team, "viewer", "read"), contents()
    told = viewer.get("/streams/daily/pool").json
    assert contents() == before
    assert [one["title"] for one in told["items"]] == ["young", "old", "tired"]
    assert [(one["post"], one["title"]) for one in told["coming"]] == [
        (old.uuid, "old"),
        (young.uuid, "young"),
    ]
    assert all(one["wall"].endswith("T09:00") and one["timezone"] == "Europe/Oslo" for one in told["coming"])
    fill(stream, now=database_now())
    db.session.commit()
    came = db.session.execute(
        sa.select(Post.title, Post.due_at).where(Post.state == "draft").order_by(Post.due_at)
    ).all()
    assert [(title, f"{due:%Y-%m-%dT%H:%M:%SZ}") for title, due in came] == [
        (one["title"], one["at"]) for one in told["coming"]
    ]
    assert api.get("/streams/daily/pool").json["coming"] == []


def test_nothing_comes_where_the_stream_does_not_say_so(api, team, stream):
    pooled(api, stream, "old", ago=100)
    told = api.get("/streams/road-works/pool").json
    assert (len(told["items"]), told["coming"]) == (1, [])
    stream.evergreen_makes, stream.cadence = "draft", ["nonsense"]
    db.session.commit()
    assert api.get("/streams/road-works/pool").json["coming"] == []

"""The queue of a stream: order and times, all or nothing, gaps filled and emptied in one step."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import pytest
import sqlalchemy as sa

from calendar_app.errors import Conflict, NotAllowed, Refused
from calendar_app.extensions import database_now, db
from calendar_app.media.models import Medium
from calendar_app.posts import queueing
from calendar_app.posts.models import Post
from calendar_app.posts.scheduling import schedule
from calendar_app.snippets import keeping
from calendar_app.snippets.models import PostTemplate
from calendar_app.streams.cadence import parse_cadence
from calendar_app.times import to_utc, to_wall, utcnow
from tests.factories import make_actor, make_person, make_post, make_stream, make_team, plan_for
from tests.media.pictures import attach, make_medium

SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def stream(app):
    return make_stream(make_team(), "roads", name="Roads", cadence=parse_cadence("daily at 09:00").to_json())


@pytest.fixture
def actor(stream):
    return make_actor(stream.team)


def slot(days, clock="09:00"):
    """So many days after the next nine o'clock, which before nine is today's."""
    now = to_wall(database_now(), "Europe/Oslo")
    day = now.date() + timedelta(days=days + (now.hour >= 9))
    return to_utc(datetime.fromisoformat(f"{day}T{clock}"), "Europe/Oslo", fold=0)


def queued(stream, *places, **values):
    """Posts named a, b, c … in the slots of these days."""
    posts = []
    for letter, days in zip("abcdefgh", places, strict=False):
        post = make_post(stream, title=letter, **values)
        plan_for(post, slot(days))
        posts.append(post)
    db.session.commit()
    return posts


def stands(stream):
    db.session.expire_all()
    return [(post.title, post.due_at) for post in queueing.queue_of(stream, database_now())]


def test_whoever_moves_takes_the_time_of_the_place_and_scheduled_posts_go_along(stream, actor):
    a, b, c = queued(stream, 0, 1, 4)
    own = make_post(stream, title="own time")
    plan_for(own, slot(2, "15:30"))
    schedule(b, actor=actor, now=database_now())
    db.session.commit()
    queueing.reorder(stream, [c.uuid, a.uuid, b.uuid], actor=actor, now=database_now())
    db.session.commit()
    assert stands(stream) == [("c", slot(0)), ("a", slot(1)), ("b", slot(4))]
    assert (b.state, own.due_at) == ("scheduled", slot(2, "15:30"))


@SQLITE
def test_one_that_cannot_move_keeps_all_in_their_places(stream, actor):
    a, b = queued(stream, 0, 10)
    attach(a, make_medium(stream.team, alt="A road"))
    schedule(a, actor=actor, now=database_now())
    until = (slot(0) + timedelta(days=2)).date().isoformat()
    db.session.execute(sa.update(Medium).values(rights="licensed", licensed_until=until))
    db.session.commit()
    with pytest.raises(Refused):
        queueing.reorder(stream, [b.uuid, a.uuid], actor=actor, now=database_now())
    db.session.rollback()
    assert stands(stream) == [("a", slot(0)), ("b", slot(10))]
    with pytest.raises(Conflict):
        queueing.reorder(stream, [b.uuid], actor=actor, now=database_now())
    with pytest.raises(NotAllowed):
        queueing.reorder(
            stream, [b.uuid, a.uuid], actor=make_actor(stream.team, "viewer"), now=database_now()
        )


@SQLITE
def test_a_post_is_put_first_or_last_and_taken_out_with_or_without_its_slot(stream, actor):
    queued(stream, 0, 1, 3)
    new = make_post(stream, title="new")
    queueing.put(stream, new, first=True, actor=actor, now=database_now())
    db.session.commit()
    assert stands(stream) == [("new", slot(0)), ("a", slot(1)), ("b", slot(2)), ("c", slot(3))]
    queueing.take_out(stream, new, close=True, actor=actor, now=database_now())
    db.session.commit()
    assert stands(stream) == [("a", slot(0)), ("b", slot(1)), ("c", slot(2))]
    assert new.due_at is None
    queueing.put(stream, new, first=False, actor=actor, now=database_now())
    db.session.commit()
    assert stands(stream)[-1] == ("new", slot(3))
    first = db.session.scalars(sa.select(Post).where(Post.title == "a")).one()
    schedule(first, actor=actor, now=database_now())
    queueing.take_out(stream, first, close=False, actor=actor, now=database_now())
    db.session.commit()
    assert (first.state, stands(stream)[0]) == ("draft", ("b", slot(1)))


@SQLITE
def test_gaps_are_filled_with_drafts_and_emptied_in_one_step(stream, actor):
    queued(stream, 1)
    stream.pauses = [
        {"first": slot(3).date().isoformat(), "last": slot(3).date().isoformat(), "note": "", "told": False}
    ]
    db.session.commit()
    fill = partial(queueing.fill_gaps, stream, actor=actor, now=database_now())
    made = fill(slot(0), slot(5))
    assert [post.due_at for post in made] == [slot(0), slot(2), slot(4)]
    assert all(post.title.startswith("Roads, ") and post.state == "draft" for post in made)
    assert fill(slot(0), slot(5)) == []
    made[1].version = 2
    assert queueing.empty_gaps(made, actor=actor) == 1
    db.session.commit()
    assert [at for _, at in stands(stream)] == [slot(1), slot(2)]
    template = keeping.make(
        PostTemplate, {"name": "Morning", "title": "Good morning", "text": "The roads today:", "streams": []},
        team_id=stream.team_id, actor=actor, now=utcnow(),
    )  # fmt: skip
    stream.template_id = template.id
    assert {(post.title, post.text) for post in fill(slot(0), slot(1))} == {
        ("Good morning", "The roads today:")
    }


@SQLITE
def test_the_page_does_it_all_with_buttons_and_takes_it_back(signed_in, stream):
    browser = signed_in(make_person(stream.team, "author"))
    a, b, c = queued(stream, 0, 1, 2)
    page = "/streams/roads/queue"
    shown = browser.get(page).text
    assert shown.index(">a</a>") < shown.index(">b</a>") < shown.index(">c</a>")
    answer = browser.send(page, {"post": c.uuid, "step": "first"})
    assert answer.status_code == 303 and answer.location.endswith(f"#q-{c.uuid}")
    assert [title for title, _ in stands(stream)] == ["c", "a", "b"]
    assert "Undo: the order as it was" in browser.get(answer.location).text
    browser.send(page, {"order": f"{a.uuid}+{b.uuid}+{c.uuid}"})
    assert [title for title, _ in stands(stream)] == ["a", "b", "c"]
    browser.send(page, {"post": a.uuid, "step": "down"})
    assert [title for title, _ in stands(stream)] == ["b", "a", "c"]
    send = partial(browser.send, page=page)
    send(f"{page}/removals", {"post": b.uuid, "close": "1"})
    assert [title for title, _ in stands(stream)] == ["a", "c"]
    send(f"{page}/additions", {"post": b.uuid, "where": "first"})
    assert [title for title, _ in stands(stream)] == ["b", "a", "c"]
    filled = send("/streams/roads/gaps", {"weeks": "2"})
    assert "Undo: throw away the" in browser.get(filled.location).text
    made = filled.location.partition("made=")[2]
    assert len(stands(stream)) > 10
    send("/streams/roads/gaps/removal", {"posts": made.replace("%2B", "+")})
    assert len(stands(stream)) == 3
    assert browser.send(page, {"post": "nobody", "step": "up"}).status_code == 303
    assert "The queue has changed meanwhile." in browser.get(page).text

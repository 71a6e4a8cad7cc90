"""The same thing asked for several times at the same moment: done once, and nobody gets a crash."""

from __future__ import annotations

from contextvars import Context
from threading import Thread

import pytest
import sqlalchemy as sa

from calendar_app.channels.models import Delivery
from calendar_app.errors import Conflict
from calendar_app.extensions import database_now, db, writing
from calendar_app.people import api_tokens
from calendar_app.people.models import Audit
from calendar_app.people.roles import actor_for
from calendar_app.posts.locking import lock
from calendar_app.posts.models import Post, PostStream
from calendar_app.posts.publishing import publish_now
from calendar_app.posts.scheduling import take_next_slot
from calendar_app.streams.models import Stream
from tests.attacks.together import at_once
from tests.factories import make_account, make_post, make_scheduled, make_stream

MANY = 6


@pytest.fixture
def ask(app, owner):
    """Calls of the API, all at once: the statuses, sorted."""
    key = {"Authorization": f"Bearer {api_tokens.create(owner, 'Key', 'write')}"}

    def all_at_once(*calls):
        def act(method, path, body, headers):
            def ask_one(browser):
                browser.together.wait(20)
                sent = {"json": body} if body is not None else {}
                answer = browser.open(f"/api/v1{path}", method=method, headers={**key, **headers}, **sent)
                return answer.status_code

            return ask_one

        return sorted(at_once(app, [act(*(*call, {}, {})[:4]) for call in calls]))

    return all_at_once


def recorded(action):
    return db.session.scalar(sa.select(sa.func.count(Audit.id)).where(Audit.action == action))


def deliveries(action):
    return db.session.scalar(sa.select(sa.func.count(Delivery.id)).where(Delivery.action == action))


def test_scheduled_published_and_withdrawn_once(ask, team, stream, owner):
    make_account(team, streams=[stream])
    draft, out = make_post(stream), make_post(stream, title="Out")
    publish_now(out, actor=actor_for(owner), now=database_now())
    out.deliveries[0].state, out.deliveries[0].finished_at = "delivered", database_now()
    paths = f"/posts/{draft.uuid}", f"/posts/{out.uuid}"
    planned = {"publish_at": "2027-06-01T09:00", "timezone": "Europe/Oslo"}
    assert ask(*[("POST", f"{paths[0]}/schedule", planned)] * MANY) == [200] * MANY
    assert (recorded("post scheduled"), deliveries("publish")) == (1, 2)
    assert ask(*[("POST", f"{paths[0]}/publication")] * MANY) == [200] * MANY
    assert ask(*[("DELETE", f"{paths[1]}/publication", None)] * MANY) == [200] * MANY
    assert (recorded("post published"), recorded("post withdrawn"), deliveries("withdraw")) == (2, 1, 1)


def test_of_many_who_save_the_same_version_one_does(ask, stream):
    post = make_post(stream)
    path = f"/posts/{post.uuid}"
    calls = [("PATCH", path, {"version": 1, "title": f"Title {number}"}) for number in range(MANY)]
    assert ask(*calls) == [200] + [409] * (MANY - 1)
    assert db.session.scalar(sa.select(Post.version)) == 2


def test_a_series_is_begun_once_and_one_person_is_one_of_two_who_approve(ask, team):
    guarded = make_stream(team, "guarded", needs_approval=True, approval_steps=["editor", "editor"])
    post = make_post(guarded)
    body = {
        "post": post.uuid,
        "rule": "FREQ=DAILY",
        "first": "2027-06-01",
        "time": "09:00",
        "timezone": "UTC",
    }
    assert ask(*[("POST", "/series", body)] * 3) == [201, 409, 409]
    assert ask(*[("POST", f"/posts/{post.uuid}/approval")] * 3) == [200, 403, 403]
    assert (recorded("series begun"), recorded("post approved in part"), post.state) == (1, 1, "in_review")


def test_steps_that_exclude_each_other_leave_one_state_behind(ask, team, stream):
    make_account(team, streams=[stream])
    for _ in range(3):
        post = make_scheduled(stream)
        path = f"/posts/{post.uuid}"
        statuses = ask(
            ("POST", f"{path}/publication"), ("DELETE", f"{path}/schedule", None), ("DELETE", path, None),
            ("POST", f"{path}/approval"), ("PATCH", path, {"version": 2, "streams": ["roads"], "accounts": []}),
        )  # fmt: skip
        assert set(statuses) <= {200, 204, 404, 409}
        found = db.session.scalar(sa.select(Post).where(Post.uuid == path[7:]))
        states = {row.state for row in found.deliveries} if found else set()
        assert not (found and found.state == "draft" and states & {"pending", "sending"})


def test_one_handle_one_stream_and_one_key_one_post(ask, stream):
    body = {"handle": "same", "name": "Same", "timezone": "UTC"}
    assert ask(*[("POST", "/streams", body)] * MANY) == [201] + [422] * (MANY - 1)
    assert db.session.scalar(sa.select(sa.func.count(Stream.id)).where(Stream.handle == "same")) == 1
    same = {"Idempotency-Key": "same"}
    statuses = ask(*[("POST", "/posts", {"streams": ["roads"], "title": "Once"}, same)] * MANY)
    assert set(statuses) <= {201, 409} and 201 in statuses
    assert db.session.scalar(sa.select(sa.func.count(Post.id)).where(Post.title == "Once")) == 1


def test_streams_and_their_posts_changed_from_both_ends_do_not_wait_for_each_other_for_ever(ask, team, owner):
    streams = [make_stream(team, f"both-{number}") for number in range(2)]
    posts = [make_scheduled(*streams), make_scheduled(*reversed(streams))]
    calls = [
        ("PATCH", f"/streams/{one.handle}", {"name": f"New {one.handle}", "visibility": "unlisted"})
        for one in streams
    ]
    calls += [("PATCH", f"/posts/{one.uuid}", {"version": 2, "title": "New"}) for one in posts]
    calls += [("POST", f"/posts/{one.uuid}/publication") for one in posts]
    assert set(ask(*calls)) <= {200, 409}


def test_a_delivery_is_decided_once(ask, team, stream, owner):
    make_account(team, streams=[stream])
    post = make_post(stream)
    publish_now(post, actor=actor_for(owner), now=database_now())
    row = post.deliveries[0]
    row.state, row.finished_at = "failed", database_now()
    path = f"/deliveries/{row.key}/resolution"
    statuses = ask(
        *[("POST", path, {"outcome": "send again"})] * 3, *[("POST", path, {"outcome": "sent"})] * 3
    )
    assert statuses == [200] + [409] * 5
    assert recorded("delivery resolved") == 1


def test_one_slot_is_given_to_one_post(app, team):
    """Also where one has looked and not yet written when the other asks."""
    stream = make_stream(team, "daily", cadence=["RRULE:FREQ=DAILY;BYHOUR=9;BYMINUTE=0"])
    first, second = make_post(stream), make_post(stream).id
    taken = []

    def ask_as_well():
        with app.app_context(), writing():
            post = db.session.get_one(Post, second)
            take_next_slot(post, now=database_now())
            taken.append(post.due_at)
            db.session.rollback()

    take_next_slot(first, now=database_now())
    db.session.flush()
    thread = Thread(target=Context().run, args=(ask_as_well,))
    thread.start()
    thread.join(0.5)
    db.session.commit()
    thread.join(30)
    assert len(taken) == 1 and taken[0] > first.due_at


def test_what_was_thrown_away_a_moment_ago_is_told_not_stumbled_over(app, stream):
    post = make_post(stream)
    with db.engine.begin() as other:
        for table in (PostStream.__table__, Post.__table__):
            other.execute(sa.delete(table))
    with pytest.raises(Conflict):
        lock(post)
    db.session.rollback()


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_who_holds_a_post_does_not_stop_the_worker_that_holds_its_delivery(app, team, stream):
    """Each would wait for the other: the second change of a row in one transaction looks for its post again."""
    make_account(team, streams=[stream])
    post = make_scheduled(stream)
    number = post.deliveries[0].id
    lock(post)
    change = sa.update(Delivery).where(Delivery.id == number).values(attempts=Delivery.attempts + 1)
    with db.engine.begin() as worker:
        worker.exec_driver_sql("SET LOCAL lock_timeout = '2s'")
        worker.execute(change)
        worker.execute(change)
    db.session.rollback()


@pytest.mark.parametrize("looks_first", [False, True])
def test_a_page_about_what_has_just_been_thrown_away_says_so(app, stream, owner, browser, looks_first):
    """After a refusal the page is made anew, from rows that a colleague may take away in that moment."""
    post = make_post(stream)
    path = f"/posts/{post.uuid}/withdrawal"
    browser.sign_in(owner)

    def throw_away(session, _before):
        with db.engine.begin() as other:
            for table in (PostStream.__table__, Post.__table__)[: 1 if looks_first else 2]:
                other.execute(sa.delete(table))

    sa.event.listen(db.session, "after_soft_rollback", throw_away, once=True)
    assert browser.post(path, data={"version": "1"}).status_code in {404, 409}

"""Series, short links, link import, templates and comments from outside, used in ways that nobody meant."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from calendar_app.agreeing.rules import standing_approvals
from calendar_app.comments import commenting
from calendar_app.comments.models import Comment
from calendar_app.errors import Conflict, Refused
from calendar_app.extensions import database_now, db
from calendar_app.linked import fetching
from calendar_app.people.roles import actor_for
from calendar_app.posts.drafting import edit
from calendar_app.series import editing
from calendar_app.sharing import letting_in
from calendar_app.sharing.models import ShareLink
from calendar_app.short_links.leaving import keep, leaving
from calendar_app.short_links.models import ShortLink
from calendar_app.snippets import keeping
from calendar_app.snippets.models import Snippet
from tests.factories import make_person, make_post, make_scheduled, make_stream
from tests.media.pictures import make_medium
from tests.receiver import Receiver, answer

REPEATED = {"rule": "FREQ=DAILY", "time": "09:00", "timezone": "UTC", "ahead_days": 3}


@pytest.fixture
def database():
    return "sqlite"


def repeated(post, owner, **values):
    first = (database_now() + timedelta(days=1)).date().isoformat()
    return editing.begin(
        post, {**REPEATED, "first": first, **values}, actor=actor_for(owner), now=database_now()
    )


def test_a_part_of_a_picture_that_nobody_shall_see_is_not_shown_by_the_posts_of_a_series(stream, owner):
    post = make_post(stream)
    picture = {"media": make_medium(stream.team).id, "alt": "A road", "crop": "0x0x500x1000"}
    edit(post, {"pictures": [picture]}, version=1, actor=actor_for(owner), now=database_now())
    series = repeated(post, owner)
    assert {str(row.post.pictures[0].crop) for row in series.occurrences if row.post} == {"[0, 0, 500, 1000]"}


def test_what_was_agreed_on_elsewhere_is_not_agreed_on_in_a_stream_that_asks(team, stream, owner):
    guarded = make_stream(team, "guarded", needs_approval=True, others_approve=True, approval_steps=["owner"])
    editor = actor_for(make_person(team, "editor"))
    post = make_scheduled(stream, actor=editor)
    edit(post, {"streams": ["guarded"]}, version=post.version, actor=editor, now=database_now())
    assert (post.state, post.home, standing_approvals(post)) == ("in_review", guarded, [])


def test_a_short_link_leads_on_while_somebody_else_writes(app, stream, browser):
    db.session.add(ShortLink(code="2345abcde", target="https://example.org/", post_id=make_post(stream).id))
    db.session.commit()

    def write_between(_connection, _cursor, statement, *_more):
        if statement.startswith("UPDATE short_link"):
            with sqlite3.connect(db.engine.url.database) as other:
                other.execute("UPDATE site SET name = 'Meanwhile'")
            written.append(statement)

    written = []
    sa.event.listen(db.engine, "before_cursor_execute", write_between)
    try:
        assert [browser.get("/l/2345abcde").status_code for _ in range(2)] == [302, 302]
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", write_between)
    assert len(written) == 2
    assert db.session.scalar(sa.select(ShortLink.visits)) == 2


def test_nobody_takes_the_code_of_anothers_link_before_it_leaves(team, stream):
    stream.links_as = "short"
    post = make_post(stream, text="Read https://example.org/ours")
    ((code, target),) = leaving(post, post.text, "log").targets.items()
    theirs = make_post(make_stream(handle="theirs"))
    db.session.add(ShortLink(code=code, target="https://example.org/theirs", post_id=theirs.id))
    db.session.commit()
    found = leaving(post, post.text, "log")
    keep(found.targets, post)
    assert code not in found.text
    assert db.session.scalars(sa.select(ShortLink.target).where(ShortLink.code.in_(found.targets))).all() == [
        target
    ]
    assert leaving(post, post.text, "log").text == found.text


def test_an_author_does_not_look_where_only_webhooks_of_owners_may_go(app, team, browser, monkeypatch):
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], allow_private_pages=()))
    monkeypatch.setitem(app.extensions, "sluice_looker", None)
    browser.sign_in(make_person(team, "author"))
    with Receiver() as receiver:
        receiver.plan(then=answer(200, body=b"<title>Payroll</title>", content_type="text/html"))
        told = browser.post("/linked", json={"team": team.id, "address": receiver.address()})
        assert told.status_code == 422 and "private network" in told.text
        assert receiver.at() == []


def test_pages_that_do_not_answer_hold_up_few_threads(team, browser):
    browser.sign_in(make_person(team, "author"))
    for _ in range(fetching.MOST_AT_ONCE):
        assert fetching._places.acquire(blocking=False)
    try:
        told = browser.post("/linked", json={"team": team.id, "address": "https://example.org/"})
    finally:
        fetching._places.release(fetching.MOST_AT_ONCE)
    assert told.status_code == 409 and "Others are looking" in told.json["error"]


def test_nothing_is_kept_without_end(team, stream, owner, monkeypatch):
    monkeypatch.setattr(editing, "MOST_GOING", 1)
    monkeypatch.setattr(keeping, "MOST_KEPT", 1)
    actor, now = actor_for(owner), database_now()
    repeated(make_post(stream), owner)
    with pytest.raises(Conflict):
        repeated(make_post(stream), owner)
    kept = keeping.make(Snippet, {"name": "A", "text": "A"}, team_id=team.id, actor=actor, now=now)
    with pytest.raises(Refused):
        keeping.make(Snippet, {"name": "B", "text": "B"}, team_id=team.id, actor=actor, now=now)
    keeping.throw_away(kept, actor=actor, now=now)
    keeping.make(Snippet, {"name": "B", "text": "B"}, team_id=team.id, actor=actor, now=now)
    with pytest.raises(Refused):
        keeping.bring_back(kept, actor=actor)


def test_outsiders_do_not_fill_the_place_of_the_teams_own_comments(stream, owner, monkeypatch):
    monkeypatch.setattr(letting_in, "MOST_OUTSIDE", 2)
    post, now = make_post(stream), database_now()
    letting_in.make(post, actor=actor_for(owner), now=now, days="7", may_comment=True)
    link = db.session.scalars(sa.select(ShareLink)).one()
    for hours in (0, 2):
        letting_in.say_from_outside(link, "Guest", "Hello", now + timedelta(hours=hours))
    gone = db.session.scalars(sa.select(Comment)).first()
    commenting.remove(gone, actor=actor_for(owner), now=now)
    commenting.forget_removed(now + timedelta(hours=3))
    db.session.expire_all()
    with pytest.raises(Conflict, match="outside"):
        letting_in.say_from_outside(link, "Guest", "Hello", now + timedelta(hours=4))
    assert commenting.comment(post, "Ours", actor=actor_for(owner), now=now).id

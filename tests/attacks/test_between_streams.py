"""Posts that change streams, lose their time or get their first one, in ways that nobody meant."""

from __future__ import annotations

import json
from datetime import timedelta

import sqlalchemy as sa

from calendar_app.agreeing.rules import standing_approvals
from calendar_app.extensions import database_now, db
from calendar_app.people import api_tokens
from calendar_app.people.models import Member
from calendar_app.people.roles import actor_for
from calendar_app.posts.drafting import edit
from calendar_app.posts.models import Post
from tests.attacks.contents import contents
from tests.factories import (
    make_account,
    make_person,
    make_post,
    make_scheduled,
    make_stream,
    make_team,
    plan_for,
)
from tests.media.pictures import make_medium

ODD = ["\0", "\ud800", "x" * 5000, "'; --", "\r\nSet-Cookie: a=b"]


def test_odd_names_of_streams_are_no_crash_where_posts_change_streams(team, stream, owner, browser):
    post = make_post(stream)
    browser.sign_in(owner)
    crashes = []
    for odd in ODD:
        for act in ({"do": "stream", "to": odd}, {"do": "stream", "streams": [odd, "roads"]},
                    {"do": "copy", "to": odd},
                    {"do": "stream", "to": "roads", "of": odd},
                    {"do": "stream", "streams": [{}, None, 5]}):  # fmt: skip
            sent = {"acts": [{**act, "id": post.uuid, "version": 1, "date": "2027-05-05"}]}
            answer = browser.post("/posts/steps", data=json.dumps(sent), content_type="application/json")
            crashes += [(act, answer.status_code)] if answer.status_code >= 500 else []
        for name in ("to", "of"):
            told = {
                "date": "2027-05-05",
                "to": "roads",
                name: odd.encode("utf-8", "surrogatepass").decode("latin-1"),
            }
            answer = browser.get(f"/posts/{post.uuid}/landing", query_string=told)
            crashes += [(told, answer.status_code)] if answer.status_code >= 500 else []
    assert crashes == []


def test_a_post_goes_into_no_stream_of_others(team, stream, owner, browser):
    theirs = make_stream(make_team(), "theirs")
    post = make_post(stream)
    browser.sign_in(owner)
    before = contents()
    for act in ({"do": "stream", "to": "theirs"}, {"do": "stream", "streams": ["roads", "theirs"]},
                {"do": "copy", "to": "theirs", "date": "2027-05-05"}):  # fmt: skip
        answer = browser.post("/posts/steps", json={"acts": [{**act, "id": post.uuid, "version": 1}]})
        assert answer.status_code == 422 and theirs.name not in answer.text
    assert contents() == before


def test_a_copy_into_the_stream_of_another_team_of_ones_own_takes_nothing_of_the_first_along(
    team, stream, owner, browser
):
    """Its pictures, places and words for places belong to the first."""
    other = make_stream(make_team(), "other")
    db.session.add(Member(team_id=other.team_id, person_id=owner.id, role="author"))
    account = make_account(team, streams=[stream])
    post = make_post(stream)
    picture = {"media": make_medium(team).id, "alt": "A road"}
    given = {"pictures": [picture], "accounts": [account.id], "variants": {account.id: {"text": "Ours"}}}
    edit(post, given, version=1, actor=actor_for(owner), now=database_now())
    db.session.commit()
    browser.sign_in(owner)
    act = {"do": "copy", "to": "other", "date": "2027-05-05", "id": post.uuid, "version": post.version}
    answer = browser.post("/posts/steps", json={"acts": [act]})
    assert answer.status_code in {200, 422}
    for copy in db.session.scalars(sa.select(Post).where(Post.team_id == other.team_id)):
        assert (copy.pictures, copy.places) == ([], [])


def test_a_scheduled_post_is_not_carried_into_the_past_by_way_of_another_stream(team, stream, owner, browser):
    make_stream(team, "walks")
    post = make_scheduled(stream, actor=actor_for(owner))
    browser.sign_in(owner)
    act = {
        "do": "stream",
        "to": "walks",
        "at": "2026-01-05T09:00:00Z",
        "id": post.uuid,
        "version": post.version,
    }
    answer = browser.post("/posts/steps", json={"acts": [act]})
    db.session.expire_all()
    assert (answer.status_code, post.state, post.home.handle) == (422, "scheduled", "roads")
    assert post.due_at > database_now()


def test_an_author_takes_no_post_round_its_approval_by_way_of_streams_or_no_time(
    team, stream, owner, browser
):
    guarded = make_stream(team, "guarded", needs_approval=True)
    author = make_person(team, "author")
    scheduled = make_scheduled(stream, actor=actor_for(author), author_id=author.id)
    post = make_post(stream, state="in_review", author_id=author.id)
    plan_for(post, database_now() + timedelta(days=3))
    db.session.commit()
    browser.sign_in(author)
    sent = {"do": "stream", "to": "guarded", "id": scheduled.uuid, "version": scheduled.version}
    assert browser.post("/posts/steps", json={"acts": [sent]}).status_code == 403

    def step(act):
        db.session.expire_all()
        sent = {"acts": [{**act, "id": post.uuid, "version": post.version}]}
        answer = browser.post("/posts/steps", json=sent)
        db.session.expire_all()
        return answer.status_code, post.state

    assert step({"do": "stream", "to": "guarded"}) == (200, "in_review")
    assert step({"do": "open"}) == (200, "in_review")
    assert step({"do": "again", "at": "2027-05-05T09:00:00Z"})[1] != "scheduled"
    assert step({"do": "schedule"})[1] != "scheduled"
    assert step({"do": "draft"}) == (200, "draft")
    assert step({"do": "again", "at": "2027-05-05T09:00:00Z"})[1] == "draft"
    assert post.home == guarded and not standing_approvals(post)


def test_a_cadence_that_cannot_be_read_keeps_no_post_from_getting_its_first_day(team, owner, browser):
    spoilt = make_stream(team, "spoilt", cadence=["nonsense"])
    post = make_post(spoilt)
    browser.sign_in(owner)
    assert browser.get(f"/posts/{post.uuid}/landing?date=2027-05-05").status_code == 200
    for path in (
        "/posts/new?stream=spoilt&at=2027-05-05",
        "/posts/new?stream=spoilt",
        f"/posts/{post.uuid}/edit",
    ):
        assert browser.get(path).status_code == 200, path
    assert (
        browser.post(f"/posts/{post.uuid}/schedule", data={"version": "1", "slot": "next"}).status_code < 500
    )
    sent = {"acts": [{"do": "move", "date": "2027-05-05", "id": post.uuid, "version": 1}]}
    assert browser.post("/posts/steps", json=sent).status_code == 200
    db.session.expire_all()
    assert post.publish_at.startswith("2027-05-05T09:00")
    key = {"Authorization": f"Bearer {api_tokens.create(owner, 'Key', 'write')}"}
    other = make_post(spoilt)
    answer = browser.post(f"/api/v1/posts/{other.uuid}/schedule", json={"slot": "next"}, headers=key)
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "slot")

"""Public feeds name the hub that is told of them, in the feed and in its headers; other feeds name none."""

from __future__ import annotations

import json

import feedparser
import pytest

from calendar_app.channels.claiming import Outcome, finish
from calendar_app.channels.connecting import change, disconnect, pause, resume
from calendar_app.extensions import database_now, db
from calendar_app.people import personal_feeds
from calendar_app.people.models import Member
from calendar_app.posts.publishing import publish_due
from calendar_app.streams.editing import edit_stream
from tests.channels.steps import claimed
from tests.factories import make_account, make_actor, make_scheduled, make_stream, make_team
from tests.feeds.reading import make_published

HUB, OTHER = "https://hub.example/", "https://other.example/push"
FORMS = ("atom", "rss", "json")


@pytest.fixture
def team(app):
    return make_team()


def connect(team, *streams, url=HUB):
    return make_account(team, "websub", settings={"url": url}, streams=streams)


def hubs(answer):
    """What the bytes say and what the header says, which must be the same."""
    if answer.content_type.startswith("application/feed+json"):
        said = [one["url"] for one in json.loads(answer.data).get("hubs", [])]
    else:
        parsed = feedparser.parse(answer.data)
        assert not parsed.bozo
        said = [link.href for link in parsed.feed.links if link.rel == "hub"]
    links = [part.strip() for part in answer.headers["Link"].split(",")]
    assert links == [*(f'<{hub}>; rel="hub"' for hub in said), links[-1]]
    assert links[-1].endswith('; rel="self"')
    return said


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("form", FORMS)
def test_the_feeds_of_a_public_stream_name_the_hub_that_is_told_of_them(reader, team, form):
    roads, quiet = make_stream(team, "roads"), make_stream(team, "quiet")
    make_published(roads)
    connect(team, roads)
    connect(team, roads, url=OTHER)
    assert hubs(reader.get(f"/streams/roads.{form}")) == [HUB]
    assert hubs(reader.get(f"/streams/quiet.{form}")) == []
    assert hubs(reader.get(f"/everything.{form}")) == []
    assert quiet.accounts == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("form", FORMS)
def test_everything_names_the_hub_that_all_public_streams_share(reader, team, form):
    roads, schools, hidden = (make_stream(team, handle) for handle in ("roads", "schools", "hidden"))
    hidden.visibility = "unlisted"
    first = connect(team, roads)
    assert hubs(reader.get(f"/everything.{form}")) == []
    edit_stream(schools, {"default_accounts": [first.id]}, actor=make_actor(team), now=database_now())
    db.session.commit()
    assert hubs(reader.get(f"/everything.{form}")) == [HUB]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_choice_an_unlisted_stream_a_calendar_and_a_personal_address_name_none(reader, team):
    roads, schools = make_stream(team, "roads"), make_stream(team, "schools")
    unlisted = make_stream(team, "hidden", visibility="unlisted")
    connect(team, roads, schools, unlisted)
    for form in FORMS:
        assert hubs(reader.get(f"/follow/roads+schools.{form}")) == []
        assert hubs(reader.get(f"/streams/hidden.{form}")) == []
    calendar = reader.get("/streams/roads.ics")
    assert HUB not in calendar.text and HUB not in calendar.headers["Link"]
    member = db.session.query(Member).filter_by(person_id=make_actor(team).person.id).one()
    token = personal_feeds.create(member)
    db.session.commit()
    own = reader.get(f"/team/{token}.ics")
    assert own.status_code == 200 and HUB not in own.text + str(own.headers)


def test_feeds_are_other_bytes_as_soon_as_a_hub_comes_goes_or_rests(reader, team):
    roads, actor = make_stream(team, "roads"), make_actor(team)
    account = make_account(team, "websub", settings={"url": HUB})

    def edited(accounts):
        edit_stream(roads, {"default_accounts": accounts}, actor=actor, now=database_now())

    def fails():
        make_scheduled(roads, due_in=-1)
        (taken,) = claimed_after_publishing()
        finish([Outcome(taken.delivery.id, taken.fence, "failed", "Gone.", account_state="broken")])

    steps = [
        (lambda: edited([account.id]), [HUB]),
        (lambda: pause(account, actor=actor, now=database_now()), []),
        (lambda: resume(account, actor=actor, now=database_now()), [HUB]),
        (lambda: change(account, {"settings": {"url": "http://127.0.0.1/hub"}}, actor=actor, now=database_now()),
         ["http://127.0.0.1/hub"]),
        (fails, []),
        (lambda: resume(account, actor=actor, now=database_now()), ["http://127.0.0.1/hub"]),
        (lambda: edited([]), []),
        (lambda: edited([account.id]), ["http://127.0.0.1/hub"]),
        (lambda: disconnect(account, actor=actor, now=database_now()), []),
    ]  # fmt: skip
    before, seen = reader.get("/streams/roads.atom"), set()
    for step, expected in steps:
        old = roads.feed_changed_at
        step()
        db.session.commit()
        again = reader.get("/streams/roads.atom", headers={"If-None-Match": before.headers["ETag"]})
        assert again.status_code == 200 and hubs(again) == expected
        db.session.refresh(roads)
        assert roads.feed_changed_at > old
        seen.add(again.headers["ETag"])
        before = again
        unchanged = reader.get("/streams/roads.atom", headers={"If-None-Match": before.headers["ETag"]})
        assert unchanged.status_code == 304


def claimed_after_publishing():
    publish_due()
    db.session.commit()
    return claimed()

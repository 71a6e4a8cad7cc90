"""Saving while somebody writes keeps what can be kept and tells the rest."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from calendar_app.errors import Conflict, NotAllowed, Refused, Stale
from calendar_app.extensions import database_now, db
from calendar_app.posts.autosaving import autosave, draft_once
from calendar_app.posts.drafting import discard
from calendar_app.posts.models import Post
from calendar_app.posts.restoring import removal_of, restore
from calendar_app.posts.values import values_of
from tests.factories import make_account, make_actor, make_post, make_scheduled, make_stream, make_team

KEY = "0123456789abcdef"


def save(post, values, actor=None):
    return autosave(
        post, values, version=post.version, actor=actor or make_actor(post.team), now=database_now()
    )


def test_good_fields_are_kept_and_bad_ones_told(app):
    post = make_post(make_stream(), title="Old")
    problems = save(
        post,
        {
            "title": "New",
            "link": "javascript:alert(1)",
            "language": "?",
            "publish_at": "2027-03-28T02:30",
            "timezone": "Europe/Oslo",
            "event": {"starts_at": "", "ends_at": "", "timezone": "Europe/Oslo", "location": "Hall"},
        },
    )
    db.session.commit()
    assert set(problems) == {"link", "language", "publish_at", "event.starts_at"}
    assert (post.title, post.link, post.language, post.publish_at, post.event_location) == (
        "New",
        "",
        "en",
        None,
        "",
    )
    assert post.version == 2


def test_a_plan_is_kept_whole_or_not_at_all(app):
    post = make_post(make_stream())
    save(post, {"publish_at": "2030-01-01T09:00", "timezone": "Europe/Oslo", "fold": None})
    problems = save(post, {"publish_at": "2030-01-02T09:00", "timezone": "Narnia", "fold": None})
    assert set(problems) == {"timezone"}
    assert (post.publish_at, post.timezone) == ("2030-01-01T09:00:00", "Europe/Oslo")


def test_one_variant_that_does_not_fit_leaves_the_others(app):
    post = make_post(make_stream())
    one, two = make_account(post.team), make_account(post.team)
    problems = save(post, {"variants": {str(one.id): {"text": "x" * 50_001}, str(two.id): {"text": "fits"}}})
    assert set(problems) == {f"variants.{one.id}"}
    assert values_of(post)["variants"] == {str(two.id): {"text": "fits"}}


def test_streams_that_cannot_be_kept_stay_as_they_were(app):
    post = make_post(make_stream())
    before = values_of(post)["streams"]
    problems = save(post, {"streams": [], "title": "New"})
    assert set(problems) == {"streams"}
    assert (values_of(post)["streams"], post.title) == (before, "New")


def test_nothing_changed_is_nothing_saved(app):
    post = make_post(make_stream())
    assert save(post, values_of(post)) == {}
    assert post.version == 1


def test_a_page_that_is_behind_is_told_even_when_it_changes_nothing(app):
    post = make_post(make_stream())
    save(post, {"title": "New"})
    with pytest.raises(Stale):
        autosave(post, {}, version=1, actor=make_actor(post.team), now=database_now())


def test_a_scheduled_post_whose_new_time_has_passed_keeps_the_old_one(app):
    post = make_scheduled(make_stream())
    due = post.due_at
    problems = save(
        post, {"title": "New", "publish_at": "2020-01-01T09:00", "timezone": "Europe/Oslo", "fold": None}
    )
    assert set(problems) == {"publish_at"}
    assert (post.title, post.due_at) == ("New", due)


def test_a_scheduled_post_whose_time_has_come_is_not_changed_behind_its_back(app):
    post = make_scheduled(make_stream(), due_in=-5)
    with pytest.raises(Refused) as refused:
        save(post, {"title": "Too late"})
    assert set(refused.value.errors) == {"publish_at"}


def test_rights_and_states_are_held_to(app):
    post = make_post(make_stream(needs_approval=True), state="approved")
    with pytest.raises(NotAllowed):
        save(post, {"title": "Other"}, make_actor(post.team, "author"))
    post.state, post.published_at = "withdrawn", database_now()
    with pytest.raises(Conflict):
        save(post, {"title": "Other"})


def test_one_page_makes_one_draft_however_often_it_asks(app):
    team = make_team()
    make_stream(team, "traffic")
    actor = make_actor(team)
    first = draft_once(KEY, {"streams": ["traffic"], "title": "One"}, actor=actor, now=database_now())
    again = draft_once(KEY, {"streams": ["traffic"], "title": "Two"}, actor=actor, now=database_now())
    assert (first.made, again.made, again.post.id) == (True, False, first.post.id)
    assert again.post.title == "One"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Post)) == 1


def test_the_same_key_of_another_person_makes_another_draft(app):
    team = make_team()
    make_stream(team, "traffic")
    made = [
        draft_once(KEY, {"streams": ["traffic"]}, actor=make_actor(team), now=database_now())
        for _ in range(2)
    ]
    assert made[0].post.uuid != made[1].post.uuid


def test_a_draft_is_begun_without_what_does_not_fit_but_never_without_streams(app):
    team = make_team()
    make_stream(team, "traffic")
    actor = make_actor(team)
    begun = draft_once(
        KEY, {"streams": ["traffic"], "link": "x", "title": "T"}, actor=actor, now=database_now()
    )
    assert (set(begun.problems), begun.post.title) == ({"link"}, "T")
    with pytest.raises(Refused) as refused:
        draft_once("f" * 16, {"streams": ["nowhere"], "link": "x"}, actor=actor, now=database_now())
    assert "streams" in refused.value.errors


@pytest.mark.parametrize("key", ["", "short", "x" * 101, "with blank in it", "None"])
def test_a_key_that_no_page_makes_is_refused(app, key):
    with pytest.raises(Refused):
        draft_once(key, {"streams": ["traffic"]}, actor=make_actor(), now=database_now())


def test_what_was_thrown_away_comes_back_with_all_it_said(app):
    stream = make_stream()
    account = make_account(stream.team)
    actor = make_actor(stream.team)
    post = make_post(stream, link="https://example.org", kind="useful")
    save(
        post,
        {
            "variants": {str(account.id): {"text": "Own"}},
            "accounts": [account.id],
            "publish_at": "2030-01-01T09:00",
            "timezone": "Europe/Oslo",
            "fold": None,
            "event": {"starts_at": "2030-01-02T09:00", "ends_at": "", "timezone": "UTC", "location": "Hall"},
        },
    )
    before, uuid = values_of(post), post.uuid
    assert removal_of(uuid, actor) is None
    discard(post, actor=actor)
    db.session.commit()
    assert restore(removal_of(uuid, actor), actor=actor, now=database_now()) == {}
    db.session.commit()
    back = db.session.scalars(sa.select(Post)).one()
    assert (back.uuid, back.state, values_of(back)) == (uuid, "draft", before)
    assert removal_of(uuid, actor) is None


def test_others_see_no_removal_and_a_post_comes_back_once(app):
    post = make_post(make_stream())
    actor, uuid = make_actor(post.team), post.uuid
    discard(post, actor=actor)
    db.session.commit()
    assert removal_of(uuid, make_actor()) is None
    removal = removal_of(uuid, actor)
    restore(removal, actor=actor, now=database_now())
    with pytest.raises(Conflict):
        restore(removal, actor=actor, now=database_now())

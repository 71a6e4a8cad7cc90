"""Writing a post: what is kept, what is refused with which sentence, who may change what."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from calendar_app.errors import Conflict, NotAllowed, Refused, Stale
from calendar_app.extensions import database_now, db
from calendar_app.people.models import Audit
from calendar_app.people.roles import actor_for
from calendar_app.posts.drafting import discard, draft, edit
from calendar_app.posts.models import Post
from calendar_app.posts.scheduling import unschedule
from calendar_app.posts.values import values_of
from tests.factories import (
    make_account,
    make_actor,
    make_person,
    make_post,
    make_scheduled,
    make_stream,
    make_team,
)


def write(post, actor, **changes):
    edit(post, changes, version=post.version, actor=actor, now=database_now())


def records(post):
    return db.session.scalars(sa.select(Audit).where(Audit.subject == post.uuid).order_by(Audit.id)).all()


def test_a_draft_keeps_all_that_was_given(app):
    team = make_team()
    home, other = make_stream(team, "traffic", language="nb"), make_stream(team, "culture")
    account = make_account(team)
    changes = {
        "title": "Bridge closed",
        "text": "On *Monday*.",
        "link": "https://example.org/bridge",
        "language": "sv",
        "kind": "useful",
        "streams": ["culture", "traffic"],
        "accounts": [account.id],
        "variants": {account.id: {"text": "Short."}},
        "translations": {"nb": {"title": "Broen er stengt", "text": "", "first_comment": "", "alts": {}}},
        "first_comment": "More soon.",
        "event": {
            "starts_at": "2030-12-01T18:00",
            "ends_at": "2030-12-01T20:00",
            "timezone": "Europe/Oslo",
            "location": "Town hall",
        },
        "publish_at": "2030-11-30T09:00",
        "timezone": "Europe/Oslo",
    }
    post = draft(changes, actor=make_actor(team, "author"), now=database_now())
    db.session.commit()
    assert post.home.id == other.id
    assert [stream.id for stream in post.streams] == [other.id, home.id]
    assert values_of(post) == {
        **{name: changes[name] for name in ("title", "text", "link", "language", "kind", "streams", "event")},
        **{name: changes[name] for name in ("translations", "first_comment")},
        "ticked": [],
        "accounts": [account.id],
        "variants": {str(account.id): {"text": "Short."}},
        "pictures": [],
        "publish_at": "2030-11-30T09:00",
        "timezone": "Europe/Oslo",
        "fold": None,
    }
    assert post.due_at.isoformat() == "2030-11-30T08:00:00+00:00"
    assert post.state == "draft"


def test_a_draft_takes_language_and_zone_from_its_home(app):
    team = make_team()
    make_stream(team, "north", language="nb", timezone="Europe/Oslo")
    post = draft({"streams": ["north"]}, actor=make_actor(team), now=database_now())
    assert (post.language, post.timezone) == ("nb", "Europe/Oslo")


def test_a_draft_needs_a_stream_of_the_own_team(app):
    team = make_team()
    make_stream(make_team(), "theirs")
    actor = make_actor(team)
    for streams in ([], ["theirs"], ["nowhere"], ["\x00"], ["\ud800"]):
        with pytest.raises(Refused) as refused:
            draft({"streams": streams, "title": "T"}, actor=actor, now=database_now())
        assert set(refused.value.errors) == {"streams"}
        db.session.rollback()


def test_a_viewer_drafts_nothing(app):
    team = make_team()
    make_stream(team, "traffic")
    with pytest.raises(NotAllowed):
        draft({"streams": ["traffic"]}, actor=make_actor(team, "viewer"), now=database_now())


@pytest.mark.parametrize(
    ("changes", "field", "part_of_sentence"),
    [
        ({"title": "x" * 201}, "title", "200 fit"),
        ({"text": "x" * 1_000_000}, "text", "50,000 fit"),
        ({"link": "javascript:alert(1)"}, "link", "https://"),
        ({"link": "//example.org"}, "link", "https://"),
        ({"link": "https://exa mple.org"}, "link", "https://"),
        ({"link": "https://example.org/" + "x" * 2000}, "link", "2,000"),
        ({"language": "Norwegian"}, "language", "en, nb or sv"),
        ({"kind": "rant"}, "kind", "useful"),
        ({"publish_at": "2027-03-28T02:30", "timezone": "Europe/Oslo"}, "publish_at", "does not exist"),
        ({"publish_at": "2027-10-31T02:30", "timezone": "Europe/Oslo"}, "publish_at", "occurs twice"),
        ({"publish_at": "soon", "timezone": "Europe/Oslo"}, "publish_at", "not a date and time"),
        ({"publish_at": "2027-02-30T09:00", "timezone": "Europe/Oslo"}, "publish_at", "does not exist"),
        ({"publish_at": "2027-02-20T", "timezone": "Europe/Oslo"}, "publish_at", "the time of day as well"),
        ({"publish_at": "T09:00", "timezone": "Europe/Oslo"}, "publish_at", "the day as well"),
        ({"publish_at": "2027-02-20T09:00", "timezone": "Oslo"}, "timezone", "Europe/Oslo"),
        ({"timezone": "Mars/Olympus"}, "timezone", "not a time zone we know"),
        ({"timezone": "x" * 300}, "timezone", "not a time zone we know"),
        ({"event": {"timezone": "Europe/Oslo"}}, "event.starts_at", "the day and the time"),
        ({"event": {"starts_at": "2027-02-20T09:00", "timezone": "Oslo"}}, "event.timezone", "Europe/Oslo"),
        ({"accounts": [999]}, "accounts", "no account 999"),
        ({"variants": {"999": {"text": "x"}}}, "variants", "no account 999"),
    ],
)
def test_what_cannot_be_kept_is_refused_at_its_field(app, changes, field, part_of_sentence):
    post = make_post(make_stream())
    with pytest.raises(Refused) as refused:
        write(post, make_actor(post.team), **changes)
    assert set(refused.value.errors) == {field}
    assert part_of_sentence in refused.value.errors[field]


def test_an_event_cannot_end_before_it_begins(app):
    post = make_post(make_stream())
    event = {"starts_at": "2027-02-20T09:00", "ends_at": "2027-02-20T08:00", "timezone": "Europe/Oslo"}
    with pytest.raises(Refused) as refused:
        write(post, make_actor(post.team), event=event)
    assert set(refused.value.errors) == {"event.ends_at"}


def test_all_that_is_wrong_is_told_at_once(app):
    post = make_post(make_stream())
    with pytest.raises(Refused) as refused:
        write(post, make_actor(post.team), title="x" * 201, link="ftp://example.org", language="?")
    assert set(refused.value.errors) == {"title", "link", "language"}


def test_a_variant_that_is_too_long_is_told_by_its_account(app):
    post = make_post(make_stream())
    account = make_account(post.team)
    with pytest.raises(Refused) as refused:
        write(post, make_actor(post.team), variants={str(account.id): {"text": "x" * 50_001}})
    assert set(refused.value.errors) == {f"variants.{account.id}"}


def test_control_characters_are_taken_out(app):
    post = make_post(make_stream())
    write(post, make_actor(post.team), title="A\x00B\x1b[2J\nC", text="one\x07\r\ntwo\u202e")
    assert (post.title, post.text) == ("AB[2J C", "one\ntwo")


def test_of_two_equal_times_the_chosen_one_is_kept(app):
    post = make_post(make_stream())
    actor = make_actor(post.team)
    plan = {"publish_at": "2027-10-31T02:30", "timezone": "Europe/Oslo"}
    write(post, actor, **plan, fold=0)
    assert (post.due_at.hour, values_of(post)["fold"]) == (0, 0)
    write(post, actor, **plan, fold=1)
    assert (post.due_at.hour, values_of(post)["fold"]) == (1, 1)


def test_an_edit_raises_the_version_and_a_stale_one_is_refused(app):
    post = make_post(make_stream())
    actor = make_actor(post.team)
    write(post, actor, title="New")
    assert post.version == 2
    with pytest.raises(Stale) as stale:
        edit(post, {"title": "Newer"}, version=1, actor=actor, now=database_now())
    assert stale.value.current == 2
    assert post.title == "New"


def test_places_of_its_own_can_be_chosen_and_given_back_to_the_streams(app):
    stream = make_stream()
    of_stream = make_account(stream.team, streams=[stream])
    own = make_account(stream.team)
    post, actor = make_post(stream), make_actor(stream.team)
    assert post.targets == [of_stream]
    write(post, actor, accounts=[own.id])
    assert post.targets == [own]
    write(post, actor, accounts=[])
    assert post.targets == []
    write(post, actor, accounts=None)
    assert post.targets == [of_stream]


def test_an_emptied_variant_is_gone_and_the_choice_of_places_stays(app):
    stream = make_stream()
    account = make_account(stream.team, streams=[stream])
    post, actor = make_post(stream), make_actor(stream.team)
    write(post, actor, variants={account.id: {"text": "Short"}})
    assert values_of(post)["variants"] == {str(account.id): {"text": "Short"}}
    write(post, actor, variants={account.id: {"text": None}})
    assert values_of(post)["variants"] == {}
    assert post.own_places is False


def test_what_was_agreed_on_is_changed_by_those_who_may_agree(app):
    stream = make_stream(needs_approval=True)
    post = make_post(stream, state="approved")
    with pytest.raises(NotAllowed):
        write(post, make_actor(stream.team, "author"), title="Other")
    write(post, make_actor(stream.team, "editor"), title="Other")
    assert post.title == "Other"


def test_an_author_cannot_slip_a_scheduled_post_into_a_stream_that_asks_for_approval(app):
    team = make_team()
    free, guarded = make_stream(team), make_stream(team, needs_approval=True)
    post = make_scheduled(free)
    with pytest.raises(NotAllowed):
        write(post, make_actor(team, "author"), streams=[free.handle, guarded.handle])
    db.session.rollback()
    assert [stream.id for stream in post.streams] == [free.id]


def test_a_post_that_went_out_keeps_its_time(app):
    stream = make_stream()
    post = make_post(stream, state="published", published_at=database_now(), publish_at="2026-01-01T09:00:00")
    with pytest.raises(Refused) as refused:
        write(post, make_actor(stream.team), publish_at="2030-01-01T09:00", timezone="Europe/Oslo")
    assert set(refused.value.errors) == {"publish_at"}
    write(post, make_actor(stream.team), title="Right", publish_at="2026-01-01T09:00", timezone="Europe/Oslo")
    assert (post.title, post.publish_at) == ("Right", "2026-01-01T09:00:00")


def test_a_withdrawn_post_is_not_changed_any_more(app):
    now = database_now()
    post = make_post(make_stream(), state="withdrawn", published_at=now, withdrawn_at=now)
    with pytest.raises(Conflict):
        write(post, make_actor(post.team), title="Other")


def test_readers_see_a_change_of_what_is_out_or_planned_and_of_nothing_else(app):
    stream = make_stream()
    actor = make_actor(stream.team)
    draft_post, planned = make_post(stream), make_scheduled(stream)
    feed, seen = stream.feed_version, planned.revision
    write(draft_post, actor, title="Other")
    assert stream.feed_version == feed
    write(planned, actor, title="Other")
    assert (stream.feed_version, planned.revision) == (feed + 1, seen + 1)


def test_a_stream_that_a_planned_post_has_left_is_told(app):
    team = make_team()
    first, second = make_stream(team), make_stream(team)
    post = make_scheduled(first)
    before = first.feed_version, second.feed_version
    write(post, make_actor(team), streams=[second.handle])
    assert (first.feed_version, second.feed_version) == (before[0] + 1, before[1] + 1)


def test_the_record_holds_what_differs(app):
    post = make_post(make_stream(), title="Old")
    write(post, make_actor(post.team), title="New")
    last = records(post)[-1]
    assert (last.action, last.before, last.after) == ("post edited", {"title": "Old"}, {"title": "New"})


def test_saves_while_typing_are_recorded_once_in_ten_minutes_per_person(app):
    post = make_post(make_stream())
    kari, jon = make_actor(post.team), make_actor(post.team)
    for number, actor in enumerate([kari, kari, kari, jon, jon, kari]):
        edit(
            post, {"title": f"T{number}"}, version=post.version, actor=actor, now=database_now(), typing=True
        )
    assert [row.person_id for row in records(post)] == [kari.person.id, jon.person.id, kari.person.id]


def test_a_draft_is_thrown_away_with_its_places_and_cancelled_deliveries(app):
    stream = make_stream()
    account = make_account(stream.team, streams=[stream])
    post, actor = make_scheduled(stream), make_actor(stream.team)
    write(post, actor, variants={account.id: {"text": "Own"}})
    unschedule(post, actor=actor, now=database_now())
    discard(post, actor=actor)
    db.session.commit()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Post)) == 0


def test_feeds_learn_that_a_post_that_was_called_off_is_gone(app):
    post = make_scheduled(make_stream())
    actor, stream = make_actor(post.team), post.home
    unschedule(post, actor=actor, now=database_now())
    feed = stream.feed_version
    discard(post, actor=actor)
    assert stream.feed_version == feed + 1


@pytest.mark.parametrize("state", ["scheduled", "published", "withdrawn"])
def test_what_is_planned_or_went_out_is_not_thrown_away(app, state):
    now = database_now()
    post = make_post(make_stream(), state=state, due_at=now, published_at=now)
    with pytest.raises(Conflict):
        discard(post, actor=make_actor(post.team))


def test_a_person_of_two_teams_cannot_mix_their_streams(app):
    ours, theirs = make_stream(), make_stream()
    person = make_person(ours.team)
    db.session.add(type(person.memberships[0])(team_id=theirs.team_id, person_id=person.id, role="owner"))
    db.session.commit()
    with pytest.raises(Refused) as refused:
        draft({"streams": [ours.handle, theirs.handle]}, actor=actor_for(person), now=database_now())
    assert "one team" in refused.value.errors["streams"]

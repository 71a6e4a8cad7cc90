"""Making and changing streams: every field with its sentence, and what readers see of a change."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from calendar_app.channels.connecting import disconnect
from calendar_app.errors import Conflict, NotAllowed, Refused
from calendar_app.extensions import database_now, db
from calendar_app.feeds.models import FeedPart
from calendar_app.people.models import Audit, Member
from calendar_app.people.roles import actor_for
from calendar_app.posts.models import Post
from calendar_app.posts.publishing import publish_now
from calendar_app.posts.scheduling import schedule
from calendar_app.streams.editing import archive, edit_stream, make_stream, revive, unused_colour
from calendar_app.streams.models import HUES, Stream
from tests.factories import (
    make_account,
    make_actor,
    make_person,
    make_post,
    make_scheduled,
    make_team,
)
from tests.factories import (
    make_stream as given_stream,
)


def new(actor, **changes):
    stream = make_stream({"handle": "roads", "name": "Roads", **changes}, actor=actor, now=database_now())
    db.session.commit()
    return stream


def edit(stream, actor=None, **changes):
    edit_stream(stream, changes, actor=actor or make_actor(stream.team), now=database_now())
    db.session.commit()


def refused(act, *args, **changes):
    with pytest.raises(Refused) as problem:
        act(*args, **changes)
    db.session.rollback()
    return problem.value.errors


def test_a_stream_needs_only_a_handle_and_a_name(app):
    team = make_team()
    person = make_person(team, "editor")
    person.timezone, person.locale = "Europe/Oslo", "nb"
    db.session.commit()

    stream = new(actor_for(person))

    assert (stream.team_id, stream.handle, stream.name) == (team.id, "roads", "Roads")
    assert (stream.timezone, stream.language) == ("Europe/Oslo", "nb")
    assert (stream.visibility, stream.public_schedule, stream.cadence) == ("public", "titles", [])
    assert (stream.grace_minutes, stream.needs_approval, stream.accounts) == (60, False, [])
    assert db.session.scalars(sa.select(Audit.action).where(Audit.subject == "roads")).all() == [
        "stream made"
    ]


def test_every_field_is_taken_over(app):
    team = make_team("Roads office")
    responsible = make_person(team, "author")
    account = make_account(team)
    wanted = {
        "team": "Roads office", "name": "Road works", "description": "Closed.\nAnd open.", "colour": "plum",
        "language": "nb", "timezone": "Europe/Oslo", "visibility": "unlisted", "public_schedule": "times",
        "guidelines": "Be brief.", "responsible": responsible.id, "needs_approval": True, "grace_minutes": 15,
        "default_accounts": [account.id],
    }  # fmt: skip

    stream = new(make_actor(team), **wanted)

    db.session.expire_all()
    assert stream.hue == "plum"
    assert stream.responsible_id == responsible.id
    assert stream.accounts == [account]
    kept = ("name", "description", "language", "timezone", "visibility", "public_schedule", "guidelines",
            "needs_approval", "grace_minutes")  # fmt: skip
    assert {name: getattr(stream, name) for name in kept} == {name: wanted[name] for name in kept}


def test_everything_wrong_is_told_at_once_one_sentence_per_field(app):
    stranger = make_person(make_team(), "owner")
    theirs = make_account(make_team())
    actor = make_actor()

    errors = refused(
        new, actor, handle="Roads!", name=" ", description="x" * 501, colour="mauve", language="norwegian!",
        timezone="Europe/Olso", visibility="secret", public_schedule="all", guidelines="x" * 4001,
        responsible=stranger.id, needs_approval="perhaps", cadence="whenever the moon is purple",
        grace_minutes=0, default_accounts=[theirs.id], colours="red",
    )  # fmt: skip

    assert set(errors) == {
        "handle", "name", "description", "colour", "language", "timezone", "visibility", "public_schedule",
        "guidelines", "responsible", "needs_approval", "cadence", "grace_minutes", "default_accounts", "colours",
    }  # fmt: skip
    assert all(sentence.endswith(".") for sentence in errors.values())
    assert errors["timezone"] == "“Europe/Olso” is not a time zone we know. Write one such as Europe/Oslo."
    assert errors["colour"].startswith("“mauve” is not possible here. Choose coral, amber")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Stream)) == 0


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "handle", ["a", "-ab", "ab-", "a--b", "Ab", "å-vei", "a b", "a_b", "a" * 41, "a.b", ""]
)
def test_a_handle_is_small_letters_digits_and_single_hyphens(app, handle):
    assert set(refused(new, make_actor(), handle=handle)) == {"handle"}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("handle", ["ab", "7a", "road-works-2", "a" * 40, "1-2-3"])
def test_good_handles_are_taken(app, handle):
    assert new(make_actor(), handle=handle).handle == handle


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("handle", ["new", "slots", "everything", "api", "sluice"])
def test_handles_that_our_own_addresses_use_are_kept_back(app, handle):
    assert refused(new, make_actor(), handle=handle)["handle"] == (
        f"The handle “{handle}” is kept for Sluice itself. Choose another."
    )


def test_a_handle_is_one_of_its_kind_on_the_whole_site_archived_or_not(app):
    other = given_stream(handle="roads")
    archive(other, actor=make_actor(other.team), now=database_now())
    db.session.commit()
    assert refused(new, make_actor())["handle"] == "The handle “roads” is taken. Choose another."


def test_two_who_take_one_handle_at_once_get_one_stream_and_one_sentence(app, monkeypatch):
    given_stream(handle="roads")
    # The look-up found nothing, because the other transaction had not ended by then.
    monkeypatch.setattr("calendar_app.streams.checking.new_handle", lambda value, found: value)
    assert refused(new, make_actor()) == {"handle": "The handle “roads” is taken. Choose another."}


def test_a_handle_never_changes(app):
    stream = given_stream(handle="roads")
    edit(stream, handle="roads", name="Roads and bridges")
    errors = refused(edit, stream, handle="bridges")
    assert errors["handle"].startswith("A handle is permanent")
    db.session.expire_all()
    assert (stream.handle, stream.name) == ("roads", "Roads and bridges")


def test_who_is_in_several_teams_says_which(app):
    north, south = make_team("North"), make_team("South")
    person = make_person(north, "owner")
    db.session.add(Member(team_id=south.id, person_id=person.id, role="editor"))
    db.session.commit()
    actor = actor_for(person)

    assert refused(new, actor)["team"] == "Say which team the stream belongs to: “North” or “South”."
    assert refused(new, actor, team="West")["team"] == "You are in no team “West”. Choose “North” or “South”."
    assert new(actor, team="South").team_id == south.id
    assert new(actor, team=north.id, handle="ice").team_id == north.id
    assert new(actor, team=str(north.id), handle="snow").team_id == north.id


def test_a_strangers_team_is_as_good_as_none(app):
    theirs = make_team("Theirs")
    errors = refused(new, make_actor(make_team("Ours")), team=theirs.id)
    assert errors == {"team": f"You are in no team “{theirs.id}”. Choose “Ours”."}


def test_a_stream_stays_with_its_team(app):
    ours, other = make_team("Ours"), make_team("Other")
    person = make_person(ours, "owner")
    db.session.add(Member(team_id=other.id, person_id=person.id, role="owner"))
    db.session.commit()
    stream = given_stream(ours)
    errors = refused(edit, stream, actor_for(person), team="Other")
    assert errors == {"team": "A stream stays with its team. Make a new stream in the other one."}
    edit(stream, actor_for(person), team="Ours")


@pytest.mark.parametrize("role", ["author", "viewer"])
def test_only_editors_and_owners_touch_streams(app, role):
    stream = given_stream()
    actor = make_actor(stream.team, role)
    now = database_now()
    for act in (
        lambda: make_stream({"handle": "ice", "name": "Ice"}, actor=actor, now=now),
        lambda: edit_stream(stream, {"name": "Mine"}, actor=actor, now=now),
        lambda: archive(stream, actor=actor, now=now),
        lambda: revive(stream, actor=actor, now=now),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert refused_by_team_of_none()


def refused_by_team_of_none():
    nobody = actor_for(make_person())
    with pytest.raises(NotAllowed):
        make_stream({"handle": "ice", "name": "Ice"}, actor=nobody, now=database_now())
    return True


def test_a_new_stream_is_offered_the_colour_that_fewest_have(app):
    team = make_team()
    for hue in HUES[:3]:
        given_stream(team, hue=hue)
    assert unused_colour() == HUES[3]
    for hue in HUES[3:]:
        given_stream(team, hue=hue)
    given_stream(team, hue=HUES[0])
    assert new(make_actor(team)).hue == HUES[1]


def test_a_cadence_is_kept_as_rules_and_can_be_taken_away(app):
    stream = new(make_actor(), cadence="Tuesdays at 10:00")
    assert stream.cadence != []
    edit(stream, cadence="")
    assert stream.cadence == []
    assert set(refused(edit, stream, cadence="whenever the moon is purple")) == {"cadence"}


def test_a_responsible_member_can_be_named_and_let_go(app):
    stream = given_stream()
    person = make_person(stream.team, "author")
    edit(stream, responsible=str(person.id))
    assert stream.responsible_id == person.id
    edit(stream, responsible=None)
    assert stream.responsible_id is None


def test_a_disconnected_account_is_no_place(app):
    stream = given_stream()
    account = make_account(stream.team)
    disconnect(account, actor=make_actor(stream.team), now=database_now())
    db.session.commit()
    assert refused(edit, stream, default_accounts=[account.id]) == {
        "default_accounts": f"Your team has no account {account.id}. Choose one of its accounts."
    }


def test_scheduled_posts_follow_their_streams_places(app):
    stream = given_stream()
    old, fresh = make_account(stream.team, streams=[stream]), make_account(stream.team)
    follows = make_scheduled(stream)
    chose_itself = make_scheduled(stream, own_places=True)

    edit(stream, default_accounts=[fresh.id])

    db.session.expire_all()
    assert {row.account_id: row.state for row in follows.deliveries} == {
        old.id: "cancelled",
        fresh.id: "pending",
    }
    assert chose_itself.deliveries == []


@pytest.mark.parametrize(
    ("change", "touched"),
    [
        ({"name": "New"}, True), ({"description": "New"}, True), ({"colour": "plum"}, True),
        ({"visibility": "unlisted"}, True), ({"public_schedule": "nothing"}, True), ({"language": "sv"}, True),
        ({"guidelines": "New"}, False), ({"grace_minutes": 5}, False), ({"needs_approval": True}, False),
    ],
)  # fmt: skip
def test_a_feed_answers_anew_only_when_readers_see_a_difference(app, change, touched):
    stream = given_stream(hue="tide")
    version, changed = stream.feed_version, stream.feed_changed_at
    edit(stream, **change)
    db.session.expire_all()
    assert stream.feed_version == version + (1 if touched else 0)
    assert (stream.feed_changed_at > changed) == touched


def test_saving_without_a_change_changes_nothing(app):
    stream = given_stream(name="Roads", hue="tide")
    before = (stream.feed_version, stream.updated_at)
    edit(stream, name="Roads", colour="tide", grace_minutes="60", default_accounts=[])
    db.session.expire_all()
    assert (stream.feed_version, stream.updated_at) == before
    assert db.session.scalar(sa.select(sa.func.count()).where(Audit.action == "stream changed")) == 0


@pytest.mark.parametrize(
    "change", [{"name": "New"}, {"colour": "plum"}, {"public_schedule": "times"}, {"visibility": "internal"}]
)
def test_planned_posts_are_shown_anew_in_all_feeds_they_stand_in(app, change):
    team = make_team()
    stream, other, third = given_stream(team, hue="tide"), given_stream(team), given_stream(team)
    post = make_scheduled(stream, other)
    before = (post.revision, post.changed_at, other.feed_version, third.feed_version)

    edit(stream, **change)

    db.session.expire_all()
    assert post.revision == before[0] + 1
    assert post.changed_at > before[1]
    assert (other.feed_version, third.feed_version) == (before[2] + 1, before[3])


def test_guidelines_leave_planned_posts_alone(app):
    stream = given_stream()
    post = make_scheduled(stream)
    revision = post.revision
    edit(stream, guidelines="Be brief.", description="All about roads")
    db.session.expire_all()
    assert post.revision == revision


def test_published_posts_are_rendered_anew_and_calendar_programs_can_tell(app):
    stream = given_stream()
    now = database_now()
    post = make_post(stream, state="published", published_at=now, revision=3, changed_at=now)
    db.session.add(FeedPart(post_id=post.id, format="team", revision=post.version, content=b"old"))
    db.session.commit()

    edit(stream, name="New")
    db.session.expire_all()
    assert post.revision == 4
    assert post.changed_at > now
    assert db.session.scalars(sa.select(FeedPart)).all() == []

    edit(stream, public_schedule="nothing")
    db.session.expire_all()
    assert post.revision == 4


def test_the_record_tells_before_and_after(app):
    stream = given_stream(name="Roads")
    account = make_account(stream.team)
    edit(stream, name="Streets", default_accounts=[account.id])
    row = db.session.scalars(sa.select(Audit).where(Audit.action == "stream changed")).one()
    assert row.before == {"name": "Roads", "accounts": []}
    assert row.after == {"name": "Streets", "accounts": [account.id]}


def test_an_archived_stream_takes_no_new_post_and_can_be_revived(app):
    stream = given_stream()
    actor = make_actor(stream.team)
    draft = make_post(stream, publish_at="2031-01-01T09:00:00")
    version = stream.feed_version

    archive(stream, actor=actor, now=database_now())
    archive(stream, actor=actor, now=database_now())
    db.session.commit()
    assert stream.archived_at is not None
    assert stream.feed_version == version + 1
    with pytest.raises(Conflict, match="has been archived"):
        schedule(draft, actor=actor, now=database_now())
    db.session.rollback()
    with pytest.raises(Conflict, match="has been archived"):
        publish_now(draft, actor=actor, now=database_now())
    db.session.rollback()

    revive(stream, actor=actor, now=database_now())
    revive(stream, actor=actor, now=database_now())
    db.session.commit()
    assert stream.archived_at is None
    assert db.session.scalars(sa.select(Audit.action).order_by(Audit.id)).all() == [
        "stream archived", "stream revived"
    ]  # fmt: skip


def test_scheduled_posts_keep_a_stream_from_being_archived(app):
    team = make_team()
    home, stream = given_stream(team), given_stream(team, name="Roads")
    make_scheduled(home, stream)
    with pytest.raises(Conflict, match="One scheduled post is still to go out in “Roads”"):
        archive(stream, actor=make_actor(team), now=database_now())
    db.session.rollback()
    make_scheduled(stream)
    with pytest.raises(Conflict, match="2 scheduled posts are still to go out"):
        archive(stream, actor=make_actor(team), now=database_now())
    db.session.rollback()
    db.session.execute(sa.update(Post).values(state="draft"))
    archive(stream, actor=make_actor(team), now=database_now())
    assert stream.archived_at is not None

"""A post put into the row of another stream: its home changes, and what that means is said."""

import pytest

from calendar_app.agreeing import rules
from calendar_app.extensions import database_now, db
from calendar_app.planner.moving import Where
from calendar_app.planner.rehoming import exchanged
from calendar_app.planner.stepping import Act, take
from calendar_app.posts.drafting import edit
from calendar_app.posts.reviewing import approve
from calendar_app.posts.scheduling import schedule
from tests.factories import make_account, make_actor, make_post, make_scheduled, make_stream, make_team
from tests.planner.plans import utc

TENTH = utc("2027-11-10T09:00")


def step(actor, *acts):
    return take(acts, actor=actor, now=database_now(), zone="Europe/Oslo")


def handles(post):
    return [stream.handle for stream in post.streams]


@pytest.fixture
def rows(app):
    team = make_team()
    return [make_stream(team, name=name) for name in ("Roads", "Music", "Pool")]


def test_the_stream_of_the_row_takes_the_place_of_the_one_it_came_from(rows):
    roads, music, pool = (stream.handle for stream in rows)
    post = make_post(rows[0], rows[1])
    assert exchanged(post, roads, pool) == [pool, music]
    assert exchanged(post, music, pool) == [roads, pool]
    assert exchanged(post, roads, music) == [music]
    assert exchanged(post, "", pool) == [pool, music]
    assert exchanged(post, roads, roads) == [roads, music]


def test_stream_and_day_change_together_and_both_come_back(rows):
    roads, music, _ = rows
    actor = make_actor(roads.team)
    post = make_post(roads, publish_at="2027-11-10T10:00:00", due_at=TENTH)
    act = Act("stream", post.uuid, 1, Where(day=utc("2027-11-12").date()), to=music.handle, of=roads.handle)
    done = step(actor, act).done[0]
    assert (handles(post), post.publish_at[:16]) == ([music.handle], "2027-11-12T10:00")
    assert (
        done.sentence
        == "“Bridge closed” is in “Music” now: its followers get it, those of “Roads” no longer do."
    )
    back = done.back
    undone = step(
        actor, Act(back.do, back.uuid, back.version, Where(at=utc(back.at[:19])), streams=back.streams)
    )
    assert (handles(post), post.due_at) == ([roads.handle], TENTH)
    assert undone.done[0].back.streams == (music.handle,)


def test_a_post_without_a_time_changes_its_stream_and_keeps_none(rows):
    roads, music, _ = rows
    post = make_post(roads)
    step(make_actor(roads.team), Act("stream", post.uuid, 1, to=music.handle, of=roads.handle))
    assert (handles(post), post.due_at) == ([music.handle], None)


def test_a_scheduled_post_goes_to_the_places_of_its_new_stream(rows):
    roads, music, _ = rows
    make_account(roads.team, name="Old", streams=[roads])
    make_account(roads.team, name="New", streams=[music])
    post = make_scheduled(roads)
    step(make_actor(roads.team), Act("stream", post.uuid, post.version, to=music.handle, of=roads.handle))
    db.session.expire_all()
    assert {row.account.name: row.state for row in post.deliveries} == {"Old": "cancelled", "New": "pending"}
    assert post.state == "scheduled"


def test_in_a_stream_that_asks_what_was_agreed_on_elsewhere_counts_no_more_and_that_is_said(rows):
    roads, music, _ = rows
    music.needs_approval = True
    post, actor = make_post(roads, publish_at="2027-11-10T10:00:00", due_at=TENTH), make_actor(roads.team)
    approve(post, actor=actor, now=database_now())
    done = step(actor, Act("stream", post.uuid, post.version, to=music.handle, of=roads.handle)).done[0]
    assert post.state == "in_review"
    assert done.sentence.endswith("What was agreed on counts there no more: it waits for approval.")


def there_and_back(actor, post, roads, music, *, meanwhile=lambda: None):
    done = step(actor, Act("stream", post.uuid, post.version, to=music.handle, of=roads.handle)).done[0]
    assert post.state == "in_review"
    meanwhile()
    return step(actor, Act("stream", post.uuid, post.version, streams=done.back.streams))


@pytest.mark.parametrize("asks", [False, True])
def test_taken_back_from_a_stream_that_asks_a_scheduled_post_is_scheduled_again(rows, asks):
    roads, music, _ = rows
    music.needs_approval = True
    make_account(roads.team, name="Old", streams=[roads])
    post, actor = make_scheduled(roads), make_actor(roads.team)
    if asks:
        post.state, roads.needs_approval = "draft", True
        approve(post, actor=actor, now=database_now())
        schedule(post, actor=actor, now=database_now())
    undone = there_and_back(actor, post, roads, music)
    db.session.expire_all()
    assert (post.state, handles(post)) == ("scheduled", [roads.handle])
    assert {row.account.name: row.state for row in post.deliveries} == {"Old": "pending"}
    assert undone.done[0].sentence.endswith("It is scheduled again.")
    assert [row.ended_at for row in post.reviews] == [None] * asks
    # And there once more it waits again.
    there_and_back(actor, post, roads, music)
    assert post.state == "scheduled"


def test_taken_back_what_was_agreed_on_in_part_or_wholly_counts_again(rows):
    roads, music, _ = rows
    roads.needs_approval = music.needs_approval = True
    roads.approval_steps = ["editor", "owner"]
    post, actor = make_post(roads), make_actor(roads.team)
    approve(post, actor=make_actor(roads.team, "editor"), now=database_now())
    there_and_back(actor, post, roads, music)
    assert (post.state, len(rules.standing_approvals(post))) == ("in_review", 1)
    approve(post, actor=actor, now=database_now())
    there_and_back(actor, post, roads, music)
    assert (post.state, post.approver_id) == ("approved", actor.person.id)


def test_an_agreement_does_not_come_back_over_other_words(rows):
    roads, music, _ = rows
    roads.needs_approval = music.needs_approval = True
    post, actor = make_post(roads), make_actor(roads.team)
    approve(post, actor=actor, now=database_now())

    def rewrite():
        edit(post, {"text": "Else"}, version=post.version, actor=actor, now=database_now(), typing=True)

    there_and_back(actor, post, roads, music, meanwhile=rewrite)
    assert (post.state, handles(post)) == ("in_review", [roads.handle])
    approve(post, actor=actor, now=database_now())
    both = {"text": "Other words", "streams": [music.handle]}
    edit(post, both, version=post.version, actor=actor, now=database_now())
    step(actor, Act("stream", post.uuid, post.version, streams=(roads.handle,)))
    assert (post.state, handles(post)) == ("in_review", [roads.handle])


def test_what_has_gone_out_another_teams_stream_a_viewer_and_a_stale_page_are_refused_by_name(rows):
    roads, music, pool = rows
    out = make_post(roads, publish_at="2027-11-10T10:00:00", due_at=TENTH)
    out.state, out.published_at = "published", TENTH
    post, pool.archived_at = make_post(roads), TENTH
    db.session.commit()
    actor, foreign = make_actor(roads.team), make_stream()

    def told(to, *, by=actor, version=1, which=post):
        stayed = step(by, Act("stream", which.uuid, version, to=to, of=roads.handle)).stayed[0]
        return stayed.status, stayed.sentence

    assert told(foreign.handle) == (
        422, f"Your team has no stream “{foreign.handle}”. Choose one of its streams.",
    )  # fmt: skip
    assert told(pool.handle)[0] == 422
    assert told(music.handle, by=make_actor(roads.team, "viewer"))[0] == 403
    assert told(music.handle, version=9)[0] == 409
    assert told(music.handle, which=out) == (409, "“Bridge closed” has been published and keeps its day.")
    assert handles(post) == [roads.handle]


def test_a_copy_may_be_left_in_another_row(rows):
    roads, music, _ = rows
    post = make_post(roads, publish_at="2027-11-10T10:00:00", due_at=TENTH)
    made = step(make_actor(roads.team), Act("copy", post.uuid, 1, Where(days=1), music.handle, roads.handle))
    copy = db.session.query(type(post)).filter_by(uuid=made.done[0].uuid).one()
    assert (handles(copy), handles(post)) == ([music.handle], [roads.handle])

"""Posts without a time: beside every view, with its filters, into the plan and out of it again."""

import re
from datetime import timedelta

import pytest

from calendar_app.agreeing.models import Review
from calendar_app.extensions import database_now, db
from calendar_app.people.roles import actor_for
from calendar_app.planner.asking import VIEWS
from calendar_app.planner.loading import lanes
from calendar_app.planner.moving import Where
from calendar_app.planner.stepping import Act, take
from calendar_app.planner.tray import MOST_AT_ONCE, tray
from calendar_app.posts.reviewing import approve, want_changes
from calendar_app.posts.scheduling import schedule
from tests.factories import (
    make_account,
    make_actor,
    make_person,
    make_post,
    make_scheduled,
    make_stream,
    make_team,
    plan_for,
)
from tests.planner.plans import utc

ZONE = "Europe/Oslo"
TENTH = utc("2127-11-10T09:00")


def oslo(team, role="owner"):
    person = make_person(team, role)
    person.timezone = ZONE
    db.session.commit()
    return person


def step(actor, *acts):
    return take(acts, actor=actor, now=database_now(), zone=ZONE)


def back(actor, outcome):
    """The acts that undo, as the page sends them again."""
    acts = [one.back for one in outcome.done if one.back]
    return step(
        actor,
        *(
            Act(
                one.do,
                one.uuid,
                one.version,
                Where(at=utc(one.at[:19])) if one.at else Where(),
                streams=one.streams,
            )
            for one in acts
        ),
    )


def titles(actor, **filters):
    return [one.title for one in tray(actor, lanes(actor), **filters).posts]


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_shows_posts_without_a_time_in_one_line_that_is_closed(signed_in, view):
    team = make_team()
    make_post(make_stream(team), title="Whenever")
    make_post(make_stream(), title="Somebody else's")
    page = signed_in(oslo(team)).get(f"/calendar?view={view}&date=2126-12-01").text
    box = page.split('id="tray"')[1].split("</section>")[0]
    assert "1 post without a time" in box and "Whenever" in box and "Somebody else" not in page
    assert re.search(r"<details class=\"tray-box\"[^>]*data-tray>", box)


def test_the_tray_is_as_open_as_it_was_left_and_not_there_without_such_posts(signed_in):
    team = make_team()
    post = make_post(make_stream(team))
    browser = signed_in(oslo(team))
    browser.set_cookie("tray", "open", path="/calendar")
    assert "data-tray open>" in browser.get("/calendar").text
    db.session.delete(post)
    db.session.commit()
    assert '<details class="tray-box"' not in browser.get("/calendar").text


def test_the_filters_of_the_calendar_are_those_of_the_tray(app):
    team = make_team()
    roads, music = make_stream(team), make_stream(team)
    kari, ola = make_person(team), make_person(team, name="Ola")
    make_post(roads, title="Bridge", author_id=kari.id)
    make_post(music, roads, title="Concert", author_id=ola.id, state="in_review")
    wished = make_post(music, title="Choir", state="draft")
    wished.reviews.append(Review(outcome="changes", step=0, version=1, text="Shorter.", at=database_now()))
    db.session.commit()
    actor = actor_for(kari)
    assert titles(actor) == ["Choir", "Concert", "Bridge"]
    assert titles(actor, stream_ids=[roads.id]) == ["Concert", "Bridge"]
    assert titles(actor, stream_ids=[]) == []
    assert titles(actor, states=("draft",)) == ["Bridge"]
    assert titles(actor, states=("changes",)) == ["Choir"]
    assert titles(actor, states=("in_review", "changes")) == ["Choir", "Concert"]
    assert titles(actor, states=("published",)) == []
    assert titles(actor, person_id=ola.id) == ["Concert"]
    assert titles(actor, holding="CHOI") == ["Choir"]
    assert [one.state for one in tray(actor, lanes(actor)).posts] == ["changes", "in_review", "draft"]


def test_twenty_come_at_once_and_the_rest_when_asked_for(signed_in):
    team = make_team()
    stream = make_stream(team)
    for number in range(MOST_AT_ONCE + 3):
        make_post(stream, title=f"No {number:02}")
    browser = signed_in(oslo(team))
    first = browser.get("/calendar?date=2126-12-01").text
    assert "23 posts without a time" in first and "No 03" in first and "No 02" not in first
    assert 'data-tray-more="20"' in first and "3 more" in first
    rest = browser.get("/calendar/tray?view=month&date=2126-12-01&skip=20").text
    assert re.findall(r"No \d\d", rest) == ["No 02", "No 01", "No 00"] and "data-tray-more" not in rest
    without_scripts = browser.get(re.search(r'href="([^"]*skip=20)"', first)[1].replace("&amp;", "&")).text
    assert "No 00" in without_scripts and "No 03" not in without_scripts


def test_from_the_tray_to_a_day_and_to_a_time_and_back_again(app):
    stream = make_stream()
    actor, post = make_actor(stream.team), make_post(stream)
    outcome = step(actor, Act("move", post.uuid, 1, Where(at=TENTH)))
    assert (post.publish_at, post.due_at) == ("2127-11-10T10:00:00", TENTH)
    assert outcome.done[0].sentence == "Moved “Bridge closed” to Mon 10 Nov, 10:00"
    assert back(actor, outcome).done[0].sentence == "“Bridge closed” has no time any more"
    assert (post.publish_at, post.due_at) == (None, None)


def test_the_time_of_what_is_not_scheduled_is_taken_away_and_comes_back(app):
    for state in ("draft", "in_review", "approved"):
        post = make_post(make_stream(), state=state, publish_at="2127-11-10T10:00:00", due_at=TENTH)
        actor = make_actor(post.team)
        outcome = step(actor, Act("open", post.uuid, 1))
        assert (post.state, post.due_at, post.publish_at) == (state, None, None)
        back(actor, outcome)
        assert (post.state, post.due_at) == (state, TENTH)


def test_a_scheduled_post_without_a_time_is_a_draft_and_nothing_of_it_goes_out_and_undo_schedules_it_again(
    app,
):
    stream = make_stream()
    make_account(stream.team, streams=[stream])
    actor = make_actor(stream.team)
    post = make_scheduled(stream, actor=actor)
    due = post.due_at
    outcome = step(actor, Act("open", post.uuid, post.version))
    assert (post.state, post.due_at) == ("draft", None)
    assert [row.state for row in post.deliveries] == ["cancelled"]
    assert (
        outcome.done[0].sentence
        == "“Bridge closed” has no time any more and goes out no more by itself. Now: draft"
    )
    again = back(actor, outcome)
    assert (post.state, post.due_at.replace(microsecond=0)) == ("scheduled", due.replace(microsecond=0))
    assert [row.state for row in post.deliveries] == ["pending"]
    assert again.stayed == []


def test_what_all_had_agreed_on_stays_agreed_when_it_loses_its_time(app):
    stream = make_stream(needs_approval=True)
    actor = make_actor(stream.team)
    post, due = make_post(stream), database_now().replace(microsecond=0) + timedelta(days=30)
    plan_for(post, due)
    approve(post, actor=actor, now=database_now())
    schedule(post, actor=actor, now=database_now())
    outcome = step(actor, Act("open", post.uuid, post.version))
    assert post.state == "approved"
    assert "Now: approved" in outcome.done[0].sentence
    back(actor, outcome)
    assert (post.state, post.due_at) == ("scheduled", due)


def test_what_may_not_lose_its_time_is_told_why(app):
    team = make_team()
    stream = make_stream(team)
    out = make_post(stream, title="Out", publish_at="2027-11-10T10:00:00", due_at=TENTH)
    out.state, out.published_at = "published", TENTH
    timeless = make_post(stream, title="Timeless")
    scheduled = make_scheduled(stream, title="Promised")
    db.session.commit()
    owner, author, viewer = (make_actor(team, role) for role in ("owner", "author", "viewer"))
    told = step(
        owner, Act("open", out.uuid, 1), Act("open", timeless.uuid, 1), Act("open", scheduled.uuid, 99)
    )
    assert {(one.title, one.status) for one in told.stayed} == {
        ("Out", 409),
        ("Timeless", 409),
        ("Promised", 409),
    }
    assert "“Timeless” has no time already." in {one.sentence for one in told.stayed}
    assert step(viewer, Act("open", scheduled.uuid, scheduled.version)).stayed[0].status == 403
    may = author.may("schedule posts", team.id)
    assert bool(step(author, Act("open", scheduled.uuid, scheduled.version)).done) is may


def test_a_copy_of_a_post_without_a_time_has_none_unless_it_is_put_down_somewhere(app):
    stream = make_stream()
    actor, post = make_actor(stream.team), make_post(stream)
    first = step(actor, Act("copy", post.uuid, 1, Where(days=7))).done[0]
    assert first.sentence == "Duplicated “Bridge closed”, as a draft without a time"
    step(actor, Act("copy", post.uuid, 1, Where(at=TENTH)))
    assert len(titles(actor)) == 2


def test_many_lose_their_time_without_scripts_and_one_in_the_panel(signed_in):
    team = make_team()
    stream = make_stream(team)
    posts = [
        make_post(
            stream, title=f"No {n}", publish_at="2127-11-10T10:00:00", due_at=TENTH + timedelta(hours=n)
        )
        for n in range(2)
    ]
    browser = signed_in(oslo(team))
    here = f"/calendar?date=2127-11-10&post={posts[0].uuid}"
    assert "Take its time away" in browser.get(here).text
    back_to = "/calendar?view=list&date=2127-11-10"
    sent = {"act": "open", "post": [post.uuid for post in posts], "here": back_to}
    answer = browser.send("/calendar/many", sent, page=here)
    assert answer.status_code == 303
    page = browser.get(back_to).text
    assert "2 posts have no time any more." in page and "2 posts without a time" in page


def test_changes_that_somebody_wants_are_a_state_of_their_own_in_the_filter(signed_in):
    team = make_team()
    stream = make_stream(team)
    owner = make_actor(team)
    wished, plain = (
        make_post(stream, title=title, state="in_review", publish_at="2127-11-10T10:00:00", due_at=TENTH)
        for title in ("Wished", "Plain")
    )
    want_changes(wished, "Say where.", actor=owner, now=database_now())
    plain.state = "draft"
    db.session.commit()
    browser = signed_in(oslo(team))
    for states, shown, hidden in (("changes", "Wished", "Plain"), ("draft", "Plain", "Wished")):
        page = browser.get(f"/calendar?view=list&date=2127-11-10&states={states}").text
        assert f">{shown}</span>" in page and f">{hidden}</span>" not in page
    page = browser.get("/calendar?view=month&date=2127-11-10&states=changes").text
    assert 'data-state="changes"' in page and "Changes wanted" in page
    assert 'value="changes" checked' in page and 'data-href="/calendar?view=month&amp;states=changes"' in page

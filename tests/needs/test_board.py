"""The board: what needs a person, no more and no less, with the way to settle it."""

from __future__ import annotations

import pytest

from calendar_app.extensions import database_now, db
from calendar_app.needs import listing
from calendar_app.people.roles import actor_for
from tests.channels.conftest import receiver  # noqa: F401
from tests.channels.steps import connected, delivery_of, due_post, send_due
from tests.factories import make_account, make_person, make_post, make_stream, make_team, plan_for
from tests.receiver import answer


def stuck(stream, account, state, *, title="Bridge closed", reason="The receiver refused the post (422)."):
    """A delivery that was left in this state."""
    post = due_post(stream, title=title)
    send_due()
    row = delivery_of(post, account)
    row.state, row.reason = state, reason
    db.session.commit()
    return row


def missed_post(stream, title="Too late"):
    post = make_post(stream, title=title)
    plan_for(post, database_now())
    post.state = "missed"
    db.session.commit()
    return post


@pytest.fixture
def world(app):
    team = make_team()
    roads, culture = make_stream(team, "roads", name="Roads"), make_stream(team, "culture", name="Culture")
    screen = make_account(team, name="Town screen", streams=[roads])
    return team, roads, culture, screen


def counts(actor, **options):
    found = listing.board(actor, **options)
    return [len(part) for part in (found.unknown, found.failed, found.missed, found.accounts)] + [found.count]


def test_everything_that_needs_somebody_is_there_and_nothing_else(world):
    team, roads, culture, screen = world
    actor = actor_for(make_person(team))
    for state in ("delivered", "retry", "cancelled", "failed", "unknown", "missed"):
        stuck(roads, screen, state)
    missed_post(culture)
    screen.state, screen.state_reason = (
        "broken",
        "The receiver answered 410 Gone: it does not want to be called again.",
    )
    db.session.commit()
    assert counts(actor) == [1, 2, 1, 1, 5]
    assert counts(actor, stream=roads) == [1, 2, 0, 1, 4]
    assert counts(actor, stream=culture) == [0, 0, 1, 0, 1]
    assert listing.count(actor_for(make_person(make_team()))) == 0


def test_what_nobody_can_do_anything_about_is_left_out(world):
    team, roads, _culture, screen = world
    actor = actor_for(make_person(team))
    withdrawn, may_be_out = stuck(roads, screen, "failed"), stuck(roads, screen, "unknown")
    for row in (withdrawn, may_be_out):
        row.post.state, row.post.withdrawn_at = "withdrawn", database_now()
    stuck(roads, screen, "failed")
    screen.deleted_at, screen.state = database_now(), "broken"
    db.session.commit()
    assert listing.board(actor).unknown == [may_be_out]
    assert counts(actor) == [1, 0, 0, 0, 1]


def test_the_page_says_that_all_is_well(world, signed_in):
    team, roads, *_ = world
    browser = signed_in(make_person(team))
    page = browser.get("/needs").text
    assert "All is well" in page and 'class="count' not in page
    assert "Nothing in “Roads” waits for you." in browser.get("/needs?stream=roads").text


def test_what_waits_for_ones_approval_or_to_be_scheduled_stands_there_too(world, signed_in):
    team, roads, culture, _screen = world
    kari, ola = make_person(team, "author", name="Kari"), make_person(team, "editor", name="Ola")
    make_post(culture, title="Asked", author_id=kari.id, state="in_review")
    make_post(culture, title="Agreed", author_id=kari.id, state="approved")
    db.session.commit()
    page = signed_in(ola).get("/needs").text
    assert "Waiting for your approval" in page and "Asked" in page
    assert "All is well" not in page and "Agreed" not in page
    browser = signed_in(kari)
    page = browser.get("/needs").text
    assert "They go out only when somebody schedules them." in page and "Agreed" in page
    assert "All is well" not in page and "Asked" not in page
    assert "Nothing in “Roads” waits for you." in browser.get("/needs?stream=roads").text
    assert "Agreed" in browser.get("/needs?stream=culture").text


def test_one_looks_says_it_is_there_and_the_board_is_empty(world, signed_in):
    team, roads, _culture, screen = world
    row = stuck(
        roads, screen, "unknown", reason="No whole answer of screen.example came in the time allowed."
    )
    browser = signed_in(make_person(team, "editor"))
    page = browser.get("/needs").text
    assert (
        "May have gone out: please look. No whole answer of screen.example came in the time allowed." in page
    )
    assert '<span class="count num">1</span>' in page
    assert "It is there" in page and "Send again" in page
    answered = browser.send(
        f"/deliveries/{row.id}/resolution", {"outcome": "sent", "back": "needs/roads"}, page="/needs"
    )
    assert (answered.status_code, answered.location) == (303, "/needs?stream=roads")
    assert row.state == "delivered"
    assert "All is well" in browser.get("/needs").text


@pytest.mark.parametrize("back", ["https://evil.example", "needs/../x", "//evil.example", ""])
def test_the_way_back_leads_nowhere_else(world, signed_in, back):
    team, roads, _culture, screen = world
    row = stuck(roads, screen, "failed")
    answered = signed_in(make_person(team)).send(
        f"/deliveries/{row.id}/resolution", {"outcome": "sent", "back": back}, page="/needs"
    )
    assert answered.location == f"/posts/{row.post.uuid}/edit"


def test_send_again_from_the_board(app, signed_in, receiver):  # noqa: F811
    stream, account = connected(receiver)
    receiver.plan(answer(422))
    post = due_post(stream)
    send_due()
    row = delivery_of(post)
    browser = signed_in(make_person(stream.team))
    assert "Failed because: The receiver refused the post (422)." in browser.get("/needs").text
    browser.send(
        f"/deliveries/{row.id}/resolution", {"outcome": "send again", "back": "needs"}, page="/needs"
    )
    send_due()
    assert row.state == "delivered"
    assert "All is well" in browser.get("/needs").text


def test_who_may_not_decide_sees_the_board_without_buttons(world, signed_in):
    team, roads, _culture, screen = world
    stuck(roads, screen, "failed")
    page = signed_in(make_person(team, "viewer")).get("/needs").text
    assert "Bridge closed" in page and "It is there" not in page and "Send again" not in page


def test_missed_posts_and_accounts_lead_to_where_they_are_mended(world, signed_in):
    team, roads, _culture, screen = world
    post = missed_post(roads)
    screen.state, screen.state_reason = "paused", "Paused by Kari Nordmann."
    db.session.commit()
    page = signed_in(make_person(team)).get("/needs").text
    assert f"/posts/{post.uuid}/edit" in page and f"/accounts/{screen.id}" in page
    assert "Paused by Kari Nordmann." in page


def test_another_teams_stream_is_no_filter(world, signed_in):
    make_stream(make_team(), "secret")
    assert signed_in(make_person(world[0])).get("/needs?stream=secret").status_code == 404

"""A town hall whose pages have everything on them: streams with promises and gaps, posts in every state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from calendar_app.channels.models import Delivery
from calendar_app.extensions import database_now, db
from calendar_app.people.models import Person, Site, Team
from calendar_app.people.passwords import hash_new
from calendar_app.posts.models import Post
from calendar_app.streams.models import Stream
from calendar_app.times import parse_wall, to_utc, to_wall
from tests.factories import (
    make_account,
    make_person,
    make_post,
    make_scheduled,
    make_stream,
    make_team,
    plan_for,
)
from tests.media.pictures import attach, make_medium

ZONE = "Europe/Oslo"
PASSWORD = "seven herons over the fjord"
WEEKDAYS = ["FREQ=WEEKLY;BYDAY=MO,WE,FR;BYHOUR=9;BYMINUTE=0"]


@dataclass
class TownHall:
    """`posts` by the state that pages show for them."""

    team: Team
    kari: Person
    roads: Stream
    culture: Stream
    posts: dict[str, Post]


def make_town_hall(**of_roads):
    """A team, its owner Kari with a password, and two streams."""
    site = db.session.get(Site, 1)
    site.name = "Fjordvik"
    team = make_team("Communications")
    kari = make_person(team, "owner", email="kari@fjordvik.example", name="Kari Nordmann")
    kari.timezone = ZONE
    roads = make_stream(team, "roads", **{"name": "Road works", "hue": "amber", **of_roads})
    culture = make_stream(team, "culture", name="Culture", hue="plum", description="Concerts and films.")
    return TownHall(team, kari, roads, culture, {})


def with_password(person):
    person.password_hash = hash_new(PASSWORD)
    db.session.commit()
    return person


def plan(post, wall):
    """Put the post at this time of the clock in its own zone."""
    plan_for(post, to_utc(parse_wall(wall), post.timezone, fold=0))
    db.session.commit()
    return post


def day_of(post):
    """The day on which the calendar shows the post; its month may be the next one."""
    return to_wall(post.due_at, ZONE).date().isoformat()


def busy_town_hall():
    """With posts in every state around today, an account, a colleague, and promises that nobody fills."""
    found = make_town_hall(
        cadence=WEEKDAYS, description="Where the roads are closed, and for how long.",
        guidelines="Name the *road* first.\n\nSay until when.", needs_approval=False,
    )  # fmt: skip
    with_password(found.kari)
    make_person(found.team, "author", email="ola@fjordvik.example", name="Ola Hansen")
    screen = make_account(found.team, name="Town hall screen", streams=[found.roads])
    now = database_now()
    for number, state in enumerate(("draft", "in_review", "approved", "missed")):
        post = make_post(found.roads, title=f"Storgata is closed, part {number + 1}", author_id=found.kari.id)
        plan_for(post, now + timedelta(days=number - 3 if state == "missed" else number, hours=1))
        post.state = state
        found.posts[state] = post
    found.posts["scheduled"] = make_scheduled(
        found.roads, found.culture, due_in=90_000, title="Bridge open again", author_id=found.kari.id
    )
    for number, outcome in enumerate(("delivered", "failed", "unknown")):
        found.posts[outcome] = _went_out(found, screen, outcome, now - timedelta(hours=number + 1))
    found.posts["withdrawn"] = _went_out(found, screen, "delivered", now - timedelta(days=2))
    bridge = make_medium(
        found.team, alt="The bridge, closed by a red barrier", width=300, height=200, rights="licensed",
        licensed_until="2031-12-31", credit="Kari Foto",
    )  # fmt: skip
    for state in ("draft", "in_review", "scheduled", "delivered"):
        attach(found.posts[state], bridge)
    attach(found.posts["draft"], bridge, make_medium(found.team, width=90, height=160, colour=(190, 60, 40)))
    found.posts["withdrawn"].state, found.posts["withdrawn"].withdrawn_at = "withdrawn", now
    db.session.commit()
    return found


def _went_out(found, account, outcome, at):
    post = make_post(
        found.roads, title=f"Tunnel work: {outcome}", text="Between **nine** and four.\n\n* by bus\n* on foot"
    )
    plan_for(post, at)
    post.state, post.published_at, post.changed_at, post.revision = "published", at, at, 1
    reason = None if outcome == "delivered" else "The screen did not answer within ten seconds."
    db.session.add(
        Delivery(
            post=post, account=account, state=outcome, due_at=at, next_at=at, attempts=3, reason=reason,
            sent_at=at + timedelta(milliseconds=40) if outcome == "delivered" else None, finished_at=at,
        )
    )  # fmt: skip
    return post

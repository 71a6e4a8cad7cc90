"""Where a post stands: its state, the steps that fit, each delivery, and its record."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from calendar_app.agreeing.showing import agreement
from calendar_app.channels.models import WAITING, Delivery
from calendar_app.channels.outcomes import on_the_way, outcome, why_late
from calendar_app.channels.registry import ADAPTERS
from calendar_app.channels.resolving import can_send_again
from calendar_app.extensions import db
from calendar_app.languages import say
from calendar_app.people.models import Audit, Person
from calendar_app.planner.loading import shown_state
from calendar_app.posts import audience, saying
from calendar_app.posts.imagining import NOT_YET
from calendar_app.posts.steps import first_step, further_steps, steps, waits_for_approval
from calendar_app.posts.values import values_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from calendar_app.people.roles import Actor
    from calendar_app.posts.models import Post

LATEST_RECORDS = 50
# A page looks again this often: while something is on its way, and while it waits for a far time.
OFTEN, SELDOM = timedelta(seconds=1), timedelta(seconds=60)


class Line(NamedTuple):
    """One line of a post's record: who is None for Sluice itself."""

    at: datetime
    who: str | None
    action: str


def standing(post: Post, actor: Actor, *, now: datetime) -> dict[str, Any]:
    """Where the post stands: its state, what can be done, each delivery, and its record."""
    rows = _deliveries(post)
    offered = steps(post, actor)
    zone = post.timezone or post.home.timezone
    return {
        "now": now,
        "post": post,
        "zone": zone,
        "state": shown(post),
        "steps": offered,
        "first": first_step(offered),
        "more_steps": further_steps(offered),
        "waits_for_approval": waits_for_approval(post),
        "agreeing": agreement(post, post),
        "deliveries": rows,
        "channels": ADAPTERS,
        "may_resolve": actor.may("resolve deliveries", post.team_id),
        "can_send_again": can_send_again,
        "outcome": lambda row: outcome(row, lambda at: saying.clock(at, zone, now=now), now=now),
        "on_the_way": on_the_way,
        "why_late": why_late,
        "places": len(post.targets),
        "has_readers": audience.seen_by_readers(post.streams),
        "look_again_ms": _look_again(post, rows, now),
        "record": _record(post),
        "saying": saying,
        # Whether posts have a page for readers is asked once, not for each post.
        "not_yet": NOT_YET,
    }


def shown(post: Post) -> str:
    """The post's state as people see it: of a published one, what became of its deliveries."""
    return shown_state(post.state, [row.state for row in post.deliveries if row.action == "publish"])


def as_it_stands(post: Post) -> dict[str, Any]:
    """For somebody whose text is older than the post: what stands now, and whose it is."""
    by = db.session.scalars(
        sa.select(Person.name)
        .join(Audit, Audit.person_id == Person.id)
        .where(Audit.subject == post.uuid)
        .order_by(Audit.id.desc())
        .limit(1)
    ).first()
    return {
        "version": post.version,
        "state": post.state,
        "theirs": values_of(post),
        "by": by,
        "error": say("Somebody saved this post after you opened it. Both texts are kept: choose."),
    }


def _deliveries(post: Post) -> list[Delivery]:
    return sorted(
        post.deliveries, key=lambda row: (row.action != "publish", row.account.name.lower(), row.id)
    )


def _look_again(post: Post, rows: Sequence[Delivery], now: datetime) -> int | None:
    """Milliseconds until the page should look again; None when nothing will change by itself."""
    if any(row.state == "sending" for row in rows):
        return _milliseconds(OFTEN)
    waits = [
        row.next_at - now for row in rows if row.state in WAITING and post.state in {"published", "withdrawn"}
    ]
    if post.state == "scheduled" and post.due_at:
        waits.append(post.due_at - now)
    return _milliseconds(min(max(min(waits), OFTEN), SELDOM)) if waits else None


def _milliseconds(length: timedelta) -> int:
    return round(length.total_seconds() * 1000)


def _record(post: Post) -> list[Line]:
    rows = db.session.execute(
        sa.select(Audit.at, Person.name, Audit.action)
        .outerjoin(Person, Person.id == Audit.person_id)
        .where(Audit.team_id == post.team_id, Audit.subject == post.uuid)
        .order_by(Audit.id.desc())
        .limit(LATEST_RECORDS)
    )
    return [Line(*row) for row in rows]

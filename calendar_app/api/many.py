"""One step for many posts: what the calendar does to those that are chosen."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import sqlalchemy as sa

from calendar_app import enqueue
from calendar_app.api.calling import Answer, call
from calendar_app.api.schemas import many as told
from calendar_app.api.schemas.base import has_offset, instant_of
from calendar_app.errors import Refused
from calendar_app.extensions import database_now, db
from calendar_app.people.roles import scoped
from calendar_app.planner import loading, stepping, telling
from calendar_app.planner.moving import Where
from calendar_app.planner.sheet import zone_of
from calendar_app.posts.models import Post
from calendar_app.times import TimeProblem, parse_wall, to_utc

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from calendar_app.people.roles import Actor


@call("POST", "/posts/steps", gives=told.Outcome, body=told.Steps)
def take(actor: Actor, body: told.Steps) -> Answer:
    """Take a step with many posts at once.

    In review, approved, scheduled, back to draft, moved in time or to another stream, without a time, copied, thrown
    away, brought back: all in one transaction.
    A post that refuses stays as it was and is told with its reason under `stayed`; the others are done. With
    `together` either all are done or none. Publishing is no step of many.
    """
    # Who writes in no team at all is told so at once; else each post says what it allows.
    actor.need("write posts", next((one for one in actor.team_ids if actor.may("write posts", one)), 0))
    places = _places(body.acts)
    zone = body.timezone or zone_of(actor, loading.lanes(actor))
    standing = _standing(actor, places)
    acts = [
        stepping.Act(
            one.do,
            one.post,
            one.version or standing.get(one.post, 0),
            _where(one, zone, place),
            one.to or "",
            one.of or "",
            tuple(one.streams),
        )
        for place, one in enumerate(body.acts)
    ]
    outcome = stepping.take(acts, actor=actor, now=database_now(), zone=zone)
    if body.together and outcome.stayed:
        raise Refused({f"acts.{places[one.uuid]}": one.sentence for one in outcome.stayed})
    return Answer(_shown(outcome), then=(enqueue.plan_changed,) if outcome.done else ())


def _places(acts: Sequence[told.Act]) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, one in enumerate(acts):
        if places.setdefault(one.post, place) != place:
            raise Refused({f"acts.{place}.post": "This post is named twice. Name each once."})
    return places


def _standing(actor: Actor, uuids: Mapping[str, int]) -> dict[str, int]:
    rows = db.session.execute(
        scoped(Post, actor).where(Post.uuid.in_(list(uuids))).with_only_columns(Post.uuid, Post.version)
    )
    return {row.uuid: row.version for row in rows}


def _where(act: told.Act, zone: str, place: int) -> Where:
    if act.at is not None:
        return Where(at=_instant(act.at, zone, place))
    if act.date is not None:
        try:
            return Where(day=date.fromisoformat(act.date))
        except ValueError:
            raise Refused({f"acts.{place}.date": "There is no such day. Check it."}) from None
    return Where(days=act.days or 0)


def _instant(text: str, zone: str, place: int) -> datetime:
    try:
        # Of two equal hours the calendar shows one.
        return instant_of(text) if has_offset(text) else to_utc(parse_wall(text), zone, fold=0)
    except TimeProblem as problem:
        raise Refused({f"acts.{place}.at": problem.sentence}) from None


def _shown(outcome: stepping.Outcome) -> told.Outcome:
    made = [one.uuid for one in outcome.done]
    rows = db.session.execute(sa.select(Post.uuid, Post.state).where(Post.uuid.in_(made)))
    states = {row.uuid: row.state for row in rows}
    return told.Outcome.model_validate(
        {
            "sentence": telling.in_words(outcome),
            "done": [
                {
                    "of": one.of, "post": one.uuid, "state": states.get(one.uuid), "version": one.version,
                    "back": one.back and {
                        "do": one.back.do, "post": one.back.uuid, "version": one.back.version,
                        "at": one.back.at or None, "streams": list(one.back.streams),
                    },
                }
                for one in outcome.done
            ],
            "stayed": [
                {"post": one.uuid, "title": one.title, "status": one.status, "reason": one.sentence}
                for one in outcome.stayed
            ],
        }
    )  # fmt: skip

"""Empty slots of a stream: filled with drafts, and emptied again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from calendar_app import enqueue
from calendar_app.api.calling import Answer, call
from calendar_app.api.queue import queued
from calendar_app.api.schemas import queue as told
from calendar_app.api.streams import ONE, living_stream
from calendar_app.errors import Refused
from calendar_app.extensions import database_now, db
from calendar_app.people.roles import scoped
from calendar_app.posts import queueing
from calendar_app.posts.models import Post

if TYPE_CHECKING:
    from calendar_app.people.roles import Actor

USUAL = timedelta(weeks=4)


@call("POST", ONE + "/gaps", gives=told.Filled, body=told.Gaps, body_optional=True)
def fill(actor: Actor, handle: str, body: told.Gaps) -> Answer:
    """Fill the gaps of a stream with drafts.

    One for every empty slot of the window that is still to come, at most fifty, at most a year ahead. They begin as
    the stream's posts do, with its template.
    """
    stream, now = living_stream(actor, handle), database_now()
    actor.need("write posts", stream.team_id)
    since = max(body.since or now, now)
    until = body.until or since + USUAL
    if until <= since:
        raise Refused({"to": "The window is over, or ends before it begins. Choose a later end."})
    made = queueing.fill_gaps(stream, since, until, actor=actor, now=now)
    return Answer(told.Filled(items=queued(made), next=None), then=(enqueue.plan_changed,))


@call("POST", ONE + "/gaps/removal", gives=told.Emptied, body=told.Drafts)
def empty(actor: Actor, handle: str, body: told.Drafts) -> Answer:
    """Throw drafts away that have filled gaps.

    Yours, and only as they were made: what somebody has written in meanwhile stays. Name the ids that filling gave.
    """
    stream = living_stream(actor, handle)
    actor.need("write posts", stream.team_id)
    rows = db.session.scalars(scoped(Post, actor).where(Post.uuid.in_(body.posts)).order_by(Post.id)).all()
    posts = [post for post in rows if post.home.id == stream.id]
    found = [post.uuid for post in posts]
    queueing.empty_gaps(posts, actor=actor)
    stay = set(db.session.scalars(sa.select(Post.uuid).where(Post.uuid.in_(found))))
    return Answer(
        told.Emptied(
            removed=[uuid for uuid in found if uuid not in stay],
            stay=[uuid for uuid in found if uuid in stay],
        ),
        then=(enqueue.plan_changed,),
    )

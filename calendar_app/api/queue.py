"""The queue of a stream: its posts that wait in slots, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_app import enqueue
from calendar_app.api.calling import Answer, call
from calendar_app.api.posts import post_named, post_of
from calendar_app.api.schemas import queue as told
from calendar_app.api.streams import ONE, living_stream
from calendar_app.extensions import database_now, db
from calendar_app.posts import queueing
from calendar_app.posts.free_slots import free_slots
from calendar_app.streams.cadence import BadCadence, Cadence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from uuid import UUID

    from calendar_app.people.roles import Actor
    from calendar_app.posts.models import Post
    from calendar_app.streams.models import Stream

_AS_THEY_ARE = ("title", "state", "version", "publish_at", "timezone", "due_at")


@call("GET", ONE + "/queue", gives=told.Queue)
def show(actor: Actor, handle: str) -> Answer:
    """Read the queue of a stream.

    The posts at home in it that stand in slots to come, the next one first; at most 200. A post whose time was
    chosen freely is not in the queue.
    """
    return Answer(_shown(living_stream(actor, handle)))


@call("PUT", ONE + "/queue", gives=told.Queue, body=told.NewOrder)
def reorder(actor: Actor, handle: str, body: told.NewOrder) -> Answer:
    """Change the order of a queue.

    Each post takes the time of its place, all or none. If the queue is another one by now, the answer is 409: read it
    again.
    """
    stream = living_stream(actor, handle)
    return _done(stream, lambda: queueing.reorder(stream, body.order, actor=actor, now=database_now()))


@call("POST", ONE + "/queue", gives=told.Queue, body=told.QueuePlace)
def put(actor: Actor, handle: str, body: told.QueuePlace) -> Answer:
    """Put a post into the queue.

    It gets the next free slot behind the others, or the first slot, and those in between move on. A draft stays a
    draft: schedule it to let it go out.
    """
    stream = living_stream(actor, handle)
    actor.need("write posts", stream.team_id)
    post, first = post_named(actor, body.post, "post"), body.place == "first"
    return _done(stream, lambda: queueing.put(stream, post, first=first, actor=actor, now=database_now()))


@call("DELETE", ONE + "/queue/<uuid:post_id>", gives=told.Queue, query=told.QueueQuery)
def take_out(actor: Actor, handle: str, post_id: UUID, query: told.QueueQuery) -> Answer:
    """Take a post out of the queue.

    It loses its time, and is a draft again if it was scheduled.
    """
    stream, post = living_stream(actor, handle), post_of(actor, post_id)
    return _done(
        stream,
        lambda: queueing.take_out(stream, post, close=query.close, actor=actor, now=database_now()),
    )


@call("GET", ONE + "/slots", gives=told.FreeSlots, query=told.SlotQuery)
def free(actor: Actor, handle: str, query: told.SlotQuery) -> Answer:
    """List the next free slots of a stream."""
    stream = living_stream(actor, handle)
    found = free_slots([stream], now=database_now(), count=query.limit)
    items = [
        told.FreeSlot.model_validate(
            {
                "at": one.at,
                "publish_at": one.wall,
                "timezone": one.timezone,
                "fold": one.fold,
                "reason": one.reason,
            }
        )
        for one in found
    ]
    return Answer(told.FreeSlots(items=items, next=None))


def queued(posts: Iterable[Post]) -> list[told.Queued]:
    """Posts with a time, in short."""
    return [
        told.Queued.model_validate({"id": post.uuid, **{name: getattr(post, name) for name in _AS_THEY_ARE}})
        for post in posts
    ]


def _done(stream: Stream, act: Callable[[], None]) -> Answer:
    act()
    db.session.flush()
    return Answer(_shown(stream), then=(enqueue.plan_changed,))


def _shown(stream: Stream) -> told.Queue:
    try:
        Cadence.of(stream)
        posts, problem = queueing.queue_of(stream, database_now()), None
    except BadCadence as bad:
        posts, problem = [], bad.sentence
    return told.Queue(items=queued(posts), next=None, problem=problem)

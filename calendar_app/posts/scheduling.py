"""A post gets its time: the post row and its delivery rows change in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from calendar_app.channels.models import WAITING, Delivery
from calendar_app.channels.objecting import objections
from calendar_app.channels.registry import adapter_for
from calendar_app.errors import Conflict, Refused, Stale
from calendar_app.extensions import db
from calendar_app.languages import say
from calendar_app.media import rights
from calendar_app.people.audit import record
from calendar_app.posts import checking
from calendar_app.posts.checking import Findings, Moment
from calendar_app.posts.event_following import followed
from calendar_app.posts.locking import lock
from calendar_app.posts.models import Post, PostStream
from calendar_app.posts.showing import readers_see_change
from calendar_app.posts.state_words import in_a_sentence
from calendar_app.posts.values import values_of
from calendar_app.revisions.keeping import keep
from calendar_app.streams.cadence import Cadence, next_free
from calendar_app.streams.models import Stream
from calendar_app.times import to_wall

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_app.people.roles import Actor

SCHEDULABLE = {"draft", "in_review", "approved", "missed"}


def schedule(post: Post, *, actor: Actor, now: datetime) -> None:
    """Draft or approved → scheduled, with one delivery per account.

    The post's own time must lie in the future (`now` is the database's clock). Raises Refused, Conflict, NotAllowed.
    """
    lock(post)
    actor.need("schedule posts", post.team_id)
    if post.state == "scheduled":
        return
    if post.state not in SCHEDULABLE:
        state = in_a_sentence(post.state)
        raise Conflict(
            say("This post is %(state)s and cannot be scheduled. Duplicate it instead.", state=state)
        )
    _need_approval(post)
    need_streams_in_use(post)
    found = Findings()
    if not post.title and not post.text:
        found.add("text", say("Write a title or a text first."))
    if post.due_at is None or post.publish_at is None or post.timezone is None:
        found.add("publish_at", say("Choose when it goes out."))
    else:
        checking.in_future(Moment(post.publish_at, post.timezone, post.due_at), now, found)
        found.errors.update(rights.hindrances(post, post.due_at))
    found.errors.update(objections(post))
    found.settle()
    post.state = "scheduled"
    post.called_off_at = None
    post.version += 1
    post.updated_at = now
    db.session.flush()
    plan_deliveries(post)
    readers_see_change(post, now)
    record("post scheduled", post.uuid, actor=actor, team_id=post.team_id, after={"due_at": str(post.due_at)})


def unschedule(post: Post, *, actor: Actor, now: datetime) -> None:
    """Scheduled → draft. Waiting deliveries are cancelled; readers who saw the plan are told it is off."""
    lock(post)
    actor.need("schedule posts", post.team_id)
    if post.state == "draft":
        return
    if post.state != "scheduled":
        raise Conflict(say("This post is %(state)s, not scheduled.", state=in_a_sentence(post.state)))
    post.state = "draft"
    post.called_off_at = now
    post.version += 1
    post.updated_at = now
    cancel_waiting(post, "The post was taken back to draft.")
    readers_see_change(post, now)
    record("post unscheduled", post.uuid, actor=actor, team_id=post.team_id)


def reschedule(
    post: Post,
    publish_at: str,
    timezone: str,
    *,
    version: int,
    actor: Actor,
    now: datetime,
    fold: int | None = None,
) -> None:
    """Another time for a planned post, scheduled or not; the event of one in a series follows.

    Raises Refused, Stale, Conflict, NotAllowed.
    """
    lock(post)
    actor.need("write posts", post.team_id)
    if version != post.version:
        raise Stale(post.version)
    if not post.plannable:
        title, state = post.title or say("This post"), in_a_sentence(post.state)
        raise Conflict(say("“%(title)s” has been %(state)s and keeps its time.", title=title, state=state))
    found = Findings()
    planned = checking.moment(publish_at, timezone, found, fold=fold)
    found.settle()
    if planned is None:
        return
    before, values = post.due_at, values_of(post)
    for name, at in followed(post, planned.instant).items():
        setattr(post, name, at)
    post.publish_at, post.timezone, post.due_at = planned.wall, planned.timezone, planned.instant
    post.version += 1
    post.updated_at = now
    db.session.flush()
    keep(post, values, values_of(post), actor=actor, now=now)
    if post.state == "scheduled":
        replan(post, now)
        readers_see_change(post, now)
    record("post moved", post.uuid, actor=actor, team_id=post.team_id,
           before={"due_at": str(before)}, after={"due_at": str(post.due_at)})  # fmt: skip


def replan(post: Post, now: datetime) -> None:
    """Bring the deliveries of a scheduled post in step with its time and places. Raises Refused."""
    found = Findings()
    if post.publish_at and post.timezone and post.due_at:
        checking.in_future(Moment(post.publish_at, post.timezone, post.due_at), now, found)
        found.errors.update(rights.lapsed(post, post.due_at))
    found.errors.update(objections(post))
    found.settle()
    plan_deliveries(post)


def plan_deliveries(post: Post) -> None:
    """One pending delivery per target at the post's due instant; those of dropped accounts are cancelled."""
    db.session.flush()
    assert post.due_at is not None  # noqa: S101  (a CHECK of the table says so too)
    have = {row.account_id: row for row in post.deliveries if row.action == "publish"}
    targets = {account.id: account for account in post.targets}
    for number, account in targets.items():
        row = have.get(number)
        if row is None:
            post.deliveries.append(
                Delivery(account=account, due_at=post.due_at, next_at=post.due_at,
                         serial=not adapter_for(account.channel, account.settings).parallel)
            )  # fmt: skip
        elif row.state in {*WAITING, "cancelled", "missed"} and not row.ambiguous:
            row.state, row.due_at, row.next_at = "pending", post.due_at, post.due_at
            row.reason = row.held_up = row.finished_at = None
    for number, row in have.items():
        if number not in targets and row.state in WAITING:
            row.state, row.reason = "cancelled", "The account was taken off the post."
    db.session.flush()


def cancel_waiting(post: Post, reason: str) -> None:
    """Waiting deliveries become cancelled (unknown where an attempt may have arrived).

    One statement, which cannot overtake a claim.
    """
    db.session.flush()
    db.session.execute(
        sa.update(Delivery)
        .where(Delivery.post_id == post.id, Delivery.action == "publish", Delivery.is_waiting())
        .values(state=Delivery.ended_early(), reason=reason)
        .execution_options(synchronize_session=False)
    )
    db.session.expire(post, ["deliveries"])


def take_next_slot(post: Post, *, now: datetime) -> None:
    """Give the post the next free slot of its home stream. Raises Refused when the stream promises none."""
    home = post.home
    _hold_streams(post)
    slot = next_free_slot(post, now=now)
    if slot is None:
        sentence = say(
            "“%(name)s” has no free slot in the next year. Give it a cadence, or choose a time.",
            name=home.name,
        )
        raise Refused({"slot": sentence})
    post.publish_at = to_wall(slot, home.timezone).isoformat(timespec="seconds")
    post.timezone, post.due_at = home.timezone, slot


def next_free_slot(post: Post, *, now: datetime) -> datetime | None:
    """The first slot of the home stream after `now` that no other planned post has."""
    home = post.home
    if not home.cadence:
        return None
    taken = set(
        db.session.scalars(
            sa.select(Post.due_at)
            .join(PostStream, PostStream.post_id == Post.id)
            .where(PostStream.stream_id == home.id, Post.due_at > now, Post.id != (post.id or 0))
        )
    )
    return next_free(Cadence.readable(home), home.timezone, now, [at for at in taken if at])


def need_streams_in_use(post: Post) -> None:
    """Raises Conflict when one of the post's streams has been archived since it was written."""
    archived = [stream.name for stream in post.streams if stream.archived_at is not None]
    if archived:
        raise Conflict(
            say(
                "“%(name)s” has been archived and takes no new posts. Choose another stream for this post.",
                name=archived[0],
            )
        )


def _hold_streams(post: Post) -> None:
    """Of two who ask for a slot at once, one waits and gets the next.

    In order of id, as everybody who takes several does: nobody waits in a circle.
    """
    ids = [stream.id for stream in post.streams]
    rows = sa.select(Stream.id).where(Stream.id.in_(ids)).order_by(Stream.id)
    db.session.execute(rows.with_for_update(key_share=True))


def _need_approval(post: Post) -> None:
    waiting = [stream.name for stream in post.streams if stream.needs_approval]
    if waiting and post.state != "approved":
        raise Conflict(
            say(
                "“%(name)s” asks for approval before a post is scheduled. Send it for review first.",
                name=waiting[0],
            )
        )

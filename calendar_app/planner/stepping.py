"""One step in the calendar: something done to one post or to many, each for itself, and what would take it back.

A step is a list of acts. What is refused stays as it was and is told by name; the rest is done, all in one
transaction. Every act that was done says the act that undoes it: moved there ↔ moved back, duplicated ↔ thrown away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm.exc import ObjectDeletedError

from calendar_app.errors import THROWN_AWAY, Conflict, NotAllowed, Refused, Stale
from calendar_app.extensions import db
from calendar_app.languages import in_words, say
from calendar_app.people.roles import scoped
from calendar_app.planner.moving import Where, landing, put
from calendar_app.planner.rehoming import exchanged, rehome
from calendar_app.posts.drafting import discard
from calendar_app.posts.duplicating import duplicate
from calendar_app.posts.locking import hold_streams_of, lock
from calendar_app.posts.models import Post
from calendar_app.posts.restoring import removal_of, restore
from calendar_app.posts.returning import schedule_again
from calendar_app.posts.reviewing import approve, send_for_review, take_back
from calendar_app.posts.scheduling import schedule, unschedule
from calendar_app.posts.state_words import in_a_sentence
from calendar_app.posts.unplanning import leave_open
from calendar_app.times import rfc3339, to_wall

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from calendar_app.people.roles import Actor

MOST = 200


class Act(NamedTuple):
    """`do` is one of DOINGS, `version` the one of the post that was looked at.

    `to` is the stream (its handle) into which the post goes in the place of `of`; `streams` are all it goes back to.
    """

    do: str
    uuid: str
    version: int
    where: Where = Where()
    to: str = ""
    of: str = ""
    streams: tuple[str, ...] = ()


class Back(NamedTuple):
    """The act that undoes another. `at` is the instant to go back to, as text; empty where none is needed."""

    do: str
    uuid: str
    version: int
    at: str = ""
    streams: tuple[str, ...] = ()


class Done(NamedTuple):
    """`of` is the post that was asked for, `uuid` the one that came of it: only a copy has an id of its own.

    `sentence` is for one alone, empty where a number says as much. `back` is None where there is no way back.
    """

    act: Act
    uuid: str
    version: int
    sentence: str
    back: Back | None

    @property
    def of(self) -> str:
        return self.act.uuid


class Stayed(NamedTuple):
    """A post that was not changed. `status` is that of the answer if it was the only one."""

    uuid: str
    title: str
    sentence: str
    status: int


class Outcome(NamedTuple):
    done: list[Done]
    stayed: list[Stayed]


class _Asked(NamedTuple):
    actor: Actor
    now: datetime
    zone: str


class _Gone(Exception):
    """There is no such post for this person."""


def take(acts: Sequence[Act], *, actor: Actor, now: datetime, zone: str) -> Outcome:
    """Do all that can be done, in the session, flushed. `zone` is that of the calendar. Raises Refused at too many."""
    if not acts:
        raise Refused({"acts": say("Choose posts first.")})
    if len(acts) > MOST:
        raise Refused({"acts": say("Choose %(most)s posts at most.", most=MOST)})
    posts = _held(acts, actor)
    outcome, asked = Outcome([], []), _Asked(actor, now, zone)
    for act in sorted(acts, key=lambda one: one.uuid):
        post = posts.get(act.uuid)
        title = post.title if post else ""
        try:
            with db.session.begin_nested():
                outcome.done.append(_do(act, post, asked))
        except Refused as refused:
            outcome.stayed.append(_stayed(act, title, " ".join(refused.errors.values()), 422))
        except (Stale, Conflict) as conflict:
            outcome.stayed.append(_stayed(act, title, str(conflict), 409))
        except NotAllowed as refusal:
            outcome.stayed.append(_stayed(act, title, str(refusal), 403))
        except (_Gone, ObjectDeletedError):
            outcome.stayed.append(_stayed(act, title, say(THROWN_AWAY), 404))
    order = {act.uuid: place for place, act in enumerate(acts)}
    outcome.done.sort(key=lambda one: order[one.of])
    outcome.stayed.sort(key=lambda one: order[one.uuid])
    return outcome


def _held(acts: Sequence[Act], actor: Actor) -> Mapping[str, Post]:
    """All of them taken before any is changed, in order of id, and then their streams, as all who change posts do.

    Two who take several, and those who change a post or a queue meanwhile, never wait for each other in a circle.
    """
    wanted = sorted({act.uuid for act in acts})
    rows = db.session.scalars(
        scoped(Post, actor)
        .where(Post.uuid.in_(wanted))
        .order_by(Post.id)
        .with_for_update(of=Post, key_share=True)
        .execution_options(populate_existing=True)
    )
    posts = {post.uuid: post for post in rows}
    hold_streams_of([post.id for post in posts.values()])
    return posts


def _stayed(act: Act, title: str, sentence: str, status: int) -> Stayed:
    return Stayed(act.uuid, title or say("Untitled"), sentence, status)


def _do(act: Act, post: Post | None, asked: _Asked) -> Done:
    if act.do == "restore":
        return _restore(act, post, asked)
    if post is None:
        raise _Gone
    return _DOING[act.do](act, post, asked)


def _hold(act: Act, post: Post) -> None:
    """For this transaction, if it is still the version that was looked at."""
    lock(post)
    if post.version != act.version:
        raise Stale(post.version)


def _move(act: Act, post: Post, asked: _Asked) -> Done:
    event = post.event_starts_at
    moved = put(post, act.where, version=act.version, actor=asked.actor, now=asked.now, shown_in=asked.zone)
    sentence = say("Moved “%(title)s” to %(when)s", title=_title(post), when=_when(moved.local))
    if post.event_starts_at != event:
        sentence += ". " + say("Its event moved along.")
    if moved.before is None:
        return _done(act, post, sentence, "open")
    return _done(act, post, sentence, "move", at=rfc3339(moved.before))


def _open(act: Act, post: Post, asked: _Asked) -> Done:
    """It loses its time. Back in the plan again, what was scheduled is scheduled again."""
    before, was = post.due_at, post.state
    leave_open(post, version=act.version, actor=asked.actor, now=asked.now)
    assert before is not None  # noqa: S101  (else it was refused)
    if was == "scheduled":
        sentence = say(
            "“%(title)s” has no time any more and goes out no more by itself. Now: %(state)s",
            title=_title(post),
            state=in_a_sentence(post.state),
        )
        return _done(act, post, sentence, "again", at=rfc3339(before))
    return _done(
        act, post, say("“%(title)s” has no time any more", title=_title(post)), "move", at=rfc3339(before)
    )


def _stream(act: Act, post: Post, asked: _Asked) -> Done:
    streams = act.streams or exchanged(post, act.of, act.to)
    done = rehome(post, streams, act.where, version=act.version, actor=asked.actor, now=asked.now,
                  zone=asked.zone, back=bool(act.streams))  # fmt: skip
    made = _done(act, post, done.sentence, "stream", at=rfc3339(done.before) if done.before else "")
    return made._replace(back=made.back and made.back._replace(streams=done.streams))


def _copy(act: Act, post: Post, asked: _Asked) -> Done:
    plan: dict[str, object] = {}
    # A copy of what has no time has none either, unless it is put down somewhere.
    if post.due_at is not None or act.where.at is not None or act.where.day is not None:
        to = landing(post, act.where, now=asked.now, shown_in=asked.zone)
        plan = {"publish_at": to.wall, "timezone": to.timezone, "fold": to.fold}
    if act.to:
        plan["streams"] = exchanged(post, act.of, act.to)
    made = duplicate(post, actor=asked.actor, now=asked.now, plan=plan)
    if made.due_at is None:
        sentence = say("Duplicated “%(title)s”, as a draft without a time", title=_title(made))
        return _done(act, made, sentence, "remove")
    when = _when(to_wall(made.due_at, asked.zone))
    sentence = say("Duplicated “%(title)s” to %(when)s, as a draft", title=_title(made), when=when)
    return _done(act, made, sentence, "remove")


def _remove(act: Act, post: Post, asked: _Asked) -> Done:
    _hold(act, post)
    title = _title(post)
    discard(post, actor=asked.actor)
    back = Back("restore", act.uuid, act.version)
    return Done(act, act.uuid, act.version, say("Threw away “%(title)s”", title=title), back)


def _restore(act: Act, post: Post | None, asked: _Asked) -> Done:
    if post is not None:
        raise Conflict(say("This post is back already."))
    removal = removal_of(act.uuid, asked.actor)
    if removal is None:
        raise _Gone
    restore(removal, actor=asked.actor, now=asked.now)
    post = db.session.scalars(sa.select(Post).where(Post.uuid == act.uuid)).one()
    return _done(act, post, say("“%(title)s” is back, as a draft", title=_title(post)), "remove")


def _draft(act: Act, post: Post, asked: _Asked) -> Done:
    _hold(act, post)
    was = post.state
    if was == "draft":
        raise Conflict(say("“%(title)s” is a draft already.", title=_title(post)))
    if was == "scheduled":
        unschedule(post, actor=asked.actor, now=asked.now)
    else:
        take_back(post, actor=asked.actor, now=asked.now)
    # An approval that was taken back must be given again, by whoever gave it.
    again = {"scheduled": "again", "in_review": "review"}.get(was)
    return _done(act, post, say("“%(title)s” is a draft again", title=_title(post)), again)


def _schedule(act: Act, post: Post, asked: _Asked) -> Done:
    _hold(act, post)
    schedule(post, actor=asked.actor, now=asked.now)
    return _done(act, post, "", "draft")


def _again(act: Act, post: Post, asked: _Asked) -> Done:
    _hold(act, post)
    if act.where.at is not None and post.due_at is None:
        put(post, act.where, version=act.version, actor=asked.actor, now=asked.now, shown_in=asked.zone)
    schedule_again(post, actor=asked.actor, now=asked.now)
    return _done(act, post, say("“%(title)s” is scheduled again", title=_title(post)), "draft")


def _review(act: Act, post: Post, asked: _Asked) -> Done:
    _hold(act, post)
    send_for_review(post, actor=asked.actor, now=asked.now)
    return _done(act, post, "", "draft")


def _approve(act: Act, post: Post, asked: _Asked) -> Done:
    """Whoever wants to take an approval back says so as an act of its own: others have been told of it."""
    _hold(act, post)
    approve(post, actor=asked.actor, now=asked.now)
    return _done(act, post, "", None)


_DOING: Mapping[str, Callable[[Act, Post, _Asked], Done]] = {
    "move": _move,
    "open": _open,
    "stream": _stream,
    "copy": _copy,
    "remove": _remove,
    "draft": _draft,
    "schedule": _schedule,
    "again": _again,
    "review": _review,
    "approve": _approve,
}
DOINGS = (*_DOING, "restore")


def _done(act: Act, post: Post, sentence: str, back: str | None, *, at: str = "") -> Done:
    db.session.flush()
    return Done(
        act, post.uuid, post.version, sentence, Back(back, post.uuid, post.version, at) if back else None
    )


def _title(post: Post) -> str:
    return post.title or say("Untitled")


def _when(local: datetime) -> str:
    return in_words(local, "EEE d MMM, HH:mm")

"""One step for many posts at once: each by itself, so that what one refuses keeps no other from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from calendar_app.errors import Conflict, NotAllowed, Refused, Stale
from calendar_app.extensions import db
from calendar_app.languages import say, say_count
from calendar_app.people.roles import scoped
from calendar_app.planner.moving import move_post
from calendar_app.posts.drafting import discard
from calendar_app.posts.models import Post
from calendar_app.posts.restoring import removal_of, restore
from calendar_app.posts.reviewing import approve, send_for_review, take_back
from calendar_app.posts.scheduling import schedule, unschedule
from calendar_app.times import to_wall

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from calendar_app.people.roles import Actor

ACTS = ("review", "approve", "schedule", "draft", "move", "discard", "restore")
MOST = 200
MOST_DAYS = 400
MOST_NAMED = 3
# What takes a step back, where it leads to where each post was.
_UNDO = {"review": "draft", "move": "move", "discard": "restore"}


@dataclass
class Done:
    """Ids of the posts that took the step, and (title, sentence) of those that did not."""

    act: str
    days: int = 0
    posts: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        told = [_told(self.act, len(self.posts))] if self.posts else []
        told += [
            say("“%(title)s”: %(why)s", title=title, why=why) for title, why in self.refused[:MOST_NAMED]
        ]
        more = len(self.refused) - MOST_NAMED
        if more > 0:
            told.append(say_count("%(num)d more stays as it is.", "%(num)d more stay as they are.", more))
        return " ".join(told) or say("Choose posts first.")

    @property
    def undo(self) -> dict[str, object] | None:
        if not self.posts or self.act not in _UNDO:
            return None
        return {"act": _UNDO[self.act], "posts": self.posts, "days": -self.days}


def act_on(uuids: Sequence[str], act: str, *, days: int, zone: str, actor: Actor, now: datetime) -> Done:
    """Let each of these posts take a step of ACTS; strangers' posts are not there. Raises Refused.

    `days` is how far `move` goes, on the calendar's days in `zone`.
    """
    if act not in ACTS:
        raise Refused({"act": say("There is no such step for many posts.")})
    if act == "move" and not 0 < abs(days) <= MOST_DAYS:
        raise Refused({"days": say("Say by how many days, 400 at most.")})
    if len(uuids) > MOST:
        raise Refused({"post": say("Choose %(most)s posts at most.", most=MOST)})
    done = Done(act, days)
    if act == "restore":
        for uuid in uuids:
            _restore(done, uuid, actor, now)
        return done
    step = _step(act, days, zone, actor, now)
    found = db.session.scalars(scoped(Post, actor).where(Post.uuid.in_(list(uuids))).order_by(Post.id)).all()
    for uuid, title, post in [(post.uuid, post.title, post) for post in found]:
        _try(done, uuid, title, lambda post=post: step(post))  # type: ignore[misc]
    return done


def _step(act: str, days: int, zone: str, actor: Actor, now: datetime) -> Callable[[Post], object]:
    def back(post: Post) -> None:
        (unschedule if post.state == "scheduled" else take_back)(post, actor=actor, now=now)

    def move(post: Post) -> None:
        if post.due_at is None:
            raise Refused({"date": say("This post has no time yet. Open it and choose one.")})
        day = to_wall(post.due_at, zone).date() + timedelta(days=days)
        move_post(post, day, version=post.version, actor=actor, now=now, shown_in=zone)

    steps: dict[str, Callable[[Post], object]] = {
        "review": lambda post: send_for_review(post, actor=actor, now=now),
        "approve": lambda post: approve(post, actor=actor, now=now),
        "schedule": lambda post: schedule(post, actor=actor, now=now),
        "discard": lambda post: discard(post, actor=actor),
        "draft": back,
        "move": move,
    }
    return steps[act]


def _restore(done: Done, uuid: str, actor: Actor, now: datetime) -> None:
    removal = removal_of(uuid, actor)
    if removal is not None:
        title = str((removal.before or {}).get("title", ""))
        _try(done, uuid, title, lambda: restore(removal, actor=actor, now=now))


def _try(done: Done, uuid: str, title: str, step: Callable[[], object]) -> None:
    title = title or say("Untitled")
    try:
        with db.session.begin_nested():
            step()
    except Refused as error:
        done.refused.append((title, " ".join(error.errors.values())))
    except (Stale, Conflict, NotAllowed) as error:
        done.refused.append((title, str(error)))
    else:
        done.posts.append(uuid)


def _told(act: str, number: int) -> str:
    if act == "review":
        return say_count("%(num)d post was sent for review.", "%(num)d posts were sent for review.", number)
    if act == "approve":
        return say_count("%(num)d post was approved.", "%(num)d posts were approved.", number)
    if act == "schedule":
        return say_count("%(num)d post was scheduled.", "%(num)d posts were scheduled.", number)
    if act == "draft":
        return say_count("%(num)d post is a draft again.", "%(num)d posts are drafts again.", number)
    if act == "move":
        return say_count("%(num)d post was moved.", "%(num)d posts were moved.", number)
    if act == "discard":
        return say_count("%(num)d post was thrown away.", "%(num)d posts were thrown away.", number)
    return say_count("%(num)d post is back.", "%(num)d posts are back.", number)

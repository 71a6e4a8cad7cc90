"""One step for many posts at once, as the form of a list asks for it: to each as it stands, without its version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from calendar_app.errors import Refused
from calendar_app.extensions import db
from calendar_app.languages import say
from calendar_app.people.roles import scoped
from calendar_app.planner.moving import Where
from calendar_app.planner.stepping import MOST, Act, Outcome, take
from calendar_app.planner.telling import in_words
from calendar_app.posts.models import Post
from calendar_app.posts.restoring import removal_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from calendar_app.people.roles import Actor

# What the buttons are called, and what is done to each post.
ACTS = {
    "review": "review", "approve": "approve", "schedule": "schedule", "draft": "draft", "move": "move",
    "day": "move", "copy": "copy", "discard": "remove", "restore": "restore", "open": "open",
}  # fmt: skip
MOST_DAYS = 400
# What takes a step back, where it leads to where each post was.
_UNDO = {"review": "draft", "move": "move", "discard": "restore"}


@dataclass(frozen=True)
class Acted:
    act: str
    days: int
    outcome: Outcome

    @property
    def posts(self) -> list[str]:
        return [one.of for one in self.outcome.done]

    @property
    def sentence(self) -> str:
        return in_words(self.outcome)

    @property
    def undo(self) -> dict[str, object] | None:
        if not self.posts or self.act not in _UNDO:
            return None
        return {"act": _UNDO[self.act], "posts": self.posts, "days": -self.days}


def act_on(
    uuids: Sequence[str],
    act: str,
    *,
    days: int,
    zone: str,
    actor: Actor,
    now: datetime,
    day: date | None = None,
) -> Acted:
    """Let each of these posts take a step of ACTS; strangers' posts are not there. Raises Refused.

    `days` is how far `move` and `copy` go, on the calendar's days in `zone`; `day` is where `day` leads to.
    """
    if act not in ACTS:
        raise Refused({"act": say("There is no such step for many posts.")})
    if act in {"move", "copy"} and not 0 < abs(days) <= MOST_DAYS:
        raise Refused({"days": say("Say by how many days, 400 at most.")})
    if act == "day" and day is None:
        raise Refused({"date": say("Choose a day first.")})
    if len(uuids) > MOST:
        raise Refused({"post": say("Choose %(most)s posts at most.", most=MOST)})
    where = Where(day=day) if act == "day" else Where(days=days if act in {"move", "copy"} else 0)
    acts = [Act(ACTS[act], uuid, version, where) for uuid, version in _there(uuids, act, actor)]
    return Acted(act, days, take(acts, actor=actor, now=now, zone=zone) if acts else Outcome([], []))


def _there(uuids: Sequence[str], act: str, actor: Actor) -> list[tuple[str, int]]:
    """Those that there are, each with the version that stands."""
    if act == "restore":
        return [(uuid, 0) for uuid in uuids if removal_of(uuid, actor)]
    rows = db.session.execute(
        scoped(Post, actor)
        .where(Post.uuid.in_(list(uuids)))
        .order_by(Post.id)
        .with_only_columns(Post.uuid, Post.version)
    )
    return [(uuid, version) for uuid, version in rows]

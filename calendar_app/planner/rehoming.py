"""A post goes from one stream to another, where the plan shows streams as rows; its time may change with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from calendar_app.languages import say
from calendar_app.planner.moving import Where, landing, need_movable, standing
from calendar_app.posts.drafting import edit
from calendar_app.posts.returning import asking_undone, stand_again
from calendar_app.posts.state_words import in_a_sentence

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from calendar_app.people.roles import Actor
    from calendar_app.posts.models import Post


class Rehomed(NamedTuple):
    """The streams (handles) and the instant that it had before, and what the change means, in a sentence."""

    streams: tuple[str, ...]
    before: datetime | None
    sentence: str


def exchanged(post: Post, of: str, to: str) -> list[str]:
    """The post's streams with `to` in the place of `of`; of its home where it is not in `of`."""
    handles = [stream.handle for stream in post.streams]
    if to == of or not handles:
        return handles
    place = handles.index(of) if of in handles else 0
    return list(dict.fromkeys([*handles[:place], to, *handles[place + 1 :]]))


def rehome(
    post: Post,
    streams: Sequence[str],
    where: Where,
    *,
    version: int,
    actor: Actor,
    now: datetime,
    zone: str,
    back: bool = False,
) -> Rehomed:
    """Into these streams, the first being its home. Raises Refused, Stale, Conflict, NotAllowed.

    `back`: where it came from. What it lost on the way, its agreement or its place in the plan, it has again.
    """
    need_movable(post)
    stood = asking_undone(post, streams) if back else None
    was, state, before = post.streams, post.state, post.due_at
    changes: dict[str, object] = {"streams": list(streams)}
    if where != Where():
        to = landing(post, where, now=now, shown_in=zone)
        if before is None or to != standing(post):
            changes |= {"publish_at": to.wall, "timezone": to.timezone, "fold": to.fold}
    edit(post, changes, version=version, actor=actor, now=now)
    if stood is not None:
        stand_again(post, stood, actor=actor, now=now)
    handles = {stream.handle for stream in post.streams}
    left = next((stream.name for stream in was if stream.handle not in handles), "")
    come = next((stream.name for stream in post.streams if stream not in was), post.home.name)
    return Rehomed(tuple(stream.handle for stream in was), before, _meaning(post, come, left, state))


def _meaning(post: Post, come: str, left: str, state: str) -> str:
    title = post.title or say("Untitled")
    said = [
        say(
            "“%(title)s” is in “%(stream)s” now: its followers get it, those of “%(left)s” no longer do.",
            title=title, stream=come, left=left,
        )
        if left
        else say("“%(title)s” is in “%(stream)s” now.", title=title, stream=come)
    ]  # fmt: skip
    if post.state == "in_review" and state != "in_review":
        said.append(say("What was agreed on counts there no more: it waits for approval."))
    if state == "in_review" and post.state != "in_review":
        said.append(say("It is %(state)s again.", state=in_a_sentence(post.state)))
    return " ".join(said)

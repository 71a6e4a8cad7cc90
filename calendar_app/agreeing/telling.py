"""Who is told of what happens while a team agrees on a post."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_app.agreeing.rules import next_approvers
from calendar_app.notices.telling import tell

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from calendar_app.people.roles import Actor
    from calendar_app.posts.models import Post


def tell_of_review(post: Post, actor: Actor, now: datetime) -> None:
    """Those whose turn it is."""
    _tell("review", post, next_approvers(post), actor, now)


def tell_author(kind: str, post: Post, actor: Actor, now: datetime) -> None:
    """`approved` or `changes`: whoever wrote the post."""
    _tell(kind, post, {post.author_id} if post.author_id else (), actor, now)


def _tell(kind: str, post: Post, people: Iterable[int], actor: Actor, now: datetime) -> None:
    """Nobody is told of what they did themselves. Each step has a version of the post of its own."""
    facts = {
        "kind": kind, "event": f"{kind} {post.id} {post.version}", "team_id": post.team_id, "post_id": post.id,
        "by_id": actor.person.id,
    }  # fmt: skip
    tell(facts, set(people) - {actor.person.id}, now)

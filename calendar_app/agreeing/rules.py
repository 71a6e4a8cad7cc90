"""What a stream asks for before its posts are scheduled: how many agree, who, and what a later change means."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from calendar_app.extensions import db
from calendar_app.languages import say
from calendar_app.people.models import Member, Person
from calendar_app.posts.event_following import only_followed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from calendar_app.agreeing.models import Review
    from calendar_app.people.roles import Actor
    from calendar_app.posts.models import Post
    from calendar_app.streams.models import Stream

# A step is for whoever has this role or a higher one, or for one member, named by id.
ROLES = ("editor", "owner")
MOST_STEPS = 3
# What readers never see of a post; all else they do, wherever it goes.
INSIDE = ("kind", "accounts", "ticked")
PLAN = ("publish_at", "timezone", "fold")


def ruling(post: Post) -> Stream | None:
    """Whose rules count: the first of the post's streams that asks for approval, its home before the others."""
    return next((stream for stream in post.streams if stream.needs_approval), None)


def steps_of(post: Post) -> Sequence[str | int]:
    """Who is asked, one after the other; a post that need not be approved may still be shown to one editor."""
    stream = ruling(post)
    return (stream.approval_steps if stream else None) or ["editor"]


def standing_approvals(post: Post) -> list[Review]:
    """Those that count for the post as it is, in the order of their steps."""
    if post.state in {"draft", "missed"}:
        return []
    return [row for row in post.reviews if row.outcome == "approved" and row.ended_at is None]


def open_wish(post: Post) -> Review | None:
    """The latest wish for changes that nobody has met yet."""
    wishes = [row for row in post.reviews if row.outcome == "changes" and row.ended_at is None]
    return wishes[-1] if wishes else None


def next_step(post: Post) -> str | int | None:
    """Whose turn it is: a role or a member's id; None when all have agreed."""
    steps, given = steps_of(post), len(standing_approvals(post))
    return steps[given] if given < len(steps) else None


def hindrance(post: Post, actor: Actor) -> str | None:
    """Why this person cannot approve the post now, in a sentence; None if it is their turn."""
    step, team = next_step(post), post.team_id
    if not _is_for(step, actor, team):
        if isinstance(step, int):
            return say("It is %(name)s's turn to approve this post.", name=_name(step))
        if step == "owner":
            return say("An owner of the team approves this post next.")
        return say("For this you must %(need)s. Ask an owner of your team.", need=say("be editor or owner"))
    stream = ruling(post)
    if stream and stream.others_approve and post.author_id == actor.person.id:
        return say("In “%(name)s” nobody approves their own post. Ask a colleague.", name=stream.name)
    if any(row.person_id == actor.person.id for row in standing_approvals(post)):
        return say("You have approved this post already. Somebody else approves it next.")
    return None


def may_ask_for_changes(post: Post, actor: Actor) -> bool:
    """Whoever approves posts, and whoever is named for one of its steps."""
    return actor.may("approve posts", post.team_id) or any(
        _is_for(step, actor, post.team_id) for step in steps_of(post) if isinstance(step, int)
    )


def may_change_agreed(post: Post, actor: Actor) -> bool:
    """Whether this person may change the words of a post as far as it was agreed on.

    Where each change asks again its author may change what was approved, but not what is scheduled already.
    """
    stream = ruling(post)
    if stream is None or post.state not in {"approved", "scheduled", "published"}:
        return True
    return actor.may("approve posts", post.team_id) or (
        post.state == "approved" and stream.approve_again == "always"
    )


def asks_again(post: Post, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether this change of its values ends what was agreed. Its time never does, nor a tick on a list.

    Nor does the event of one in a series, as far as it followed that time.
    """
    stream = ruling(post)
    if stream is None:
        return False
    if stream.handle not in before["streams"]:
        # Whose rules these are was never asked.
        return True
    if stream.approve_again == "never":
        return False
    spared = {*PLAN, *INSIDE} if stream.approve_again == "readers" else {*PLAN, "ticked"}
    differing = {name for name in after if name not in spared and before[name] != after[name]}
    return bool(differing) and not (differing == {"event"} and only_followed(post, before, after))


def next_approvers(post: Post) -> set[int]:
    """Ids of those whose turn it is."""
    step = next_step(post)
    if step is None:
        return set()
    stream = ruling(post)
    rows = _members(post.team_id)
    if isinstance(step, int) and step in rows:
        found = {step}
    else:
        roles = {"owner"} if step != "editor" else {"owner", "editor"}
        found = {person for person, role in rows.items() if role in roles}
    if stream and stream.others_approve:
        found.discard(post.author_id or 0)
    return found - {row.person_id for row in standing_approvals(post) if row.person_id}


def steps_told(stream: Stream) -> list[str]:
    """Who is asked, in words, one sentence a step."""
    return steps_in_words(stream.approval_steps or ["editor"])


def steps_in_words(steps: Sequence[str | int]) -> list[str]:
    """An editor, an owner, or a member's name."""
    words = {"editor": say("an editor or owner"), "owner": say("an owner")}
    return [words[step] if isinstance(step, str) else _name(step) for step in steps]


def _is_for(step: str | int | None, actor: Actor, team_id: int) -> bool:
    """For a member who has left, or can no longer sign in, an owner stands in."""
    if isinstance(step, int):
        if step == actor.person.id:
            return actor.may("see plan", team_id) and actor.scope != "read"
        return _owns(actor, team_id) and step not in _members(team_id)
    return _owns(actor, team_id) if step == "owner" else actor.may("approve posts", team_id)


def _owns(actor: Actor, team_id: int) -> bool:
    return actor.roles.get(team_id) == "owner" and actor.may("approve posts", team_id)


def _members(team_id: int) -> dict[int, str]:
    rows = db.session.execute(
        sa.select(Member.person_id, Member.role)
        .join(Person, Person.id == Member.person_id)
        .where(Member.team_id == team_id, Person.disabled_at.is_(None))
    )
    return {row.person_id: row.role for row in rows}


def _name(person_id: int) -> str:
    return db.session.scalar(sa.select(Person.name).where(Person.id == person_id)) or say("an owner")

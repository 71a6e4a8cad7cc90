"""Which steps a post offers to the person who looks at it: only what would work is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_app.agreeing import rules

if TYPE_CHECKING:
    from calendar_app.people.roles import Actor
    from calendar_app.posts.models import Post

RIGHTS_OF_STEPS = {
    "save": "write posts",
    "schedule": "schedule posts",
    "next slot": "schedule posts",
    "unschedule": "schedule posts",
    "review": "write posts",
    "take back": "write posts",
    "approve": "see plan",
    "want changes": "see plan",
    "publish": "publish posts",
    "withdraw": "publish posts",
    "discard": "write posts",
    "copy": "write posts",
}


def steps(post: Post, actor: Actor) -> set[str]:
    """Names of `RIGHTS_OF_STEPS` that fit the post's state and that the asker's role allows."""
    return {step for step in _fitting(post, actor) if actor.may(RIGHTS_OF_STEPS[step], post.team_id)}


def first_step(offered: set[str]) -> str | None:
    """The step that the page puts forward, and that Ctrl-Enter takes."""
    return next((step for step in ("schedule", "approve", "review") if step in offered), None)


def further_steps(offered: set[str]) -> set[str]:
    """The steps that are put away in a menu."""
    return offered - {first_step(offered), "save", "next slot", "unschedule", "want changes"}


def waits_for_approval(post: Post) -> bool:
    return post.state != "approved" and any(stream.needs_approval for stream in post.streams)


def may_write(post: Post, actor: Actor) -> bool:
    """Whether this person may change the words of the post as it stands."""
    if not post.editable or not actor.may("write posts", post.team_id):
        return False
    return rules.may_change_agreed(post, actor)


def _fitting(post: Post, actor: Actor) -> set[str]:
    fitting = {"copy"}
    if may_write(post, actor):
        fitting.add("save")
    if post.state in {"draft", "in_review", "approved", "missed"}:
        fitting |= _of_planned(post) | _of_agreeing(post, actor)
    if post.state == "scheduled":
        fitting |= {"unschedule", "publish"}
    if post.state == "published":
        fitting.add("withdraw")
    return fitting


def _of_planned(post: Post) -> set[str]:
    fitting = set()
    if not waits_for_approval(post):
        fitting |= {"schedule", "publish"}
        if post.home.cadence:
            fitting.add("next slot")
    if post.state in {"draft", "missed"}:
        fitting.add("review")
    if post.state in {"in_review", "approved"}:
        fitting.add("take back")
    if not any(row.attempts for row in post.deliveries):
        fitting.add("discard")
    return fitting


def _of_agreeing(post: Post, actor: Actor) -> set[str]:
    """Whose turn it is the stream says, not the role alone."""
    fitting = set()
    asked = post.state == "in_review" or (post.state == "draft" and waits_for_approval(post))
    if asked and rules.hindrance(post, actor) is None:
        fitting.add("approve")
    if post.state in {"in_review", "approved"} and rules.may_ask_for_changes(post, actor):
        fitting.add("want changes")
    return fitting

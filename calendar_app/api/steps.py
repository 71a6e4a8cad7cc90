"""The steps of a post, each a noun below it: review, approval, schedule, publication."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from calendar_app import enqueue
from calendar_app.agreeing import rules
from calendar_app.api.calling import Answer, call
from calendar_app.api.posts import ONE, post_of, shown
from calendar_app.api.schemas import agreement as agreed
from calendar_app.api.schemas import posts as told
from calendar_app.errors import Conflict, Stale
from calendar_app.extensions import database_now
from calendar_app.languages import say
from calendar_app.posts import publishing, reviewing, scheduling, withdrawing
from calendar_app.posts.locking import lock
from calendar_app.posts.state_words import in_a_sentence

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from calendar_app.people.roles import Actor
    from calendar_app.posts.models import Post


@call("POST", ONE + "/review", gives=told.Post, body=told.Step, body_optional=True)
def ask_for_review(actor: Actor, post_id: UUID, body: told.Step) -> Answer:
    """Hand a draft to those who may approve it."""
    post = _meant(actor, post_id, body)
    reviewing.send_for_review(post, actor=actor, now=database_now())
    return Answer(shown(post))


@call("POST", ONE + "/approval", gives=told.Post, body=told.Step, body_optional=True)
def approve(actor: Actor, post_id: UUID, body: told.Step) -> Answer:
    """Approve a post.

    Where its stream asks several people, it stays in review until the last of them has approved.
    """
    post = _meant(actor, post_id, body)
    reviewing.approve(post, actor=actor, now=database_now())
    return Answer(shown(post))


@call("GET", ONE + "/approval", gives=agreed.Agreement)
def agreement(actor: Actor, post_id: UUID) -> Answer:
    """See how far a team has agreed on a post.

    Who is asked step by step, whose turn it is, and what everybody answered.
    """
    post = post_of(actor, post_id)
    ruling, steps = rules.ruling(post), rules.steps_of(post)
    given = rules.standing_approvals(post)
    return Answer(
        agreed.Agreement.model_validate(
            {
                "state": post.state,
                "version": post.version,
                "needed": ruling is not None,
                "stream": ruling.handle if ruling else None,
                "steps": [
                    {"who": who, "words": words, "given": place < len(given)}
                    for place, (who, words) in enumerate(zip(steps, rules.steps_in_words(steps), strict=True))
                ],
                "next": sorted(rules.next_approvers(post)) if post.state == "in_review" else [],
                "hindrance": _hindrance(post, actor),
                "reviews": [
                    {
                        "person": row.person_id, "outcome": row.outcome, "step": row.step, "version": row.version,
                        "text": row.text, "at": row.at, "counts": row.ended_at is None,
                    }
                    for row in reversed(post.reviews)
                ],
            }
        )
    )  # fmt: skip


@call("DELETE", ONE + "/approval", gives=told.Post)
def take_back(actor: Actor, post_id: UUID) -> Answer:
    """Take an approval, or the request for a review, back.

    The post is a draft again.
    """
    post = post_of(actor, post_id)
    reviewing.take_back(post, actor=actor, now=database_now())
    return Answer(shown(post))


@call("POST", ONE + "/wish", gives=told.Post, body=told.Wish)
def want_changes(actor: Actor, post_id: UUID, body: told.Wish) -> Answer:
    """Send a post back to its author with a wish.

    It is a draft again, and says what should change until it is sent for review once more.
    """
    post = _meant(actor, post_id, body)
    reviewing.want_changes(post, body.text, actor=actor, now=database_now())
    return Answer(shown(post))


@call("POST", ONE + "/schedule", gives=told.Post, body=told.Schedule, body_optional=True)
def schedule(actor: Actor, post_id: UUID, body: told.Schedule) -> Answer:
    """Schedule a post for a time in the future.

    With `{}` it goes out at its own `publish_at`; with `{"slot": "next"}` at the next free slot of its home stream;
    with `publish_at` (and `timezone`, else the post's) at that time, also when it was scheduled before.
    """
    post, now = _meant(actor, post_id, body), database_now()
    if body.publish_at:
        _give_time(post, body, actor, now)
    elif body.slot:
        _give_slot(post, now)
    scheduling.schedule(post, actor=actor, now=now)
    return Answer(shown(post), then=(enqueue.plan_changed,))


@call("DELETE", ONE + "/schedule", gives=told.Post)
def unschedule(actor: Actor, post_id: UUID) -> Answer:
    """Take a scheduled post back to draft.

    Its time stays written down.
    """
    post = post_of(actor, post_id)
    scheduling.unschedule(post, actor=actor, now=database_now())
    return Answer(shown(post), then=(enqueue.plan_changed,))


@call("POST", ONE + "/publication", gives=told.Post, body=told.Step, body_optional=True)
def publish(actor: Actor, post_id: UUID, body: told.Step) -> Answer:
    """Publish a post now."""
    post = _meant(actor, post_id, body)
    publishing.publish_now(post, actor=actor, now=database_now())
    return Answer(shown(post), then=_WAKE)


@call("DELETE", ONE + "/publication", gives=told.Post)
def withdraw(actor: Actor, post_id: UUID) -> Answer:
    """Withdraw a published post.

    Readers' programs are told; places that can take it back are asked to.
    """
    post = post_of(actor, post_id)
    withdrawing.withdraw(post, actor=actor, now=database_now())
    return Answer(shown(post), then=_WAKE)


_WAKE = (enqueue.plan_changed, partial(enqueue.wake, "publish"))


def _hindrance(post: Post, actor: Actor) -> str | None:
    if post.state in {"draft", "in_review"}:
        return rules.hindrance(post, actor)
    return say("This post is %(state)s; that step does not fit here.", state=in_a_sentence(post.state))


def _meant(actor: Actor, post_id: UUID, body: told.Step) -> Post:
    """The post, held for this transaction, if it is still the version that was meant."""
    post = post_of(actor, post_id)
    lock(post)
    if body.version is not None and body.version != post.version:
        raise Stale(post.version)
    return post


def _give_time(post: Post, body: told.Schedule, actor: Actor, now: datetime) -> None:
    zone = body.timezone or post.timezone or post.home.timezone
    scheduling.reschedule(
        post, body.publish_at or "", zone, version=post.version, fold=body.fold, actor=actor, now=now
    )


def _give_slot(post: Post, now: datetime) -> None:
    if post.state == "scheduled":
        raise Conflict("This post has a time already. Take it back to draft, then ask for a slot.")
    scheduling.take_next_slot(post, now=now)

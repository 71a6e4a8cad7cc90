"""Saving while a person writes: each field that can be kept is kept, each other one is told."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from calendar_app.errors import Refused, Stale
from calendar_app.extensions import db
from calendar_app.languages import say
from calendar_app.posts.drafting import draft, edit
from calendar_app.posts.models import Post
from calendar_app.posts.values import PLAN, changed, values_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from calendar_app.people.roles import Actor

KEY = re.compile(r"[A-Za-z0-9_-]{16,100}")
# A draft's id is made of its maker and the key of the page that made it: a repeat finds the same draft.
DRAFTS = uuid.UUID("5f0d7a3e-6f3b-5d0c-9d3c-3e1f6a2b7c48")


# Of these each part stands for itself: one that does not fit keeps none of the others back.
PARTED = {"variants", "translations"}


class Begun(NamedTuple):
    """A new draft, or the one that an earlier try had `made`; and a sentence for each field that did not fit."""

    post: Post
    problems: Mapping[str, str]
    made: bool


def autosave(
    post: Post, values: Mapping[str, Any], *, version: int, actor: Actor, now: datetime
) -> Mapping[str, str]:
    """Save what differs and can be saved; one sentence for each field that cannot.

    Raises Stale, Conflict, NotAllowed; Refused when something stands in the way that is no field of `values`.
    """
    if version != post.version:
        raise Stale(post.version)
    return save_what_fits(
        changed(values, values_of(post)),
        lambda kept: edit(post, kept, version=version, actor=actor, now=now, typing=True),
    )


def draft_once(key: str, values: Mapping[str, Any], *, actor: Actor, now: datetime) -> Begun:
    """The draft that this page has begun: made now, or found if an earlier try of the same page made it.

    A found draft is left as it is. Raises Refused (the streams are needed), NotAllowed.
    """
    if not KEY.fullmatch(key):
        raise Refused({"form": say("This page did not say which draft it writes. Load it again.")})
    number = str(uuid.uuid5(DRAFTS, f"{actor.person.id}:{key}"))
    found = _drafted(number)
    if found is not None:
        return Begun(found, {}, made=False)
    made: list[Post] = []
    try:
        problems = save_what_fits(
            values, lambda kept: made.append(draft(kept, actor=actor, now=now, uuid=number)), needed="streams"
        )
    except IntegrityError:
        # Another request of the same page was faster.
        db.session.rollback()
        found = _drafted(number)
        if found is None:
            raise
        return Begun(found, {}, made=False)
    return Begun(made[-1], problems, made=True)


def _drafted(number: str) -> Post | None:
    found: Post | None = db.session.scalar(sa.select(Post).where(Post.uuid == number))
    return found


def save_what_fits(
    changes: Mapping[str, Any], save: Callable[[Mapping[str, Any]], Any], needed: str = ""
) -> Mapping[str, str]:
    """Try with all, then without what was refused, until it fits. The `needed` field is never left out."""
    kept, problems = dict(changes), {}
    while kept:
        try:
            with db.session.begin_nested():
                save(kept)
            break
        except Refused as refused:
            problems.update(refused.errors)
            fewer = _without(kept, refused.errors)
            if fewer == kept or (needed and needed not in fewer):
                raise Refused(problems) from refused
            kept = fewer
    return problems


def _without(changes: Mapping[str, Any], errors: Mapping[str, str]) -> dict[str, Any]:
    """What is left when the refused fields go. A plan is one thing: a day in another zone is another time."""
    names = {
        name.partition(".")[0] for name in errors if not name.startswith(tuple(f"{one}." for one in PARTED))
    }
    blamed = names | set(PLAN) if names & set(PLAN) else names
    left = {name: value for name, value in changes.items() if name not in blamed}
    for group in PARTED & left.keys():
        blamed_parts = {name.split(".")[1] for name in errors if name.startswith(f"{group}.")}
        left[group] = {key: one for key, one in left[group].items() if str(key) not in blamed_parts}
        if not left[group]:
            del left[group]
    return left

"""Revisions of a post: listed, compared, brought back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask import abort
from sqlalchemy.orm import defer

from calendar_app import enqueue
from calendar_app.api.calling import Answer, call
from calendar_app.api.paging import page
from calendar_app.api.posts import ONE as POST
from calendar_app.api.posts import post_of, shown
from calendar_app.api.schemas import history as told
from calendar_app.api.schemas.base import PageQuery
from calendar_app.errors import Refused
from calendar_app.extensions import database_now, db
from calendar_app.revisions.models import Revision
from calendar_app.revisions.restoring import restore
from calendar_app.revisions.showing import changes

if TYPE_CHECKING:
    from uuid import UUID

    from calendar_app.people.roles import Actor
    from calendar_app.posts.models import Post

ALL = POST + "/revisions"
ONE = ALL + "/<int:revision>"


@call("GET", ALL, gives=told.Revisions, query=PageQuery)
def find(actor: Actor, post_id: UUID, query: PageQuery) -> Answer:
    """List the revisions of a post, the newest first.

    At most a hundred are kept; the first stays, and those that somebody approved or wished changed.
    """
    post = post_of(actor, post_id)
    wanted = sa.select(Revision).where(Revision.post_id == post.id).options(defer(Revision.values))
    rows, following = page(wanted, Revision.number, query, newest_first=True)
    return Answer(
        told.Revisions(items=[told.RevisionTold.model_validate(_facts(row)) for row in rows], next=following)
    )


@call("GET", ONE, gives=told.Revision)
def show(actor: Actor, post_id: UUID, revision: int) -> Answer:
    """Read one revision: what the post said."""
    row = _numbered(post_of(actor, post_id), revision) or abort(404)
    return Answer(told.Revision.model_validate({**_facts(row), "values": row.values}))


@call("GET", ONE + "/comparison", gives=told.Comparison, query=told.ComparisonQuery)
def compare(actor: Actor, post_id: UUID, revision: int, query: told.ComparisonQuery) -> Answer:
    """Compare a revision with an earlier one, word by word."""
    post = post_of(actor, post_id)
    later = _numbered(post, revision) or abort(404)
    earlier = _numbered(post, query.since or _before(post, later))
    if earlier is None or earlier.number > later.number:
        raise Refused({"from": "Name an earlier revision of this post."})
    found = [
        {
            "label": one.label,
            "parts": [part._asdict() for part in one.parts],
            "before": one.before,
            "after": one.after,
        }
        for one in changes(earlier.values, later.values)
    ]
    answer = {"earlier": earlier.number, "later": later.number, "changes": found}
    return Answer(told.Comparison.model_validate(answer))


@call("POST", ONE + "/restoration", gives=told.Restored, body=told.Restoration)
def bring_back(actor: Actor, post_id: UUID, revision: int, body: told.Restoration) -> Answer:
    """Let a post say again what it said.

    All but its time. That is a new revision, and is taken back by bringing back the one before.
    """
    post = post_of(actor, post_id)
    actor.need("write posts", post.team_id)
    row = _numbered(post, revision) or abort(404)
    problems = restore(post, row, version=body.version, actor=actor, now=database_now())
    return Answer(told.Restored(post=shown(post), problems=dict(problems)), then=(enqueue.plan_changed,))


def _numbered(post: Post, number: int) -> Revision | None:
    if number >= 2**31:
        return None
    return db.session.scalar(
        sa.select(Revision).where(Revision.post_id == post.id, Revision.number == number)
    )


def _before(post: Post, row: Revision) -> int:
    """The number of the one before; of the first its own."""
    earlier = sa.select(sa.func.max(Revision.number)).where(
        Revision.post_id == post.id, Revision.number < row.number
    )
    return db.session.scalar(earlier) or row.number


def _facts(row: Revision) -> dict[str, Any]:
    return {
        "number": row.number, "person": row.person_id, "version": row.version, "restored": row.restored,
        "began_at": row.began_at, "at": row.at,
    }  # fmt: skip

"""The history of a post: its revisions, two of them compared, one brought back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import defer, joinedload

from calendar_app import enqueue
from calendar_app.extensions import database_now, db
from calendar_app.people.shown_times import shown
from calendar_app.people.signing_in import current_actor, member_required
from calendar_app.posts.finding import post_of
from calendar_app.posts.forms import version_in
from calendar_app.posts.steps import may_write
from calendar_app.revisions.models import Revision
from calendar_app.revisions.restoring import restore
from calendar_app.revisions.showing import changes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from calendar_app.agreeing.models import Review
    from calendar_app.posts.models import Post

history = Blueprint("history", __name__, url_prefix="/posts")


@history.get("/<uuid:number>/history")
@member_required
def index(number: Any) -> ResponseReturnValue:
    """`?from=3&to=7`: two revisions by their numbers; without, the last two."""
    post = post_of(number)
    rows = _revisions(post)
    later = _one(post, "to", rows[0].number) if rows else None
    earlier = _one(post, "from", _before(rows, later)) if later else None
    return render_template(
        "revisions/history.html",
        post=post, rows=rows, later=later, earlier=earlier, when=shown,
        changes=changes(earlier.values, later.values) if earlier and later else [],
        reviewed=_reviewed(post, rows), writable=may_write(post, current_actor()),
    )  # fmt: skip


@history.post("/<uuid:number>/history/<int:revision>/restoration")
@member_required
def bring_back(number: Any, revision: int) -> ResponseReturnValue:
    """Shows what came back by it, with the way to undo it."""
    post = post_of(number)
    current_actor().need("write posts", post.team_id)
    wanted = _numbered(post, revision) or abort(404)
    problems = restore(
        post, wanted, version=version_in(request.form), actor=current_actor(), now=database_now()
    )
    db.session.commit()
    enqueue.plan_changed()
    flash(_("The post says again what it said in revision %(number)s.", number=revision), "good")
    for sentence in problems.values():
        flash(sentence, "warn")
    return redirect(url_for("history.index", number=number), 303)


def _revisions(post: Post) -> Sequence[Revision]:
    """The newest first, without what they say."""
    return db.session.scalars(
        sa.select(Revision)
        .where(Revision.post_id == post.id)
        .options(joinedload(Revision.person), defer(Revision.values))
        .order_by(Revision.number.desc())
    ).all()


def _before(rows: Sequence[Revision], later: Revision) -> int:
    return next((row.number for row in rows if row.number < later.number), later.number)


def _one(post: Post, name: str, usual: int) -> Revision:
    asked = request.args.get(name, "")
    if not asked:
        return _numbered(post, usual) or abort(404)
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 0
    return _numbered(post, number) or abort(404)


def _numbered(post: Post, number: int) -> Revision | None:
    if not 0 < number < 2**31:
        return None
    return db.session.scalar(
        sa.select(Revision).where(Revision.post_id == post.id, Revision.number == number)
    )


def _reviewed(post: Post, rows: Sequence[Revision]) -> dict[int, list[Review]]:
    """Reviews by the number of the revision that stood when they were given."""
    found: dict[int, list[Review]] = {}
    for review in post.reviews:
        row = next((row for row in rows if row.version <= review.version), None)
        if row is not None:
            found.setdefault(row.number, []).append(review)
    return found

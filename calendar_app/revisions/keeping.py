"""A revision with every save that matters: what one person types in one sitting is one."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from calendar_app.extensions import db
from calendar_app.revisions.models import Revision

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from calendar_app.people.roles import Actor
    from calendar_app.posts.models import Post

SITTING = timedelta(minutes=10)
# Of each post. Beyond it the oldest go, but for the first and for those that somebody approved or wished changed.
MOST, MOST_CHARACTERS = 100, 2_000_000


def keep(
    post: Post,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    restored: int | None = None,
) -> None:
    """Note what the post says `after` a save. `before` is kept too where nothing was: of posts older than this."""
    last = latest(post)
    if last is None and before is not None and before != after:
        last = _add(post, 1, before, post.created_at, person_id=post.author_id, version=post.version - 1)
    if last is not None and last.values == after:
        return
    if last is not None and restored is None and _goes_on(last, post, actor, now):
        last.values, last.size, last.version, last.at = dict(after), _size(after), post.version, now
        return
    _add(post, last.number + 1 if last else 1, after, now, person_id=actor.person.id, version=post.version,
         restored=restored)  # fmt: skip
    _thin(post)


def latest(post: Post) -> Revision | None:
    return db.session.scalars(
        sa.select(Revision).where(Revision.post_id == post.id).order_by(Revision.number.desc()).limit(1)
    ).first()


def _goes_on(last: Revision, post: Post, actor: Actor, now: datetime) -> bool:
    """The same person still writes, and nobody has looked at it or read it as it was."""
    looked_at = any(review.version >= last.version for review in post.reviews)
    went_out = post.published_at is not None and post.published_at >= last.at
    same = last.person_id == actor.person.id and last.restored is None
    return same and now - last.began_at < SITTING and not looked_at and not went_out


def _add(
    post: Post, number: int, values: Mapping[str, Any], at: datetime, *, person_id: int | None, version: int,
    restored: int | None = None,
) -> Revision:  # fmt: skip
    row = Revision(
        post_id=post.id, number=number, person_id=person_id, version=version, restored=restored,
        values=dict(values), size=_size(values), began_at=at, at=at,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row


def _size(values: Mapping[str, Any]) -> int:
    return len(json.dumps(values, ensure_ascii=False))


def _thin(post: Post) -> None:
    rows = db.session.execute(
        sa.select(Revision.id, Revision.version, Revision.size)
        .where(Revision.post_id == post.id)
        .order_by(Revision.number)
    ).all()
    count, characters = len(rows), sum(row.size for row in rows)
    spared = _looked_at(post, [row.version for row in rows])
    gone = []
    for row in rows[1:-1]:
        if count <= MOST and characters <= MOST_CHARACTERS:
            break
        if row.version not in spared:
            gone.append(row.id)
            count, characters = count - 1, characters - row.size
    if gone:
        db.session.execute(sa.delete(Revision).where(Revision.id.in_(gone)))


def _looked_at(post: Post, versions: list[int]) -> set[int]:
    """Versions of those revisions that stood when somebody answered: the latest up to then."""
    found = (max((one for one in versions if one <= row.version), default=0) for row in post.reviews)
    return set(found)

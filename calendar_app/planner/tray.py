"""Posts without a time: in no month, week or day, so they lie in a tray beside all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from calendar_app.extensions import db
from calendar_app.planner.loading import chosen, shown_state, streams_of, wished
from calendar_app.planner.plan import CHANGES, Untimed
from calendar_app.posts.models import Post
from calendar_app.posts.unplanning import OPEN

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from calendar_app.people.roles import Actor
    from calendar_app.planner.plan import Lane

MOST_AT_ONCE = 20


@dataclass(frozen=True)
class Tray:
    """`posts` are some of `total`, beginning after the first `skipped`."""

    posts: Sequence[Untimed]
    total: int
    skipped: int = 0

    @property
    def shown(self) -> int:
        return self.skipped + len(self.posts)

    @property
    def more(self) -> int:
        """How many the next portion has."""
        return min(max(self.total - self.shown, 0), MOST_AT_ONCE)


def tray(
    actor: Actor,
    lanes: Sequence[Lane],
    *,
    stream_ids: Collection[int] | None = None,
    states: Collection[str] = (),
    person_id: int | None = None,
    holding: str = "",
    skip: int = 0,
) -> Tray:
    """What was touched last comes first. `lanes` are those that are shown; the rest as for `loading.entries`."""
    if stream_ids is not None and not stream_ids:
        return Tray([], 0)
    wanted = [
        Post.team_id.in_(actor.team_ids),
        Post.due_at.is_(None),
        Post.is_unfinished(),
        _in_states(states),
        *chosen(stream_ids=stream_ids, person_id=person_id, holding=holding),
    ]
    total = db.session.scalar(sa.select(sa.func.count()).select_from(Post).where(*wanted)) or 0
    if total <= skip:
        return Tray([], total, skip)
    rows = db.session.execute(
        sa.select(
            Post.id, Post.uuid, Post.title, Post.language, Post.version, Post.state, Post.team_id,
            wished().label("wished"),
        )
        .where(*wanted)
        .order_by(Post.updated_at.desc(), Post.id.desc())
        .offset(skip)
        .limit(MOST_AT_ONCE)
    ).all()  # fmt: skip
    streams = streams_of([Post.id.in_([row.id for row in rows])])
    by_id = {lane.id: lane for lane in lanes}
    posts = [
        Untimed(
            row.uuid, row.title, row.language, row.version, shown_state(row.state, (), wished=row.wished),
            row.team_id, lane,
        )
        for row in rows
        if (lane := next((by_id[one] for one in streams.get(row.id, ()) if one in by_id), None)) is not None
    ]  # fmt: skip
    return Tray(posts, total, skip)


def _in_states(states: Collection[str]) -> sa.ColumnElement[bool]:
    if not states:
        return Post.state.in_(sorted(OPEN))
    plain = Post.state.in_(sorted(OPEN & set(states)))
    if CHANGES in states:
        return sa.or_(plain, sa.and_(Post.state == "draft", wished()))
    return sa.and_(plain, sa.or_(Post.state != "draft", ~wished()))

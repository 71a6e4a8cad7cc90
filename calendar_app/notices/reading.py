"""What a member has been told: the list, how much of it is unread, and marking it read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from calendar_app.channels.models import Delivery
from calendar_app.extensions import db
from calendar_app.notices.models import Notice
from calendar_app.posts.models import Post

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from calendar_app.people.roles import Actor

MOST_SHOWN = 100


def notices(actor: Actor) -> Sequence[Notice]:
    """The person's own, of teams they are in: unread first, then the newest. The number of queries is fixed."""
    return db.session.scalars(
        sa.select(Notice)
        .where(*_own(actor))
        .options(
            joinedload(Notice.post).selectinload(Post.reviews),
            joinedload(Notice.by),
            joinedload(Notice.comment),
            joinedload(Notice.account),
            joinedload(Notice.delivery).joinedload(Delivery.account),
        )
        .order_by(Notice.read_at.is_not(None), Notice.id.desc())
        .limit(MOST_SHOWN)
    ).all()


def unread(actor: Actor) -> int:
    return (
        db.session.scalar(sa.select(sa.func.count(Notice.id)).where(*_own(actor), Notice.read_at.is_(None)))
        or 0
    )


def own(actor: Actor, number: int) -> Notice | None:
    return db.session.scalar(sa.select(Notice).where(Notice.id == number, *_own(actor)))


def mark_read(actor: Actor, now: datetime, *, up_to: int) -> int:
    """All that was shown: notices up to this number. What came since stays unread. The caller commits."""
    done = db.session.execute(
        sa.update(Notice)
        .where(*_own(actor), Notice.read_at.is_(None), Notice.id <= up_to)
        .values(read_at=now)
        .execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def _own(actor: Actor) -> list[sa.ColumnElement[bool]]:
    return [Notice.person_id == actor.person.id, Notice.team_id.in_(actor.team_ids)]

"""Taking a row for this transaction, and seeing it as it is now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import InvalidRequestError

from calendar_app.errors import Conflict
from calendar_app.extensions import db
from calendar_app.languages import say
from calendar_app.posts.models import PostStream
from calendar_app.streams.models import Stream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calendar_app.channels.models import Delivery
    from calendar_app.posts.models import Post

# FOR NO KEY UPDATE: whoever holds a delivery may still look whether its post is there. With FOR UPDATE a worker
# that holds the delivery and a person who holds the post would wait for each other.
WHOLE_BUT_ITS_ID = {"key_share": True}


def lock(row: Post | Delivery) -> None:
    """The claim, the clock and colleagues race for it too. Raises Conflict when it has been thrown away."""
    db.session.flush()
    try:
        db.session.refresh(row, with_for_update=WHOLE_BUT_ITS_ID)
    except InvalidRequestError:
        raise Conflict(say("Somebody has just thrown this post away. Load the page again.")) from None


def hold_streams_of(post_ids: Sequence[int], *, also: int | None = None) -> None:
    """The streams of these posts (and `also` one more) in order of id, for this transaction: after the posts."""
    ids = sa.select(PostStream.stream_id).where(PostStream.post_id.in_(post_ids))
    rows = sa.select(Stream.id).where(sa.or_(Stream.id.in_(ids), Stream.id == also)).order_by(Stream.id)
    db.session.execute(rows.with_for_update(of=Stream, key_share=True))

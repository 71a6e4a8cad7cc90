"""Taking a row for this transaction, and seeing it as it is now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.exc import InvalidRequestError

from calendar_app.errors import Conflict
from calendar_app.extensions import db
from calendar_app.languages import say

if TYPE_CHECKING:
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

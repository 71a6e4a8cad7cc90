"""How many bytes a picture of a post has, as whoever follows its address gets it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from calendar_app.channels.adapter import Trouble
from calendar_app.media.decoding import KEPT_SIDE
from calendar_app.media.fitting import page_fit, picture
from calendar_app.media.keeping import store

if TYPE_CHECKING:
    from calendar_app.media.models import PostPicture

log = logging.getLogger(__name__)


def weight(row: PostPicture) -> int:
    """Of the part that is shown, which is made if nobody has asked for it yet; 0 where that cannot be done now."""
    if not row.crop:
        return row.medium.size
    try:
        return len(picture(row.name, page_fit(KEPT_SIDE, row.medium.media_type), store=store())[0])
    except Trouble as problem:
        log.error("a picture cannot be weighed: %s", problem)
        return 0

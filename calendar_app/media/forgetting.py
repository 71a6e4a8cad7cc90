"""Throwing away what nobody uses: uploads that no post shows, and files that no row names."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from calendar_app.extensions import database_now, db
from calendar_app.media.keeping import store
from calendar_app.media.models import Medium, PostPicture
from calendar_app.series.models import series_medium

KEPT_UNUSED = timedelta(days=7)
# A file is written before its row: what is younger than this may be about to get one.
YOUNG = 24 * 3600.0


def forget_unused() -> int:
    """Rows of pictures, a week old, that no post and no series uses; how many. The caller commits."""
    shown = sa.select(PostPicture.media_id).where(PostPicture.media_id == Medium.id).exists()
    awaited = sa.select(series_medium.c.medium_id).where(series_medium.c.medium_id == Medium.id).exists()
    gone: Any = db.session.execute(
        sa.delete(Medium)
        .where(Medium.created_at < database_now() - KEPT_UNUSED, ~shown, ~awaited)
        .execution_options(synchronize_session=False)
    )
    return int(gone.rowcount)


def sweep_files() -> int:
    """Files of pictures that no row names any more; how many. Harmless at any time: it deletes no row.

    Ends the running transaction, so that nobody who wants to write waits for a disk.
    """
    db.session.commit()
    place = store()
    names = list(place.names(older_than=YOUNG))
    known = set(db.session.scalars(sa.select(Medium.digest).distinct()))
    db.session.commit()
    orphans = [name for name in names if name[:64] not in known]
    for name in orphans:
        place.delete(name)
    return len(orphans)

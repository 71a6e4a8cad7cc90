"""Pictures from one store into another: for moving from the data folder into a bucket, or back."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

import sqlalchemy as sa

from calendar_app.extensions import db
from calendar_app.media.keeping import kept_name
from calendar_app.media.models import Medium

if TYPE_CHECKING:
    from calendar_app.media.keeping import Store


class Copied(NamedTuple):
    """Pictures that are now in the other store, those that were already, and those that the first has lost."""

    new: int
    there: int
    lost: int


def copy_pictures(source: Store, target: Store) -> Copied:
    """Every kept picture that a row names; the sizes made from them come back by themselves.

    May be repeated, and ended at any time: nothing is deleted, and what is there already is not sent again.
    A file that does not hold what its name says counts as lost. Raises OSError where a store is away.
    """
    rows = db.session.execute(sa.select(Medium.digest, Medium.media_type).distinct().order_by(Medium.digest))
    names = [kept_name(digest, media_type) for digest, media_type in rows]
    db.session.rollback()
    new = there = 0
    for name in names:
        if target.has(name):
            there += 1
        elif (content := source.get(name)) and hashlib.sha256(content).hexdigest() == name[:64]:
            target.put(name, content)
            new += 1
    return Copied(new, there, len(names) - new - there)

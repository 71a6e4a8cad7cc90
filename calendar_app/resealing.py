"""Secrets at rest get the present key: `sluice keys rotate`.

Piece by piece, each in a transaction of its own: whoever is interrupted begins again, and finds less to do.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from calendar_app import safe
from calendar_app.api import replaying
from calendar_app.api.models import Replay
from calendar_app.channels import packing
from calendar_app.channels.models import Account
from calendar_app.extensions import db, writing
from calendar_app.people.audit import record
from calendar_app.sealing import CannotOpen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

ROWS_AT_ONCE = 100


@dataclass
class Found:
    """How many sealed values there are under the present key and under earlier ones, and where none of ours fits."""

    present: int = 0
    earlier: int = 0
    lost: list[str] = field(default_factory=list)

    @property
    def all(self) -> int:
        return self.present + self.earlier + len(self.lost)


@dataclass(frozen=True)
class Place:
    """A table that holds sealed values: in which rows, the values of one (name → value), where each stands.

    `name` is what to tell of one that cannot be opened: nothing of answers that are kept for a day.
    """

    model: type[Any]
    holds: Callable[[], sa.ColumnElement[bool]]
    name: Callable[[Any], list[str]]
    values: Callable[[Any], dict[str, str]]
    where: Callable[[Any, str], str]
    put: Callable[[Any, dict[str, str]], None]


def look() -> Found:
    """Every sealed value is opened, none is changed or shown. Needs an app context."""
    safe.learn_keys()
    found = Found()
    for place in PLACES:
        for rows in _pieces(place):
            for row in rows:
                _sort(place, row, found)
            db.session.rollback()
    return found


def reseal() -> Found:
    """Seal anew what is under an earlier key; what was found before. What cannot be opened stays as it is.

    Commits as it goes. Needs an app context.
    """
    found = Found()
    with writing():
        db.session.rollback()
        for place in PLACES:
            for rows in _pieces(place, lock=True):
                for row in rows:
                    if renewed := _sort(place, row, found):
                        place.put(row, {**place.values(row), **renewed})
                db.session.commit()
        if found.earlier:
            record("secrets sealed anew", safe.sealer().current, after={"values": found.earlier})
        db.session.commit()
    return found


def _pieces(place: Place, *, lock: bool = False) -> Iterator[Sequence[Any]]:
    """A few rows at a time. Locked against whoever edits them, not against who refers to them."""
    last = 0
    while True:
        some = sa.select(place.model).where(place.model.id > last, place.holds())
        some = some.order_by(place.model.id).limit(ROWS_AT_ONCE).execution_options(populate_existing=True)
        rows = db.session.scalars(some.with_for_update(key_share=True) if lock else some).all()
        if not rows:
            return
        last = rows[-1].id
        yield rows


def _sort(place: Place, row: Any, found: Found) -> dict[str, str]:
    """Count each value of the row; those that are under an earlier key, sealed anew."""
    renewed = {}
    for name, sealed in place.values(row).items():
        where = place.where(row, name)
        try:
            plain = safe.unseal(sealed, where=where)
        except CannotOpen:
            found.lost += place.name(row)
            continue
        if safe.sealer().is_current(sealed):
            found.present += 1
        else:
            found.earlier += 1
            renewed[name] = safe.seal(plain, where=where)
    return renewed


def _put_secrets(row: Account, values: dict[str, str]) -> None:
    row.sealed = values


def _put_body(row: Replay, values: dict[str, str]) -> None:
    row.body = values["body"]


PLACES = (
    Place(Account, lambda: Account.deleted_at.is_(None), lambda row: [f"the account “{row.name}”"],
          lambda row: row.sealed, lambda row, name: packing.where(row.id, name), _put_secrets),
    Place(Replay, lambda: Replay.body.is_not(None), lambda row: [],
          lambda row: {"body": row.body}, lambda row, name: replaying.where(row.id), _put_body),
)  # fmt: skip

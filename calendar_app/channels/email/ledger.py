"""One row per address: who has been sent to, who refused, who may have got it. A repeat goes on where it stands."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from calendar_app import links
from calendar_app.channels.email.leaving import departed, departed_of
from calendar_app.channels.email.lists import digest_of, read_list
from calendar_app.channels.email.models import OPEN, Mailing
from calendar_app.channels.email.writing import Sheet
from calendar_app.channels.models import Account, Delivery
from calendar_app.extensions import database_now, db
from calendar_app.mailing.rounds import Shelf
from calendar_app.people.models import Site

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from calendar_app.channels.adapter import Parcel

# What found no way in so long is given up: the post is no news any more.
GIVE_UP = timedelta(hours=36)
ROWS_AT_ONCE = 500
KEPT_FOR = timedelta(days=28)
FORGOTTEN_AT_ONCE = 20_000
MOST_SHEETS = 64


@dataclass(frozen=True)
class Tally:
    """How many rows are in each state; `next_at` is when the first that waits is due, `refusal` one reason."""

    counts: dict[str, int]
    next_at: datetime | None
    refusal: str

    def of(self, *states: str) -> int:
        return sum(self.counts.get(state, 0) for state in states)

    @property
    def wanted(self) -> int:
        """Without those who left before it was their turn."""
        return sum(self.counts.values()) - self.of("cancelled")


def fan_out(parcel: Parcel, before_first_byte: Callable[[], None]) -> int:
    """A row for each address of the list, once; after a person's "send again" what was not sent is opened anew.

    From then on the delivery sends what is frozen on it. `before_first_byte` runs before anything changes.
    Returns how many rows are new. The caller commits.
    """
    written = 0
    now = database_now()
    there = db.session.scalar(sa.select(sa.func.count(Mailing.id)).where(Mailing.delivery_id == parcel.id))
    if not there:
        before_first_byte()
        written = _write_rows(parcel, now)
        db.session.execute(
            sa.update(Delivery)
            .where(Delivery.id == parcel.id, Delivery.fence == parcel.fence)
            .values(ambiguous=True)
            .execution_options(synchronize_session=False)
        )
    elif _settled_before(parcel):
        before_first_byte()
        _open_again(parcel, now)
    if now > parcel.due_at + GIVE_UP:
        _give_up(parcel.id, now)
    return written


def count_anew() -> None:
    """Tell PostgreSQL that the table has grown at once: until it notices by itself, it would look through all that
    waits, and sort it, for every handful that is taken. A transaction of its own.
    """
    if db.engine.dialect.name == "postgresql":
        db.session.execute(sa.text("ANALYZE mailing"))
        db.session.commit()


def tally(delivery_id: int) -> Tally:
    rows = db.session.execute(
        sa.select(Mailing.state, sa.func.count(), sa.func.min(Mailing.next_at), sa.func.max(Mailing.reason))
        .where(Mailing.delivery_id == delivery_id)
        .group_by(Mailing.state)
    ).all()
    counts = Counter({row[0]: row[1] for row in rows})
    found = {row[0]: row for row in rows}
    due = min((found[state][2] for state in OPEN if state in found), default=None)
    return Tally(dict(counts), due, (found["refused"][3] or "") if "refused" in found else "")


def shelf(delivery_id: int | None = None) -> Shelf:
    """The mails of one delivery, or of all that are under way."""
    return Shelf(Mailing, wanted=lambda: _wanted(delivery_id), packer=_Desk().packer, spared="cancelled")


def finish_up() -> int:
    """Bring forward the deliveries whose last mail is settled, so that their outcome is written now.

    Returns how many. The caller commits.
    """
    still_open = sa.exists().where(Mailing.delivery_id == Delivery.id, Mailing.state.in_(OPEN))
    begun = sa.exists().where(Mailing.delivery_id == Delivery.id)
    now = database_now()
    waiting = (
        sa.select(Delivery.id)
        .join(Account, Account.id == Delivery.account_id)
        .where(Delivery.is_waiting(), Delivery.state == "retry", Delivery.next_at > now, Account.channel == "email",
               begun, ~still_open)
        .with_for_update(of=Delivery, skip_locked=True)
    )  # fmt: skip
    ids = db.session.scalars(waiting).all()
    if ids:
        db.session.execute(
            sa.update(Delivery)
            .where(Delivery.id.in_(ids), Delivery.state == "retry")
            .values(next_at=now)
            .execution_options(synchronize_session=False)
        )
    return len(ids)


def forget_old() -> int:
    """Addresses of deliveries that arrived long ago are nobody's business any more; returns how many are forgotten.

    Where a person may still say "send again" the rows stay: they tell who has got it. The caller commits.
    """
    arrived = sa.exists().where(Delivery.id == Mailing.delivery_id, Delivery.state == "delivered")
    old = (
        sa.select(Mailing.id)
        .where(Mailing.created_at < database_now() - KEPT_FOR, arrived)
        .order_by(Mailing.id)
        .limit(FORGOTTEN_AT_ONCE)
    )
    done = db.session.execute(
        sa.delete(Mailing).where(Mailing.id.in_(old)).execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def _wanted(delivery_id: int | None) -> Sequence[Any]:
    """Not of what was called off, of a paused account, or while a restored site is on hold."""
    under_way = sa.exists().where(
        Delivery.id == Mailing.delivery_id,
        Delivery.state.in_(("sending", "retry")),
        sa.exists().where(Account.id == Delivery.account_id, Account.state == "ok"),
    )
    on_hold = sa.exists().where(Site.hold_reason.is_not(None))
    one = [Mailing.delivery_id == delivery_id] if delivery_id is not None else []
    return [*one, under_way, ~on_hold]


class _Desk:
    """Packs mailings. What was written once for a delivery serves all its mails, for as long as a round lasts."""

    def __init__(self) -> None:
        self.sheets: dict[tuple[int, datetime], Sheet] = {}
        self.accounts: dict[int, int] = {}

    def packer(self, rows: Sequence[Any], _now: datetime) -> Callable[[Any], tuple[str, bytes] | None]:
        accounts = self._accounts_of(rows)
        gone = departed_of((accounts[row.delivery_id], digest_of(row.address)) for row in rows)

        def pack(row: Any) -> tuple[str, bytes] | None:
            if (accounts[row.delivery_id], digest_of(row.address)) in gone:
                return None
            return row.address, self._sheet(row).mail_to(row.address, row.message_id)

        return pack

    def _accounts_of(self, rows: Sequence[Any]) -> dict[int, int]:
        """Delivery → account, which is never another."""
        if new := {row.delivery_id for row in rows} - set(self.accounts):
            found = sa.select(Delivery.id, Delivery.account_id).where(Delivery.id.in_(new))
            self.accounts |= {row.id: row.account_id for row in db.session.execute(found)}
        return self.accounts

    def _sheet(self, row: Any) -> Sheet:
        key = (row.delivery_id, row.created_at)
        if key not in self.sheets:
            if len(self.sheets) >= MOST_SHEETS:
                self.sheets.clear()
            self.sheets[key] = Sheet(*key)
        return self.sheets[key]


def _write_rows(parcel: Parcel, now: datetime) -> int:
    """The list as it stands this moment, without those who left. Returns how many."""
    typed = db.session.scalar(sa.select(Account.settings).where(Account.id == parcel.account_id)) or {}
    gone = departed(parcel.account_id)
    addresses = [one for one in read_list(str(typed.get("addresses", ""))).good if digest_of(one) not in gone]
    for start in range(0, len(addresses), ROWS_AT_ONCE):
        rows = [
            {
                "delivery_id": parcel.id, "address": address, "message_id": _message_id(parcel.key, address),
                "state": "waiting", "attempts": 0, "next_at": now, "created_at": now,
            }
            for address in addresses[start : start + ROWS_AT_ONCE]
        ]  # fmt: skip
        db.session.execute(sa.insert(Mailing), rows)
    return len(addresses)


def _message_id(key: str, address: str) -> str:
    """The same at every attempt, and another for everybody else."""
    return f"<{key}.{sha256(address.encode()).hexdigest()[:16]}@{links.settings().host}>"


def _of_an_earlier_decision(parcel: Parcel) -> list[Any]:
    """Settled before the delivery fell due anew: a person has looked since and wants it sent again."""
    return [
        Mailing.delivery_id == parcel.id,
        Mailing.state.in_(("unknown", "refused")),
        Mailing.finished_at < parcel.due_at,
    ]


def _settled_before(parcel: Parcel) -> bool:
    return bool(
        db.session.scalar(sa.select(sa.func.count(Mailing.id)).where(*_of_an_earlier_decision(parcel)))
    )


def _open_again(parcel: Parcel, now: datetime) -> None:
    db.session.execute(
        sa.update(Mailing)
        .where(*_of_an_earlier_decision(parcel))
        .values(state="waiting", attempts=0, next_at=now, reason=None, finished_at=None)
        .execution_options(synchronize_session=False)
    )


def _give_up(delivery_id: int, now: datetime) -> None:
    db.session.execute(
        sa.update(Mailing)
        .where(Mailing.delivery_id == delivery_id, Mailing.state == "waiting")
        .values(state="refused", reason="The mail server took it at no attempt in time.", finished_at=now)
        .execution_options(synchronize_session=False)
    )

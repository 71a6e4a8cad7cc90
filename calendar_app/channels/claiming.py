"""Taking due deliveries, and giving them back with an outcome. The database decides both."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa

from calendar_app.channels import due
from calendar_app.channels.models import LONGEST_REASON, Account, Delivery
from calendar_app.channels.tallying import End, channel_of_row, seconds_late, tally
from calendar_app.channels.websub.advertising import hub_changed
from calendar_app.extensions import database_now, db

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

LEASE_SECONDS = 60.0
# The table by itself, where a statement needs none of the bookkeeping that a mapped class brings.
_ROWS = cast("sa.Table", Delivery.__table__)
# Built once: building it costs more than running it. The columns to set are those that it is given.
_FINISH = (
    sa.update(_ROWS)
    .where(
        _ROWS.c.id == sa.bindparam("row"), _ROWS.c.fence == sa.bindparam("held"), _ROWS.c.state == "sending"
    )
    .returning(_ROWS.c.due_at, _ROWS.c.sent_at, channel_of_row().label("channel"))
)


@dataclass(frozen=True)
class Claim:
    """A row we hold until `deadline` (an instant of time.monotonic(), half the lease after asking).

    `offset` is the database's time minus ours, too large by no more than one question takes.
    """

    delivery: Delivery
    fence: int
    now: datetime
    deadline: float
    offset: timedelta


@dataclass(frozen=True)
class Outcome:
    """What became of a claim. `after` (for retry) is the earliest next attempt.

    `held_up` is what went wrong, to be told also once a later attempt has succeeded.
    """

    id: int
    fence: int
    state: str
    reason: str | None = None
    held_up: str | None = None
    after: datetime | None = None
    sent_at: datetime | None = None
    external_id: str = ""
    external_url: str = ""
    ambiguous: bool = False
    notes: Mapping[str, Any] = field(default_factory=dict)
    account_state: str | None = None


def claim(
    limit: int, *, lease_seconds: float = LEASE_SECONDS, passing_by: Collection[int] = ()
) -> list[Claim]:
    """Take up to `limit` due deliveries: their state is `sending`, their fence one higher, their lease running.

    Only deliveries of posts that are published (or, for a withdrawal, withdrawn) and of accounts in order; for
    accounts where repeats harm, one at a time. Nothing while the site is on hold, and nothing for the accounts to be
    passed by (ids). The caller commits before it sends.
    """
    asked, ours = time.monotonic(), datetime.now(UTC)
    now = database_now()
    wanted = {"now": now, "most": limit, "passing_by": list(passing_by)}
    ids = db.session.scalars(due.due_ids(), wanted).all()
    if not ids:
        return []
    until = now + timedelta(seconds=lease_seconds)
    taken = db.session.scalars(due.taking(), {"ids": ids, "until": until}).all()
    rows = db.session.scalars(due.with_all_to_pack(), {"ids": taken})
    deadline = asked + lease_seconds / 2
    return [Claim(row, row.fence, now, deadline, now - ours) for row in rows]


def finish(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Write outcomes down; returns those whose claim had been lost (they change nothing). The caller commits."""
    lost: list[Outcome] = []
    if not outcomes:
        return lost
    now = database_now()
    ends = []
    for outcome in outcomes:
        row = db.session.execute(
            _FINISH, {"row": outcome.id, "held": outcome.fence, **_columns(outcome, now)}
        ).one_or_none()
        if row is None:
            lost.append(outcome)
            continue
        ends.append(_end_of(outcome, row))
        if outcome.account_state:
            _settle_account(outcome)
    tally(ends)
    return lost


def next_due() -> datetime | None:
    """The next instant at which a worker has something to do: a post, a delivery, or a lease that runs out."""
    first, until, hold = db.session.execute(due.first_instants()).one()
    found: tuple[datetime | None, ...] = (until,) if hold else (first, until, _next_attempt(first))
    return min((at for at in found if at), default=None)


def _next_attempt(before: datetime | None) -> datetime | None:
    """Deliveries of posts still to come are due with their post at the earliest: the limit spares a walk over them."""
    if before is None:
        return db.session.scalar(due.first_attempt())
    return db.session.scalar(due.first_attempt_before(), {"now": before})


def _end_of(outcome: Outcome, row: Any) -> End:
    """What there is to count: not that a long list of mails is still being worked off, which is no trouble."""
    if outcome.state == "delivered":
        return End(row.channel, "delivered", seconds_late(row.due_at, row.sent_at))
    under_way = outcome.state == "retry" and outcome.held_up is None
    return End(row.channel, "" if under_way else outcome.state)


def _columns(outcome: Outcome, now: datetime) -> dict[str, Any]:
    values: dict[str, Any] = {
        "state": outcome.state,
        "lease_until": None,
        "reason": _fitting(outcome.reason),
    }
    if outcome.sent_at:
        values["sent_at"] = outcome.sent_at
    if outcome.notes:
        values["notes"] = dict(outcome.notes)
    if outcome.ambiguous:
        values["ambiguous"] = True
    if outcome.held_up:
        values["held_up"] = _fitting(outcome.held_up)
    if outcome.state == "retry":
        values["next_at"] = outcome.after
    else:
        # The two clocks agree to a millisecond or so: what was sent has not ended before it began.
        values["finished_at"] = max(now, outcome.sent_at or now)
    if outcome.state == "delivered":
        values["external_id"] = outcome.external_id or None
        values["external_url"] = outcome.external_url or None
    return values


def _fitting(reason: str | None) -> str | None:
    """Some of it comes from other people's servers."""
    return reason[:LONGEST_REASON] if reason else None


def _settle_account(outcome: Outcome) -> None:
    """A revoked key or a place that is gone changes the account once; those who come later find it changed."""
    now = database_now()
    account_id = sa.select(Delivery.account_id).where(Delivery.id == outcome.id)
    settled = db.session.scalar(
        sa.update(Account)
        .where(Account.id == account_id.scalar_subquery(), Account.state == "ok")
        .values(state=outcome.account_state, state_reason=_fitting(outcome.reason), state_since=now)
        .returning(Account.id)
        .execution_options(synchronize_session=False)
    )
    if settled is not None:
        hub_changed(settled, now)

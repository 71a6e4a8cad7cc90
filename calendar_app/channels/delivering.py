"""Draining what is due: publish, claim, send many at once, write outcomes; again until nothing is left.

One thread (the caller's) talks to the database, many talk to the world: a claim is one short transaction and
so is a batch of outcomes, which SQLite with its single writer needs and PostgreSQL does not mind.
"""

from __future__ import annotations

import logging
import queue
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import current_app
from sqlalchemy.exc import IntegrityError, OperationalError, SQLAlchemyError

from calendar_app import stopping
from calendar_app.channels.claiming import LEASE_SECONDS, Outcome, claim, finish, next_due
from calendar_app.channels.packing import pack
from calendar_app.channels.sending import Attempt, give_up, send
from calendar_app.channels.stepping import Step, keep
from calendar_app.channels.sweeping import miss_overdue, sweep
from calendar_app.channels.tallying import End, tally
from calendar_app.extensions import database_now, db, writing
from calendar_app.insisting import insist
from calendar_app.media.keeping import store
from calendar_app.outbound import Outbound
from calendar_app.posts.publishing import publish_due
from calendar_app.sealing import CannotOpen

if TYPE_CHECKING:
    from calendar_app.channels.adapter import Parcel
    from calendar_app.channels.claiming import Claim

THREADS = 32
LINGER_SECONDS = 1.5
# With calls in flight, wait so long for an outcome before looking whether something else is due.
WAIT_SECONDS = 0.05
GATHER_SECONDS = 0.004
# While lingering, look this often: something new may have become due earlier.
LOOK_SECONDS = 0.1
SWEEP_EVERY = 2.0

log = logging.getLogger(__name__)


def drain(budget_seconds: float = 20.0, *, lease_seconds: float = LEASE_SECONDS) -> int:
    """Work off everything due; linger for what falls due within a moment. Returns the number of attempts made.

    Needs an app context. Ends when nothing is near, or after `budget_seconds`. Calls that are then in flight are
    waited for; meanwhile, for as long again, work of other accounts is taken: a slow host delays nobody else.
    A process that is asked to end (`stopping`) takes nothing more, and waits for no call beyond its patience.
    """
    # A transaction that has only read so far could not become one that writes, once another has written.
    db.session.commit()
    pool = ThreadPoolExecutor(THREADS, thread_name_prefix="send")
    try:
        with writing():
            return _Drain(pool, lease_seconds).run(budget_seconds)
    finally:
        pool.shutdown(wait=not stopping.asked(), cancel_futures=True)


def rehearse() -> None:
    """Ask all that a round asks, and take it back: what is forked afterwards finds SQL compiled, certificates read.

    Needs an app context. Leaves no connection open, and nothing changed; a database that is away may stay away.
    """
    outbound()
    try:
        with writing():
            sweep()
            miss_overdue()
            publish_due(1)
            claim(1)
            finish([Outcome(0, 0, "delivered")])
            tally([End("log", "delivered", 0.0)])
            next_due()
    except SQLAlchemyError as error:
        log.info("no rehearsal: %s", error)
    finally:
        db.session.rollback()
        db.session.remove()
        db.engine.dispose()


class _Drain:
    def __init__(self, pool: ThreadPoolExecutor, lease_seconds: float) -> None:
        self.pool = pool
        self.lease_seconds = lease_seconds
        self.done: queue.SimpleQueue[Outcome | Step] = queue.SimpleQueue()
        # The account of each claim, and its attempt where it has come to one.
        self.under_way: dict[tuple[int, int], tuple[int, Attempt | None]] = {}
        self.attempts = 0
        self.swept_at = 0.0
        self.app = current_app._get_current_object()  # type: ignore[attr-defined]
        self.outbound = outbound()
        self.pictures = store()
        self.offset = timedelta()
        self.in_vain = False
        self.overtime = False

    @property
    def in_flight(self) -> int:
        return len(self.under_way)

    def run(self, budget: float) -> int:
        until = time.monotonic() + budget
        while True:
            outcomes = self._collect(wait=WAIT_SECONDS if self.in_flight else 0)
            now = time.monotonic()
            self.overtime = now >= until
            in_time = not self.overtime or (self.in_flight > 0 and now < until + budget)
            open_for_more = in_time and not stopping.asked()
            worked = self._look_or_wait(outcomes) if open_for_more else self._write(outcomes)
            self.in_vain = self.in_vain and not worked
            if self.in_flight and stopping.seconds_left() <= 0:
                self._give_up()
            if not (self.in_flight or worked or (open_for_more and self._linger(until))):
                return self.attempts

    def _look_or_wait(self, outcomes: list[Outcome]) -> bool:
        """While calls are in flight a database that is away is waited for: their outcomes must be written."""
        try:
            return self._look(outcomes)
        except OperationalError:
            db.session.rollback()
            if self._write(outcomes):
                return True
            if not self.in_flight:
                raise
            time.sleep(0.2)
            return False

    def _look(self, outcomes: list[Outcome]) -> bool:
        """One transaction: write outcomes, sweep, publish, claim. True when there was anything to do."""
        try:
            lost = finish(outcomes)
            if time.monotonic() - self.swept_at > SWEEP_EVERY:
                sweep()
                miss_overdue()
                self.swept_at = time.monotonic()
            published = publish_due()
            free = THREADS - self.in_flight + len(outcomes)
            busy = {account for account, _ in self.under_way.values()} if self.overtime else ()
            claims = claim(free, lease_seconds=self.lease_seconds, passing_by=busy) if free else []
            parcels = self._pack(claims)
            db.session.commit()
        except IntegrityError:
            # Another worker took the account first (one call at a time): it is theirs, look again.
            db.session.rollback()
            return self._write(outcomes)
        self._note_written(outcomes, lost)
        for parcel in parcels:
            self._start(parcel)
        return bool(outcomes or published or claims)

    def _pack(self, claims: list[Claim]) -> list[Parcel]:
        if claims:
            self.offset = claims[0].offset
        parcels = []
        for taken in claims:
            try:
                parcels.append(pack(taken))
            except CannotOpen as problem:
                # As after a revoked key: the account is paused and keeps its deliveries.
                self._settle(taken, "retry", problem.sentence, account_state="paused")
            except SQLAlchemyError:
                # The database, not the post: the whole round is taken back and asked again.
                raise
            except Exception as error:
                # A poison post must not hold up the others: it fails alone, with a reason.
                log.exception("cannot prepare delivery", extra={"delivery": taken.delivery.key})
                reason = f"This post could not be prepared ({type(error).__name__}). Edit it and send again."
                self._settle(taken, "failed", reason)
        return parcels

    def _settle(self, taken: Claim, state: str, reason: str, *, account_state: str | None = None) -> None:
        """An outcome without an attempt."""
        row = taken.delivery
        self.under_way[row.id, taken.fence] = (row.account_id, None)
        after = taken.now if state == "retry" else None
        self.done.put(
            Outcome(row.id, taken.fence, state, reason, reason, after=after, account_state=account_state)
        )

    def _start(self, parcel: Parcel) -> None:
        attempt = Attempt(parcel, self.offset, self.done.put)
        self.under_way[parcel.id, parcel.fence] = (parcel.account_id, attempt)
        self.attempts += 1
        self.pool.submit(self._send, parcel, attempt)

    def _send(self, parcel: Parcel, attempt: Attempt) -> None:
        # For the channels whose place is in this house.
        with self.app.app_context():
            outcome = send(
                parcel, self.outbound, clock_offset=self.offset, pictures=self.pictures, attempt=attempt
            )
        self.done.put(outcome)

    def _give_up(self) -> None:
        """Nobody waits for the calls under way any longer. What has come back in this moment still counts."""
        left = {key: attempt for key, (_, attempt) in self.under_way.items() if attempt}
        for attempt in left.values():
            attempt.close()
        came = []
        while not self.done.empty():
            came += self._collect(wait=0)
        known = {(outcome.id, outcome.fence) for outcome in came}
        given_up = [give_up(attempt) for key, attempt in left.items() if key not in known]
        log.warning("stopped with %s calls under way", len(given_up))
        self._write([*came, *given_up])

    def _collect(self, *, wait: float) -> list[Outcome]:
        """What has come back; after the first, a few milliseconds for others: they share a transaction.

        Steps of calls that go on are written down at once.
        """
        found: list[Outcome | Step] = []
        try:
            found.append(self.done.get(timeout=wait) if wait else self.done.get_nowait())
            until = time.monotonic() + GATHER_SECONDS
            while len(found) < self.in_flight:
                found.append(self.done.get(timeout=max(until - time.monotonic(), 0)))
        except queue.Empty:
            pass
        self._keep([one for one in found if isinstance(one, Step)])
        return [one for one in found if isinstance(one, Outcome)]

    def _keep(self, steps: list[Step]) -> None:
        """Between two parts of a post. A database that is away holds nobody up: the outcome will tell as well."""
        if not steps:
            return
        lost: list[Step] = []
        try:
            lost = keep(steps)
            db.session.commit()
        except OperationalError as error:
            db.session.rollback()
            log.warning("steps could not be kept: %s", error)
        for step in steps:
            step.settle(ours=step not in lost)

    def _write(self, outcomes: list[Outcome]) -> bool:
        """Outcomes alone, patiently: they are all that tells what has been sent. True when there were any."""
        if not outcomes:
            return False

        def write() -> list[Outcome]:
            lost = finish(outcomes)
            db.session.commit()
            return lost

        lost = insist(write)
        self._note_written(outcomes, lost)
        return True

    def _note_written(self, outcomes: list[Outcome], lost: list[Outcome]) -> None:
        for outcome in outcomes:
            self.under_way.pop((outcome.id, outcome.fence), None)
        for outcome in lost:
            log.warning("lease lost before the outcome was written", extra={"delivery_id": outcome.id})

    def _linger(self, until: float) -> bool:
        """Sleep to the next due instant if it is near; False when there is nothing to wait for."""
        due, now = next_due(), database_now()
        db.session.rollback()
        if due is None:
            return False
        wait = (due - now).total_seconds()
        if wait > LINGER_SECONDS or time.monotonic() + wait > until:
            return False
        # SQLite's clock counts milliseconds: one more, and the question is asked when the answer is yes.
        # What is due and still not ours to take (a call to its account runs elsewhere) is no cause for haste.
        time.sleep(LOOK_SECONDS if wait <= 0 and self.in_vain else min(max(wait, 0) + 0.001, LOOK_SECONDS))
        self.in_vain = wait <= 0
        return True


def outbound() -> Outbound:
    """The process's client to the world, made on first use (after any fork)."""
    found: Outbound | None = current_app.extensions.get("sluice_outbound")
    if found is None:
        settings = current_app.config["SETTINGS"]
        found = Outbound(
            allowed_networks=settings.allow_private_hosts,
            user_agent=f"Sluice (+{settings.base_url})",
            max_connections=THREADS * 2,
        )
        current_app.extensions["sluice_outbound"] = found
    return found

"""One parcel, one attempt, one honest outcome. Runs in a thread; touches no database."""

from __future__ import annotations

import logging
import random
import time
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any

from calendar_app.channels.adapter import (
    Call,
    Gone,
    NotSent,
    NotYet,
    Parcel,
    Rejected,
    Revoked,
    Sent,
    Trouble,
    Unclear,
    Unsure,
)
from calendar_app.channels.claiming import Outcome
from calendar_app.channels.registry import adapter_for
from calendar_app.channels.stepping import Step
from calendar_app.media.fitting import picture

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from calendar_app.channels.adapter import Adapter
    from calendar_app.media.keeping import Store
    from calendar_app.outbound import Outbound

# No call may be longer than this, however long the lease.
LONGEST_CALL = 20.0
LOOK_GRACE = timedelta(seconds=60)
# A place that is busy and says “at once” every time is asked less and less often, down to this.
LONGEST_COURTESY = 60.0
# Between two parts: a database that is slower than this must not use up the time of the call.
LONGEST_NOTE = 2.0
HELD_UP = "The worker was held up; the next attempt follows."

log = logging.getLogger(__name__)


def send(
    parcel: Parcel,
    outbound: Outbound,
    *,
    clock_offset: timedelta = timedelta(),
    pictures: Store | None = None,
    note: Callable[[Step], None] | None = None,
    attempt: Attempt | None = None,
) -> Outcome:
    """Try once. `clock_offset` is database time minus our own, so that lateness is told by one clock.

    `pictures` is where those of posts are kept, `note` takes the steps of a delivery in several parts to be kept.
    Whoever brings an `attempt` of this parcel may give it up meanwhile; it then knows the clock and the notes.
    """
    adapter = adapter_for(parcel.channel, parcel.settings)
    parcel = replace(parcel, deadline=min(parcel.deadline, time.monotonic() + LONGEST_CALL))
    attempt = attempt or Attempt(parcel, clock_offset, note)
    attempt.parcel = parcel
    call = Call(outbound, attempt.before_first_byte, attempt.now, note=attempt.note)
    if pictures is not None:
        call = replace(call, picture=partial(picture, store=pictures))
    try:
        sent = _look_first(adapter, attempt, call) or adapter.send(parcel, call)
    except Trouble as trouble:
        return _outcome_of(trouble, adapter, attempt)
    except Exception:
        # A flaw of ours in mid call: whether something arrived nobody knows, so it is treated as unclear.
        log.exception("adapter failed", extra={"delivery": parcel.key, "post": parcel.post_uuid})
        return _outcome_of(_flaw(adapter, attempt), adapter, attempt)
    return Outcome(
        parcel.id, parcel.fence, "delivered", sent.remark or None, sent_at=attempt.started_at,
        external_id=sent.external_id, external_url=sent.external_url, notes={**attempt.notes, **sent.notes},
    )  # fmt: skip


def give_up(attempt: Attempt) -> Outcome:
    """What to write of an attempt that nobody waits for any more, as this process must end.

    Nothing of it leaves from now on. What has left may arrive: as after an answer that did not come in time.
    """
    adapter = adapter_for(attempt.parcel.channel, attempt.parcel.settings)
    if attempt.close():
        stopped = _and_how_far("Sluice was stopped in mid call; it may have gone out.", adapter, attempt)
        return _outcome_of(Unclear(stopped), adapter, attempt)
    unsent = NotSent("Sluice was stopped before anything was sent; it tries again.", after=attempt.now())
    return _outcome_of(unsent, adapter, attempt)


def back_off(adapter: Adapter, attempt: int) -> float | None:
    """Seconds until the next attempt, with up to a tenth more by chance; None when the ladder has ended."""
    if attempt > len(adapter.ladder):
        return None
    step = adapter.ladder[attempt - 1]
    return step + random.uniform(0, step / 10)  # noqa: S311  (spreads load, protects nothing)


class Attempt:
    """Remembers when the first byte left and how far it came; refuses more once it is too late or given up."""

    def __init__(self, parcel: Parcel, offset: timedelta, keep: Callable[[Step], None] | None = None) -> None:
        self.parcel = parcel
        self.offset = offset
        self.keep = keep
        self.notes = dict(parcel.notes)
        self.started_at: datetime | None = None
        self._closed = False
        self._gate = Lock()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def before_first_byte(self) -> None:
        with self._gate:
            if self._closed or time.monotonic() >= self.parcel.deadline:
                raise NotSent(HELD_UP, after=self.now())
            if self.started_at is None:
                self.started_at = self.now()

    def close(self) -> bool:
        """Let nothing leave any more; whether something has left already."""
        with self._gate:
            self._closed = True
            return self.started_at is not None

    def note(self, notes: Mapping[str, Any]) -> None:
        """`Call.note`."""
        self.notes.update(notes)
        if self.keep is not None:
            # As they are now: the adapter goes on with its own.
            step = Step(self.parcel.id, self.parcel.fence, deepcopy(self.notes))
            self.keep(step)
            if not step.wait(LONGEST_NOTE):
                raise NotSent(HELD_UP, after=self.now())


def _look_first(adapter: Adapter, attempt: Attempt, call: Call) -> Sent | None:
    if not attempt.parcel.ambiguous:
        return None
    if not (adapter.keyed or adapter.can_look):
        # The account has been given another way in since: through this one nobody can tell.
        raise Unsure("An earlier attempt may have gone out: look, then say.")
    if not adapter.can_look:
        return None
    found = adapter.look(attempt.parcel, call)
    if found is None:
        # It certainly did not arrive: what follows is as clear as a first attempt.
        attempt.parcel = replace(attempt.parcel, ambiguous=False)
    return found


def _flaw(adapter: Adapter, attempt: Attempt) -> Trouble:
    if attempt.started_at is None:
        return NotSent("Sluice stumbled before anything was sent; it tries again.")
    return Unclear(_and_how_far("Sluice stumbled while sending; it may have gone out.", adapter, attempt))


def _and_how_far(reason: str, adapter: Adapter, attempt: Attempt) -> str:
    """Of several parts, those that certainly stand."""
    done, count = adapter.reached(attempt.parcel.payload, attempt.notes)
    return f"{reason} {done} of {count} parts are there already." if done else reason


def _outcome_of(trouble: Trouble, adapter: Adapter, attempt: Attempt) -> Outcome:
    parcel = attempt.parcel
    notes = {**attempt.notes, **trouble.notes}
    if isinstance(trouble, Gone):
        return Outcome(parcel.id, parcel.fence, *_refused(trouble, parcel), sent_at=attempt.started_at, notes=notes,
                       account_state="broken")  # fmt: skip
    if isinstance(trouble, Revoked):
        return Outcome(parcel.id, parcel.fence, "retry", trouble.reason, trouble.reason, after=attempt.now(),
                       notes=notes, account_state="paused")  # fmt: skip
    if isinstance(trouble, Rejected):
        return Outcome(
            parcel.id, parcel.fence, *_refused(trouble, parcel), sent_at=attempt.started_at, notes=notes
        )
    unclear = isinstance(trouble, Unclear)
    if isinstance(trouble, Unsure) or (unclear and not (adapter.keyed or adapter.can_look)):
        return Outcome(parcel.id, parcel.fence, "unknown", trouble.reason, sent_at=attempt.started_at, notes=notes,
                       ambiguous=True)  # fmt: skip
    named = _named(trouble, parcel, adapter, attempt.now())
    wait = back_off(adapter, parcel.attempt)
    if wait is None and named is None:
        state = "unknown" if unclear or parcel.ambiguous else "failed"
        reason = f"{trouble.reason} Given up after {parcel.attempt} attempts."
        return Outcome(
            parcel.id, parcel.fence, state, reason, sent_at=attempt.started_at, notes=notes, ambiguous=unclear
        )
    after = named or attempt.now() + timedelta(seconds=wait or 0)
    if unclear and not adapter.keyed:
        after = max(after, attempt.now() + LOOK_GRACE)
    held_up = None if isinstance(trouble, NotYet) else trouble.reason
    return Outcome(parcel.id, parcel.fence, "retry", trouble.reason, held_up, after=after, notes=notes,
                   sent_at=attempt.started_at, ambiguous=unclear)  # fmt: skip


def _refused(trouble: Trouble, parcel: Parcel) -> tuple[str, str]:
    """State and reason after a refusal, which says nothing about an earlier attempt that may have arrived."""
    if parcel.ambiguous:
        return "unknown", f"{trouble.reason} An earlier attempt may have gone out: look, then say."
    return "failed", trouble.reason


def _named(trouble: Trouble, parcel: Parcel, adapter: Adapter, now: datetime) -> datetime | None:
    """The time that the channel (or our own deadline) names for the next attempt.

    It counts, whichever side of the ladder it lies on, for as long as the ladder reaches from the due instant.
    """
    if trouble.after is None:
        return None
    if now > parcel.due_at + timedelta(seconds=sum(adapter.ladder)):
        return None
    courtesy = min(2.0 ** (parcel.attempt - 1), LONGEST_COURTESY)
    return max(trouble.after, now + timedelta(seconds=courtesy))

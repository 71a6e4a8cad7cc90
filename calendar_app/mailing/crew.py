"""Several connections to the mail server at once, a thread for each; one alone needs no thread."""

from __future__ import annotations

import logging
import queue
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from calendar_app import stopping
from calendar_app.channels.adapter import NotSent, Rejected, Unclear
from calendar_app.mailing.link import ServerAway

if TYPE_CHECKING:
    from types import TracebackType

    from calendar_app.mailing.smtp import Mailer

# After the first outcome, so long for others: they share a transaction.
GATHER_SECONDS = 0.004

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """A row that is ours to send, and which attempt it is."""

    id: int
    attempt: int
    recipient: str = ""
    mail: bytes = b""


@dataclass(frozen=True)
class Outcome:
    """`state` and `reason` of the row. What does not count goes out with the next round as if never begun.

    `away`: the server took nothing on this connection; `alone`: and there is no other.
    """

    job: Job
    state: str
    reason: str | None = None
    counts: bool = True
    away: bool = False
    alone: bool = False


class Crew:
    """Hands mails over on up to `most` connections. Whoever finds the server away leaves, as long as others stay.

    `mailer` is the first, and remains open at the end.
    """

    def __init__(self, mailer: Mailer, sender: str, most: int) -> None:
        self.sender = sender
        self.in_flight = 0
        self._most = most
        self._made = [mailer]
        self._idle = [mailer]
        self._pool = ThreadPoolExecutor(most, thread_name_prefix="mail") if most > 1 else None
        self._done: queue.SimpleQueue[tuple[Mailer, Outcome]] = queue.SimpleQueue()

    def __enter__(self) -> Crew:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            for mailer in self._made[1:]:
                self._pool.submit(mailer.close)
            self._pool.shutdown()

    @property
    def free(self) -> int:
        """How many mails it could begin with now."""
        return self._most - self.in_flight

    def give(self, job: Job) -> None:
        """Begin with it; without threads, return when it is done."""
        self.in_flight += 1
        mailer = self._idle.pop() if self._idle else self._another()
        if self._pool is None:
            self._work(mailer, job)
        else:
            self._pool.submit(self._work, mailer, job)

    def finished(self) -> list[Outcome]:
        """What has come to an end; waits for the first one where any is under way."""
        found: list[Outcome] = []
        until = time.monotonic() + GATHER_SECONDS
        while self.in_flight:
            try:
                mailer, outcome = self._done.get(timeout=max(until - time.monotonic(), 0) if found else None)
            except queue.Empty:
                break
            self.in_flight -= 1
            found.append(self._looked_at(mailer, outcome))
        return found

    def _another(self) -> Mailer:
        made = self._made[0].another()
        self._made.append(made)
        return made

    def _work(self, mailer: Mailer, job: Job) -> None:
        self._done.put((mailer, hand_over(job, mailer, self.sender)))

    def _looked_at(self, mailer: Mailer, outcome: Outcome) -> Outcome:
        if outcome.away and self._most > 1:
            # A server may well take fewer connections than we would make.
            self._most -= 1
            return outcome
        self._idle.append(mailer)
        return replace(outcome, alone=True) if outcome.away else outcome


def hand_over(job: Job, mailer: Mailer, sender: str) -> Outcome:
    try:
        mailer.post(job.mail, sender=sender, recipient=job.recipient)
    except ServerAway as trouble:
        # The server's trouble is not this mail's. Or we broke off ourselves before the mail was whole.
        away = not stopping.asked()
        return Outcome(job, "waiting", trouble.reason if away else None, counts=False, away=away)
    except NotSent as trouble:
        return Outcome(job, "waiting", trouble.reason)
    except Rejected as trouble:
        return Outcome(job, "refused", trouble.reason)
    except Unclear as trouble:
        return Outcome(job, "unknown", trouble.reason)
    except Exception:
        log.exception("mailing failed")
        mailer.close()
        return Outcome(job, "unknown", "Sluice stumbled while sending; it may have gone out.")
    return Outcome(job, "sent")

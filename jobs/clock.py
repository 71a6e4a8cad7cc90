"""The clock: sleeps until something is due, then wakes a lane. Any number of copies may run.

With Redis away, or no worker in sight, it does the work itself: on time all the same.
"""

from __future__ import annotations

import logging
import os
import signal
import time
from dataclasses import dataclass, field
from threading import Event, Thread

import redis
from sqlalchemy.exc import SQLAlchemyError

from calendar_app import stopping
from calendar_app.channels.claiming import next_due
from calendar_app.channels.delivering import drain
from calendar_app.enqueue import CLOCK_BELL, connection, wake
from calendar_app.extensions import database_now, db, writing
from calendar_app.health import questions
from calendar_app.health.pulse import CLOCK, beat, own_name, stop_beating
from jobs import mail, upkeep
from jobs.running import app

# A worker needs a moment to fork; it then waits for the exact instant itself.
WAKE_AHEAD = 0.3
# Look at least this often, should the bell not have been heard.
LONGEST_SLEEP = 1.0
# What has been due this long is not being taken care of: do it here.
PATIENCE = 1.0
BEAT_EVERY = 5.0
UPKEEP_EVERY = questions.UPKEEP_EVERY.total_seconds()
MAIL_EVERY = 5.0
# A Redis that takes this long to answer is left alone for a while: each question would make posts later.
SLOW = 0.5
LEFT_ALONE = 5.0
# Without Redis the clock mails by itself, in short rounds: it must be able to end.
MAIL_SECONDS = 5.0

log = logging.getLogger(__name__)


@dataclass
class Clock:
    stopping: Event = field(default_factory=Event)
    beat_at: float = -BEAT_EVERY
    upkeep_at: float = -UPKEEP_EVERY
    mail_at: float = -MAIL_EVERY
    mailing: Thread | None = None
    redis_mute_until: float = 0.0

    def run(self) -> None:
        """Tick until told to stop. Needs an app context; no error of a moment ends it."""
        while not self.stopping.is_set():
            try:
                wait = self.tick()
            except SQLAlchemyError as error:
                db.session.rollback()
                log.warning("the database does not answer, trying again: %s", error)
                wait = 0.5
            self._sleep(wait)
        if self.mailing is not None:
            self.mailing.join(stopping.PATIENCE)
        _take_leave()

    def tick(self) -> float:
        """Do what the moment asks for; returns how many seconds may be slept."""
        due, now = next_due(), database_now()
        db.session.rollback()
        self._beat()
        self._mail()
        wait = (due - now).total_seconds() if due else LONGEST_SLEEP
        if wait <= WAKE_AHEAD:
            awake = self._wake("publish")
            if not awake or wait < -PATIENCE:
                drain(budget_seconds=5)
            return 0.1 if awake else max(min(wait, LONGEST_SLEEP), 0.02)
        self._upkeep()
        return min(wait - WAKE_AHEAD, LONGEST_SLEEP)

    def stop(self) -> None:
        self.stopping.set()

    def _beat(self) -> None:
        if time.monotonic() - self.beat_at >= BEAT_EVERY:
            with writing():
                beat(CLOCK)
                beat(own_name())
                db.session.commit()
            self.beat_at = time.monotonic()

    def _upkeep(self) -> None:
        if time.monotonic() - self.upkeep_at >= UPKEEP_EVERY:
            if not self._wake("upkeep"):
                upkeep.run()
            self.upkeep_at = time.monotonic()

    def _mail(self) -> None:
        if time.monotonic() - self.mail_at >= MAIL_EVERY:
            self.mail_at = time.monotonic()
            if mail.is_due() and not self._wake("mail"):
                self._mail_here()

    def _mail_here(self) -> None:
        """In a thread: a slow mail server must not make posts late."""
        if self.mailing is None or not self.mailing.is_alive():
            self.mailing = Thread(target=_mail_a_while, daemon=True)
            self.mailing.start()

    def _wake(self, lane: str) -> bool:
        began = time.monotonic()
        if began < self.redis_mute_until:
            return False
        awake = wake(lane)
        if not awake and time.monotonic() - began >= SLOW:
            self._leave_redis_alone()
        return awake

    def _leave_redis_alone(self) -> None:
        self.redis_mute_until = time.monotonic() + LEFT_ALONE
        log.warning("redis does not answer, the clock does without it for %g s", LEFT_ALONE)

    def _sleep(self, seconds: float) -> None:
        """Until the time is over, the bell rings or we are told to stop (seen within a fifth of a second)."""
        until = time.monotonic() + seconds
        while not self.stopping.is_set() and (left := until - time.monotonic()) > 0:
            if self._hears_the_bell(min(left, 0.2)):
                return

    def _hears_the_bell(self, seconds: float) -> bool:
        """Whether it rings within a fifth of a second or less."""
        if time.monotonic() >= self.redis_mute_until:
            try:
                return bool(connection().blpop([CLOCK_BELL], timeout=seconds))
            except redis.TimeoutError:
                self._leave_redis_alone()
            except redis.RedisError:
                pass
        self.stopping.wait(seconds)
        return False


def _take_leave() -> None:
    """Who was asked to end is not missed by anybody who watches."""
    try:
        with writing():
            stop_beating(own_name())
            db.session.commit()
    except SQLAlchemyError:
        db.session.rollback()


def _mail_a_while() -> None:
    with app().app_context():
        mail.work(MAIL_SECONDS)


def main() -> None:
    """Tick until SIGTERM or SIGINT. Ends without waiting for calls that have been given up."""
    clock = Clock()
    _listen(clock)
    with app().app_context():
        clock.run()
        db.session.remove()
        db.engine.dispose()
    logging.shutdown()
    os._exit(0)


def _listen(clock: Clock) -> None:
    """A thread hears the signals: this one may be held up by a database that somebody keeps locked."""
    heard, note = os.pipe()
    os.set_blocking(note, False)
    signal.set_wakeup_fd(note, warn_on_full_buffer=False)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    Thread(target=_end_in_time, args=(clock, heard), daemon=True).start()


def _end_in_time(clock: Clock, heard: int) -> None:
    """Leases tell others what a clock that is ended like this was at."""
    os.read(heard, 1)
    stopping.ask()
    clock.stop()
    time.sleep(stopping.LONGEST)
    os._exit(0)

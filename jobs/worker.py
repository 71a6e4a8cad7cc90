"""A worker of one lane: builds the app before it forks, and performs only the jobs that are ours."""

from __future__ import annotations

import gc
from contextlib import suppress
from threading import Timer
from typing import Any

import redis
import sqlalchemy.orm
from rq import Queue, Worker
from rq.exceptions import NoSuchJobError
from rq.job import Job
from rq.serializers import JSONSerializer

from calendar_app import stopping
from calendar_app.enqueue import LANES
from calendar_app.supervising.guard import die_with_parent
from jobs.running import app

# Function, instance, arguments: all that a wake-up may say.
ALLOWED: list[list[Any]] = [[f"jobs.{lane}.run", None, [], {}] for lane in LANES]
# Left out are the names of call-backs, which RQ would import and call, webhooks, repeats and dependents.
BELIEVED = frozenset(
    {
        b"data",
        b"created_at",
        b"enqueued_at",
        b"started_at",
        b"ended_at",
        b"last_heartbeat",
        b"worker_name",
        b"origin",
    }
    | {b"status", b"timeout", b"result_ttl", b"failure_ttl"}
)
LONGEST_DATA = 1000


class NotOurs(Exception):
    """A job that names a function we do not offer. JSON alone would import whatever Redis says."""


class OurJob(Job):
    """A wake-up call. Who can write to Redis can wake us, and nothing more."""

    def restore(self, raw_data: Any) -> None:
        """Raises NoSuchJobError for what cannot be read: RQ then goes on with the next."""
        known = {name: value for name, value in raw_data.items() if name in BELIEVED}
        if len(known.get(b"data", b"")) > LONGEST_DATA:
            raise NoSuchJobError("A wake-up has less to say.")
        try:
            super().restore(known)
        except Exception as problem:
            raise NoSuchJobError(f"This is no job of ours: {problem}") from problem

    def perform(self) -> Any:
        if [self.func_name, self.instance, self.args, self.kwargs] not in ALLOWED:
            raise NotOurs(f"refused to run {self.func_name!r}")
        return super().perform()


class LaneWorker(Worker):
    """One queue per process: only then does RQ take jobs by BLMOVE, which loses none when it is killed."""

    # Seconds between tries while Redis is away; RQ would wait up to a minute.
    max_connection_wait_time = 2

    def subscribe(self) -> None:
        """RQ would take orders here, to end or to kill the job at hand, from whoever can write to Redis."""

    def check_for_suspension(self, burst: bool) -> None:
        """Nor does a word in Redis bring all workers to a stand. They only say that they are there."""
        self.heartbeat()

    def handle_warm_shutdown_request(self) -> None:
        """Asked to end: RQ waits for the job at hand without end, so the job is told to be brief."""
        stopping.ask()
        deadline = Timer(stopping.LONGEST, self._end_the_job)
        deadline.daemon = True
        deadline.start()

    def set_shutdown_requested_date(self) -> None:
        """A note for RQ's own tools. Redis being away must not end us while a job is at work."""
        with suppress(redis.RedisError):
            super().set_shutdown_requested_date()  # type: ignore[no-untyped-call]

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        die_with_parent(self.pid)
        super().main_work_horse(job, queue)

    def _end_the_job(self) -> None:
        if self.horse_pid:
            self.kill_horse()


def main(lane: str) -> None:
    """Work this lane until told to stop (SIGTERM or SIGINT: the job at hand is brought to an end first)."""
    settings = app().config["SETTINGS"]
    _warm(lane)
    link = redis.Redis.from_url(settings.redis_url, health_check_interval=30)
    worker = LaneWorker(
        [Queue(lane, connection=link, serializer=JSONSerializer, job_class=OurJob)],
        connection=link, job_class=OurJob, serializer=JSONSerializer, worker_ttl=45, maintenance_interval=30,
        default_result_ttl=0, log_job_description=False,
    )  # fmt: skip
    worker.work(logging_level="WARNING")


def _warm(lane: str) -> None:
    """Imports and mappers cost more than most jobs: pay before the fork. No connection stays open."""
    import importlib

    module = importlib.import_module(f"jobs.{lane}")
    sqlalchemy.orm.configure_mappers()
    if hasattr(module, "warm"):
        module.warm()
    # Shared with every child for good: nobody looks through it for garbage, or copies it by looking.
    gc.collect()
    gc.freeze()

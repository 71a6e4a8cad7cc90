"""The baseline: what RQ does by itself, with its own scheduler and its own forking worker, on a Redis of its own."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import redis
from rq import Queue

from benchmarks import rq_jobs
from benchmarks.guarded import guarded, wait_for
from benchmarks.installation import short_folder
from calendar_app.supervising import private_redis

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def scheduled(count: int, seconds: float) -> list[float]:
    """How late (seconds; below 0: early) so many jobs run that are due evenly over so many seconds."""
    with _server() as (folder, address), _worker(folder, address, "--with-scheduler"):
        queue = Queue("default", connection=redis.Redis.from_url(address))
        start = datetime.now(UTC) + timedelta(seconds=3)
        for number in range(count):
            at = start + timedelta(seconds=seconds * number / count)
            queue.enqueue_at(at, rq_jobs.note, address, at.timestamp(), result_ttl=0)
        link = redis.Redis.from_url(address)
        wait_for(lambda: link.llen(rq_jobs.TIMES) == count, "RQ's scheduled jobs", seconds=seconds + 60)
        return [float(value) for value in link.lrange(rq_jobs.TIMES, 0, -1)]


def burst(count: int) -> float:
    """Seconds from handing so many empty jobs to one forking worker until it runs the last."""
    with _server() as (folder, address), _worker(folder, address):
        link = redis.Redis.from_url(address)
        began = time.time()
        jobs = [Queue.prepare_data(rq_jobs.nothing, result_ttl=0) for _ in range(count - 1)]
        jobs.append(Queue.prepare_data(rq_jobs.note, args=(address, began), result_ttl=0))
        Queue("default", connection=link).enqueue_many(jobs)
        wait_for(lambda: link.llen(rq_jobs.TIMES) == 1, "RQ's empty jobs", seconds=180)
        return float(link.lrange(rq_jobs.TIMES, 0, 0)[0])


@contextmanager
def _server() -> Iterator[tuple[Path, str]]:
    with short_folder() as folder:
        argv, address = private_redis.argv(folder)
        private_redis.prepare(folder)
        with guarded(argv, folder / "redis.log"):
            wait_for(lambda: private_redis.answers(address), "Redis")
            yield folder, address


@contextmanager
def _worker(folder: Path, address: str, *options: str) -> Iterator[None]:
    command = [sys.executable, "-m", "rq.cli", "worker", "default", "--url", address, *options]
    with guarded(command, folder / "worker.log"):
        link = redis.Redis.from_url(address)
        wait_for(lambda: bool(link.smembers("rq:workers")), "RQ's worker")
        yield

"""wake("publish"): the only bridge from the app to jobs/, by name, after the commit."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, cast

import redis
from flask import current_app
from redis.backoff import NoBackoff
from redis.retry import Retry

if TYPE_CHECKING:
    from redis import Redis

LANES = ("publish", "mail", "upkeep")
CLOCK_BELL = "sluice:clock"

log = logging.getLogger(__name__)


def connection() -> Redis:
    """The app's Redis client, made on first use (after any fork)."""
    found = current_app.extensions.get("sluice_redis")
    if found is None:
        url = current_app.config["SETTINGS"].redis_url
        # No retries: whoever saves a post must not wait for a Redis that is away, the clock does without it.
        found = redis.Redis.from_url(
            url,
            # Nor for one that is frozen, or waits for a slow disk.
            socket_timeout=1,
            socket_connect_timeout=1,
            health_check_interval=30,
            retry=Retry(NoBackoff(), 0),
        )
        current_app.extensions["sluice_redis"] = found
    return cast("Redis", found)


def wake(lane: str) -> bool:
    """Ask a worker of this lane to look at the database. False when Redis is away: the clock will see to it."""
    from rq import Queue
    from rq.serializers import JSONSerializer

    try:
        queue = Queue(lane, connection=connection(), serializer=JSONSerializer)
        # A wake-up says nothing but "look": more of them than there are workers help nobody.
        if queue.count < current_app.config["SETTINGS"].workers:
            queue.enqueue(f"jobs.{lane}.run", result_ttl=0, failure_ttl=3600, job_timeout=120)
    except redis.RedisError as error:
        log.warning("redis is away, the clock will do it: %s", error)
        return False
    return True


def plan_changed() -> None:
    """Ring the clock: something may be due earlier than it thinks."""
    try:
        with connection().pipeline(transaction=False) as pipe:
            pipe.lpush(CLOCK_BELL, "1")
            pipe.ltrim(CLOCK_BELL, 0, 0)
            pipe.execute()
    except redis.RedisError as error:
        log.info("redis is away, the clock looks by itself: %s", error)

"""What /metrics tells, asked of the database and Redis at each scrape: the same from whichever process answers.

Every question is cheap however much has been delivered. docs/operating.md says what to do about each number.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import accumulate
from typing import TYPE_CHECKING

import redis
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from calendar_app.channels import tallying
from calendar_app.extensions import database_now, db
from calendar_app.health import pulse, questions
from calendar_app.posts.publishing import on_hold

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime, timedelta

    from prometheus_client import Metric

    from calendar_app.channels.tallying import Total

NEVER = -1.0


class Everything(Collector):
    """All there is, in families that Prometheus understands. Needs an app context.

    What cannot be asked at the moment is left out, and `sluice_database_up` or `sluice_redis_up` says so.
    """

    def collect(self) -> Iterator[Metric]:
        try:
            found, up = [*_plan(), *_clocks(), *_queues_of_the_database(), *_ends()], 1
        except SQLAlchemyError:
            db.session.rollback()
            found, up = [], 0
        yield _number("sluice_database_up", "Whether the database answers", up)
        yield from found
        yield from _redis()


def _plan() -> Iterator[Metric]:
    yield _by("state", "sluice_posts", "Posts that will go out, or should have", questions.unsettled_posts())
    yield _by("state", "sluice_deliveries", "Deliveries that are not done", questions.unsettled_deliveries())
    yield _by("state", "sluice_accounts", "Connected accounts", questions.accounts_by_state())
    yield _number("sluice_on_hold", "1 while a restored site waits for its operator", on_hold() is not None)


def _clocks() -> Iterator[Metric]:
    heard = _seconds(questions.clock_silence())
    yield _number("sluice_clock_silence_seconds", "Since any clock was last heard (-1: never)", heard)
    beating = pulse.clocks_beating(questions.CLOCK_SILENCE)
    yield _number("sluice_clocks", "Clocks heard within half a minute", beating)


def _queues_of_the_database() -> Iterator[Metric]:
    now = database_now()
    publish, upkeep = _age(questions.oldest_overdue(), now), _seconds(questions.upkeep_silence())
    yield _number(
        "sluice_oldest_overdue_seconds", "Age of the oldest post or delivery that should be out", publish
    )
    ages = {
        "publish": publish,
        "mail": _age(questions.oldest_mail(), now),
        "upkeep": max(upkeep - questions.UPKEEP_EVERY.total_seconds(), 0.0) if upkeep >= 0 else NEVER,
    }
    yield _by(
        "lane", "sluice_lane_overdue_seconds", "Age of the oldest work of a lane (-1: never done)", ages
    )


def _ends() -> Iterator[Metric]:
    """Totals since the first day. A channel in use is there from the start, so that a first failure is a growth."""
    totals = tallying.totals()
    channels = sorted({*questions.channels_in_use(), *(total.channel for total in totals)})
    sums = {(total.channel, total.what): total.number for total in totals if total.what != tallying.LATE}
    ends = CounterMetricFamily(
        "sluice_delivery_outcomes", "What attempts to deliver came to", labels=["channel", "outcome"]
    )
    expired = CounterMetricFamily(
        "sluice_leases_expired", "Deliveries whose worker died in mid call", labels=["channel"]
    )
    late = HistogramMetricFamily(
        "sluice_delivery_lateness_seconds",
        "From the due instant to the first byte of what was delivered",
        labels=["channel"],
    )
    for channel in channels:
        for end in tallying.ENDS:
            ends.add_metric([channel, end], sums.get((channel, end), 0))
        expired.add_metric([channel], sums.get((channel, tallying.EXPIRED), 0))
        _add_lateness(late, channel, [total for total in totals if total[:2] == (channel, tallying.LATE)])
    yield from (ends, expired, late)


def _add_lateness(family: HistogramMetricFamily, channel: str, totals: list[Total]) -> None:
    """A class that another version counted in belongs to the next that this one knows."""
    bounds = [*tallying.BOUNDS, float("inf")]
    numbers: dict[float, int] = defaultdict(int)
    for total in totals:
        numbers[next(bound for bound in bounds if float(total.bound) <= bound)] += total.number
    grown = accumulate(numbers[bound] for bound in bounds)
    names = [*map(str, tallying.BOUNDS), tallying.NO_END]
    family.add_metric(
        [channel], list(zip(names, grown, strict=True)), sum_value=sum(total.seconds for total in totals)
    )


def _redis() -> Iterator[Metric]:
    try:
        waiting, silences, up = questions.waiting_jobs(), questions.worker_silences(), 1
    except redis.RedisError:
        waiting, silences, up = {}, {}, 0
    yield _number("sluice_redis_up", "Whether Redis answers", up)
    yield _by("lane", "sluice_jobs_waiting", "Wake-up calls waiting in Redis", waiting)
    counts = {lane: len(heard) for lane, heard in silences.items()}
    yield _by("lane", "sluice_workers", "Workers that Redis knows of", counts)
    newest = {lane: min(heard, default=NEVER) for lane, heard in silences.items()}
    yield _by(
        "lane", "sluice_worker_silence_seconds", "Since any worker of a lane was heard (-1: none)", newest
    )


def _number(name: str, says: str, value: float) -> Metric:
    return GaugeMetricFamily(name, says, value=float(value))


def _by(label: str, name: str, says: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, says, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


def _age(since: datetime | None, now: datetime) -> float:
    return max((now - since).total_seconds(), 0.0) if since else 0.0


def _seconds(length: timedelta | None) -> float:
    return NEVER if length is None else length.total_seconds()

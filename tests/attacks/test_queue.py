"""Somebody who can write to Redis: a worker wakes up, and does nothing else that Redis says."""

from __future__ import annotations

import json
import zlib

import pytest
import redis
import sqlalchemy as sa
from rq.command import send_kill_horse_command, send_shutdown_command
from rq.exceptions import NoSuchJobError
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.suspension import suspend

from calendar_app import enqueue
from calendar_app.channels.models import Delivery
from calendar_app.extensions import db
from calendar_app.posts.models import Post
from jobs.worker import NotOurs, OurJob
from tests.channels.steps import connected, due_post
from tests.conftest import wait_until
from tests.factories import make_scheduled
from tests.processes import running
from tests.receiver import Receiver, answer

OURS = "jobs.publish.run"


@pytest.fixture
def link(redis_url):
    return redis.Redis.from_url(redis_url)


def put(link, number, data, **more):
    """What RQ keeps of a job, with whatever somebody adds."""
    fields = {
        "data": data,
        "created_at": "2026-01-01T00:00:00.000000Z",
        "origin": "publish",
        "status": "queued",
    }
    link.hset(f"rq:job:{number}", mapping={**fields, **more})
    return number


def call(name, *args, instance=None, **kwargs):
    return json.dumps([name, instance, args, kwargs])


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("data", [
    call("os.system", "true"), call("jobs.upkeep.forget"), call("jobs.worker.main", "publish"), call(OURS, 1),
    call(OURS, budget_seconds=9), call("jobs.publish.run.__globals__"), call("", instance=""), call(None),
    call("jobs.publish.app"), call("builtins.eval", "1"), call(["os.system"]), call({"a": 1}), call(OURS, instance={}),
])  # fmt: skip
def test_only_our_own_jobs_are_performed_and_without_arguments(app, link, data):
    job = OurJob.fetch(put(link, "j", data), connection=link, serializer=JSONSerializer)
    with pytest.raises((NotOurs, AttributeError)):
        job.perform()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_nothing_else_that_redis_says_of_a_job_is_believed(app, link):
    callbacks = {f"{when}_callback_name": "shutil.rmtree" for when in ("success", "failure", "stopped")}
    hook = json.dumps([{"url": "http://127.0.0.1:1/", "statuses": ["finished"]}])
    number = put(
        link,
        "j",
        call(OURS),
        webhooks=hook,
        repeats_left=9,
        retries_left=9,
        dependency_ids='["k"]',
        **callbacks,
    )
    job = OurJob.fetch(number, connection=link, serializer=JSONSerializer)
    assert (job.success_callback, job.failure_callback, job.stopped_callback) == (None, None, None)
    assert (job.webhooks, job.repeats_left, job.retries_left, job._dependency_ids) == ([], None, None, [])


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("fields", [
    {"data": zlib.compress(b"0" * 50_000_000)}, {"data": "x" * 5000}, {"created_at": "yesterday"}, {"status": "odd"},
    {"timeout": "x"}, {"result_ttl": "x"}, {"origin": b"\xff"},
])  # fmt: skip
def test_a_job_that_cannot_be_read_is_no_job(app, link, fields):
    put(link, "j", call(OURS))
    link.hset("rq:job:j", mapping=fields)
    with pytest.raises(NoSuchJobError):
        OurJob.fetch("j", connection=link, serializer=JSONSerializer)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_worker_outlives_what_strangers_put_into_its_queue(app, link, stream, tmp_path):
    trap = tmp_path / "sprung"
    (tmp_path / "trap.py").write_text(f"open({str(trap)!r}, 'w')\ndef spring(*_): pass\n")
    post = make_scheduled(stream, due_in=-1)
    with Receiver() as receiver:
        hook = json.dumps([{"url": receiver.address(), "statuses": ["finished", "failed"]}])
        springs = {f"{when}_callback_name": "trap.spring" for when in ("success", "failure", "stopped")}
        bad = [
            put(link, "a", call("trap.spring")),
            put(link, "b", call(OURS), webhooks=hook, **springs),
            put(link, "c", call("os.system", "x"), webhooks=hook, **springs),
            put(link, "d", b"\x80\x04cos\nsystem\n(S'true'\ntR."),
            put(link, "e", call(OURS), created_at="yesterday"),
            put(link, "f", call(OURS), status="started", **springs),
        ]
        link.rpush("rq:queue:publish", *bad, "nobody")
        link.zadd("rq:wip:publish", {"f": 1})
        link.sadd("rq:queues", "rq:queue:publish")
        with running(app, ["worker"], PYTHONPATH=str(tmp_path), SLUICE_WORKERS="9"):
            wait_until(lambda: link.llen("rq:queue:publish") == 0, 60)
            enqueue.wake("publish")
            wait_until(lambda: db.session.get(Post, post.id, populate_existing=True).state == "published", 60)
        assert (trap.exists(), receiver.ledger) == (False, [])
    assert Job.exists("nobody", connection=link) is False


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_nobody_gives_orders_to_a_worker_through_redis(app, link):
    """RQ's own: to end, to kill the job at hand, to stand still."""
    with Receiver() as receiver:
        receiver.plan(answer(200, delay=1.0))
        stream, _ = connected(receiver)
        due_post(stream)
        suspend(link)
        enqueue.wake("publish")
        with running(app, ["worker"]) as (worker,):
            wait_until(lambda: receiver.ledger, 60)
            (name,) = (key.decode().removeprefix("rq:worker:") for key in link.smembers("rq:workers:publish"))
            for order in (send_kill_horse_command, send_shutdown_command):
                order(link, name)
            wait_until(lambda: standing() == ("delivered", 1), 30)
            assert worker.poll() is None
        assert len(receiver.ledger) == 1


def standing():
    found = db.session.execute(sa.select(Delivery.state, Delivery.attempts)).one()
    db.session.rollback()
    return tuple(found)

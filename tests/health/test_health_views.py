"""What monitors see: alive, ready with reasons, and numbers for those who may have them."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from calendar_app.extensions import database_now, db
from calendar_app.health.models import Pulse
from calendar_app.health.pulse import beat
from calendar_app.health.views import metrics_token
from calendar_app.posts.models import Post
from tests.factories import make_scheduled, make_stream


def test_a_process_that_answers_is_alive_and_sets_no_cookie(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")
    assert "Set-Cookie" not in answer.headers


def test_without_a_clock_the_site_is_not_ready_and_says_why(client):
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json["ready"] is False
    assert answer.json["checks"]["clock"] == {"ok": False, "says": "the clock has never been heard"}
    assert answer.json["checks"]["database"]["ok"] is True


def test_with_a_beating_clock_it_is_ready(client):
    beat("clock")
    db.session.commit()
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json["checks"]["overdue"] == {"ok": True, "on_hold": False, "seconds": 0.0}


def test_a_clock_that_fell_silent_is_noticed(client):
    beat("clock")
    db.session.execute(sa.update(Pulse).values(at=database_now() - timedelta(seconds=31)))
    db.session.commit()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json["checks"]["clock"]["heard_seconds_ago"] >= 31


def test_overdue_work_is_told_in_seconds(client):
    make_scheduled(make_stream(), due_in=-90)
    answer = client.get("/readyz")
    assert answer.json["checks"]["overdue"]["ok"] is False
    assert 90 <= answer.json["checks"]["overdue"]["seconds"] < 120


def test_metrics_are_for_loopback_or_whoever_has_the_token(client):
    make_scheduled(make_stream(), due_in=-90)
    assert 'sluice_posts{state="scheduled"} 1.0' in client.get("/metrics").text
    afar = {"REMOTE_ADDR": "203.0.113.7"}
    assert client.get("/metrics", environ_overrides=afar).status_code == 404
    proxied = client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.7"})
    assert proxied.status_code == 404
    wrong = {"Authorization": f"Bearer {'0' * 40}"}
    assert client.get("/metrics", environ_overrides=afar, headers=wrong).status_code == 404
    right = {"Authorization": f"Bearer {metrics_token()}"}
    assert client.get("/metrics", environ_overrides=afar, headers=right).status_code == 200


def test_metrics_tell_of_overdue_work(client):
    make_scheduled(make_stream(), due_in=-90)
    lines = dict(line.rsplit(" ", 1) for line in client.get("/metrics").text.splitlines() if line[0] != "#")
    assert 90 <= float(lines["sluice_oldest_overdue_seconds"]) < 120
    assert float(lines["sluice_clock_silence_seconds"]) == -1
    assert float(lines["sluice_redis_up"]) == 1
    assert db.session.query(Post).count() == 1

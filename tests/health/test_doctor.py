"""The doctor says in sentences what is wrong and what to do; each finding is provoked here."""

from __future__ import annotations

import contextlib
import os
import socket
import sqlite3
import subprocess
import sys
from datetime import timedelta

import pytest
import redis
import sqlalchemy as sa

from calendar_app.extensions import database_now, db
from calendar_app.health import doctor
from calendar_app.health.models import Pulse
from calendar_app.health.pulse import beat
from calendar_app.migrating import newest
from calendar_app.people.models import Site
from tests.factories import make_scheduled, make_stream
from tests.processes import environment


def wrong(app):
    db.session.commit()
    return [finding.text for finding in doctor.findings(app.config["SETTINGS"]) if finding.wrong]


def advice(app):
    db.session.commit()
    return [finding.text for finding in doctor.findings(app.config["SETTINGS"]) if finding.advice]


@pytest.fixture
def ticking(app):
    beat("clock")
    db.session.commit()
    return app


def test_a_sound_installation_has_nothing_wrong(ticking):
    assert wrong(ticking) == []


def test_a_clock_that_does_not_run(app):
    assert wrong(app) == [
        "The clock is not running, so nothing goes out. Start `sluice up`, or `sluice clock` beside the workers."
    ]


def test_work_that_should_have_been_done(ticking):
    make_scheduled(make_stream(), due_in=-600)
    (found,) = wrong(ticking)
    assert (
        found
        == "The oldest work should have been done 10 minutes ago. Are workers running? Look at their output."
    )


def test_a_held_site(ticking):
    db.session.execute(sa.update(Site).values(hold_reason="it was restored."))
    assert wrong(ticking) == [
        "Nothing goes out: it was restored. Look through the plan, then run: sluice resume"
    ]


def test_a_redis_that_may_forget(ticking):
    link = redis.Redis.from_url(ticking.config["SETTINGS"].redis_url)
    link.config_set("maxmemory-policy", "allkeys-lru")
    try:
        (found,) = wrong(ticking)
    finally:
        link.config_set("maxmemory-policy", "noeviction")
    assert "maxmemory-policy allkeys-lru" in found
    assert "redis-cli config set maxmemory-policy noeviction" in found


def test_no_mail_server_is_advice_and_nothing_wrong(ticking):
    assert any("SLUICE_MAIL_URL" in text for text in advice(ticking))


def test_a_database_of_an_earlier_version(ticking):
    with db.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0000'"))
    try:
        (found,) = wrong(ticking)
    finally:
        with db.engine.begin() as connection:
            connection.execute(
                sa.text("UPDATE alembic_version SET version_num = :newest"), {"newest": newest()}
            )
    assert found == f"The database is at 0000, this version needs {newest()}. Run: sluice migrate"


def run(app, *arguments, **more):
    return subprocess.run(
        [sys.executable, "-m", "calendar_app", *arguments], env=environment(app, **more),
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_command_exits_1_when_anything_is_wrong_and_0_when_not(app):
    db.session.commit()
    assert run(app, "doctor").returncode == 1
    beat("clock")
    db.session.commit()
    sound = run(app, "doctor")
    assert (sound.returncode, "wrong" in sound.stdout) == (0, False), sound.stdout


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SLUICE_SECRET_KEY", "secret"),
        ("SLUICE_BASE_URL", "ftp://example.org"),
        ("SLUICE_BASE_URL", "https://example.org/path"),
        ("SLUICE_DATABASE_URL", "mysql://x"),
        ("SLUICE_REDIS_URL", "http://x"),
        ("SLUICE_ALLOW_PRIVATE_HOSTS", "10.0.0.0/99"),
        ("SLUICE_TRUSTED_PROXIES", "-1"),
        ("SLUICE_WORKERS", "many"),
        ("SLUICE_WORKERS", "0"),
        ("SLUICE_API_RATE", "fast"),
        ("SLUICE_MAIL_URL", "mail"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_its_name(app, name, value):
    stopped = run(app, "migrate", **{name: value})
    assert stopped.returncode == 2
    assert name in stopped.stderr
    assert "Traceback" not in stopped.stderr


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_database_that_another_program_locks(ticking, monkeypatch):
    db.session.commit()
    path = ticking.config["SETTINGS"].database_url.removeprefix("sqlite:///")
    sa.event.listen(db.engine, "connect", short_patience)
    db.engine.dispose()
    try:
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            assert any("locked by another program" in text for text in wrong(ticking))
            other.execute("ROLLBACK")
    finally:
        sa.event.remove(db.engine, "connect", short_patience)
        db.engine.dispose()


def short_patience(connection, _record):
    connection.execute("PRAGMA busy_timeout=100")


def test_a_taken_port_is_told_when_no_clock_of_ours_runs(app, monkeypatch):
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            held.bind(("127.0.0.1", 8000))
        except OSError:
            pytest.skip("port 8000 is in use on this machine already")
        held.listen()
        assert any("8000" in text for text in advice(app))


def test_a_key_that_others_can_read(ticking):
    path = ticking.config["SETTINGS"].data / "secret_key"
    path.write_text("x" * 40)
    path.chmod(0o644)
    os.environ.pop("SLUICE_SECRET_KEY", None)
    try:
        assert wrong(ticking) == [f"Others can read the secret key. Run: chmod 600 {path}"]
    finally:
        path.unlink()


def test_a_silent_clock_is_told_after_half_a_minute(ticking):
    db.session.execute(sa.update(Pulse).values(at=database_now() - timedelta(seconds=31)))
    assert any("clock is not running" in text for text in wrong(ticking))

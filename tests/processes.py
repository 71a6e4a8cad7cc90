"""Real clock and worker processes for tests: started like `sluice up` starts them, ended without mercy."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager, suppress
from functools import cache

from calendar_app.extensions import db, stop_writing
from calendar_app.supervising.guard import descendants
from tests.conftest import wait_until
from tests.warm_parent import WarmParent

# For tests that start a process from nothing, as a person does. A test run that is killed takes it along.
DIES_WITH_US = """
import runpy, sys
from calendar_app.supervising.guard import die_with_parent
die_with_parent(int(sys.argv.pop(1)))
runpy.run_module("calendar_app", run_name="__main__", alter_sys=True)
"""


def environment(app, **more):
    """The environment in which a process sees the same database, Redis and data folder as the test's app."""
    settings = app.config["SETTINGS"]
    return {
        **os.environ,
        "SLUICE_DATA": str(settings.data),
        "SLUICE_DATABASE_URL": settings.database_url,
        "SLUICE_REDIS_URL": settings.redis_url,
        "SLUICE_SECRET_KEY": settings.secret_key,
        "SLUICE_BASE_URL": settings.base_url,
        "SLUICE_ALLOW_PRIVATE_HOSTS": ",".join(settings.allow_private_hosts),
        "SLUICE_ALLOW_PRIVATE_PAGES": ",".join(settings.allow_private_pages),
        **more,
    }


@cache
def warm_parent():
    """One for the whole run of this test process."""
    return WarmParent()


def start(app, *command, **more):
    """A process of the `sluice` command; it ends with this test process at the latest.

    `more` goes into its environment; TEST_PATIENCE and TEST_LONGEST say how patient it is when asked to end.
    """
    return warm_parent().start(command, environment(app, **more))


def left_behind():
    """The ids of those that were started and have not ended yet."""
    return descendants(warm_parent().process.pid) if warm_parent.cache_info().currsize else set()


def end(process, *, how=signal.SIGKILL):
    """End a process, and see whatever it forked end with it: the next test's database is the same."""
    forked = descendants(process.pid)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, how)
    process.wait(20)
    wait_until(lambda: not any(map(is_running, forked)), 25)


@contextmanager
def running(app, *commands, **more):
    """Processes of the `sluice` command for the length of a block.

    The test itself only looks from here on: on SQLite a transaction that means to write would lock them out.
    """
    db.session.rollback()
    stop_writing()
    processes = [start(app, *command, **more) for command in commands]
    try:
        yield processes
    finally:
        for process in processes:
            end(process)


def is_running(pid):
    try:
        with open(f"/proc/{pid}/stat", "rb") as stat:
            return stat.read().rpartition(b")")[2].split()[0] not in {b"Z", b"X"}
    except FileNotFoundError:
        return False

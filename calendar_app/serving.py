"""The web server: gunicorn with threads, configured in one place."""

from __future__ import annotations

import gc
import os
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from calendar_app.logs import JsonLines

if TYPE_CHECKING:
    from flask import Flask

# Gunicorn's heartbeat files in memory: on a slow disk they would hold up the server.
MEMORY = "/dev/shm"  # noqa: S108  (the directory itself, nothing guessable in it)
PROCESSES = 2
# Half of them may be held by pages that listen (planner/watching.py); those that wait cost next to nothing.
THREADS = 16


class JsonLogger(Logger):  # type: ignore[misc]
    """Gunicorn's own lines in the same form as ours."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(JsonLines())


class Server(BaseApplication):  # type: ignore[misc]
    def __init__(self, host: str, port: int) -> None:
        self.options = {
            "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
            "workers": PROCESSES,
            "threads": THREADS,
            "worker_class": "gthread",
            "timeout": 60,
            "graceful_timeout": 8,
            "keepalive": 30,
            "proc_name": "sluice web",
            "logger_class": JsonLogger,
            # Readers are not counted: no line per request, so no addresses of people in any log.
            "accesslog": None,
            "loglevel": "warning",
            "worker_tmp_dir": MEMORY if os.access(MEMORY, os.W_OK) else None,
            "control_socket_disable": True,
            "post_worker_init": _tell_when_it_ends,
            # Nobody sets the scheme or the path by a header: what a proxy says is read by ProxyFix, hop by hop.
            "forwarded_allow_ips": "",
            "forwarder_headers": "",
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            if name in self.cfg.settings and value is not None:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        from calendar_app import create_app

        app = create_app()
        # What stands by now stays: to look through it for garbage took 70 ms, in the middle of some request.
        gc.collect()
        gc.freeze()
        return app


def _tell_when_it_ends(worker: Any) -> None:
    """Open streams of events end as soon as the server is told to stop."""
    worker.app.callable.extensions["sluice_lives"] = lambda: worker.alive


def serve(host: str, port: int) -> Any:
    """Serve until told to stop. The app is built in each process, after gunicorn's fork."""
    return Server(host, port).run()

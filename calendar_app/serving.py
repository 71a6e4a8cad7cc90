"""The web server: gunicorn with threads, configured in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication

if TYPE_CHECKING:
    from flask import Flask

PROCESSES = 2
THREADS = 8


class Server(BaseApplication):  # type: ignore[misc]
    def __init__(self, host: str, port: int) -> None:
        self.options = {
            "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
            "workers": PROCESSES,
            "threads": THREADS,
            "worker_class": "gthread",
            "timeout": 60,
            "graceful_timeout": 10,
            "keepalive": 30,
            "proc_name": "sluice web",
            "worker_tmp_dir": "/dev/shm" if _has_shm() else None,
            "control_socket_disable": True,
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            if name in self.cfg.settings and value is not None:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        from calendar_app import create_app

        return create_app()


def serve(host: str, port: int) -> Any:
    """Serve until told to stop. The app is built in each process, after gunicorn's fork."""
    return Server(host, port).run()


def _has_shm() -> bool:
    """Gunicorn's heartbeat files in memory: on a slow disk they would hold up the server."""
    import os

    return os.access("/dev/shm", os.W_OK)  # noqa: S108  (the directory itself, nothing guessable in it)

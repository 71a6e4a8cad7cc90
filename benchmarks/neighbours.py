"""Others who can serve the same calendar: nginx with a file of it, Radicale with its events."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

from benchmarks.guarded import guarded, wait_for
from benchmarks.installation import free_port
from benchmarks.polling import Address, ask

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NGINX = """{user}
daemon off; worker_processes 2; pid {folder}/nginx.pid; error_log {folder}/nginx.err;
events {{ worker_connections 256; }}
http {{
  access_log off; sendfile on; keepalive_requests 10000000; types {{ text/calendar ics; }}
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{port}; root {folder}/files; }}
}}
"""


@contextmanager
def nginx(folder: Path, content: bytes) -> Iterator[Address | None]:
    """nginx with two workers and these bytes as a file; None where it is not installed."""
    program = shutil.which("nginx")
    if program is None:
        yield None
        return
    place = folder / "nginx"
    (place / "files").mkdir(parents=True)
    (place / "files" / "feed.ics").write_bytes(content)
    port = free_port()
    user = "user root;" if os.geteuid() == 0 else ""
    (place / "nginx.conf").write_text(NGINX.format(folder=place, port=port, user=user))
    with guarded([program, "-p", str(place), "-c", str(place / "nginx.conf")], place / "log"):
        address = Address(port, "/feed.ics")
        wait_for(lambda: _answers(address), "nginx")
        yield address


@contextmanager
def radicale(folder: Path, content: bytes) -> Iterator[Address | None]:
    """Radicale with each event as an item of one collection; None where it is not installed."""
    if find_spec("radicale") is None:
        yield None
        return
    place = folder / "radicale"
    collection = place / "collection-root" / "reader" / "calendar"
    collection.mkdir(parents=True)
    (collection / ".Radicale.props").write_text('{"tag": "VCALENDAR"}')
    for number, item in enumerate(_items(content)):
        (collection / f"{number}.ics").write_bytes(item)
    port = free_port()
    options = {"server-hosts": f"127.0.0.1:{port}", "storage-filesystem-folder": str(place), "auth-type": "none",
               "rights-type": "authenticated", "web-type": "none", "logging-level": "error",
               "config": os.devnull}  # fmt: skip
    command = [word for name, value in options.items() for word in (f"--{name}", value)]
    with guarded([sys.executable, "-m", "radicale", *command], folder / "radicale.log"):
        address = Address(port, "/reader/calendar/", headers=(("Authorization", "Basic cmVhZGVyOng="),))
        wait_for(lambda: _answers(address), "Radicale")
        yield address


def _items(content: bytes) -> Iterator[bytes]:
    for event in content.split(b"BEGIN:VEVENT\r\n")[1:]:
        body = event.split(b"END:VEVENT\r\n")[0]
        yield (
            b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//bench//EN\r\nBEGIN:VEVENT\r\n"
            + body
            + b"END:VEVENT\r\nEND:VCALENDAR\r\n"
        )


def _answers(address: Address) -> bool:
    try:
        ask(address)
    except ConnectionError:
        return False
    return True

"""A line to the site on which a page comes in pieces: with a pause after each, as on a train."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

PIECES = 8
PAUSE_SECONDS = 0.12
_OWN = {"connection", "transfer-encoding", "content-length", "content-encoding", "date", "server"}


@contextmanager
def slow_line(base):
    """The address of a server that passes each GET on to the site at `base`; its pages arrive in PIECES."""

    class Line(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            if self.headers["Accept"] == "text/event-stream":
                # News is not what is tried, and never ends: the browser asks no more.
                self.send_response(204)
                self.end_headers()
                return
            asked = {
                name: self.headers[name]
                for name in ("Cookie", "Accept", "Accept-Language")
                if name in self.headers
            }
            with httpx.Client(base_url=base, trust_env=False) as site:
                answer = site.get(self.path, headers=asked)
            self.send_response(answer.status_code)
            for name, value in answer.headers.items():
                if name not in _OWN:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            is_page = answer.headers.get("content-type", "").startswith("text/html")
            for number, piece in enumerate(_pieces(answer.content) if is_page else [answer.content]):
                if number:
                    time.sleep(PAUSE_SECONDS)
                self.wfile.write(piece)
                self.wfile.flush()

        def log_message(self, *_words):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Line)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _pieces(content):
    """Of equal length, but that the head comes with the first."""
    head = content.index(b"<body")
    step = (len(content) - head) // PIECES + 1
    ends = [head + step * number for number in range(PIECES)] + [len(content)]
    return [content[begin:end] for begin, end in zip([0, *ends[1:]], ends[1:], strict=False)]

"""A fast receiver on loopback, in a process of its own: when did the first byte of which delivery come?

Run as `python -m benchmarks.receiver LEDGER`: it writes its port into the file `LEDGER.port`, answers 200 to whatever
comes, and adds a line “webhook-id, Unix seconds” to LEDGER for each request. One thread, kept connections.
"""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.guarded import guarded, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


class Receiver:
    """`address` is where to send to; `arrivals` reads webhook-id → first arrival of a first byte (Unix seconds)."""

    def __init__(self, ledger: Path, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}/hook"
        self._ledger = ledger

    def count(self) -> int:
        return self._ledger.read_bytes().count(b"\n")

    def arrivals(self) -> dict[str, float]:
        found: dict[str, float] = {}
        for line in self._ledger.read_text().splitlines():
            key, at = line.split(",")
            found.setdefault(key, float(at))
        return found


@contextmanager
def receiver(folder: Path) -> Iterator[Receiver]:
    """A receiver process for the length of the block, its ledger in the folder."""
    ledger = folder / "ledger"
    port = ledger.with_suffix(".port")
    port.unlink(missing_ok=True)
    with guarded([sys.executable, "-m", "benchmarks.receiver", str(ledger)], folder / "receiver.log"):
        wait_for(port.exists, "the receiver")
        yield Receiver(ledger, int(port.read_text()))


class _Connection(asyncio.Protocol):
    """HTTP/1.1 as far as our own client speaks it: one request at a time, with a content-length."""

    def __init__(self, ledger: TextIO) -> None:
        self.ledger = ledger
        self.data = b""
        self.at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        if not self.data:
            self.at = time.time()
        self.data += data
        head, found, body = self.data.partition(b"\r\n\r\n")
        if not found:
            return
        headers = dict(line.split(b": ", 1) for line in head.lower().split(b"\r\n")[1:])
        if len(body) < int(headers.get(b"content-length", 0)):
            return
        self.transport.write(ANSWER)  # type: ignore[attr-defined]
        self.ledger.write(f"{headers[b'webhook-id'].decode()},{self.at:.6f}\n")
        self.ledger.flush()
        self.data = b""


async def _serve(place: Path) -> None:
    with place.open("w") as ledger:
        server = await asyncio.get_running_loop().create_server(
            lambda: _Connection(ledger), "127.0.0.1", 0, backlog=1024
        )
        draft = place.with_suffix(".draft")
        draft.write_text(str(server.sockets[0].getsockname()[1]))
        draft.rename(place.with_suffix(".port"))
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1])))

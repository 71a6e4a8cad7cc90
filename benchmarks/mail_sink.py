"""A fast mail server on loopback, in a process of its own: it takes whatever comes, and keeps who it was for.

Run as `python -m benchmarks.mail_sink LEDGER`: it writes its port into the file `LEDGER.port`, and adds a line
“recipient” to LEDGER for each mail. With `aiosmtpd` as a second argument that library serves instead.
"""

from __future__ import annotations

import asyncio
import smtplib
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.guarded import guarded, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TextIO

END = b"\r\n.\r\n"
FLUSH_EVERY = 0.2


class MailSink:
    """`url` is what SLUICE_MAIL_URL is to be."""

    def __init__(self, ledger: Path, port: int) -> None:
        self.port = port
        self.url = f"smtp://127.0.0.1:{port}"
        self._ledger = ledger

    def connected(self) -> smtplib.SMTP:
        return smtplib.SMTP("127.0.0.1", self.port)

    def count(self) -> int:
        """Mails taken, as of a moment ago."""
        return self._ledger.read_bytes().count(b"\n")

    def recipients(self) -> list[str]:
        return self._ledger.read_text().split()


@contextmanager
def mail_sink(folder: Path, *served_by: str) -> Iterator[MailSink]:
    """A server process for the length of the block, its ledger in the folder."""
    ledger = folder / "mails"
    port = ledger.with_suffix(".port")
    port.unlink(missing_ok=True)
    command = [sys.executable, "-m", "benchmarks.mail_sink", str(ledger), *served_by]
    with guarded(command, folder / "mails.log"):
        wait_for(port.exists, "the mail server")
        yield MailSink(ledger, int(port.read_text()))


class _Session(asyncio.Protocol):
    """SMTP as far as a client goes that means well; all that came together is answered together."""

    def __init__(self, ledger: TextIO) -> None:
        self.ledger = ledger
        self.held, self.in_mail, self.reader = b"", False, ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport
        self.transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self.held += data
        said = []
        while (answer := self.answer()) is not None:
            said.append(answer)
        if said:
            self.transport.write(b"".join(said))

    def answer(self) -> bytes | None:
        end = END if self.in_mail else b"\r\n"
        line, found, rest = self.held.partition(end)
        if not found:
            return None
        self.held = rest
        if self.in_mail:
            self.in_mail = False
            self.ledger.write(self.reader + "\n")
            return b"250 taken\r\n"
        return self.obey(line)

    def obey(self, line: bytes) -> bytes:
        verb = line[:4].upper()
        if verb == b"EHLO":
            return b"250-sink\r\n250 PIPELINING\r\n"
        if verb == b"RCPT":
            self.reader = line[9:-1].decode()
        if verb == b"DATA":
            self.in_mail = True
            return b"354 go on\r\n"
        return b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n"


class _Handler:
    """What aiosmtpd asks of its user."""

    def __init__(self, ledger: TextIO) -> None:
        self.ledger = ledger

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:
        self.ledger.write(envelope.rcpt_tos[0] + "\n")
        return "250 taken"


def _protocol(ledger: TextIO, served_by: str) -> Callable[[], asyncio.BaseProtocol]:
    if served_by != "aiosmtpd":
        return lambda: _Session(ledger)
    from aiosmtpd.smtp import SMTP

    handler = _Handler(ledger)
    return lambda: SMTP(handler, hostname="sink")


async def _serve(place: Path, served_by: str) -> None:
    with place.open("w") as ledger:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(_protocol(ledger, served_by), "127.0.0.1", 0, backlog=1024)
        draft = place.with_suffix(".draft")
        draft.write_text(str(server.sockets[0].getsockname()[1]))
        draft.rename(place.with_suffix(".port"))
        while True:
            await asyncio.sleep(FLUSH_EVERY)
            ledger.flush()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""))

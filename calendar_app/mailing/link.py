"""One connection to a mail server, on which everything ends at a deadline, however slowly it answers."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import time
from typing import TYPE_CHECKING

from calendar_app import stopping
from calendar_app.channels.adapter import NotSent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calendar_app.mailing.server import MailServer

LONGEST_REPLY = 100
LONGEST_WORDS = 120
# To come to terms with a server at all; what it takes for a mail is another matter.
CONNECT_SECONDS = 5.0
# Of a process that is asked to end: to write down what became of the mail at hand.
TIME_TO_TELL = 1.0


class ServerAway(NotSent):
    """The mail server as a whole takes nothing now: whoever has more to send may as well wait."""


class Link(smtplib.SMTP):
    """Greeted, encrypted and signed in once made. `deadline` (time.monotonic()) may be moved for each mail.

    Raises ServerAway where it cannot be made.
    """

    def __init__(self, server: MailServer, hello: str, deadline: float) -> None:
        super().__init__(local_hostname=hello)
        self.server, self.deadline = server, deadline
        try:
            self._open()
        except ServerAway:
            self.close()
            raise
        except (OSError, smtplib.SMTPException) as problem:
            self.close()
            raise _away(server.host, problem) from problem

    def seconds_left(self) -> float:
        """Until the deadline, or until a process that is asked to end must have what it needs to say so."""
        left = min(self.deadline - time.monotonic(), stopping.seconds_left() - TIME_TO_TELL)
        if left <= 0:
            raise TimeoutError
        return left

    def a_while(self) -> float:
        """The same in pieces, between which one may notice that it has become shorter."""
        return min(self.seconds_left(), stopping.LOOK_EVERY)

    def send(self, s: bytes | str) -> None:  # type: ignore[override]
        """All of it by the deadline. Raises smtplib.SMTPServerDisconnected."""
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("not connected")
        left = memoryview(s.encode(self.command_encoding) if isinstance(s, str) else s)
        try:
            while left:
                left = left[self._send_some(self.sock, left) :]
        except OSError as problem:
            self.close()
            raise smtplib.SMTPServerDisconnected("broken off, or too late") from problem

    def ask_all(self, commands: Sequence[str]) -> tuple[int, bytes]:
        """Several commands in one go, to a server that offers it (PIPELINING); the answer to the first.

        The others are read one by one with `getreply`, in their order.
        """
        if not all(command.isascii() and command.isprintable() for command in commands):
            raise ValueError("not a command")
        self.send("".join(f"{command}\r\n" for command in commands).encode("ascii"))
        return self.getreply()

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock is not None:
            self.file = _Lines(self)
        return super().getreply()

    def _send_some(self, sock: socket.socket, content: memoryview) -> int:
        """How much the other side took in a while; 0 where it took nothing yet. Raises TimeoutError at the deadline."""
        sock.settimeout(self.a_while())
        try:
            return sock.send(content)
        except TimeoutError:
            self.seconds_left()
            return 0

    def _open(self) -> None:
        server = self.server
        # This cannot be interrupted, as what follows can.
        sock = socket.create_connection((server.host, server.port), min(self.seconds_left(), CONNECT_SECONDS))
        # The final dot goes by itself: without this it would wait for the answer to what went before.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = self._encrypted(sock) if server.security == "tls" else sock
        self._expect(220, self.getreply())
        self.ehlo_or_helo_if_needed()
        if server.security == "starttls":
            self._start_tls()
        if server.user:
            self.login(server.user, server.password)

    def _start_tls(self) -> None:
        if not self.has_extn("starttls"):
            raise ServerAway(f"The mail server {self.server.host} offers no encryption (STARTTLS).")
        self._expect(220, self.docmd("STARTTLS"))
        # What was said before encryption may have been said by anybody.
        self.file = self.helo_resp = self.ehlo_resp = None
        self.esmtp_features, self.does_esmtp = {}, False
        self.sock = self._encrypted(self.sock)
        self.ehlo_or_helo_if_needed()

    def _encrypted(self, sock: socket.socket | None) -> socket.socket:
        if sock is None:
            raise OSError("not connected")
        sock.settimeout(min(self.seconds_left(), CONNECT_SECONDS))
        try:
            return ssl.create_default_context().wrap_socket(sock, server_hostname=self.server.host)
        except OSError:
            sock.close()
            raise

    def _expect(self, wanted: int, reply: tuple[int, bytes]) -> None:
        if reply[0] != wanted:
            raise ServerAway(
                f"The mail server {self.server.host} takes no mail at the moment ({words(*reply)})."
            )


class _Lines:
    """Reads replies line by line; every wait ends at the link's deadline, and so does a reply without end."""

    def __init__(self, link: Link) -> None:
        self.link, self.held, self.count = link, b"", 0

    def readline(self, limit: int) -> bytes:
        while b"\n" not in self.held and len(self.held) < limit:
            sock = self.link.sock
            if sock is None:
                return b""
            sock.settimeout(self.link.a_while())
            try:
                data = sock.recv(4096)
            except TimeoutError:
                continue
            if not data:
                break
            self.held += data
        line, end, rest = self.held.partition(b"\n")
        self.held = rest
        self._count(line)
        return line + end

    def close(self) -> None:
        self.held = b""

    def _count(self, line: bytes) -> None:
        self.count = self.count + 1 if line[3:4] == b"-" else 0
        if self.count > LONGEST_REPLY:
            raise OSError("a reply without end")


def words(code: int, text: bytes) -> str:
    """`550 5.1.1 No such user`: what the server said, on one line and not at length."""
    said = re.sub(r"[^\x20-\x7e]+", " ", text.decode("ascii", "replace")).strip()
    return f"{code} {said[:LONGEST_WORDS]}".strip()


def _away(host: str, problem: Exception) -> ServerAway:
    if isinstance(problem, TimeoutError) or isinstance(
        problem.__cause__ or problem.__context__, TimeoutError
    ):
        return ServerAway(f"The mail server {host} did not answer in time.")
    if isinstance(problem, ssl.SSLCertVerificationError):
        return ServerAway(f"The certificate of the mail server {host} is not good.")
    if isinstance(problem, ssl.SSLError):
        return ServerAway(f"No secure connection to the mail server {host} could be made.")
    if isinstance(problem, smtplib.SMTPAuthenticationError | smtplib.SMTPNotSupportedError):
        return ServerAway(f"The mail server {host} did not accept the name and password of SLUICE_MAIL_URL.")
    if isinstance(problem, smtplib.SMTPResponseException):
        said = problem.smtp_error if isinstance(problem.smtp_error, bytes) else b""
        return ServerAway(
            f"The mail server {host} takes no mail at the moment ({words(problem.smtp_code, said)})."
        )
    return ServerAway(f"The mail server {host} could not be reached.")

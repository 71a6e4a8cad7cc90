"""Handing mails to the mail server: one connection for many, and an honest outcome for each."""

from __future__ import annotations

import ipaddress
import re
import smtplib
import time
from typing import TYPE_CHECKING

from calendar_app.channels.adapter import NotSent, Rejected, Unclear
from calendar_app.mailing.link import Link, ServerAway, words

if TYPE_CHECKING:
    from types import TracebackType

    from calendar_app.mailing.server import MailServer

# A mail from its first byte to the server's last word. RFC 5321 would wait ten minutes for that word alone;
# what has none by then counts as unknown, never as not sent.
MAIL_SECONDS = 45.0
BUSY = 421
_NO_SUCH_READER = "The mail server refused this address (%s)."
_NO_SUCH_MAIL = "The mail server refused the mail (%s)."


class Mailer:
    """Keeps one connection open between mails. Not for several threads at once: each takes `another`."""

    def __init__(self, server: MailServer, hello: str, *, seconds: float = MAIL_SECONDS) -> None:
        self.server, self.hello, self.seconds = server, _name(hello), seconds
        self._link: Link | None = None

    def __enter__(self) -> Mailer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def another(self) -> Mailer:
        """A connection of its own to the same server."""
        return Mailer(self.server, self.hello, seconds=self.seconds)

    def greet(self) -> None:
        """Connect, encrypt, sign in: whether the server would take mail. Raises ServerAway."""
        self._connected(time.monotonic() + self.seconds)

    def post(self, mail: bytes, *, sender: str, recipient: str) -> None:
        """Hand one mail over; returns once the server has taken it.

        Raises ServerAway or NotSent (certainly not taken, a later try may succeed), Rejected (certainly not
        taken, a later try would not help) or Unclear (the whole mail left, and no answer came).
        """
        link = self._announced(sender, recipient, time.monotonic() + self.seconds)
        self._deliver(link, mail)

    def close(self) -> None:
        """Take leave, if there is anybody to take leave of."""
        link, self._link = self._link, None
        if link is None:
            return
        link.deadline = time.monotonic() + 2
        try:
            link.docmd("QUIT")
        except (OSError, smtplib.SMTPException):
            pass
        finally:
            link.close()

    def _connected(self, deadline: float) -> Link:
        if self._link is None:
            self._link = Link(self.server, self.hello, deadline)
        self._link.deadline = deadline
        return self._link

    def _announced(self, sender: str, recipient: str, deadline: float) -> Link:
        """A link on which the server waits for the mail. One kept too long is dropped by it: once more, anew.

        Raises ServerAway, NotSent, Rejected: nothing has been sent yet.
        """
        kept = self._link is not None
        link = self._connected(deadline)
        at_once = link.has_extn("pipelining")
        commands = (f"MAIL FROM:<{sender}>", f"RCPT TO:<{recipient}>", "DATA")
        try:
            code, text = link.ask_all(commands) if at_once else link.docmd(commands[0])
        except (OSError, smtplib.SMTPException) as problem:
            self._drop()
            if kept:
                return self._announced(sender, recipient, deadline)
            raise self._broken_off() from problem
        if code == BUSY and kept:
            self._drop()
            return self._announced(sender, recipient, deadline)
        if code // 100 != 2:
            self._drop()
            raise ServerAway(f"The mail server refused the sender ({words(code, text)}).")
        if at_once:
            self._read_on(link)
        else:
            self._judge(link, *self._step(link, commands[1]), _NO_SUCH_READER)
            self._judge(link, *self._step(link, commands[2]), _NO_SUCH_MAIL, wanted=354)
        return link

    def _read_on(self, link: Link) -> None:
        """What the server says to reader and mail, all asked at once (RFC 2920): one refused is nobody's mail."""
        reader = self._step(link)
        if reader[0] // 100 == 2:
            self._judge(link, *self._step(link), _NO_SUCH_MAIL, wanted=354)
            return
        if reader[0] != BUSY:
            self._leave_out(link)
        self._judge(link, *reader, _NO_SUCH_READER)

    def _leave_out(self, link: Link) -> None:
        """The answer to DATA with nobody to read: a server that waits for a mail all the same is left."""
        try:
            if link.getreply()[0] != 354:
                return
        except (OSError, smtplib.SMTPException):
            pass
        self._drop()

    def _step(self, link: Link, command: str | None = None) -> tuple[int, bytes]:
        """The answer to a command before the mail itself, or the next one that is outstanding."""
        try:
            return link.docmd(command) if command else link.getreply()
        except (OSError, smtplib.SMTPException) as problem:
            self._drop()
            raise self._broken_off() from problem

    def _judge(self, link: Link, code: int, text: bytes, refusal: str, *, wanted: int = 250) -> None:
        """Goes on if the server does. Raises ServerAway, NotSent, Rejected."""
        if code == wanted or (wanted == 250 and code // 100 == 2):
            return
        self._start_over(link, code)
        if code == BUSY:
            raise ServerAway(
                f"The mail server {self.server.host} takes no mail at the moment ({words(code, text)})."
            )
        if code // 100 == 5:
            raise Rejected(refusal % words(code, text))
        raise NotSent(f"The mail server will not take this now ({words(code, text)}).")

    def _deliver(self, link: Link, mail: bytes) -> None:
        """The mail, then the dot that ends it. Without the dot no server may deliver; after it, any may have."""
        try:
            link.send(_stuffed(mail))
        except (OSError, smtplib.SMTPException) as problem:
            self._drop()
            raise self._broken_off() from problem
        try:
            link.send(b".\r\n")
            code, text = link.getreply()
        except (OSError, smtplib.SMTPException) as problem:
            self._drop()
            raise Unclear("The mail was handed over, and the mail server's answer was lost.") from problem
        if code // 100 == 2:
            return
        self._start_over(link, code)
        if code // 100 == 5:
            raise Rejected(f"The mail server refused the mail ({words(code, text)}).")
        if code // 100 == 4:
            raise NotSent(f"The mail server will not take this now ({words(code, text)}).")
        raise Unclear("The mail was handed over, and the mail server's answer was lost.")

    def _start_over(self, link: Link, code: int) -> None:
        """Ready for the next mail; a server that says goodbye, or does not understand, is called anew."""
        if link is not self._link:
            return
        try:
            if code == BUSY or link.docmd("RSET")[0] != 250:
                self._drop()
        except (OSError, smtplib.SMTPException):
            self._drop()

    def _broken_off(self) -> ServerAway:
        return ServerAway(f"The mail server {self.server.host} broke off.")

    def _drop(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            link.close()


def _name(host: str) -> str:
    """How a host introduces itself: an address of numbers stands in brackets (RFC 5321, 4.1.3)."""
    try:
        number = ipaddress.ip_address(host)
    except ValueError:
        return host
    return f"[{host}]" if number.version == 4 else f"[IPv6:{host}]"


def _stuffed(mail: bytes) -> bytes:
    """A dot at the beginning of a line is doubled: alone it would end the mail."""
    stuffed = re.sub(rb"(?m)^\.", b"..", mail) if b"\n." in mail or mail[:1] == b"." else mail
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"

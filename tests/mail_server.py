"""A mail server that does as it is told: refuses, hangs, breaks off, loses answers; and keeps a ledger of what it took.

Written for these tests on plain sockets; it processes first and misbehaves afterwards.
"""

from __future__ import annotations

import email
import email.policy
import socket
import ssl
import threading
import time
from collections import deque
from dataclasses import dataclass

PATIENCE = 20


@dataclass
class Taken:
    """One mail that the server has made its own."""

    sender: str
    recipient: str
    data: bytes
    at: float

    @property
    def mail(self):
        return email.message_from_bytes(self.data, policy=email.policy.default)

    @property
    def text(self):
        return self.mail.get_body(("plain",)).get_content()

    @property
    def html(self):
        return self.mail.get_body(("html",)).get_content()


class MailServer:
    """`at(stage, *steps)` plans what happens the next times a stage is reached; stages: greet, ehlo, auth, mail,
    rcpt, data, end. A step is a reply ("450 later"), or "drop", "hang", "half" (a reply without its end), or a
    number of seconds to wait before the usual reply. `for_address(address, step)` does the same at the end of
    each mail to one address. Empty plan: the usual reply. `together` has the commands that came in one go.
    """

    def __init__(self, *, tls=None, users=None, extensions=()):
        self.ledger, self.sessions, self.commands, self.together = [], 0, [], []
        self.tls, self.users, self.extensions = tls, users or {}, extensions
        self._plans, self._for = {}, {}
        self._closing = threading.Event()
        self._threads = []
        self._listen(0)

    def at(self, stage, *steps):
        self._plans.setdefault(stage, deque()).extend(steps)

    def for_address(self, address, step, *, stage="end"):
        self._for[stage, address] = step

    def recipients(self):
        return sorted(taken.recipient for taken in self.ledger)

    def refuse(self):
        self._socket.close()

    def listen(self):
        self._listen(self.port)

    def close(self):
        self._closing.set()
        self._socket.close()
        for thread in self._threads:
            thread.join(5)

    def _listen(self, port):
        self._socket = socket.create_server(("127.0.0.1", port))
        self._socket.settimeout(0.05)
        self.port = self._socket.getsockname()[1]
        self._start(self._accept, self._socket)

    def _start(self, work, *args):
        thread = threading.Thread(target=work, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self, listening):
        while not self._closing.is_set():
            try:
                connection, _ = listening.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            self.sessions += 1
            connection.settimeout(PATIENCE)
            self._start(_Session(self, connection, self._closing).run)

    def planned(self, stage, address=""):
        plan = self._plans.get(stage)
        return plan.popleft() if plan else self._for.get((stage, address))


class _Over(Exception):
    pass


class _Session:
    def __init__(self, server, connection, closing):
        self.server, self.connection, self.closing = server, connection, closing
        self.held, self.sender, self.recipient, self.secure = b"", "", "", False

    def run(self):
        try:
            self.step("greet", "220 test")
            while True:
                self.obey(self.line().decode())
        except (_Over, OSError):
            pass
        finally:
            self.connection.close()

    def obey(self, line):
        self.server.commands.append(line)
        verb, _, rest = line.partition(" ")
        name = verb.upper()
        if name in {"EHLO", "HELO"}:
            self.step("ehlo", "\r\n".join(self.offer()))
        elif name == "STARTTLS":
            self.say("220 go on")
            self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
            self.held, self.secure = b"", True
        elif name == "AUTH":
            self.step("auth", "235 ok" if rest in self.server.users else "535 5.7.8 wrong")
        elif name == "MAIL":
            self.sender = rest[6:-1]
            self.step("mail", "250 ok")
        elif name == "RCPT":
            self.recipient = rest[4:-1]
            self.step("rcpt", "250 ok")
        elif name == "DATA":
            if self.step("data", "354 go on").startswith("354"):
                self.take()
        elif name == "QUIT":
            self.say("221 bye")
            raise _Over
        else:
            self.say("250 ok")

    def offer(self):
        more = [*self.server.extensions, *(["AUTH PLAIN"] if self.server.users else [])]
        if self.server.tls and not self.secure:
            more.append("STARTTLS")
        names = ["test", *more]
        return [f"250{'-' if name != names[-1] else ' '}{name}" for name in names]

    def take(self):
        lines = []
        while (line := self.line()) != b".":
            lines.append(line[1:] if line.startswith(b".") else line)
        step = self.server.planned("end", self.recipient)
        if not (isinstance(step, str) and step[:1] in "45"):
            self.server.ledger.append(
                Taken(self.sender, self.recipient, b"\r\n".join(lines) + b"\r\n", time.time())
            )
        self.do(step, "250 taken")

    def step(self, stage, usual):
        return self.do(self.server.planned(stage, self.recipient), usual)

    def do(self, step, usual):
        if step == "drop":
            raise _Over
        if step == "hang":
            self.closing.wait(PATIENCE)
            raise _Over
        if step == "half":
            self.connection.sendall(b"25")
            raise _Over
        if isinstance(step, int | float):
            self.closing.wait(step)
        reply = step if isinstance(step, str) else usual
        self.say(reply)
        if reply.startswith("421"):
            raise _Over
        return reply

    def say(self, reply):
        self.connection.sendall(reply.encode() + b"\r\n")

    def line(self):
        while b"\r\n" not in self.held:
            data = self.connection.recv(65536)
            if not data:
                raise _Over
            self.held += data
            if data.startswith(b"MAIL") and data.endswith(b"\r\nDATA\r\n"):
                self.server.together.append(data.decode().strip().replace("\r\n", " "))
        line, _, self.held = self.held.partition(b"\r\n")
        return line


def self_signed(folder, *names):
    """A server's TLS context for these names, and the file that whoever shall trust it must know."""
    from datetime import UTC, datetime, timedelta
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(one)) for one in names]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "key.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context, folder / "certificate.pem"

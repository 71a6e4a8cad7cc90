"""Our SMTP client against a server that others wrote: aiosmtpd."""

from __future__ import annotations

import email
import email.policy
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from calendar_app.channels.adapter import NotSent, Rejected
from calendar_app.mailing.composing import Draft, compose
from calendar_app.mailing.link import ServerAway
from calendar_app.mailing.server import MailServer
from calendar_app.mailing.smtp import Mailer
from tests.mail_server import self_signed

MAIL = b"Subject: Bridge\r\n\r\nClosed.\r\n.hidden\r\n.\r\nOpen.\r\n"


class Postbox:
    """Takes mails as told: `says` is (command, address) → its reply."""

    def __init__(self):
        self.mails, self.says = [], {}

    async def handle_MAIL(self, _server, _session, envelope, address, _options):
        envelope.mail_from = address
        return self.says.get(("MAIL", address), "250 OK")

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        reply = self.says.get(("RCPT", address), "250 OK")
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, _server, session, envelope):
        reply = self.says.get(("DATA", envelope.rcpt_tos[0]), "250 Taken")
        if reply.startswith("250"):
            self.mails.append(
                (envelope.mail_from, envelope.rcpt_tos, envelope.content, session.ssl is not None)
            )
        return reply


class Loopback(Controller):
    """On a free port."""

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def serving(**options):
    postbox = Postbox()
    controller = Loopback(postbox, hostname="127.0.0.1", port=0, **options)
    controller.start()
    postbox.port = controller.port
    try:
        yield postbox
    finally:
        controller.stop()


@contextmanager
def mailing_to(postbox, security="plain", **values):
    server = MailServer("127.0.0.1", postbox.port, security, **values)
    with Mailer(server, "sluice.example", seconds=3) as mailer:
        yield lambda recipient, data=MAIL: mailer.post(
            data, sender="news@fjordvik.example", recipient=recipient
        )


def test_mails_arrive_byte_for_byte_whatever_became_of_those_between():
    with serving() as postbox, mailing_to(postbox) as post:
        postbox.says = {
            ("RCPT", "gone@example.org"): "550 5.1.1 No such user",
            ("RCPT", "grey@example.org"): "450 4.2.0 Greylisted",
            ("DATA", "full@example.org"): "452 4.2.2 Mailbox full",
            ("DATA", "spam@example.org"): "554 5.7.1 Not this",
        }
        post("kari@example.org")
        for address, trouble, said in (
            ("gone@example.org", Rejected, "550 5.1.1 No such user"),
            ("grey@example.org", NotSent, "450 4.2.0 Greylisted"),
            ("full@example.org", NotSent, "452 4.2.2 Mailbox full"),
            ("spam@example.org", Rejected, "554 5.7.1 Not this"),
        ):
            with pytest.raises(trouble) as found:
                post(address)
            assert type(found.value) is trouble and said in found.value.reason
        post("ola@example.org")
    assert postbox.mails == [
        ("news@fjordvik.example", ["kari@example.org"], MAIL, False),
        ("news@fjordvik.example", ["ola@example.org"], MAIL, False),
    ]


def test_a_sender_that_is_refused_is_the_servers_trouble():
    with serving() as postbox, mailing_to(postbox) as post:
        postbox.says = {("MAIL", "news@fjordvik.example"): "553 5.1.8 Not from here"}
        with pytest.raises(ServerAway, match="refused the sender"):
            post("kari@example.org")
        postbox.says = {}
        post("kari@example.org")
    assert len(postbox.mails) == 1


def test_a_composed_mail_reads_as_it_was_written():
    draft = Draft(
        sender_name="Fjordvik på nett", sender="news@fjordvik.example", to="kari@example.org",
        subject="Brua er stengt – til onsdag", text="Blåbær.\n.\nSlutt.\n", html="<p>Blåbær.</p>",
        message_id="<1@fjordvik.example>", language="nb",
    )  # fmt: skip
    with serving(data_size_limit=20_000) as postbox, mailing_to(postbox) as post:
        post("kari@example.org", compose(draft, date=datetime(2026, 12, 1, tzinfo=UTC)))
        with pytest.raises(Rejected, match="552"):
            post("kari@example.org", MAIL + b"More of it.\r\n" * 3000)
    ((_, _, content, _),) = postbox.mails
    mail = email.message_from_bytes(content, policy=email.policy.default)
    assert (mail["Subject"], mail.get_body(("plain",)).get_content()) == (
        "Brua er stengt – til onsdag",
        "Blåbær.\r\n.\r\nSlutt.\r\n",
    )


def test_encrypted_and_signed_in(tmp_path, monkeypatch):
    context, trusted = self_signed(tmp_path, "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))

    def known(_server, _session, _envelope, _mechanism, found):
        return AuthResult(success=(found.login, found.password) == (b"kari", b"secret"), handled=False)

    options = {
        "tls_context": context,
        "require_starttls": True,
        "authenticator": known,
        "auth_required": True,
    }
    with serving(**options) as postbox:
        with mailing_to(postbox, "starttls", user="kari", password="secret") as post:
            post("ola@example.org")
            post("kari@example.org")
        wrong = mailing_to(postbox, "starttls", user="kari", password="wrong")
        with wrong as post, pytest.raises(ServerAway, match="did not accept the name and password"):
            post("ola@example.org")
        with mailing_to(postbox) as post, pytest.raises(ServerAway, match="refused the sender"):
            post("ola@example.org")
    assert [(one[1], one[3]) for one in postbox.mails] == [
        (["ola@example.org"], True),
        (["kari@example.org"], True),
    ]

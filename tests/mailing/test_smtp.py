"""Handing mails over: one connection for many, and whatever the server does, an outcome that is true."""

from __future__ import annotations

import base64
import time

import pytest

from calendar_app.channels.adapter import NotSent, Rejected, Unclear
from calendar_app.mailing.link import ServerAway
from calendar_app.mailing.server import MailServer as Named
from calendar_app.mailing.smtp import Mailer
from tests.mail_server import MailServer, self_signed

MAIL = b"Subject: Bridge\r\n\r\nClosed.\r\n"


@pytest.fixture
def mailer(server):
    with Mailer(Named("127.0.0.1", server.port, "plain"), "sluice.example", seconds=1.0) as made:
        yield made


def post(mailer, recipient="kari@example.org", mail=MAIL):
    mailer.post(mail, sender="news@fjordvik.example", recipient=recipient)


def test_many_mails_take_one_connection(server, mailer):
    for number in range(20):
        post(mailer, f"kari{number}@example.org")
    assert (server.sessions, len(server.ledger)) == (1, 20)
    assert server.ledger[0].sender == "news@fjordvik.example"
    assert server.ledger[0].data == MAIL
    assert server.commands[0] == "ehlo sluice.example"


def test_an_address_of_numbers_introduces_itself_in_brackets(server):
    with Mailer(Named("127.0.0.1", server.port, "plain"), "127.0.0.1") as mailer:
        post(mailer)
    assert server.commands[0] == "ehlo [127.0.0.1]"


def test_a_dot_alone_on_a_line_does_not_end_the_mail(server, mailer):
    mail = b"Subject: x\r\n\r\n.\r\n..\r\n.hidden\r\nMAIL FROM:<evil@example.org>\r\n"
    post(mailer, mail=mail)
    assert [taken.data for taken in server.ledger] == [mail]


WAYS = [
    ("greet", "554 no", ServerAway),
    ("greet", "421 busy", ServerAway),
    ("greet", "drop", ServerAway),
    ("greet", "hang", ServerAway),
    ("greet", "half", ServerAway),
    ("ehlo", "drop", ServerAway),
    ("mail", "451 later", ServerAway),
    ("mail", "550 not you", ServerAway),
    ("mail", "drop", ServerAway),
    ("rcpt", "450 greylisted", NotSent),
    ("rcpt", "421 busy", ServerAway),
    ("rcpt", "550 5.1.1 no such user", Rejected),
    ("rcpt", "drop", ServerAway),
    ("rcpt", "hang", ServerAway),
    ("data", "451 later", NotSent),
    ("data", "554 no", Rejected),
    ("data", "drop", ServerAway),
    ("end", "451 later", NotSent),
    ("end", "421 busy", NotSent),
    ("end", "554 spam", Rejected),
    ("end", "drop", Unclear),
    ("end", "hang", Unclear),
    ("end", "half", Unclear),
]


@pytest.mark.parametrize(
    ("stage", "step", "trouble", "offers"),
    [(*way, []) for way in WAYS]
    + [(*way, ["PIPELINING"]) for way in WAYS if way[0] not in {"greet", "ehlo"}],
)
def test_each_way_to_fail_has_its_honest_class(server, mailer, stage, step, trouble, offers):
    server.extensions = offers
    server.at(stage, step)
    with pytest.raises(trouble) as found:
        post(mailer)
    assert type(found.value) is trouble
    assert found.value.reason.endswith(".")
    assert len(server.ledger) == (1 if trouble is Unclear else 0)
    post(mailer, "next@example.org")
    assert server.recipients()[-1] == "next@example.org"


def test_what_a_server_takes_at_once_is_said_at_once(server, mailer):
    server.extensions = ["PIPELINING"]
    for number in range(20):
        post(mailer, f"kari{number}@example.org")
    assert (server.sessions, len(server.ledger)) == (1, 20)
    assert len(server.together) == 20
    assert server.together[0] == "MAIL FROM:<news@fjordvik.example> RCPT TO:<kari0@example.org> DATA"


def test_of_many_refused_on_one_connection_nobody_gets_the_others_mail(server, mailer):
    """The server waits for a mail that has no reader; it is given none, and the next goes to its own."""
    server.extensions = ["PIPELINING"]
    server.at("rcpt", "550 no such user", 0, "450 later")
    for number, trouble in enumerate([Rejected, None, NotSent, None]):
        if trouble is None:
            post(mailer, f"kari{number}@example.org", b"Subject: %d\r\n\r\n" % number)
        else:
            with pytest.raises(trouble):
                post(mailer, f"kari{number}@example.org", b"Subject: %d\r\n\r\n" % number)
    assert [(one.recipient, one.data[:10]) for one in server.ledger] == [
        ("kari1@example.org", b"Subject: 1"),
        ("kari3@example.org", b"Subject: 3"),
    ]


@pytest.mark.parametrize("address", ["a@example.org>\r\nRCPT TO:<b@example.org", "å@example.org"])
@pytest.mark.parametrize("offers", [[], ["PIPELINING"]])
def test_no_address_is_a_command_of_its_own(server, mailer, offers, address):
    server.extensions = offers
    with pytest.raises(ValueError):
        post(mailer, address)
    assert server.ledger == []


def test_a_slow_server_is_waited_for_as_long_as_it_may_take(server, mailer):
    server.at("end", 0.3)
    post(mailer)
    assert len(server.ledger) == 1


def test_a_mail_ends_at_its_deadline_however_the_time_is_spent(server, mailer):
    server.at("greet", 0.4)
    server.at("mail", 0.4)
    server.at("rcpt", 0.4)
    began = time.monotonic()
    with pytest.raises(ServerAway):
        post(mailer)
    assert time.monotonic() - began < 1.3


def test_a_connection_that_the_server_ended_meanwhile_is_made_anew(server, mailer):
    post(mailer)
    server.at("mail", "drop")
    post(mailer)
    server.at("mail", "421 idle too long")
    post(mailer)
    assert (server.sessions, len(server.ledger)) == (3, 3)


def test_a_server_that_is_not_there(server, mailer):
    server.refuse()
    with pytest.raises(ServerAway, match=r"could not be reached\.$"):
        post(mailer)


def named(server, security, **values):
    return Mailer(Named("127.0.0.1", server.port, security, **values), "sluice.example", seconds=2)


def test_name_and_password_are_shown_after_encryption_only(tmp_path, monkeypatch):
    context, trusted = self_signed(tmp_path, "127.0.0.1")
    token = base64.b64encode(b"\0kari\0secret").decode()
    server = MailServer(tls=context, users={f"PLAIN {token}"})
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with named(server, "starttls", user="kari", password="secret") as mailer:
        post(mailer)
        post(mailer)
    with (
        named(server, "starttls", user="kari", password="wrong") as mailer,
        pytest.raises(ServerAway) as wrong,
    ):
        post(mailer)
    server.close()
    assert len(server.ledger) == 2
    assert "did not accept the name and password" in wrong.value.reason
    assert server.commands.index("STARTTLS") < server.commands.index(f"AUTH PLAIN {token}")


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path):
    context, _ = self_signed(tmp_path, "127.0.0.1")
    server = MailServer(tls=context)
    with named(server, "starttls") as mailer, pytest.raises(ServerAway, match="certificate"):
        post(mailer)
    server.close()
    assert server.ledger == []


def test_without_the_encryption_that_was_asked_for_nothing_is_sent(server):
    with named(server, "starttls") as mailer, pytest.raises(ServerAway, match="STARTTLS"):
        post(mailer)
    assert server.ledger == []


def test_a_reply_without_end_is_not_read_to_its_end(server, mailer):
    server.at("ehlo", "\r\n".join(["250-x"] * 5000 + ["250 x"]))
    with pytest.raises(ServerAway):
        post(mailer)

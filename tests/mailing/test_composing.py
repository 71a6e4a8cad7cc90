"""A mail as bytes: what stands in it, and what cannot be smuggled in."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_app.mailing.addresses import BadAddress, clean_address, sender_parts
from calendar_app.mailing.composing import Draft, compose
from calendar_app.mailing.server import MailServer, server_of
from calendar_app.mailing.stencil import Stencil, blank

WHEN = datetime(2026, 12, 1, 9, tzinfo=UTC)
DRAFT = Draft(
    sender_name="Fjordvik", sender="news@fjordvik.example", to="kari@example.org", subject="Bridge closed",
    text="Closed.\n", html="<p>Closed.</p>", message_id="<1@fjordvik.example>",
)  # fmt: skip
NAMES = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Language"]


def read(data):
    return email.message_from_bytes(data, policy=email.policy.default)


def test_plain_and_html_stand_side_by_side_under_fixed_headers():
    mail = read(compose(DRAFT, date=WHEN))
    assert mail.get_content_type() == "multipart/alternative"
    assert mail.get_body(("plain",)).get_content().strip() == "Closed."
    assert mail.get_body(("html",)).get_content().strip() == "<p>Closed.</p>"
    assert (mail["From"], mail["To"]) == ("Fjordvik <news@fjordvik.example>", "kari@example.org")
    assert mail["Message-ID"] == "<1@fjordvik.example>"
    assert mail["Date"] == "Tue, 01 Dec 2026 09:00:00 +0000"


def test_it_is_seven_bits_wide_and_has_no_long_line():
    draft = replace(
        DRAFT, subject="Brua på Åsen " * 12, text="Blåbær " * 500, html="<p>" + "ø" * 5000, sender_name="Ås"
    )
    data = compose(draft, date=WHEN)
    assert max(data) < 128
    assert max(map(len, data.split(b"\r\n"))) <= 998
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert read(data).get_body(("plain",)).get_content().strip() == draft.text.strip()
    assert read(data)["Subject"] == draft.subject.strip()


def test_a_long_address_to_leave_by_stays_on_one_line():
    address = f"<https://fjordvik.example/mail/leave/{'x' * 150}>"
    data = compose(replace(DRAFT, headers={"List-Unsubscribe": address}), date=WHEN)
    assert f"List-Unsubscribe: {address}\r\n".encode() in data


@given(st.text(max_size=300), st.text(max_size=80))
def test_no_subject_and_no_name_begins_a_header(subject, name):
    mail = read(compose(replace(DRAFT, subject=subject, sender_name=name), date=WHEN))
    assert [header for header in mail.keys() if header not in {"MIME-Version", "Content-Type"}] == NAMES  # noqa: SIM118
    assert (mail["To"], mail["From"].addresses[0].addr_spec) == ("kari@example.org", "news@fjordvik.example")


@pytest.mark.parametrize("value", ["a\r\nBcc: x@example.org", "a\nb", "å"])
def test_a_header_takes_no_other_line(value):
    with pytest.raises(ValueError):
        compose(replace(DRAFT, headers={"List-Id": value}), date=WHEN)


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        (" Kari@Example.ORG ", "Kari@example.org"),
        ("kari+news@blåbær.example", "kari+news@xn--blbr-roah.example"),
        ("o'hara@mail.example.org", "o'hara@mail.example.org"),
    ],
)
def test_addresses_are_cleaned(typed, clean):
    assert clean_address(typed) == clean


@pytest.mark.parametrize(
    "typed",
    ["", "kari", "kari@", "@example.org", "kari@localhost", "a b@example.org", "a@b@example.org", ".a@example.org",
     "a..b@example.org", "a@-x.org", "a@example.org>", "a@example.org\nBcc: b@example.org", "a@1.2.3.4",
     "å@example.org", "x" * 65 + "@example.org", "a@" + "b" * 64 + ".org", "a@" + "b." * 130 + "org"],
)  # fmt: skip
def test_what_is_no_address_is_refused(typed):
    with pytest.raises(BadAddress):
        clean_address(typed)


@given(st.text(max_size=60))
def test_a_clean_address_has_nothing_in_it_that_ends_a_command(text):
    try:
        address = clean_address(text + "@example.org")
    except BadAddress:
        return
    assert address.isascii() and address.isprintable()
    assert not set(address) & set('<> \r\n,;"\\')
    assert clean_address(address) == address


def test_a_sender_may_have_a_name():
    assert sender_parts("Town of Fjordvik <news@fjordvik.example>") == (
        "Town of Fjordvik",
        "news@fjordvik.example",
    )
    assert sender_parts("news@fjordvik.example") == ("", "news@fjordvik.example")
    for bad in ("Town", "x\n<news@fjordvik.example>", "<>"):
        with pytest.raises(BadAddress):
            sender_parts(bad)


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("log:", None),
        ("smtp://localhost", MailServer("localhost", 25, "plain")),
        ("smtp://mail.example.org?starttls=1", MailServer("mail.example.org", 587, "starttls")),
        (
            "smtps://k%40x:p%2Fw@mail.example.org:4465",
            MailServer("mail.example.org", 4465, "tls", "k@x", "p/w"),
        ),
        (
            "smtp://mail.example.org?starttls=1&connections=8",
            MailServer("mail.example.org", 587, "starttls", connections=8),
        ),
    ],
)
def test_the_setting_names_a_server(url, server):
    assert server_of(url) == server


@pytest.mark.parametrize(
    "url",
    ["smtp:", "http://x", "smtp://x:99999", "smtp://x?tls=1", "smtp://x?starttls=2", "smtp://u:p@mail.example.org",
     "smtp://x/path", "smtp://x?connections=0", "smtp://x?connections=51", "smtp://x?connections=many"],
)  # fmt: skip
def test_a_setting_that_cannot_be_is_told(url):
    with pytest.raises(ValueError, match="SLUICE_MAIL_URL"):
        server_of(url)


LEAVE = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=200)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=200), LEAVE)
def test_a_mail_written_once_is_filled_in_for_each_reader(words, leave):
    blanks = {"reader": f"{blank('r')}@blank.invalid", "id": blank("i"), "leave": blank("l")}
    draft = replace(
        DRAFT, to=blanks["reader"], message_id=blanks["id"], subject="Åpent",
        text=f"{words} {blanks['leave']} {words}\n{blanks['leave']}\n",
        html=f"<p>{words}</p><a href='{blanks['leave']}'>x</a>",
        headers={"List-Unsubscribe": f"<{blanks['leave']}>"},
    )  # fmt: skip
    stencil = Stencil(compose(draft, date=WHEN, encoding="quoted-printable"), blanks)
    for reader in ("kari@example.org", "o'hara+news@mail.example.org"):
        data = stencil.filled({"reader": reader, "id": f"<{reader}>", "leave": leave})
        mail = read(data)
        assert (mail["To"], mail["Message-ID"]) == (reader, f"<{reader}>")
        assert f"List-Unsubscribe: <{leave}>\r\n".encode() in data
        assert mail.get_body(("plain",)).get_content() == f"{words} {leave} {words}\r\n{leave}\r\n"
        assert f"<a href='{leave}'>x</a>" in mail.get_body(("html",)).get_content()
        assert max(map(len, data.partition(b"\r\n\r\n")[2].split(b"\r\n"))) <= 76


def test_what_is_filled_in_begins_no_header():
    blanks = {"reader": f"{blank('r')}@blank.invalid"}
    stencil = Stencil(compose(replace(DRAFT, to=blanks["reader"]), date=WHEN), blanks)
    for value in ("a@example.org\r\nBcc: b@example.org", "å@example.org"):
        with pytest.raises(ValueError):
            stencil.filled({"reader": value})

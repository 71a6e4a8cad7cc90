"""Leaving an address list: by one press or one click, for good, and by nobody's mail scanner."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from calendar_app.channels.email import adapter as email_adapter
from calendar_app.channels.email.leaving import leave_address
from calendar_app.channels.email.ledger import forget_old
from calendar_app.channels.email.models import Departure, Mailing
from calendar_app.extensions import database_now, db
from calendar_app.people.models import Audit
from tests.browsing import Browser
from tests.channels.steps import delivery_of, due_post, send_due
from tests.channels.test_email import lane, people, rows, server, with_list, with_mail  # noqa: F401
from tests.factories import make_person, make_post, make_team


@pytest.fixture
def reader(app):
    """Somebody's mail program or browser, without a cookie; forms are checked for their token as outside of tests."""
    app.config["WTF_CSRF_ENABLED"] = True
    yield Browser(app, app.response_class)
    app.config["WTF_CSRF_ENABLED"] = False


def sent(server, *addresses):  # noqa: F811
    stream, account = with_list(*addresses)
    due_post(stream)
    send_due()
    return stream, account, {taken.recipient: taken for taken in server.ledger}


def path_in(taken):
    """The path to leave by, from the header of a mail."""
    return re.fullmatch(r"<http://127\.0\.0\.1:8000(/mail/leave/\S+)>", taken.mail["List-Unsubscribe"])[1]


def addresses_of(account):
    db.session.expire_all()
    return account.settings["addresses"].split()


def test_each_mail_says_how_to_leave_in_its_header_and_in_its_words(server):  # noqa: F811
    _stream, _account, mails = sent(server, *people(2))
    paths = {path_in(taken) for taken in mails.values()}
    assert len(paths) == 2
    for taken in mails.values():
        assert taken.mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert path_in(taken) in taken.text and path_in(taken) in taken.html
        assert re.search(rb"^List-Unsubscribe: <\S+>\r$", taken.data, re.M)
        assert "reader" not in path_in(taken)


def test_looking_changes_nothing_and_one_press_leaves(server, reader):  # noqa: F811
    _stream, account, mails = sent(server, *people(3))
    path = path_in(mails["reader1@example.org"])
    for _ in range(3):
        page = reader.get(path)
        assert (page.status_code, "Leave the list" in page.text, page.headers.get("Set-Cookie")) == (
            200,
            True,
            None,
        )
    assert len(addresses_of(account)) == 3
    assert "You have left the list" in reader.post(path).text
    assert addresses_of(account) == ["reader0@example.org", "reader2@example.org"]


def test_one_click_of_a_mail_program_is_enough_and_harmless_when_repeated(server, reader):  # noqa: F811
    _stream, account, mails = sent(server, *people(2))
    path = path_in(mails["reader0@example.org"])
    for _ in range(3):
        answered = reader.post(path, data={"List-Unsubscribe": "One-Click"})
        assert (answered.status_code, answered.headers.get("Set-Cookie")) == (200, None)
    assert addresses_of(account) == ["reader1@example.org"]
    assert db.session.scalar(sa.select(sa.func.count(Departure.id))) == 1
    (written,) = db.session.scalars(sa.select(Audit).where(Audit.action == "address left"))
    assert "reader0" not in f"{written.subject} {written.before} {written.after}"


def test_who_left_gets_nothing_even_when_typed_in_again(server, reader):  # noqa: F811
    stream, account, mails = sent(server, *people(2))
    reader.post(path_in(mails["reader0@example.org"]))
    account.settings = {**account.settings, "addresses": "READER0@example.org\nreader1@example.org"}
    post = due_post(stream)
    send_due()
    assert [taken.recipient for taken in server.ledger[2:]] == ["reader1@example.org"]
    assert delivery_of(post).state == "delivered"


def test_who_leaves_before_it_is_their_turn_is_left_out(server, reader, monkeypatch):  # noqa: F811
    monkeypatch.setattr(email_adapter, "AT_ONCE_SECONDS", -1.0)
    stream, account = with_list(*people(3))
    post = due_post(stream)
    send_due()
    path = leave_address(account.id, "reader1@example.org").removeprefix("http://127.0.0.1:8000")
    reader.post(path)
    lane()
    send_due()
    assert server.recipients() == ["reader0@example.org", "reader2@example.org"]
    assert rows()["reader1@example.org"] == "cancelled"
    assert (delivery_of(post).state, delivery_of(post).reason) == ("delivered", None)


@pytest.mark.parametrize("token", ["x", "W10.x.y", "a" * 5000, "%00"])
def test_a_made_up_link_leads_nowhere(server, reader, token):  # noqa: F811
    assert reader.get(f"/mail/leave/{token}").status_code == 404
    assert reader.post(f"/mail/leave/{token}").status_code == 404


def test_a_link_still_works_after_the_secret_key_was_replaced(server, reader, app):  # noqa: F811
    _stream, account, mails = sent(server, *people(1))
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(
        before, secret_key="n" * 40 + "0123", secret_key_fallbacks=(before.secret_key,)
    )
    assert reader.post(path_in(mails["reader0@example.org"])).status_code == 200
    assert addresses_of(account) == []


def test_the_page_of_the_account_shows_the_list_who_left_and_whom_it_did_not_reach(server, reader, signed_in):  # noqa: F811
    server.for_address("reader1@example.org", "550 no such user", stage="rcpt")
    stream, account, mails = sent(server, *people(3))
    reader.post(path_in(mails["reader0@example.org"]))
    page = signed_in(make_person(stream.team)).get(f"/accounts/{account.id}").text
    assert "<textarea" in page and "reader2@example.org" in page
    assert "One address has left." in page
    assert "The mail server refused this address (550 no such user)." in page


def test_the_form_that_connects_a_list_says_what_it_is_for(server, signed_in):  # noqa: F811
    browser = signed_in(make_person(make_team()))
    page = browser.get("/accounts/new?channel=email").text
    assert "<textarea" in page and "a link to leave" in page
    answered = browser.send(
        "/accounts/new?channel=email", {"name": "Newsletter", "settings.addresses": "a@b.no"}
    )
    assert answered.status_code == 303


def test_a_list_of_thousands_is_saved_by_its_form(server, signed_in):  # noqa: F811
    stream, account = with_list(*people(1))
    browser = signed_in(make_person(stream.team))
    form = {"name": "Newsletter", "settings.addresses": "\r\n".join(people(5000)), "settings.sender_name": ""}
    assert browser.send(f"/accounts/{account.id}", form).status_code == 303
    assert len(addresses_of(account)) == 5000
    refused = browser.send(f"/accounts/{account.id}", {**form, "settings.addresses": "kari"})
    assert refused.status_code == 422 and "These are no addresses: “kari”." in refused.text


def test_the_ledger_has_one_row_for_each_address_of_a_delivery(server):  # noqa: F811
    sent(server, *people(1))
    (row,) = db.session.scalars(sa.select(Mailing))
    db.session.add(
        Mailing(delivery_id=row.delivery_id, address=row.address, message_id="<x@y>", next_at=row.next_at)
    )
    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_the_preview_is_the_mail_and_says_to_how_many_it_goes(server, signed_in):  # noqa: F811
    stream, _account = with_list(*people(2))
    post = make_post(stream, title="Bridge closed", text="Closed on *Monday* <script>alert(1)</script>.")
    page = signed_in(make_person(stream.team)).get(f"/posts/{post.uuid}/edit").text
    assert "A mail each to 2 addresses, with a link to leave the list." in page
    assert "<em>Monday</em>" in page and "<script>alert(1)" not in page


def test_who_got_a_post_is_forgotten_after_28_days_unless_it_may_be_sent_again(server):  # noqa: F811
    server.for_address("reader1@example.org", "drop")
    sent(server, "reader0@example.org")
    sent(server, "reader1@example.org")
    assert forget_old() == 0
    db.session.execute(sa.update(Mailing).values(created_at=database_now() - timedelta(days=29)))
    assert [forget_old(), forget_old()] == [1, 0]
    assert rows() == {"reader1@example.org": "unknown"}

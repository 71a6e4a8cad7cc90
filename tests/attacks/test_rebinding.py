"""A host whose name server first gives a public address and then one inside: what was checked is what is called."""

from __future__ import annotations

from dataclasses import replace

import pytest

from calendar_app.channels.connecting import connect
from calendar_app.channels.delivering import drain
from calendar_app.destinations import check_address
from calendar_app.extensions import database_now, db
from calendar_app.outbound import AddressRefused, Outbound
from tests.channels.steps import SECRET, delivery_of, due_post
from tests.factories import make_actor, make_stream
from tests.loopback import post, receivers
from tests.rebinding_dns import RebindingDNS, reachable_at, resolved_by

PUBLIC, INSIDE = "93.184.215.14", "127.0.0.1"
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def receive():
    with receivers() as start:
        yield start


@pytest.fixture
def turning(monkeypatch):
    """Public when asked first, inside ever after."""
    dns = RebindingDNS(PUBLIC, INSIDE)
    with resolved_by(dns, monkeypatch):
        yield dns
    dns.close()


@pytest.fixture
def outbound():
    made = Outbound(user_agent="Sluice/1")
    yield made
    made.close()


def test_the_address_that_was_checked_is_the_one_connected_to(app, receive, turning, outbound, monkeypatch):
    receiver = receive()
    with reachable_at(PUBLIC, monkeypatch) as asked_for:
        assert post(outbound, f"http://turning.example:{receiver.port}/").status == 200
    assert (turning.asked, asked_for) == (["turning.example"], [PUBLIC]), (
        "asked once, and the answer was called"
    )
    assert f"host: turning.example:{receiver.port}\r\n".encode() in receiver.requests[0]


def test_the_next_connection_is_checked_anew_and_gets_no_byte_inside(
    app, receive, turning, outbound, monkeypatch
):
    receiver = receive()
    with reachable_at(PUBLIC, monkeypatch) as asked_for:
        post(outbound, f"http://turning.example:{receiver.port}/")
        outbound.close()
        with pytest.raises(AddressRefused):
            post(outbound, f"http://turning.example:{receiver.port}/")
    assert (len(turning.asked), asked_for, len(receiver.requests)) == (2, [PUBLIC], 1)


def test_a_kept_connection_still_leads_to_the_checked_address(app, receive, turning, outbound, monkeypatch):
    receiver = receive()
    with reachable_at(PUBLIC, monkeypatch) as asked_for:
        for _ in range(3):
            assert post(outbound, f"http://turning.example:{receiver.port}/").status == 200
    assert (len(turning.asked), asked_for) == (1, [PUBLIC])


def test_a_place_that_turns_inside_after_it_was_connected_is_not_called(app, receive, turning, monkeypatch):
    """The form looks, and the name is public; when the post goes out it is not."""
    receiver, stream, before = receive(), make_stream(), app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(before, allow_private_hosts=())
    kept = app.extensions.pop("sluice_outbound", None)
    try:
        account, _ = connect(
            "webhook", "Turning", {"url": f"http://turning.example:{receiver.port}/"}, {"secret": SECRET},
            actor=make_actor(stream.team), team_id=stream.team_id, now=database_now(),
        )  # fmt: skip
        assert len(turning.asked) == 1
        stream.accounts.append(account)
        db.session.commit()
        sent = due_post(stream)
        drain()
        row = delivery_of(sent)
    finally:
        app.config["SETTINGS"] = before
        strict = app.extensions.pop("sluice_outbound", None)
        if strict:
            strict.close()
        if kept:
            app.extensions["sluice_outbound"] = kept
    assert (row.state, row.sent_at, receiver.connections) == ("retry", None, [])
    assert "private network (127.0.0.1)" in row.reason


def test_a_look_that_says_private_is_believed_at_once(app, monkeypatch):
    dns = RebindingDNS(INSIDE, PUBLIC)
    with resolved_by(dns, monkeypatch), pytest.raises(AddressRefused):
        check_address("http://turning.example/")
    dns.close()

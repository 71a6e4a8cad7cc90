"""Pictures reach the places a post goes to: told in the webhook, handed to adapters made to fit."""

from __future__ import annotations

import json

import pytest

from calendar_app.channels.adapter import Fit, Sent
from calendar_app.channels.log.adapter import LogAdapter
from calendar_app.channels.packing import content_of
from calendar_app.media.fitting import NOT_THERE
from calendar_app.media.keeping import kept_name, store
from tests.channels.steps import connected, delivery_of, due_post, send_due
from tests.factories import make_account, make_post
from tests.media.pictures import attach, make_medium, png
from tests.receiver import Receiver


def test_the_content_names_them_in_order(stream, team):
    post = make_post(stream)
    attach(post, make_medium(team, alt="One"), make_medium(team, alt="Two", colour=(1, 1, 1)))
    post.pictures[0].focus_x = 0.5
    one, two = content_of(post).pictures
    assert (one.alt, one.media_type, one.width, one.height, one.focus) == (
        "One",
        "image/png",
        8,
        6,
        (0.5, 0.0),
    )
    assert (two.alt, two.digest != one.digest) == ("Two", True)


@pytest.fixture
def receiver():
    with Receiver() as running:
        yield running


def test_a_webhook_tells_them(receiver, stream, team):
    stream, _ = connected(receiver, stream=stream)
    post = due_post(stream)
    medium = make_medium(team, alt="A bridge")
    attach(post, medium)
    send_due()
    (call,) = receiver.at("/hook")
    assert json.loads(call.body)["data"]["pictures"] == [
        {"url": f"http://127.0.0.1:8000/media/{medium.digest}.png", "media_type": "image/png", "alt": "A bridge",
         "width": 8, "height": 6}
    ]  # fmt: skip


@pytest.fixture
def looking(monkeypatch):
    """The channel `log` with an adapter that asks for the post's pictures."""
    seen = []

    def compose(self, content, action, settings):
        return {"pictures": [one.digest for one in content.pictures]}

    def send(self, parcel, call):
        call.before_first_byte()
        seen.extend(call.picture(digest, Fit(1_000_000, 1000)) for digest in parcel.payload["pictures"])
        return Sent()

    monkeypatch.setattr(LogAdapter, "compose", compose)
    monkeypatch.setattr(LogAdapter, "send", send)
    return seen


def test_an_adapter_gets_their_bytes(looking, stream, team):
    make_account(team, streams=[stream])
    post = due_post(stream)
    attach(post, make_medium(team))
    send_due()
    assert looking == [(png(), "image/png")]
    assert delivery_of(post).state == "delivered"


def test_a_picture_whose_file_is_lost_fails_with_a_reason(looking, stream, team):
    make_account(team, streams=[stream])
    post = due_post(stream)
    medium = make_medium(team, colour=(77, 77, 77))
    attach(post, medium)
    store().delete(kept_name(medium.digest, "image/png"))
    send_due()
    row = delivery_of(post)
    assert (row.state, row.reason) == ("failed", NOT_THERE)

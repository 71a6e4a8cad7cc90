"""What the tests of the channel `mastodon` share: an account on the fake server."""

from __future__ import annotations

from calendar_app.channels.adapter import Content
from calendar_app.channels.mastodon import limits
from tests.channels.contract import Place
from tests.factories import make_account, make_stream
from tests.fake_mastodon import TOKEN

SENTENCES = [
    f"This is sentence number {number} of a long report about the bridge." for number in range(1, 28)
]


def settings_for(server, **changes):
    told = limits.told_by(server._instance())
    learnt = {**told, "account": "101", "name": "@city@social.example.org"}
    return {
        "server": server.server,
        "visibility": "public",
        "language": "",
        "warning": "",
        "learnt": learnt,
        **changes,
    }


def mastodon_place(server, stream=None, **changes):
    stream = stream or make_stream()
    account = make_account(stream.team, "mastodon", settings=settings_for(server, **changes), secrets={"token": TOKEN},
                           streams=[stream])  # fmt: skip
    return Place(account, stream, server.calls, server.effects, server)


def content(text="The bridge is closed.", **changes):
    values = {"uuid": "u", "title": "", "html": "", "link": "", "language": "en", "streams": ("roads",),
              "url": "https://sluice.example.org/posts/u", "event": None, "published_at": None}  # fmt: skip
    return Content(**{**values, "text": text, **changes})

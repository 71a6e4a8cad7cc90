"""Verbs of the Bluesky tests: an account on a server, a post for it, one attempt without any database."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

from calendar_app.channels.adapter import Call, Content, Parcel
from calendar_app.channels.bluesky import tids
from calendar_app.channels.bluesky.adapter import BlueskyAdapter
from calendar_app.channels.models import Delivery
from calendar_app.extensions import db
from calendar_app.outbound import Outbound
from calendar_app.posts.text import to_html
from tests import fake_pds
from tests.channels.contract import Place
from tests.factories import make_account, make_stream

HANDLE = "city.example.org"
OUT_AT = datetime(2031, 5, 1, 7, 30, tzinfo=UTC)


def place_on(pds, handle=HANDLE):
    """A stream whose posts go to an account of this server. Its calls are those that readers could see, and tests."""
    owner = pds.add(handle)
    stream = make_stream()
    settings = {"handle": owner.handle, "service": pds.address("")}
    account = make_account(
        stream.team, "bluesky", settings=settings, secrets={"password": owner.password}, streams=[stream]
    )
    return Place(account, stream, lambda: calls_of(pds), lambda: effects_of(pds), pds)


def calls_of(pds):
    """Each with the key of its delivery, which its record key was made from."""
    seen = [call for call in list(pds.ledger) if call.path in (fake_pds.PUT, fake_pds.DELETE, fake_pds.READ)]
    return [_Named(call, _key_of(call)) for call in seen]


def effects_of(pds):
    done = {}
    for call in calls_of(pds):
        if call.processed and call.path == fake_pds.PUT:
            done.setdefault(call.key, call.body)
    return done


def content(text="The bridge is closed on *Monday*.", **values):
    plain = {
        "uuid": "3f0c6a52-8d0e-4a26-9a57-0a1f5be5b0c1", "title": "", "text": text, "html": to_html(text),
        "link": "", "language": "en", "streams": ("road-works",), "url": "https://sluice.example/posts/1",
        "event": None, "published_at": OUT_AT,
    }  # fmt: skip
    return Content(**{**plain, **values})


def parcel_for(pds, owner, post, *, action="publish", adapter=None, **values):
    """A claimed delivery, without a database."""
    adapter = adapter or BlueskyAdapter()
    settings = {"handle": owner.handle, "service": pds.address("")}
    made = Parcel(
        id=1, key="k-1", fence=1, action=action, attempt=1, account_id=1, channel="bluesky", settings=settings,
        secrets={"password": owner.password}, payload=adapter.compose(post, action, settings), notes={},
        ambiguous=False, due_at=OUT_AT, post_uuid=post.uuid, deadline=time.monotonic() + 10,
    )  # fmt: skip
    return replace(made, **values)


@contextmanager
def caller():
    """A function that makes the calls of one worker."""
    client = Outbound(allowed_networks=("127.0.0.0/8",), user_agent="Sluice tests")
    yield lambda **values: Call(client, lambda: None, lambda: datetime.now(UTC), **values)
    client.close()


def posts_on(pds):
    """The records that stand there, in the order of their keys."""
    return [record for _, (_, record) in sorted(pds.records.items())]


class _Named:
    def __init__(self, call, key):
        self.key = key
        self.at, self.path, self.body, self.processed = call.at, call.path, call.body, call.processed


def _key_of(call):
    rkey = json.loads(call.body).get("rkey", "") if call.body else ""
    action = "withdraw" if call.path == fake_pds.DELETE else "publish"
    for row in db.session.query(Delivery).filter(Delivery.action == action):
        if row.post.published_at and tids.record_key(row.post.uuid, row.post.published_at) == rkey:
            return row.key
    return ""

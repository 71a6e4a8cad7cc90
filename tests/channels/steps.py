"""Verbs of the channel tests: connect a place, let a post fall due, send what is due, look at what became of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from calendar_app.channels.claiming import claim
from calendar_app.channels.connecting import connect
from calendar_app.channels.delivering import drain
from calendar_app.channels.models import Delivery
from calendar_app.channels.packing import pack
from calendar_app.errors import Refused
from calendar_app.extensions import database_now, db
from tests.factories import make_account, make_actor, make_scheduled, make_stream, make_team

SECRET = "whsec_c2x1aWNlLXRlc3RzLXNsdWljZS10ZXN0cy0wMDAx"


def connected(receiver, channel="webhook", *, path="/hook", stream=None):
    """A stream whose posts go to this path of the receiver, and the account they go through."""
    stream = stream or make_stream()
    secrets = {"secret": SECRET} if channel == "webhook" else {}
    settings = {"url": receiver.address(path)}
    return stream, make_account(stream.team, channel, settings=settings, secrets=secrets, streams=[stream])


def due_post(stream, *others, ago=0.05, **values):
    return make_scheduled(stream, *others, due_in=-ago, **values)


def published(stream, *others, **values):
    """A post that is out on our own pages, its deliveries waiting to be claimed."""
    from calendar_app.posts.publishing import publish_due

    post = due_post(stream, *others, **values)
    assert publish_due() >= 1
    db.session.commit()
    return post


def delivery_of(post, account=None, action="publish"):
    """The one delivery, as the database has it now."""
    db.session.expire_all()
    rows = [row for row in post.deliveries if row.action == action and account in (None, row.account)]
    assert len(rows) == 1
    return rows[0]


def send_due(**options):
    """Work off what is due, as a worker does; returns the number of attempts."""
    db.session.commit()
    attempts = drain(**options)
    db.session.expire_all()
    return attempts


def bring_forward(row):
    """Let the time pass until the next attempt."""
    row.next_at = database_now()
    db.session.commit()


def claimed(limit=10, **options):
    """Claims, committed, as the first half of a drain makes them."""
    taken = claim(limit, **options)
    db.session.commit()
    return taken


def parcel_of(taken):
    parcel = pack(taken)
    db.session.commit()
    return parcel


def let_lease_expire(row):
    row.lease_until = database_now() - timedelta(seconds=1)
    db.session.commit()


def states():
    db.session.expire_all()
    return sorted(db.session.query(Delivery.state).all())


def refused(channel, settings=None, secrets=None):
    """The sentences at each field of an account that cannot be connected."""
    team = make_team()
    with pytest.raises(Refused) as problem:
        connect(channel, "Ours", settings or {}, secrets or {}, actor=make_actor(team), team_id=team.id,
                now=database_now())  # fmt: skip
    db.session.rollback()
    assert all(sentence.endswith((".", "?")) for sentence in problem.value.errors.values())
    return problem.value.errors


def grown(post, text):
    """A post that was planned and is longer by now than its place takes, as when the place took more then."""
    post.text = text
    db.session.commit()
    return post

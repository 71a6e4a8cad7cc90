"""A receiver, or an account's own trouble, that has a lot to say: it must not stop what the others wait for."""

from __future__ import annotations

from calendar_app.channels.claiming import Outcome, claim, finish
from calendar_app.channels.sweeping import miss_overdue
from calendar_app.extensions import db
from tests.factories import make_account, make_scheduled


def published(stream, **account):
    make_account(stream.team, streams=[stream])
    post = make_scheduled(stream, due_in=-7200)
    post.state, post.published_at = "published", post.due_at
    row = post.deliveries[0]
    for name, value in account.items():
        setattr(row.account, name, value)
    db.session.commit()
    return row


def test_a_long_reason_of_the_account_fits_its_missed_delivery(stream):
    row = published(stream, state="paused", state_reason="x" * 500)
    assert miss_overdue() == 1
    db.session.commit()
    assert (row.state, row.reason[-1], len(row.reason)) == ("missed", "x", 500)


def test_a_long_reason_of_a_delivery_fits_its_account(stream):
    row = published(stream)
    (claimed,) = claim(1)
    finish([Outcome(row.id, claimed.fence, "retry", "x" * 5000, after=claimed.now, account_state="paused")])
    db.session.commit()
    assert (row.account.state, len(row.account.state_reason), len(row.reason)) == ("paused", 500, 500)

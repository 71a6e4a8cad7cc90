"""Real workers of the lane `mail`, killed without mercy: the server's own ledger says that nobody got two mails."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa

from calendar_app import enqueue
from calendar_app.channels.email import adapter as email_adapter
from calendar_app.channels.email.models import Mailing
from calendar_app.extensions import database_now, db, start_writing, stop_writing
from tests.channels.steps import bring_forward, delivery_of, due_post, send_due
from tests.channels.test_email import people, server, with_list, with_mail  # noqa: F401
from tests.conftest import wait_until
from tests.processes import running

KILLS = 3
MANY = 120


def states():
    found = Counter(db.session.scalars(sa.select(Mailing.state)))
    db.session.rollback()
    return found


def take_for_dead():
    """Let the time pass after which whoever holds a row has died."""
    start_writing()
    gone = database_now() - timedelta(seconds=1)
    db.session.execute(sa.update(Mailing).where(Mailing.state == "sending").values(next_at=gone))
    db.session.commit()
    stop_writing()


def woken(app, more):
    """Whether the server has taken more, by a worker that is woken as the clock does."""

    def look():
        enqueue.wake("mail")
        return more()

    return look


# Both with losses and with several connections: tests/faults/test_mail_faults.py.
@pytest.mark.parametrize(("database", "lost"), [("sqlite", 7), ("postgresql", 0)], indirect=["database"])
def test_killed_workers_send_to_nobody_twice(app, server, monkeypatch, lost):  # noqa: F811
    monkeypatch.setattr(email_adapter, "AT_ONCE_SECONDS", -1.0)
    stream, _account = with_list(*people(MANY))
    for number in range(MANY):
        server.for_address(f"reader{number}@example.org", "drop" if lost and number % 17 == lost else 0.01)
    dropped = len([number for number in range(MANY) if lost and number % 17 == lost])
    post = due_post(stream)
    send_due()
    command, setting = ["worker", "--lane", "mail"], {"SLUICE_MAIL_URL": app.config["SETTINGS"].mail_url}
    for kill in range(KILLS):
        with running(app, command, command, **setting):
            goal = (kill + 1) * MANY // (KILLS + 1)
            wait_until(woken(app, lambda goal=goal: len(server.ledger) >= goal), 60)
    assert len(server.ledger) < MANY
    take_for_dead()
    with running(app, command, **setting):
        wait_until(woken(app, lambda: not {"waiting", "sending"} & set(states())), 60)

    start_writing()
    assert max(Counter(server.recipients()).values()) == 1
    found = states()
    assert set(found) <= {"sent", "unknown"}
    assert found["unknown"] <= dropped + 2 * KILLS
    assert found["sent"] + found["unknown"] == MANY
    sent = set(db.session.scalars(sa.select(Mailing.address).where(Mailing.state == "sent")))
    assert sent <= set(server.recipients())
    # The last worker may have been ended before it called for the sum: then its time is what calls for it.
    bring_forward(delivery_of(post))
    send_due()
    row = delivery_of(post)
    assert row.state == ("unknown" if found["unknown"] else "delivered")

"""The end of a worker's round: calls that hang are waited for, and nobody else waits with them."""

from __future__ import annotations

from collections import Counter

from calendar_app.channels.models import Delivery
from calendar_app.extensions import db
from tests.channels.steps import connected, delivery_of, due_post, send_due
from tests.factories import make_scheduled
from tests.receiver import Receiver, answer


def test_while_a_slow_call_is_waited_for_work_of_others_goes_on(app, receiver):
    with Receiver() as slow:
        slow.plan(then=answer(200, delay=1.5))
        hanging = due_post(connected(slow)[0])
        swift = make_scheduled(connected(receiver)[0], due_in=0.8)
        assert send_due(budget_seconds=0.6) == 2
    slow_row, swift_row = delivery_of(hanging), delivery_of(swift)
    assert (slow_row.state, swift_row.state) == ("delivered", "delivered")
    assert swift_row.finished_at < slow_row.finished_at


def test_a_slow_account_gets_nothing_new_once_the_round_is_over(app, receiver):
    receiver.plan(then=answer(200, delay=2.4))
    stream, _ = connected(receiver)
    due_post(stream)
    make_scheduled(stream, due_in=1.7)
    assert send_due(budget_seconds=1.0) == 1
    assert Counter(db.session.scalars(db.select(Delivery.state))) == {"delivered": 1, "pending": 1}


def test_overtime_ends_though_there_is_always_more(app, receiver):
    with Receiver() as slow:
        slow.plan(then=answer(200, delay=1.0))
        due_post(connected(slow)[0])
        stream, _ = connected(receiver)
        for number in range(20):
            make_scheduled(stream, due_in=0.1 * (number + 1))
        attempts = send_due(budget_seconds=0.3)
    assert 1 < attempts < 21

"""Taking due deliveries and giving them back: fences, leases, one at a time, and nobody overtakes anybody."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa

from calendar_app.channels.claiming import Outcome, claim, finish, next_due
from calendar_app.channels.connecting import pause
from calendar_app.channels.due import MOST_PER_ACCOUNT
from calendar_app.channels.models import Account, Delivery
from calendar_app.channels.sweeping import sweep
from calendar_app.extensions import database_now, db, writing
from calendar_app.people.models import Site
from calendar_app.posts.withdrawing import withdraw
from tests.channels.steps import claimed, delivery_of, due_post, let_lease_expire, published
from tests.factories import make_account, make_actor, make_scheduled, make_stream


def delivered(taken, **values):
    return Outcome(taken.delivery.id, taken.fence, "delivered", **values)


def settle(*outcomes):
    lost = finish(outcomes)
    db.session.commit()
    db.session.expire_all()
    return lost


@pytest.fixture
def stream(app):
    found = make_stream()
    make_account(found.team, streams=[found])
    return found


@pytest.fixture
def serial_stream(app, odd_channels):
    found = make_stream()
    make_account(found.team, "postcard", settings={"url": "http://127.0.0.1:1/"}, streams=[found])
    return found


def in_threads(app, work, count):
    """Run `work(number)` in so many threads at once, each with a session of its own; their answers."""
    db.session.commit()
    answers, ready = [None] * count, threading.Barrier(count)

    def run(number):
        with app.app_context(), writing():
            ready.wait(10)
            answers[number] = work(number)
            db.session.remove()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    db.session.expire_all()
    return answers


def test_a_claim_is_written_down_before_anything_leaves(stream):
    post = published(stream)
    (taken,) = claimed(lease_seconds=60)
    row = delivery_of(post)
    assert (row.state, row.fence, row.attempts) == ("sending", 1, 1)
    assert timedelta(seconds=59) < row.lease_until - database_now() <= timedelta(seconds=60)
    assert taken.fence == 1


def test_what_is_claimed_is_not_claimed_again(stream):
    published(stream)
    assert len(claimed()) == 1
    assert claimed() == []


def test_nothing_is_claimed_before_its_time_or_before_its_post_is_out(stream):
    make_scheduled(stream, due_in=3600)
    due_post(stream)
    assert claimed() == []
    row = delivery_of(published(stream))
    row.next_at = database_now() + timedelta(seconds=30)
    db.session.commit()
    assert len(claimed()) == 1


def test_the_oldest_go_first_and_no_more_than_asked_for(stream):
    posts = [published(stream, ago=seconds) for seconds in (1, 3, 2)]
    assert [taken.delivery.post_id for taken in claimed(2)] == [posts[1].id, posts[2].id]
    assert [taken.delivery.post_id for taken in claimed(2)] == [posts[0].id]


def test_an_outcome_is_written_under_its_fence(stream):
    post = published(stream)
    (taken,) = claimed()
    assert (
        settle(delivered(taken, external_id="17", external_url="https://example.org/17", sent_at=taken.now))
        == []
    )
    row = delivery_of(post)
    assert (row.state, row.external_id, row.external_url) == ("delivered", "17", "https://example.org/17")
    assert (row.lease_until, row.sent_at) == (None, taken.now)
    assert row.finished_at >= taken.now


def test_a_lost_lease_overwrites_nothing(stream):
    post = published(stream)
    (first,) = claimed()
    let_lease_expire(delivery_of(post))
    sweep()
    db.session.commit()
    (second,) = claimed()
    assert second.fence > first.fence

    late = Outcome(first.delivery.id, first.fence, "failed", "too late", account_state="broken")
    assert settle(late) == [late]
    assert delivery_of(post).state == "sending"
    assert db.session.scalar(sa.select(Account.state)) == "ok"

    assert settle(delivered(second)) == []
    assert settle(late) == [late]
    assert (delivery_of(post).state, delivery_of(post).reason) == ("delivered", None)


def test_a_retry_waits_until_the_time_of_its_outcome(stream):
    post = published(stream)
    (taken,) = claimed()
    after = taken.now + timedelta(seconds=40)
    settle(Outcome(taken.delivery.id, taken.fence, "retry", "Busy.", after=after, notes={"seen": 1}))
    row = delivery_of(post)
    assert (row.state, row.next_at, row.reason, row.notes) == ("retry", after, "Busy.", {"seen": 1})
    assert (row.lease_until, row.finished_at) == (None, None)
    assert claimed() == []
    row.next_at = database_now()
    db.session.commit()
    (again,) = claimed()
    assert (again.fence, again.delivery.attempts) == (2, 2)


def test_once_unclear_a_delivery_stays_so(stream):
    post = published(stream)
    (taken,) = claimed()
    settle(Outcome(taken.delivery.id, taken.fence, "retry", "Reset.", after=taken.now, ambiguous=True))
    (taken,) = claimed()
    settle(Outcome(taken.delivery.id, taken.fence, "retry", "Refused.", after=taken.now))
    assert delivery_of(post).ambiguous is True


def test_where_a_repeat_harms_one_call_at_a_time_is_made(serial_stream):
    first, second = published(serial_stream, ago=2), published(serial_stream, ago=1)
    (taken,) = claimed()
    assert taken.delivery.post_id == first.id
    assert claimed() == []
    settle(delivered(taken))
    (taken,) = claimed()
    assert taken.delivery.post_id == second.id


def test_the_database_itself_refuses_a_second_call_where_a_repeat_harms(serial_stream):
    published(serial_stream, ago=2)
    other = delivery_of(published(serial_stream, ago=1))
    claimed()
    other.state, other.lease_until = "sending", database_now()
    with pytest.raises(sa.exc.IntegrityError):
        db.session.commit()
    db.session.rollback()


def test_concurrent_claimers_of_a_serial_account_make_one_call_at_a_time(app, serial_stream):
    posts = [published(serial_stream, ago=number) for number in range(1, 9)]
    most, sent, lock = [0], [], threading.Lock()

    def work(_number):
        for _ in range(40):
            try:
                taken = claim(4)
                db.session.commit()
            except sa.exc.IntegrityError:
                db.session.rollback()
                continue
            with lock:
                flying = db.session.scalar(
                    sa.select(sa.func.count()).select_from(Delivery).where(Delivery.state == "sending")
                )
                most[0] = max(most[0], flying)
                sent.extend(one.delivery.post_id for one in taken)
            finish([delivered(one) for one in taken])
            db.session.commit()

    in_threads(app, work, 2)
    assert most[0] == 1
    assert sorted(sent) == sorted(post.id for post in posts)


def test_concurrent_claimers_never_take_the_same_delivery(app, stream):
    for _ in range(3):
        make_account(stream.team, streams=[stream])
    posts = [published(stream) for _ in range(10)]

    def work(_number):
        mine = []
        for _ in range(20):
            taken = claim(3)
            db.session.commit()
            mine += [one.delivery.id for one in taken]
            finish([delivered(one) for one in taken])
            db.session.commit()
        return mine

    taken = Counter(number for mine in in_threads(app, work, 4) for number in mine)
    assert taken == {row.id: 1 for post in posts for row in post.deliveries}
    assert len(taken) == 40
    assert {row.fence for post in posts for row in post.deliveries} == {1}


def test_one_busy_account_leaves_room_for_others(stream):
    other = make_stream(stream.team)
    make_account(stream.team, streams=[other])
    for _ in range(MOST_PER_ACCOUNT + 4):
        published(stream, ago=5)
    late = published(other, ago=1)
    taken = claimed(MOST_PER_ACCOUNT + 2)
    counts = Counter(one.delivery.post_id == late.id for one in taken)
    assert counts == {True: 1, False: MOST_PER_ACCOUNT}
    assert claimed(MOST_PER_ACCOUNT) == []


def test_a_paused_or_broken_account_is_passed_by(stream):
    post = published(stream)
    account = delivery_of(post).account
    pause(account, actor=make_actor(stream.team), now=database_now())
    db.session.commit()
    assert (claimed(), next_due()) == ([], None)
    account.state = "broken"
    db.session.commit()
    assert (claimed(), next_due()) == ([], None)
    account.state = "ok"
    db.session.commit()
    assert next_due() == delivery_of(post).next_at
    assert len(claimed()) == 1


def test_on_hold_nothing_is_claimed_and_nothing_is_due(stream):
    published(stream)
    make_scheduled(stream, due_in=-1)
    db.session.get_one(Site, 1).hold_reason = "Restored from a backup."
    db.session.commit()
    assert (claimed(), next_due()) == ([], None)


def test_on_hold_expired_leases_are_still_settled(stream):
    post = published(stream)
    claimed()
    row = delivery_of(post)
    db.session.get_one(Site, 1).hold_reason = "Restored from a backup."
    db.session.commit()
    assert next_due() == row.lease_until


def test_next_due_is_the_first_of_posts_deliveries_and_leases(stream):
    assert next_due() is None
    later = make_scheduled(stream, due_in=3600)
    assert next_due() == later.due_at
    post = published(stream)
    assert next_due() == delivery_of(post).next_at
    claimed()
    assert next_due() == delivery_of(post).lease_until


def test_a_withdrawal_does_not_overtake_a_publication_under_way(stream):
    post = published(stream)
    (publication,) = claimed()
    withdraw(post, actor=make_actor(stream.team), now=database_now())
    db.session.commit()
    assert claimed() == []

    settle(delivered(publication))
    (withdrawal,) = claimed()
    assert (withdrawal.delivery.action, withdrawal.delivery.post_id) == ("withdraw", post.id)


def test_a_withdrawn_post_is_not_published_any_more(stream):
    post = published(stream)
    withdraw(post, actor=make_actor(stream.team), now=database_now())
    db.session.commit()
    assert claimed() == []
    assert delivery_of(post).state == "cancelled"


def test_a_gone_place_changes_its_account_once(stream):
    first, second = published(stream), published(stream)
    one, two = claimed()
    settle(Outcome(one.delivery.id, one.fence, "failed", "First.", account_state="broken"))
    since = db.session.scalar(sa.select(Account.state_since))
    settle(Outcome(two.delivery.id, two.fence, "failed", "Second.", account_state="broken"))
    account = delivery_of(first).account
    assert (account.state, account.state_reason, account.state_since) == ("broken", "First.", since)
    assert delivery_of(second).state == "failed"

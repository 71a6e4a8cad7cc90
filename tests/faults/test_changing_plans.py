"""F13: plans that change while two workers are at them. A machine makes up histories; a ledger is the verdict.

Two workers claim, send, write outcomes and die, each step by itself, so that any step of a person may fall between
any two of theirs: edit, send for review, approve, schedule, take back to draft, move, publish now, withdraw, pause
and resume an account. One of the two streams asks for approval, and again after each change.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from calendar_app.channels.adapter import Adapter, NotSent, Rejected, Sent, Unclear
from calendar_app.channels.claiming import claim, finish
from calendar_app.channels.connecting import pause, resume
from calendar_app.channels.delivering import outbound
from calendar_app.channels.models import Account, Delivery
from calendar_app.channels.packing import pack
from calendar_app.channels.registry import ADAPTERS
from calendar_app.channels.sending import send
from calendar_app.channels.sweeping import end_stranded, sweep
from calendar_app.errors import Conflict, Refused
from calendar_app.extensions import database_now, db, start_writing
from calendar_app.people.setting_up import ensure_site
from calendar_app.posts.drafting import edit
from calendar_app.posts.models import Post
from calendar_app.posts.publishing import publish_due, publish_now
from calendar_app.posts.reviewing import approve, send_for_review
from calendar_app.posts.scheduling import schedule, unschedule
from calendar_app.posts.withdrawing import withdraw
from tests.emptying import empty
from tests.factories import make_account, make_actor, make_post, make_stream, plan_for
from tests.faults.world import LONG, SECONDS, WAITING, keep

pytestmark = [pytest.mark.faults, pytest.mark.timeout(SECONDS * 20 + 240)]

WORK = ["a_worker_publishes_what_is_due", "a_worker_claims", "a_worker_sends", "a_worker_writes_its_outcomes"]
STEPS = [
    "somebody_schedules_a_post", "somebody_edits", "somebody_takes_it_back_to_draft", "somebody_schedules_it_again",
    "somebody_publishes_at_once", "somebody_sends_for_review", "somebody_approves", "somebody_withdraws",
    "an_account_is_paused", "an_account_is_resumed",
    *WORK, *WORK, *WORK, "a_worker_dies", "leases_end_and_somebody_sweeps", "back_offs_end",
]  # fmt: skip
ANSWERS = st.sampled_from(["taken", "taken", "taken", "taken, answer lost", "busy", "refused"])


class Ledger(Adapter):
    """A place that writes down what it takes, and answers as it is told."""

    name = blurb = "For tests."
    can_withdraw = True
    ladder = (1,) * 50

    def __init__(self, kind, *, keyed):
        self.kind = kind
        self.keyed = self.parallel = keyed
        self.answer = "taken"
        self.calls = []

    def check(self, settings, secrets, allowed_networks):
        return {}, {}

    def compose(self, content, action, settings):
        return {"action": action, "text": content.text}

    def send(self, parcel, call):
        call.before_first_byte()
        if self.answer == "busy":
            raise NotSent("Busy.", after=call.now())
        if self.answer == "refused":
            raise Rejected("Refused.")
        self.calls.append((parcel.key, json.dumps(dict(parcel.payload), sort_keys=True)))
        if self.answer == "taken, answer lost":
            raise Unclear("The answer was lost.")
        return Sent(external_id=parcel.key)

    def test(self, parcel, call):
        return "Fine."


class Plans(RuleBasedStateMachine):
    """One team, two streams, two accounts of different kinds, up to six posts, two workers."""

    @initialize()
    def begin(self):
        db.session.rollback()
        empty()
        start_writing()
        ensure_site(self.app.config["SETTINGS"])
        for place in self.places.values():
            place.calls.clear()
        stream = make_stream()
        careful = make_stream(stream.team, needs_approval=True, approve_again="always")
        both = [stream, careful]
        self.accounts = [make_account(stream.team, kind, streams=both).id for kind in self.places]
        self.streams, self.actor = both, make_actor(stream.team)
        self.posts: list[int] = []
        # Of posts that ask for it: every text that was agreed on.
        self.agreed: dict[int, set[str]] = {}
        # What each worker holds: parcels not sent yet, outcomes not written yet.
        self.parcels: list[list] = [[], []]
        self.outcomes: list[list] = [[], []]
        for worker in (0, 1):
            self.somebody_schedules_a_post(1, worker, "")

    @rule(
        steps=st.lists(
            st.tuples(st.sampled_from(STEPS), st.integers(0, 5), st.integers(0, 1), ANSWERS),
            min_size=3,
            max_size=12,
        )
    )
    def things_happen(self, steps):
        """In one rule, as rules by themselves come too seldom in histories that anybody would believe."""
        for name, which, worker, answer in steps:
            db.session.expire_all()
            getattr(self, name)(which, worker, answer)
            self.nobody_gets_anything_twice()

    # People

    def somebody_schedules_a_post(self, which, worker, answer):
        if len(self.posts) >= 6:
            return
        post = make_post(self.streams[worker], text=f"Version {len(self.posts)}")
        now = database_now()
        if worker:
            self.agreed[post.id] = {post.text}
            approve(post, actor=self.actor, now=now)
        plan_for(post, now + timedelta(minutes=2))
        schedule(post, actor=self.actor, now=now)
        self._let_time_come(post, -1 if which else 3600)
        self.posts.append(post.id)

    def somebody_edits(self, which, worker, answer):
        post = self._post(which)
        words = {"text": f"{post.text}{worker}"[-12:]}
        self._try(lambda now: edit(post, words, version=post.version, actor=self.actor, now=now))
        if post.id in self.agreed and self._post(which).state == "published":
            # What has gone out is asked for no more: a later attempt may carry the new words.
            self.agreed[post.id].add(self._post(which).text)

    def somebody_sends_for_review(self, which, worker, answer):
        self._try(lambda now: send_for_review(self._post(which), actor=self.actor, now=now))

    def somebody_approves(self, which, worker, answer):
        post = self._post(which)
        if post.id in self.agreed and post.state in {"draft", "in_review"}:
            self.agreed[post.id].add(post.text)
        self._try(lambda now: approve(post, actor=self.actor, now=now))

    def somebody_takes_it_back_to_draft(self, which, worker, answer):
        self._try(lambda now: unschedule(self._post(which), actor=self.actor, now=now))

    def somebody_schedules_it_again(self, which, worker, answer):
        post = self._post(which)
        if post.state not in {"draft", "approved"}:
            return
        plan_for(post, database_now() + timedelta(minutes=2))
        self._try(lambda now: schedule(post, actor=self.actor, now=now))
        if self._post(which).state == "scheduled":
            self._let_time_come(self._post(which), -1 if worker else 3600)

    def somebody_publishes_at_once(self, which, worker, answer):
        self._try(lambda now: publish_now(self._post(which), actor=self.actor, now=now))

    def somebody_withdraws(self, which, worker, answer):
        self._try(lambda now: withdraw(self._post(which), actor=self.actor, now=now))

    def an_account_is_paused(self, which, worker, answer):
        account = db.session.get(Account, self.accounts[worker])
        self._try(lambda now: pause(account, actor=self.actor, now=now))

    def an_account_is_resumed(self, which, worker, answer):
        account = db.session.get(Account, self.accounts[worker])
        self._try(lambda now: resume(account, actor=self.actor, now=now))

    # Workers

    def a_worker_publishes_what_is_due(self, *_):
        publish_due()
        db.session.commit()

    def a_worker_claims(self, most, worker, answer=None):
        try:
            claims = claim(most + 1)
            for taken in claims:
                row = taken.delivery
                assert row.post.state == ("published" if row.action == "publish" else "withdrawn")
                assert row.account.state == "ok"
            self.parcels[worker] += [pack(taken) for taken in claims]
            db.session.commit()
        except sa.exc.IntegrityError:
            db.session.rollback()

    def a_worker_sends(self, which, worker, answer):
        if not self.parcels[worker]:
            return
        parcel = self.parcels[worker].pop(0)
        self.places[parcel.channel].answer = answer
        self.outcomes[worker].append(send(parcel, outbound()))

    def a_worker_writes_its_outcomes(self, which, worker, answer):
        finish(self.outcomes[worker])
        db.session.commit()
        self.outcomes[worker].clear()

    def a_worker_dies(self, which, worker, answer):
        self.parcels[worker].clear()
        self.outcomes[worker].clear()

    def leases_end_and_somebody_sweeps(self, *_):
        """Also of workers that live: what they held is somebody else's now, which their fence tells them."""
        over = database_now() - timedelta(seconds=1)
        db.session.execute(sa.update(Delivery).where(Delivery.state == "sending").values(lease_until=over))
        # A worker sends nothing after half its lease.
        for parcels in self.parcels:
            parcels.clear()
        sweep()
        end_stranded()
        db.session.commit()

    def back_offs_end(self, *_):
        soon = sa.update(Delivery).where(Delivery.state == "retry")
        db.session.execute(soon.values(next_at=database_now()))
        db.session.commit()

    # What must hold at every moment

    def nobody_gets_anything_twice(self):
        plain = Counter(key for key, _ in self.places["plain"].calls)
        assert max(plain.values(), default=1) == 1, "without a key nothing is ever repeated"
        keyed = set(self.places["keyed"].calls)
        assert len(keyed) == len({key for key, _ in keyed}), "a repeat is the same, byte for byte"

    def nothing_goes_out_that_was_not_agreed_on(self):
        rows = {row.key: row.post_id for row in db.session.scalars(sa.select(Delivery))}
        for place in self.places.values():
            for key, body in place.calls:
                told, agreed = json.loads(body), self.agreed.get(rows[key])
                assert agreed is None or told["action"] == "withdraw" or told["text"] in agreed

    def teardown(self):
        if not hasattr(self, "posts"):
            return
        self._work_off()
        self.nothing_goes_out_that_was_not_agreed_on()
        taken = {key for place in self.places.values() for key, _ in place.calls}
        for row in db.session.scalars(sa.select(Delivery)):
            planned = row.post.state == "scheduled"
            assert (row.state in WAITING) == planned, (row.state, row.post.state)
            if row.state == "delivered":
                assert row.key in taken, "delivered, but nothing arrived"
            if row.state in {"failed", "cancelled"}:
                assert row.key not in taken, f"{row.state}, but it arrived"
            if row.post.state == "published" and row.account.channel == "keyed" and row.action == "publish":
                assert row.state in {"delivered", "failed", "unknown"}, row.state
        Plans.histories += 1
        Plans.calls += sum(len(place.calls) for place in self.places.values())

    def _work_off(self):
        for worker in (0, 1):
            self.a_worker_writes_its_outcomes(0, worker, "")
        db.session.execute(sa.update(Account).values(state="ok", state_reason=None))
        db.session.commit()
        self.leases_end_and_somebody_sweeps()
        for _ in range(40):
            self.back_offs_end()
            self.a_worker_publishes_what_is_due()
            self.a_worker_claims(50, 0)
            if not self.parcels[0]:
                break
            while self.parcels[0]:
                self.a_worker_sends(0, 0, "taken")
            self.a_worker_writes_its_outcomes(0, 0, "")

    def _post(self, which):
        db.session.expire_all()
        return db.session.get(Post, self.posts[which % len(self.posts)])

    def _try(self, step):
        """What does not fit is refused with a sentence; that is all that may happen."""
        try:
            step(database_now())
            db.session.commit()
        except (Conflict, Refused):
            db.session.rollback()

    def _let_time_come(self, post, seconds):
        at = database_now() + timedelta(seconds=seconds)
        plan_for(post, at)
        for row in post.deliveries:
            if row.state == "pending":
                row.due_at = row.next_at = at
        db.session.commit()


def test_plans_that_change_under_two_workers(app, monkeypatch):
    Plans.app, Plans.histories, Plans.calls = app, 0, 0
    Plans.places = {"keyed": Ledger("keyed", keyed=True), "plain": Ledger("plain", keyed=False)}
    for kind, place in Plans.places.items():
        monkeypatch.setitem(ADAPTERS, kind, place)
    run_state_machine_as_test(
        Plans,
        settings=settings(
            max_examples=max(40, int(SECONDS * 2.5)), stateful_step_count=10, deadline=None,
            derandomize=not LONG, database=None,
            phases=[Phase.generate, Phase.shrink], suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
    name = f"F13: {Plans.histories} histories of edit, approve, cancel, pause racing the claim"
    never = dict.fromkeys(("lost", "doubled", "false delivered", "stuck"), 0)
    keep({"fault": name, "database": db.engine.dialect.name, "calls": Plans.calls, **never})
    assert Plans.histories >= 20

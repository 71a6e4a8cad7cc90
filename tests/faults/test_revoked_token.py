"""F18: a token revoked in mid run. One pause, one notice to each owner, every delivery kept, none doubled."""

from __future__ import annotations

import random

import pytest
import sqlalchemy as sa

from calendar_app.channels.models import Account, Delivery
from calendar_app.extensions import db, writing
from calendar_app.notices.models import Notice
from calendar_app.notices.noticing import notice_all
from calendar_app.people import api_tokens
from calendar_app.people.models import Audit
from tests import processes
from tests.channels.mastodon_steps import mastodon_place
from tests.conftest import wait_until
from tests.factories import make_person
from tests.fake_mastodon import STATUSES, FakeMastodon
from tests.faults.world import CLOCK, SECONDS, WORKER, all_settled, in_short_on, plan_over, verdict

pytestmark = [pytest.mark.faults, pytest.mark.timeout(SECONDS * 4 + 180)]


class Posted:
    """What the verdict looks at: the calls that publish, and what stands on the server."""

    def __init__(self, server):
        self.ledger = [call for call in server.ledger if call.path == STATUSES and call.method == "POST"]
        self.effects = server.effects


@pytest.fixture
def server():
    with FakeMastodon() as found:
        yield found


@in_short_on("sqlite")
def test_a_token_revoked_in_mid_run_loses_and_doubles_nothing(app, server, client):
    chance = random.Random(18)
    place = mastodon_place(server)
    person = make_person(place.stream.team, "owner")
    key = {"Authorization": f"Bearer {api_tokens.create(person, 'mending', 'write')}"}
    number = place.account.id
    seconds = max(SECONDS / 2, 4)
    plan_over(place.stream, seconds, int(seconds * 6), chance)
    with processes.running(app, WORKER, WORKER, CLOCK):
        wait_until(lambda: len(server.statuses) >= 3, 30)
        server.revoked = True
        wait_until(lambda: state_of(number) == "paused", 30)
        refused = len(Posted(server).ledger)
        assert [look_and_tell() for _ in range(3)] == [people_told(), 0, 0]
        kept = waiting()
        assert kept > 0
        wait_until(nothing_is_scheduled, seconds + 30)
        assert waiting() >= kept, "what falls due meanwhile waits as well"
        assert len(Posted(server).ledger) <= refused + 1, "a paused account is not asked again"
        assert [look_and_tell(), state_of(number)] == [0, "paused"]

        server.revoked, server.token = False, "tests-token-2"
        body = {"secrets": {"token": "tests-token-2"}}
        answer = client.patch(f"/api/v1/accounts/{number}", json=body, headers=key)
        assert (answer.status_code, answer.json["state"]) == (200, "ok")
        wait_until(all_settled, 60, every=0.2)
    figures = verdict(Posted(server), "F18: token revoked in mid run")
    assert len(server.statuses) == figures["posts"], "each stands there once"
    told_again = db.session.scalars(sa.select(Delivery).where(Delivery.held_up.is_not(None))).all()
    assert told_again, "those that were refused say why they came late"
    changes = db.session.scalars(sa.select(Audit.action).where(Audit.subject == f"account {number}")).all()
    assert changes == ["account changed"]


def state_of(account_id):
    found = db.session.scalar(sa.select(Account.state).where(Account.id == account_id))
    db.session.rollback()
    return found


def waiting():
    found = db.session.scalar(
        sa.select(sa.func.count(Delivery.id)).where(Delivery.state.in_(("pending", "retry")))
    )
    db.session.rollback()
    return found


def nothing_is_scheduled():
    found = db.session.scalar(sa.text("SELECT count(*) FROM post WHERE state = 'scheduled'"))
    db.session.rollback()
    return found == 0


def look_and_tell():
    """As the upkeep does every minute."""
    with writing():
        told = notice_all()
        db.session.commit()
    return told


def people_told():
    """One notice each, all of the account."""
    rows = db.session.execute(sa.select(Notice.person_id, Notice.kind)).all()
    db.session.rollback()
    assert {row.kind for row in rows} == {"account"}
    assert len({row.person_id for row in rows}) == len(rows) > 0
    return len(rows)

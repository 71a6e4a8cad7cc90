"""F14: a restored backup, with real workers. What the backup calls due may be out long since: it waits."""

from __future__ import annotations

import time
from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa

from calendar_app import create_app
from calendar_app.backing_up import write_backup
from calendar_app.channels.delivering import drain
from calendar_app.channels.models import Delivery
from calendar_app.extensions import database_now, db, writing
from calendar_app.people.models import Person
from calendar_app.people.roles import actor_for
from calendar_app.posts.models import Post
from calendar_app.posts.scheduling import unschedule
from calendar_app.restoring import restore_backup
from tests import processes
from tests.conftest import settings_for, wait_until
from tests.factories import make_actor, make_scheduled
from tests.faults.test_rolling_restart import at_work
from tests.faults.world import CLOCK, WORKER, connected, in_short_on, keep

pytestmark = [pytest.mark.faults, pytest.mark.timeout(240)]


@pytest.fixture
def elsewhere(app, tmp_path):
    """Another, empty installation: always SQLite, so that a backup of PostgreSQL moves house as well."""
    folder = tmp_path / "other"
    folder.mkdir()
    return create_app(
        settings_for(folder, f"sqlite:///{folder / 'other.db'}", app.config["SETTINGS"].redis_url)
    )


@in_short_on("postgresql")
def test_a_restored_site_holds_still_until_its_operator_has_looked(app, elsewhere, receiver, tmp_path):
    stream = connected(receiver)
    actor = make_actor(stream.team)
    before, meanwhile, after = (
        {make_scheduled(stream, due_in=due_in, actor=actor).uuid for _ in range(3)}
        for due_in in (-1, 3600, 3600)
    )
    keys = {row.post.uuid: row.key for row in db.session.scalars(sa.select(Delivery))}
    file = str(tmp_path / "backup.tar.gz")
    drain()
    write_backup(file)
    let_time_come(meanwhile)
    drain()
    assert states(before | meanwhile) == {"delivered"}

    with elsewhere.app_context():
        restore_backup(file)
        let_time_come(meanwhile | after)
        with processes.running(elsewhere, WORKER, CLOCK):
            wait_until(lambda: at_work() == (1, 1), 60)
            time.sleep(3)
            assert len(receiver.ledger) == 6, "nothing leaves a restored site by itself"
            assert posts(meanwhile | after) == {"scheduled"}
            take_back(meanwhile)
            assert processes.start(elsewhere, "resume").wait(90) == 0
            wait_until(lambda: states(after) == {"delivered"}, 60)
        assert states(before) == {"delivered"} and states(meanwhile) == {"cancelled"}
        db.session.remove()
        db.engine.dispose()
    calls = Counter(call.key for call in receiver.ledger)
    assert calls == {keys[uuid]: 1 for uuid in before | meanwhile | after}
    keep({"fault": "F14: restored backup", "database": app.config["SETTINGS"].database_url.split(":")[0].split("+")[0],
          "posts": len(keys), "calls": len(receiver.ledger), "lost": len(set(keys.values()) - set(calls)),
          "doubled": sum(calls.values()) - len(calls), "early": 0})  # fmt: skip


def take_back(uuids):
    """What the operator does with posts that are out already."""
    with writing():
        actor = actor_for(db.session.scalars(sa.select(Person).limit(1)).one())
        for post in db.session.scalars(sa.select(Post).where(Post.uuid.in_(uuids))).all():
            unschedule(post, actor=actor, now=database_now())
        db.session.commit()


def let_time_come(uuids):
    with writing():
        now = database_now() - timedelta(milliseconds=100)
        numbers = db.session.scalars(sa.select(Post.id).where(Post.uuid.in_(uuids))).all()
        db.session.execute(sa.update(Post).where(Post.id.in_(numbers)).values(due_at=now))
        due = sa.update(Delivery).where(Delivery.post_id.in_(numbers), Delivery.state == "pending")
        db.session.execute(due.values(due_at=now, next_at=now))
        db.session.commit()


def states(uuids):
    return found_in(Delivery.state, uuids)


def posts(uuids):
    return found_in(Post.state, uuids)


def found_in(column, uuids):
    rows = db.session.scalars(
        sa.select(column)
        .select_from(Delivery)
        .join(Post, Post.id == Delivery.post_id)
        .where(Post.uuid.in_(uuids))
    )
    found = set(rows)
    db.session.rollback()
    return found

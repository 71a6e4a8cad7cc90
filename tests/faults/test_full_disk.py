"""F12: no room left. What was answered is what stands in the database, and nothing sent is sent again in earnest.

SQLite's own limit on pages gives the very error of a full disk (SQLITE_FULL); PostgreSQL's comes as the same kind
of error (OperationalError) through the same door.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from calendar_app.channels.delivering import drain
from calendar_app.channels.models import Delivery
from calendar_app.extensions import db, writing
from calendar_app.people import api_tokens
from calendar_app.posts.models import Post
from tests.factories import make_account, make_actor, make_person, make_scheduled, make_stream
from tests.faults.world import all_settled, connected, verdict

pytestmark = [pytest.mark.faults, pytest.mark.timeout(120)]


@pytest.fixture
def database():
    return "sqlite"


@contextmanager
def room_for(pages):
    """The database may grow by so many pages and no further."""
    db.session.rollback()
    db.engine.dispose()
    # What earlier tests threw away left pages that are free to take: they go first.
    with closing(sqlite3.connect(db.engine.url.database, isolation_level=None)) as file:
        file.execute("VACUUM")
        most = file.execute("PRAGMA page_count").fetchone()[0] + pages

    def limit(dbapi, _record):
        dbapi.execute(f"PRAGMA max_page_count={most}")

    sa.event.listen(db.engine, "connect", limit)
    db.engine.dispose()
    try:
        yield
    finally:
        sa.event.remove(db.engine, "connect", limit)
        db.session.rollback()
        db.engine.dispose()


def test_an_answer_never_says_more_than_the_database_holds(app, client):
    stream = make_stream()
    make_account(stream.team, streams=[stream])
    person = make_person(stream.team)
    key = {"Authorization": f"Bearer {api_tokens.create(person, 'calendar')}"}
    db.session.commit()
    body = {"text": "x" * 20_000, "streams": [stream.handle], "publish_at": "2030-03-04T09:00:00",
            "timezone": "Europe/Oslo"}  # fmt: skip
    said = {}
    with room_for(60):
        for _ in range(25):
            made = client.post("/api/v1/posts", json=body, headers=key)
            if made.status_code != 201:
                said[made.status_code] = made.json["detail"]
                continue
            uuid = made.json["id"]
            step = client.post(f"/api/v1/posts/{uuid}/schedule", headers=key)
            if step.status_code != 200:
                said[step.status_code] = step.json["detail"]
            db.session.rollback()
            post = db.session.scalar(sa.select(Post).where(Post.uuid == uuid))
            assert (post.state == "scheduled") == (step.status_code == 200)
            assert len(post.deliveries) == (1 if post.state == "scheduled" else 0)
    assert said == {503: "The database is busy or away. Nothing was changed: try again in a moment."}
    assert client.post("/api/v1/posts", json=body, headers=key).status_code == 201


def test_outcomes_that_could_not_be_written_are_made_good_once_there_is_room(app, receiver):
    actor = make_actor((stream := connected(receiver)).team)
    for _ in range(6):
        make_scheduled(stream, due_in=-1, actor=actor, text="y" * 30_000)
    with room_for(3), pytest.raises(OperationalError):
        drain(budget_seconds=3)
    db.session.rollback()
    stuck = db.session.scalars(sa.select(Delivery.state)).all()
    assert "delivered" not in stuck or len(receiver.effects()) >= stuck.count("delivered")
    for _ in range(10):
        with writing():
            db.session.execute(sa.update(Delivery).values(next_at=Delivery.due_at))
            db.session.commit()
        if all_settled():
            break
        drain(budget_seconds=4)
    verdict(receiver, "F12: disk full")

"""What pages cost: as much after ten thousand posts as after a hundred, whoever wrote them."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa

from calendar_app.extensions import db
from calendar_app.posts.models import Post
from calendar_app.times import utcnow
from tests.factories import make_person, make_scheduled, make_stream
from tests.feeds.test_tongues_cost import fill

pytestmark = pytest.mark.usefixtures("counted_anew")


@pytest.fixture
def database():
    """Only SQLite counts its steps."""
    return "sqlite"


@contextmanager
def steps():
    """How many steps the database takes, in hundreds."""
    taken, lent = [0], []

    def count():
        taken[0] += 1

    def lend(connection, *_more):
        connection.set_progress_handler(count, 100)
        lent.append(connection)

    db.session.rollback()
    sa.event.listen(db.engine, "checkout", lend)
    try:
        yield taken
    finally:
        sa.event.remove(db.engine, "checkout", lend)
        for connection in lent:
            connection.set_progress_handler(None, 0)


def cost_of(client, path):
    """Of the second look: the first finds out what has changed."""
    assert client.get(path).status_code == 200
    with steps() as taken:
        assert client.get(path).status_code == 200
    return taken[0]


def grown(stream, count):
    """So many posts of years ago, some with an event of then, and one to come."""
    fill(stream, count)
    out = utcnow() - timedelta(days=500)
    past = {"published_at": out, "due_at": out, "event_starts_at": out + timedelta(days=100)}
    db.session.execute(sa.update(Post).where(Post.state == "published").values(event_timezone="UTC", **past))
    db.session.commit()
    make_scheduled(stream)
    db.session.execute(sa.text("ANALYZE"))
    db.session.commit()
    # What was counted is read by connections that are opened afterwards.
    db.engine.dispose()


READERS = ("/", "/streams/roads", "/?s=roads&lang=nb", "/everything.opml?lang=nb")
MEMBERS = (
    "/calendar",
    "/calendar?view=streams",
    "/calendar?view=list",
    "/calendar/tray",
    "/needs",
    "/notices",
    "/streams/roads/queue",
    "/streams/roads/edit",
    "/posts/new?stream=roads",
    "/streams",
    "/series",
    "/calendar/changes",
)


def what_grows(stream, client, paths, *, spare):
    """The pages that cost more with ten thousand posts than with a hundred; the steps they took then and now."""
    grown(stream, 100)
    few = {path: cost_of(client, path) for path in paths}
    grown(stream, 9_900)
    many = {path: cost_of(client, path) for path in paths}
    return {path: (few[path], many[path]) for path in paths if many[path] > 3 * few[path] + spare}


def test_what_was_written_long_ago_costs_no_reader_anything(client):
    assert what_grows(make_stream(handle="roads"), client, READERS, spare=10) == {}


def test_nor_does_it_cost_a_member_anything(app, signed_in):
    stream = make_stream(handle="roads", cadence=["RRULE:FREQ=WEEKLY;BYDAY=MO;BYHOUR=9;BYMINUTE=0"])
    kari = signed_in(make_person(stream.team, "owner"))
    assert what_grows(stream, kari, MEMBERS, spare=20) == {}

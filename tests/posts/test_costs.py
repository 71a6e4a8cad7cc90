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


@pytest.mark.parametrize("path", ["/", "/streams/roads", "/?s=roads&lang=nb", "/everything.opml?lang=nb"])
def test_what_was_written_long_ago_costs_no_reader_anything(client, path):
    stream = make_stream(handle="roads")
    grown(stream, 100)
    few = cost_of(client, path)
    grown(stream, 9_900)
    assert cost_of(client, path) <= 3 * few + 10


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


@pytest.mark.parametrize("path", MEMBERS)
def test_nor_does_it_cost_a_member_anything(app, signed_in, path):
    stream = make_stream(handle="roads", cadence=["RRULE:FREQ=WEEKLY;BYDAY=MO;BYHOUR=9;BYMINUTE=0"])
    kari = signed_in(make_person(stream.team, "owner"))
    grown(stream, 100)
    few = cost_of(kari, path)
    grown(stream, 9_900)
    assert cost_of(kari, path) <= 3 * few + 20

"""What it costs to know the languages of a stream: as much after ten thousand translated posts as after a hundred."""

from __future__ import annotations

import time
import uuid
from contextlib import contextmanager

import sqlalchemy as sa

from calendar_app.extensions import database_now, db
from calendar_app.feeds.tongues import offered
from calendar_app.posts.models import Post, PostStream, Translation
from calendar_app.posts.showing import touch_feeds
from tests.factories import make_stream


def fill(stream, count, language="nb"):
    """Without what publishing costs: `count` published posts with a translation each."""
    now, first = database_now(), (db.session.scalar(sa.select(sa.func.max(Post.id))) or 0) + 1
    post = {"team_id": stream.team_id, "title": "Closed", "text": "word " * 20, "state": "published"}
    post |= {"published_at": now, "timezone": "UTC"}
    ids = range(first, first + count)
    db.session.execute(sa.insert(Post), [{**post, "id": one, "uuid": str(uuid.uuid4())} for one in ids])
    in_stream = {"stream_id": stream.id, "position": 0}
    db.session.execute(sa.insert(PostStream), [{**in_stream, "post_id": one} for one in ids])
    told = {"language": language, "title": "Stengt", "text": "ord " * 20}
    db.session.execute(sa.insert(Translation), [{**told, "post_id": one} for one in ids])
    touch_feeds([stream.id], now)
    db.session.commit()
    return stream


@contextmanager
def statements():
    said = []

    def note(*given):
        said.append(given[2])

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)


def cost_of(stream):
    """The shortest of several tries, each of many calls: what the machine does beside it takes no part."""
    assert offered([stream]) == ["en", "nb"]
    tries = []
    for _ in range(20):
        began = time.perf_counter()
        for _ in range(200):
            offered([stream])
        tries.append(time.perf_counter() - began)
    return min(tries)


def test_it_does_not_grow_with_what_was_written(app):
    few, many = fill(make_stream(), 100), fill(make_stream(), 10_000)
    for stream in (few, many):
        assert offered([stream]) == ["en", "nb"]
        with statements() as said:
            cost = cost_of(stream)
        assert said == []
    assert cost <= 3 * cost_of(few)


def test_posts_are_looked_at_once_for_each_state_of_a_feed_and_only_those_of_its_stream(app):
    roads, schools = fill(make_stream(), 3), fill(make_stream(), 3, "sv")
    with statements() as said:
        assert offered([roads, schools]) == ["en", "nb", "sv"]
        assert offered([roads]) == ["en", "nb"]
    assert len([one for one in said if "translation" in one]) == 1
    fill(roads, 1, "fi")
    assert roads.feed_version == 3
    with statements() as said:
        assert offered([schools, roads]) == ["en", "fi", "nb", "sv"]
        assert offered([roads, schools]) == ["en", "fi", "nb", "sv"]
    assert len([one for one in said if "translation" in one]) == 1

"""F16: poison posts. Whatever one post holds, the others go out unharmed and every feed and page answers.

What comes through the doors is refused with a sentence; what a hand in the database has made is worse, and fails alone.
"""

from __future__ import annotations

import io
import time

import pytest
import sqlalchemy as sa

from calendar_app.channels.delivering import drain
from calendar_app.channels.models import Delivery
from calendar_app.extensions import db
from calendar_app.feeds.assembling import MEDIA_TYPES
from calendar_app.people import api_tokens
from calendar_app.posts.models import Post
from calendar_app.streams.models import Stream
from tests.factories import make_actor, make_person, make_scheduled, make_stream
from tests.faults.world import connected, keep
from tests.media.pictures import png

pytestmark = [pytest.mark.faults, pytest.mark.timeout(120)]

CONTROLS = "\x01\x08\x0b\x1b[2J\x7f\u0085\u200b\u202e\ufeff\ufffe"
MEGABYTES = 10_000_000
# What a hand in the database can leave in a row: column → SQL literal.
IN_A_POST = [
    {"title": f"'{CONTROLS}'", "text": f"'{CONTROLS}'"},
    {"text": "'" + "[](" * 3_000_000 + "'"},
    {"text": "'" + "> " * 40_000 + "'"},
    {"timezone": "'Mars/Olympus'"},
    {"language": "'\t\n<&'", "link": "'javascript:alert(1)'"},
    {"event_starts_at": "due_at", "event_timezone": "'Mars/Olympus'", "event_location": f"'{CONTROLS}'"},
    {"publish_at": "'not a time'"},
]
IN_A_DELIVERY = [
    {"notes": "'[1]'"},
    {"notes": "'\"words\"'"},
    {"payload": "'[]'", "ambiguous": "true"},
    {"payload": "'{}'", "ambiguous": "true"},
    {"attempts": "100000"},
]
RRULE_BOMBS = [
    ["RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30"],
    ["RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;BYHOUR=1"],
    ["daily at 07:00"] * 10_000,
]
PAGES = ["/", "/streams/roads", "/streams/mute", "/calendar", "/calendar?view=week", "/calendar?view=list", "/needs",
         "/streams", "/accounts"]  # fmt: skip
# Only SQLite takes these: PostgreSQL looks at what it is given.
UNREADABLE = [
    ("delivery", {"notes": "'{no json'"}),
    ("delivery", {"payload": "'{no json'", "ambiguous": "1"}),
    ("delivery", {"sent_at": "'yesterday'"}),
    ("delivery", {"due_at": "'0000-00-00'"}),
    ("delivery", {"next_at": "'0000-00-00'"}),
    ("post", {"due_at": "'0000-00-00'"}),
    ("post", {"event_starts_at": "'soon'"}),
    ("post", {"text": "x'fffe00'"}),
    ("post", {"changed_at": "'now'"}),
]


@pytest.fixture
def stream(app, receiver):
    return connected(receiver, handle="roads")


def damage(table, number, values):
    said = ", ".join(f"{name} = {value}" for name, value in values.items())
    db.session.connection().exec_driver_sql(f"UPDATE {table} SET {said} WHERE id = {number}")  # noqa: S608
    db.session.commit()


def poisoned(stream, actor):
    """One post for each poison, due now."""
    poisons = [("post", values) for values in IN_A_POST] + [("delivery", values) for values in IN_A_DELIVERY]
    if db.engine.dialect.name == "sqlite":
        poisons += UNREADABLE
    made = {}
    for table, values in poisons:
        post = make_scheduled(stream, due_in=-30, actor=actor, title="Poison")
        number = post.id if table == "post" else post.deliveries[0].id
        made[number] = (table, {name: value[:40] for name, value in values.items()})
        damage(table, number, values)
    return made


def test_a_row_poisoned_in_the_database_harms_no_other(app, stream, receiver, signed_in):
    actor = make_actor(stream.team)
    poisons = poisoned(stream, actor)
    mute = make_stream(stream.team, "mute", name="Mute")
    damage("stream", mute.id, {"cadence": "'[{\"rule\": 7}]'", "language": "'\t<'"})
    healthy = [make_scheduled(stream, due_in=-1, actor=actor, title=f"Healthy {n}") for n in range(5)]
    healthy = {post.uuid: post.deliveries[0].key for post in healthy}
    db.session.commit()
    drain(budget_seconds=10)

    db.session.expire_all()
    rows = db.session.execute(sa.select(Delivery.key, Delivery.state, Delivery.attempts, Post.state)
                              .join(Post, Post.id == Delivery.post_id)).all()  # fmt: skip
    found = {row.key: (row.state, row.attempts) for row in rows}
    assert {found[key] for key in healthy.values()} == {("delivered", 1)}
    assert set(healthy.values()) <= set(receiver.effects())
    settled = {"delivered", "failed", "missed"}
    assert {key: state for key, (state, _) in found.items() if state not in settled} == {}

    browser = signed_in(make_person(stream.team))
    answers = {path: browser.get(path) for path in feeds() + PAGES}
    assert {path: said.status_code for path, said in answers.items() if said.status_code != 200} == {}
    for path in feeds():
        if path.startswith("/streams/roads"):
            assert all(uuid in answers[path].text for uuid in healthy), path
    one = next(iter(healthy))
    assert {
        browser.get(page).status_code
        for page in (f"/posts/{one}/edit", f"/posts/{one}", f"/posts/{one}/peek")
    } == {200}
    figures = {"lost": 0, "doubled": len(receiver.ledger) - len(receiver.effects()), "false delivered": 0}
    keep({"fault": f"F16: {len(poisons)} poisoned rows", "database": db.engine.dialect.name, "posts": len(found),
          "calls": len(receiver.ledger), **figures})  # fmt: skip
    assert set(figures.values()) == {0}


def test_what_is_poisonous_is_refused_at_the_door_and_nothing_else_is_held_up(app, stream, receiver, client):
    key = {"Authorization": f"Bearer {api_tokens.create(make_person(stream.team), 'calendar')}"}
    post = make_scheduled(stream, due_in=-1)
    db.session.commit()

    def said(method, path, **kwargs):
        began = time.monotonic()
        answer = client.open(f"/api/v1{path}", method=method, headers=key, **kwargs)
        assert time.monotonic() - began < 10, path
        return answer.status_code

    assert said("POST", "/posts", json={"streams": ["roads"], "text": "x" * MEGABYTES}) in {413, 422}
    assert said("POST", "/posts", json={"streams": ["roads"], "text": f"Fine{CONTROLS}"}) in {201, 422}
    pixels = {"file": (io.BytesIO(png(header=(20_000, 10_000))), "huge.png"), "alt": "x", "rights": "own"}
    assert said("POST", "/media", data=pixels, content_type="multipart/form-data") == 422
    for bomb in RRULE_BOMBS:
        assert said("PATCH", "/streams/roads", json={"cadence": bomb}) == 422
    drain(budget_seconds=5)
    assert list(receiver.effects()) == [post.deliveries[0].key]
    answers = {path: client.get(path).status_code for path in feeds()}
    assert set(answers.values()) == {200}
    keep({"fault": "F16: poison at the door", "database": db.engine.dialect.name, "posts": 1,
          "calls": len(receiver.ledger), "lost": 0, "doubled": 0})  # fmt: skip


def feeds():
    named = ["/streams/roads", "/streams/mute", "/follow/roads+mute", "/everything"]
    every = [f"{path}.{form}" for path in named for form in MEDIA_TYPES if form != "opml"]
    there = set(db.session.scalars(sa.select(Stream.handle)))
    return [path for path in every if "mute" not in path or "mute" in there]

"""Finished feeds in memory: the same bytes again, never for longer than they are true."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import threading

import pytest
import sqlalchemy as sa

from calendar_app.extensions import db
from calendar_app.feeds import shelf
from calendar_app.people.models import Site
from calendar_app.posts.models import Post
from calendar_app.streams.editing import archive, edit_stream
from calendar_app.times import utcnow
from tests.factories import make_actor, make_post, make_stream, make_team
from tests.feeds.reading import FORMS, make_published
from tests.feeds.shelves import break_database
from tests.processes import environment

pytestmark = pytest.mark.usefixtures("inner")


def test_the_second_reader_costs_the_application_nothing(reader, inner):
    make_published(make_stream(handle="roads"))
    first = reader.get("/streams/roads.ics")
    again = reader.get("/streams/roads.ics")
    assert inner.asked == 1
    assert (again.status_code, again.data, again.headers.to_wsgi_list()) == (
        200, first.data, first.headers.to_wsgi_list()
    )  # fmt: skip


def test_one_feed_stands_on_the_shelf_once_however_it_is_asked_for(app, reader, inner):
    team = make_team()
    make_published(make_stream(team, "roads"), make_stream(team, "schools"))
    for choice in (
        "roads+schools",
        "schools+roads",
        "SCHOOLS+roads",
        "roads%2Bschools",
    ):
        assert reader.get(f"/follow/{choice}.ics").status_code == 200
    assert inner.asked == 1
    assert len(app.wsgi_app.kept) == 1


def test_a_304_to_the_first_reader_warms_the_shelf(reader, inner):
    make_published(make_stream(handle="roads"))
    tag = reader.get("/streams/roads.ics").headers["ETag"]
    inner_asked = inner.asked
    for _ in range(3):
        assert reader.get("/streams/roads.ics", headers={"If-None-Match": tag}).status_code == 304
    assert inner.asked == inner_asked


def test_each_format_and_kind_has_its_own_place(reader, inner):
    make_published(make_stream(handle="roads"))
    paths = [
        f"{path}.{form}" for path in ("/streams/roads", "/follow/roads", "/everything") for form in FORMS
    ]
    first = [reader.get(path).data for path in paths]
    assert [reader.get(path).data for path in paths] == first
    assert len(set(first)) == inner.asked == len(paths)


def test_what_is_published_shows_at_once(reader):
    stream = make_stream(handle="roads")
    make_published(stream, title="First")
    assert reader.get("/streams/roads.ics").data.count(b"BEGIN:VEVENT") == 1
    make_published(stream, title="Second")
    assert reader.get("/streams/roads.ics").data.count(b"BEGIN:VEVENT") == 2


@pytest.mark.parametrize("form", FORMS)
def test_a_stream_made_internal_leaves_at_once(app, reader, form):
    team = make_team()
    roads, schools = make_stream(team, "roads"), make_stream(team, "schools")
    make_published(roads, title="Road closed")
    make_published(schools, title="School closed")
    paths = [f"/streams/roads.{form}", f"/follow/roads+schools.{form}", f"/everything.{form}"]
    assert [reader.get(path).data.count(b"Road closed") > 0 for path in paths] == [True] * 3
    edit_stream(roads, {"visibility": "internal"}, actor=make_actor(team), now=utcnow())
    answers = [reader.get(path) for path in paths]
    assert [answer.status_code for answer in answers] == [404, 200, 200]
    assert [b"Road closed" in answer.data for answer in answers] == [False] * 3
    assert [b"School closed" in answer.data for answer in answers] == [False, True, True]
    assert not any(b"Road closed" in kept.content for kept in app.wsgi_app.kept.values())


def test_a_stream_that_comes_joins_the_choices_that_name_it(reader):
    team = make_team()
    make_published(make_stream(team, "roads"), title="Road closed")
    staff = make_stream(team, "staff", visibility="internal")
    make_published(staff, title="For everybody now")
    assert b"For everybody" not in reader.get("/follow/roads+staff+later.atom").data
    edit_stream(staff, {"visibility": "public"}, actor=make_actor(team), now=utcnow())
    assert b"For everybody" in reader.get("/follow/roads+staff+later.atom").data
    make_published(make_stream(team, "later"), title="A new stream")
    assert b"A new stream" in reader.get("/follow/roads+staff+later.atom").data


def test_a_new_name_shows_at_once(reader):
    team = make_team()
    stream = make_stream(team, "roads", name="Roads")
    make_published(stream)
    assert b"<title>Roads</title>" in reader.get("/streams/roads.atom").data
    edit_stream(stream, {"name": "Streets"}, actor=make_actor(team), now=utcnow())
    answer = reader.get("/streams/roads.atom").data
    assert b"<title>Streets</title>" in answer
    assert b"Roads" not in answer
    db.session.get_one(Site, 1).name = "New Town"
    assert b"<title>New Town</title>" in reader.get("/everything.atom").data
    db.session.get_one(Site, 1).name = "Newer Town"
    assert b"<title>Newer Town</title>" in reader.get("/everything.atom").data


def test_an_archived_stream_leaves_everything_at_once(reader):
    stream = make_stream(handle="roads")
    make_published(stream, title="Road closed")
    assert b"Road closed" in reader.get("/everything.rss").data
    archive(stream, actor=make_actor(stream.team), now=utcnow())
    assert b"Road closed" not in reader.get("/everything.rss").data


def test_a_restored_database_is_not_mistaken_for_the_one_before(reader):
    stream = make_stream(handle="roads")
    make_post(stream, title="Before", state="published", published_at=utcnow(), revision=1)
    assert b"Before" in reader.get("/streams/roads.rss").data
    db.session.execute(
        sa.update(Post).values(title="After", uuid="0b0e3a52-6a5c-4f3e-9a52-3c1f0d4be111", revision=2)
    )
    stream.feed_changed_at = utcnow()
    assert b"After" in reader.get("/streams/roads.rss").data


def test_the_next_day_is_asked_about_again(app, reader, inner, monkeypatch):
    make_published(make_stream(handle="roads"))
    reader.get("/streams/roads.ics")
    monkeypatch.setattr("calendar_app.feeds.question.DAY", 86400 * 7)
    reader.get("/streams/roads.ics")
    assert inner.asked == 2


@pytest.mark.parametrize("form", FORMS)
def test_while_the_database_is_away_the_last_good_bytes_go_out(app, reader, form, monkeypatch, caplog):
    team = make_team()
    make_published(make_stream(team, "roads"), make_stream(team, "schools"))
    paths = [f"/streams/roads.{form}", f"/follow/schools+roads.{form}", f"/everything.{form}"]
    good = [reader.get(path) for path in paths]
    break_database(app, monkeypatch)
    for path, before in zip(paths, good, strict=True):
        answer = reader.get(path)
        assert (answer.status_code, answer.data) == (200, before.data)
        tag = {"If-None-Match": before.headers["ETag"]}
        assert reader.get(path, headers=tag).status_code == 304
        assert reader.head(path).status_code == 200
    assert "last good feed" in caplog.text
    assert reader.get(f"/streams/other.{form}").status_code == 500


def test_an_application_that_fails_is_covered_by_the_last_good_bytes(reader, inner):
    stream = make_stream(handle="roads")
    make_published(stream, title="First")
    good = reader.get("/streams/roads.ics").data
    make_published(stream, title="Second")
    inner.failing = True
    assert reader.get("/streams/roads.ics").data == good
    inner.failing = False
    assert b"Second" in reader.get("/streams/roads.ics").data


def test_what_became_internal_does_not_come_back_while_the_database_is_away(app, reader, monkeypatch):
    stream = make_stream(handle="roads")
    make_published(stream, title="Road closed")
    reader.get("/streams/roads.ics")
    edit_stream(stream, {"visibility": "internal"}, actor=make_actor(stream.team), now=utcnow())
    assert reader.get("/streams/roads.ics").status_code == 404
    break_database(app, monkeypatch)
    assert reader.get("/streams/roads.ics").status_code == 500


def test_a_dead_connection_is_replaced(app, reader, inner):
    make_published(make_stream(handle="roads"))
    reader.get("/streams/roads.ics")
    for line in app.wsgi_app.question.idle:
        line.close()
    assert reader.get("/streams/roads.ics").status_code == 200
    assert inner.asked == 1


def test_what_is_committed_here_is_seen_by_the_very_next_reader(reader):
    stream = make_stream(handle="roads")
    for number in range(20):
        stream.name = f"Name {number}"
        stream.feed_version += 1
        db.session.commit()
        assert f"<title>Name {number}</title>" in reader.get("/streams/roads.rss").text
        assert f"<title>Name {number}</title>" in reader.get("/streams/roads.rss").text


def test_the_shelf_has_a_limit_and_keeps_what_is_asked_for(app, reader, inner, monkeypatch):
    team = make_team()
    for number in range(6):
        make_published(make_stream(team, f"stream-{number}0"))
    monkeypatch.setattr(shelf, "MOST_FEEDS", 3)
    for number in range(6):
        reader.get(f"/streams/stream-{number}0.ics")
        reader.get("/streams/stream-00.ics")
    assert len(app.wsgi_app.kept) == 3
    assert app.wsgi_app.bytes == sum(len(kept.content) for kept in app.wsgi_app.kept.values())
    assert inner.asked == 6
    monkeypatch.setattr(shelf, "MOST_BYTES", 1)
    assert reader.get("/streams/stream-50.atom").status_code == 200
    assert (len(app.wsgi_app.kept), app.wsgi_app.bytes) == (0, 0)


def test_endless_ways_to_write_a_choice_do_not_fill_the_memory(app, reader, monkeypatch):
    make_published(make_stream(handle="roads"))
    monkeypatch.setattr(shelf, "MOST_ADDRESSES", 10)
    for number in range(50):
        assert reader.get(f"/follow/roads+gone-{number}.ics").status_code == 200
    assert len(app.wsgi_app.places) <= 10
    assert len(app.wsgi_app.kept) == 1


def test_many_who_ask_at_once_make_the_application_work_once(app, reader, inner):
    make_published(make_stream(handle="roads"))
    db.session.commit()
    answers = []

    def ask():
        answers.append(app.test_client().get("/streams/roads.ics"))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert inner.asked == 1
    assert {(answer.status_code, answer.data) for answer in answers} == {(200, answers[0].data)}


def test_two_processes_give_the_same_bytes(app, reader):
    team = make_team()
    stream = make_stream(team, "roads", name="Veier & ferjer")
    for number in range(3):
        make_published(
            stream, title=f"Nummer {number} æøå", text="**Text** with [a link](https://example.org/æ)."
        )
    paths = [f"/follow/roads.{form}" for form in FORMS]
    ours = [hashlib.sha256(reader.get(path).data).hexdigest() for path in paths]
    db.session.remove()
    other = subprocess.run(
        [sys.executable, "-c", OTHER, *paths],
        env=environment(app),
        capture_output=True,
        text=True,
        check=True,
    )
    assert other.stdout.split() == ours


OTHER = """
import hashlib, sys
from calendar_app import create_app
from calendar_app.extensions import db
from calendar_app.feeds import parts
app = create_app()
# What the other process has kept must not be what makes the bytes equal.
parts.making_mark = lambda: b"12345678"
for path in sys.argv[1:]:
    print(hashlib.sha256(app.test_client().get(path).data).hexdigest())
with app.app_context():
    db.engine.dispose()
"""

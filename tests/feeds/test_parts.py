"""Posts rendered once and kept: what is kept is true, and what cannot be rendered harms nobody."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from calendar_app.extensions import database_now, db, writing
from calendar_app.feeds import parts
from calendar_app.feeds.assembling import shown_posts
from calendar_app.feeds.models import FeedPart
from calendar_app.health.doctor import findings
from calendar_app.posts.drafting import edit
from calendar_app.posts.models import Post
from calendar_app.posts.scheduling import unschedule
from calendar_app.streams.editing import edit_stream
from calendar_app.times import utcnow
from tests.factories import make_actor, make_post, make_scheduled, make_stream
from tests.feeds.reading import FORMS, make_published


def contents(stream, form="ics"):
    return parts.contents(shown_posts([stream.id], form, utcnow()), form)


def kept():
    rows = db.session.execute(
        sa.select(FeedPart.post_id, FeedPart.format, FeedPart.revision, FeedPart.content)
    ).all()
    db.session.rollback()
    return {(row.post_id, row.format): (row.revision, row.content[parts.MARK_LENGTH :]) for row in rows}


@pytest.fixture
def renderings(monkeypatch):
    """The uuids of posts in the order in which they were rendered as calendar events."""
    found = []
    render = parts.PUBLIC_RENDERERS["ics"]

    def counted(entry):
        found.append(entry.uuid)
        return render(entry)

    monkeypatch.setitem(parts.PUBLIC_RENDERERS, "ics", counted)
    return found


def test_a_post_is_rendered_once(app, renderings):
    stream = make_stream()
    post = make_published(stream)
    first = contents(stream)
    assert contents(stream) == first
    assert renderings == [post.uuid]
    assert kept() == {(post.id, "ics"): (post.revision, first[0])}


def test_only_the_post_that_changed_is_rendered_anew(app, renderings):
    stream = make_stream()
    actor = make_actor(stream.team)
    first, second = make_published(stream, actor=actor), make_published(stream, actor=actor)
    contents(stream)
    renderings.clear()
    edit(second, {"title": "Another title"}, version=second.version, actor=actor, now=database_now())
    db.session.commit()
    assert b"Another title" in contents(stream)[0]
    assert renderings == [second.uuid]
    assert kept()[first.id, "ics"][0] == first.revision


def test_parts_of_another_version_or_address_are_rendered_anew(app, renderings, monkeypatch):
    stream = make_stream()
    make_published(stream)
    contents(stream)
    monkeypatch.setitem(
        app.config, "SETTINGS", replace(app.config["SETTINGS"], base_url="https://new.example.org")
    )
    assert b"https://new.example.org/posts/" in contents(stream)[0]
    assert b"https://new.example.org/posts/" in contents(stream)[0]
    assert len(renderings) == 2
    monkeypatch.setattr(parts, "_code", lambda: b"newer code")
    contents(stream)
    assert len(renderings) == 3


def test_another_name_of_a_stream_is_seen_in_its_posts(app):
    stream = make_stream(name="Roads")
    make_published(stream)
    assert b"CATEGORIES:Roads" in contents(stream)[0]
    edit_stream(stream, {"name": "Streets"}, actor=make_actor(stream.team), now=database_now())
    db.session.commit()
    assert b"CATEGORIES:Streets" in contents(stream)[0]


def test_a_stream_that_became_internal_is_named_no_more(app):
    stream = make_stream(name="Roads")
    other = make_stream(stream.team, name="Tunnel club")
    make_published(stream, other)
    assert b"Tunnel club" in contents(stream)[0]
    edit_stream(other, {"visibility": "internal"}, actor=make_actor(stream.team), now=database_now())
    db.session.commit()
    assert b"Tunnel club" not in contents(stream)[0]


@pytest.mark.parametrize("form", FORMS)
def test_a_post_that_cannot_be_rendered_is_reported_and_left_out(app, form, caplog):
    stream = make_stream()
    fine = make_published(stream)
    bad = make_published(stream, language="not a language")
    assert len(contents(stream, form)) == 1
    assert f"Post {bad.uuid} cannot be shown" in caplog.text
    assert parts.left_out() == [bad.uuid]
    assert any(bad.uuid in finding.text and finding.wrong for finding in findings(app.config["SETTINGS"]))
    assert kept()[bad.id, form] == (bad.revision, parts.LEFT_OUT)
    caplog.clear()
    assert len(contents(stream, form)) == 1
    assert caplog.text == ""
    bad.language, bad.revision = "nb", bad.revision + 1
    db.session.commit()
    assert len(contents(stream, form)) == 2
    assert parts.left_out() == []
    assert fine.uuid


def test_even_a_renderer_that_breaks_harms_one_post_only(app, monkeypatch, caplog):
    stream = make_stream()
    make_published(stream, title="Fine")
    make_published(stream, title="Trap")
    render = parts.PUBLIC_RENDERERS["atom"]

    def breaks(entry):
        if entry.title == "Trap":
            raise ZeroDivisionError
        return render(entry)

    monkeypatch.setitem(parts.PUBLIC_RENDERERS, "atom", breaks)
    assert len(contents(stream, "atom")) == 1
    assert "ZeroDivisionError" in caplog.text


def test_a_database_error_is_not_blamed_on_the_post(app, monkeypatch):
    stream = make_stream()
    make_published(stream)

    def fails(*_args, **_kwargs):
        raise sa.exc.OperationalError("select", {}, OSError("gone"))

    with monkeypatch.context() as patched:
        patched.setattr(parts, "public_entry", fails)
        with pytest.raises(sa.exc.OperationalError):
            contents(stream)
    assert len(contents(stream)) == 1


def test_upkeep_renders_ahead_what_readers_may_ask_for(app, renderings):
    stream = make_stream()
    actor = make_actor(stream.team)
    said, planned = make_published(stream, actor=actor), make_scheduled(stream, actor=actor)
    off = make_scheduled(stream, actor=actor)
    unschedule(off, actor=actor, now=database_now())
    make_post(stream)
    db.session.commit()
    with writing():
        assert parts.render_missing() == 3 + 3
    assert set(kept()) == {(said.id, form) for form in FORMS} | {(planned.id, "ics"), (off.id, "ics")}
    assert parts.render_missing() == 0
    renderings.clear()
    assert len(contents(stream)) == 3
    assert renderings == []


def test_upkeep_takes_a_piece_at_a_time(app):
    stream = make_stream()
    for _ in range(5):
        make_published(stream)
    assert [parts.render_missing(2) for _ in range(4)] == [8, 8, 4, 0]


def test_upkeep_lets_others_write_while_it_renders(app, monkeypatch):
    stream = make_stream()
    make_published(stream)
    free = []

    def look(*args):
        if db.engine.dialect.name == "sqlite":
            with closing(sqlite3.connect(db.engine.url.database, timeout=0, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                other.execute("ROLLBACK")
        free.append(True)
        return render(*args)

    render = parts._rendered
    monkeypatch.setattr(parts, "_rendered", look)
    with writing():
        db.session.scalar(sa.select(Post.id))
        parts.render_missing()
    assert free == [True] * 4


def test_what_was_called_off_is_told_of_as_it_was_seen(app):
    stream = make_stream()
    actor = make_actor(stream.team)
    post = make_scheduled(stream, title="Road works", actor=actor)
    (planned,) = contents(stream)
    unschedule(post, actor=actor, now=database_now())
    edit(post, {"title": "Secret", "publish_at": "2033-01-01T10:00"}, version=post.version, actor=actor,
         now=utcnow() + timedelta(seconds=5))  # fmt: skip
    db.session.commit()
    (told,) = contents(stream)
    seen = next(line for line in planned.split(b"\r\n") if line.startswith(b"DTSTART"))
    assert seen in told
    assert b"STATUS:CANCELLED" in told
    assert b"Secret" not in told
    edit_stream(stream, {"name": "Another name"}, actor=actor, now=database_now())
    db.session.commit()
    (again,) = contents(stream)
    assert seen in again
    assert b"Another name" in again

"""The one cheap question: asked seldom, never in vain, on connections that are always closed."""

from __future__ import annotations

import gc
import os
import time

import pytest

from calendar_app.extensions import db
from calendar_app.feeds import lines
from calendar_app.feeds.question import Away, Question
from tests.factories import make_stream


def test_those_of_one_moment_share_a_question(app, monkeypatch):
    make_stream(handle="roads")
    question = Question(db.engine)
    asked = []
    monkeypatch.setattr(question, "_rows", lambda *given: asked.append(given) or rows(*given))
    rows = Question(db.engine)._rows
    monkeypatch.setattr("calendar_app.feeds.question.JUST_NOW", 3600.0)
    db.session.remove()
    for _ in range(5):
        question.ask(("roads",))
    assert len(asked) == 1
    monkeypatch.setattr("calendar_app.feeds.question.JUST_NOW", 0.0)
    question.ask(("roads",))
    assert len(asked) == 2
    question.ask(("schools",))
    question.ask(None)
    assert len(asked) == 4


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_database_that_hangs_counts_as_away(app, monkeypatch):
    monkeypatch.setattr(lines, "PATIENCE_MS", 50)
    question = Question(db.engine)
    question.everything = "SELECT pg_sleep(20)"
    began = time.monotonic()
    with pytest.raises(lines.Hangs):
        question.ask(None)
    with pytest.raises(Away):
        question.ask(None)
    with pytest.raises(Away):
        question.ask(("roads",))
    assert time.monotonic() - began < 5
    assert not question.idle


def test_after_a_pause_the_database_is_asked_again(app, monkeypatch):
    question = Question(db.engine)
    question.everything = "SELECT nonsense"
    with pytest.raises(Exception, match="nonsense"):
        question.ask(None)
    with pytest.raises(Away):
        question.ask(("roads",))
    monkeypatch.setattr(question, "quiet_until", 0.0)
    assert len(question.ask(("roads",))) == 2


def test_connections_are_closed_when_the_shelf_goes(app):
    question = Question(db.engine)
    question.ask(("roads",))
    line = question.idle[0]
    del question
    gc.collect()
    with pytest.raises(Exception, match="closed"):
        line.rows("SELECT 1", ())


def test_a_forked_process_leaves_its_parents_connections_alone(app):
    question = Question(db.engine)
    question.ask(("roads",))
    line = question.idle[0]
    child = os.fork()
    if child == 0:
        ours = question._borrow()
        os._exit(0 if ours is not line and not question.idle else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert question.ask(("roads",))
    assert question.idle[0] is line


def test_connections_are_closed_when_the_engine_is_disposed_of(app):
    question = Question(db.engine)
    question.ask(("roads",))
    assert len(question.idle) == 1
    db.session.remove()
    db.engine.dispose()
    assert len(question.idle) == 0
    assert question.ask(("schools",))

"""A post of a stream, for the first of next month, from which series are begun."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from calendar_app.extensions import database_now, db
from calendar_app.series.editing import begin
from calendar_app.times import to_utc, to_wall
from tests.factories import make_actor, make_post, make_stream, make_team, plan_for


@pytest.fixture
def stream(app):
    return make_stream(make_team(), "roads", name="Roads")


@pytest.fixture
def actor(stream):
    return make_actor(stream.team)


@pytest.fixture
def begun(stream, actor):
    """begun(rule) is a series from a post that is planned for tomorrow at nine in Oslo; values change the rest."""

    def begin_one(rule="FREQ=DAILY", **values):
        post = values.pop("post", None) or make_post(stream, title="Road report", text="All roads are open.")
        plan_for(post, at(tomorrow()))
        wanted = {"rule": rule, "first": tomorrow().isoformat(), "time": "09:00", "timezone": "Europe/Oslo",
                  "ahead_days": 10}  # fmt: skip
        series = begin(post, {**wanted, **values}, actor=actor, now=database_now())
        db.session.commit()
        return series

    return begin_one


def tomorrow(days=0):
    return to_wall(database_now(), "Europe/Oslo").date() + timedelta(days=1 + days)


def at(day: date, clock="09:00"):
    return to_utc(datetime.fromisoformat(f"{day}T{clock}"), "Europe/Oslo", fold=0)


def posts_of(series):
    """Its posts by day."""
    db.session.expire_all()
    return [row.post for row in series.occurrences if row.post]

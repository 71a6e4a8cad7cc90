"""A series that was thrown away comes back with the numbers it had; so does a post that went with its day."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from calendar_app.errors import Conflict, NotAllowed
from calendar_app.extensions import database_now, db
from calendar_app.posts.drafting import discard
from calendar_app.series import returning
from calendar_app.series.editing import (
    begin,
    bring_back,
    change,
    end,
    leave_out,
    put_in,
    remove,
    series_of,
    take_up,
)
from calendar_app.series.making import fill_all
from calendar_app.series.models import Occurrence, Series
from calendar_app.series.showing import part_of, rows
from tests.factories import make_actor
from tests.series.conftest import posts_of, tomorrow


def days_of(series):
    """(number, day, post) of its occurrences."""
    db.session.expire_all()
    return [(row.id, row.day, row.post.uuid if row.post else None) for row in series.occurrences]


def test_a_series_comes_back_with_its_days_and_posts_under_their_numbers(begun, actor):
    series = begun("FREQ=DAILY;INTERVAL=3")
    number, days, posts = series.id, days_of(series), posts_of(series)
    remove(series, actor=actor, now=database_now())
    db.session.commit()
    assert [post.state for post in posts] == ["draft"] * 4
    assert (rows(actor, database_now()), rows(actor, database_now(), ended=True)) == ([], [])
    assert part_of(posts[0]) is None and series_of(posts[1]) is None
    fill_all()
    assert len(days_of(series)) == 4
    with pytest.raises(Conflict):
        end(series, actor=actor, now=database_now())
    with pytest.raises(NotAllowed):
        bring_back(series, actor=make_actor(series.team, "viewer"), now=database_now())
    bring_back(series, actor=actor, now=database_now())
    db.session.commit()
    assert (series.id, series.ended_at, days_of(series)) == (number, None, days)
    assert part_of(posts[0]).series is series
    with pytest.raises(Conflict, match="back already"):
        bring_back(series, actor=actor, now=database_now())


def test_what_has_happened_meanwhile_stays(begun, actor):
    series = begun("FREQ=DAILY;INTERVAL=3")
    first, second, third, _fourth = posts_of(series)
    remove(series, actor=actor, now=database_now())
    discard(second, actor=actor)
    wanted = {"rule": "FREQ=WEEKLY", "first": tomorrow(6).isoformat(), "time": "09:00", "timezone": "Europe/Oslo",
              "ahead_days": 8}  # fmt: skip
    other = begin(third, wanted, actor=actor, now=database_now())
    db.session.commit()
    bring_back(series, actor=actor, now=database_now())
    db.session.commit()
    assert [post is not None for _number, _day, post in days_of(series)] == [True, False, False, True]
    assert part_of(first).series is series and part_of(third).series is other


def test_an_ended_series_comes_back_as_an_ended_one(begun, actor):
    series = begun("FREQ=DAILY;INTERVAL=3")
    end(series, actor=actor, now=database_now())
    ended = series.ended_at
    remove(series, actor=actor, now=database_now())
    bring_back(series, actor=actor, now=database_now())
    assert series.ended_at == ended is not None


@pytest.mark.parametrize("makes", ["draft", "scheduled"])
def test_posts_that_were_thrown_away_with_their_series_are_the_same_again(begun, actor, makes):
    series = begun("FREQ=DAILY;INTERVAL=3", makes=makes)
    days, states = days_of(series), [post.state for post in posts_of(series)]
    settled = remove(series, actor=actor, now=database_now(), keep_posts=False)
    db.session.commit()
    assert settled.gone == 4 and posts_of(series) == []
    settled = bring_back(series, actor=actor, now=database_now())
    db.session.commit()
    assert settled.made == 4
    assert days_of(series) == days
    assert [post.state for post in posts_of(series)] == [makes] * 4
    assert states[1:] == [makes] * 3
    change(series, {"time": "11:00"}, version=series.version, actor=actor, now=database_now())
    assert {post.publish_at[11:16] for post in posts_of(series)} == {"11:00"}


def test_the_end_and_a_day_left_out_are_taken_back_with_the_very_posts(begun, actor):
    series = begun("FREQ=DAILY;INTERVAL=3")
    days = days_of(series)
    end(series, actor=actor, now=database_now(), keep_posts=False)
    db.session.commit()
    assert posts_of(series) == []
    take_up(series, actor=actor, now=database_now())
    db.session.commit()
    assert days_of(series) == days
    leave_out(series, tomorrow(3), actor=actor, now=database_now())
    db.session.commit()
    assert len(posts_of(series)) == 3
    put_in(series, tomorrow(3), actor=actor, now=database_now())
    db.session.commit()
    assert days_of(series) == days


def test_after_a_month_it_is_forgotten_and_its_posts_are_not(begun, actor):
    series = begun("FREQ=DAILY;INTERVAL=3")
    posts = posts_of(series)
    remove(series, actor=actor, now=database_now())
    returning.forget_removed(database_now() + timedelta(days=29))
    assert db.session.scalar(sa.select(sa.func.count(Series.id))) == 1
    returning.forget_removed(database_now() + timedelta(days=31))
    db.session.commit()
    assert db.session.scalar(sa.select(sa.func.count(Series.id))) == 0
    assert db.session.scalar(sa.select(sa.func.count(Occurrence.id))) == 0
    assert [post.title for post in posts] == ["Road report"] * 4


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_on_its_page_every_step_has_its_way_back(signed_in, begun, actor):
    series = begun("FREQ=DAILY;INTERVAL=3")
    browser, number, days = signed_in(actor.person), series.id, days_of(series)
    gone = browser.send(f"/series/{number}/removal", page="/series")
    page = browser.get(gone.location).text
    assert "The series is gone." in page and f'action="/series/{number}/return" data-way-back' in page
    assert browser.get(f"/series/{number}").status_code == 404
    told = browser.turn(f"/series/{number}/return", page="/series").json
    assert (told["page"], told["back"]) == (f"/series/{number}", f"/series/{number}/removal")
    again = browser.turn(f"/series/{number}/return", page="/series")
    assert (again.status_code, again.json["sentence"]) == (409, "This series is back already.")
    assert browser.get(f"/series/{number}").status_code == 200
    way, seen = f"/series/{number}/end?posts=go", []
    for _step in range(3):
        way = browser.turn(way, page="/series").json["back"]
        seen.append(len(posts_of(series)))
    assert seen == [0, 4, 0] and way == f"/series/{number}/end/removal?posts=go"
    browser.turn(way, page="/series")
    out = browser.turn(f"/series/{number}/days?out={days[1][1]}", page="/series").json
    assert len(posts_of(series)) == 3
    browser.turn(out["back"], page="/series")
    assert days_of(series) == days

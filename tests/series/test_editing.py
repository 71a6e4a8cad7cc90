"""One post, one and all later ones, all of them: what follows a change of the series and what stays."""

from __future__ import annotations

import pytest

from calendar_app.errors import Conflict, NotAllowed, Refused, Stale
from calendar_app.extensions import database_now, db
from calendar_app.posts.drafting import edit
from calendar_app.posts.scheduling import reschedule, schedule
from calendar_app.series import editing
from calendar_app.series.checking import kept
from calendar_app.series.models import Series
from tests.factories import make_actor, make_post
from tests.series.conftest import at, posts_of, tomorrow

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def change(series, actor, *, since=None, **wanted):
    found = editing.change(
        series, wanted, version=series.version, actor=actor, now=database_now(), since=since
    )
    db.session.commit()
    return found


def rewrite(post, actor, **words):
    edit(post, words, version=post.version, actor=actor, now=database_now())
    db.session.commit()


def test_one_post_is_changed_alone_and_keeps_that_when_all_change(begun, actor):
    series = begun("FREQ=DAILY", ahead_days=4)
    posts = posts_of(series)
    rewrite(posts[1], actor, title="A road is closed")
    moved = posts[2]
    reschedule(
        moved, f"{tomorrow(2)}T15:00", "Europe/Oslo", version=moved.version, actor=actor, now=database_now()
    )
    going, settled = change(series, actor, time="10:00")
    assert going is series
    assert [post.due_at for post in posts_of(series)] == [
        at(tomorrow(0), "10:00"), at(tomorrow(1), "10:00"), at(tomorrow(2), "15:00"), at(tomorrow(3), "10:00"),
    ]  # fmt: skip
    assert posts_of(series)[1].title == "A road is closed"
    assert (settled.changed, settled.left) == (3, [moved.uuid])


def test_words_of_one_post_go_to_all_that_nobody_has_touched(begun, actor):
    series = begun("FREQ=DAILY", ahead_days=4)
    first, own, scheduled, last = posts_of(series)
    rewrite(own, actor, text="Own words.")
    schedule(scheduled, actor=actor, now=database_now())
    rewrite(first, actor, title="New title", text="New words.")
    _, settled = editing.take_words(series, first, actor=actor, now=database_now())
    db.session.commit()
    assert [(post.title, post.text) for post in posts_of(series)] == [
        ("New title", "New words."), ("Road report", "Own words."), ("New title", "New words."),
        ("New title", "New words."),
    ]  # fmt: skip
    assert (scheduled.state, settled.changed, settled.left) == ("scheduled", 2, [own.uuid])
    assert series.title == "New title"


def test_from_a_day_on_another_series_goes_on_and_the_days_before_stay(begun, actor):
    series = begun("FREQ=DAILY;COUNT=6")
    ids = [post.uuid for post in posts_of(series)]
    going, _ = change(series, actor, since=tomorrow(3), time="12:30")
    assert going is not series
    assert [post.due_at for post in posts_of(series)] == [at(tomorrow(days)) for days in range(3)]
    assert [post.due_at for post in posts_of(going)] == [at(tomorrow(days), "12:30") for days in (3, 4, 5)]
    assert [post.uuid for one in (series, going) for post in posts_of(one)] == ids
    assert (kept(series).until, kept(going).count) == (tomorrow(2), 3)


def test_another_rule_throws_away_what_it_no_longer_gives_and_makes_the_rest(begun, actor):
    series = begun("FREQ=DAILY", ahead_days=6)
    posts = posts_of(series)
    schedule(posts[1], actor=actor, now=database_now())
    rewrite(posts[3], actor, title="Mine")
    _, settled = change(series, actor, rule="FREQ=DAILY;INTERVAL=2")
    assert [(post.due_at, post.title) for post in posts_of(series)] == [
        (at(tomorrow(0)), "Road report"), (at(tomorrow(2)), "Road report"), (at(tomorrow(3)), "Mine"),
        (at(tomorrow(4)), "Road report"),
    ]  # fmt: skip
    assert (settled.gone, settled.left) == (2, [posts[3].uuid])


def test_a_day_is_left_out_and_put_in_again_and_another_is_added(begun, actor):
    series = begun("FREQ=DAILY;INTERVAL=5", ahead_days=6)
    editing.leave_out(series, tomorrow(5), actor=actor, now=database_now())
    assert [post.due_at for post in posts_of(series)] == [at(tomorrow(0))]
    editing.put_in(series, tomorrow(5), actor=actor, now=database_now())
    editing.put_in(series, tomorrow(2), actor=actor, now=database_now())
    db.session.commit()
    assert [post.due_at for post in posts_of(series)] == [at(tomorrow(days)) for days in (0, 2, 5)]
    assert (series.skipped, series.extra) == ([], [tomorrow(2).isoformat()])
    with pytest.raises(Refused):
        editing.put_in(series, tomorrow(-3), actor=actor, now=database_now())


def test_an_ended_series_keeps_its_posts_or_not_and_can_be_taken_up(begun, actor):
    series = begun("FREQ=DAILY", ahead_days=3)
    rewrite(posts_of(series)[1], actor, title="Mine")
    editing.end(series, actor=actor, now=database_now())
    assert len(posts_of(series)) == 3
    editing.end(series, actor=actor, now=database_now(), keep_posts=False)
    assert [post.title for post in posts_of(series)] == ["Mine"]
    editing.take_up(series, actor=actor, now=database_now())
    db.session.commit()
    assert len(posts_of(series)) == 3


def test_a_series_that_is_thrown_away_leaves_its_posts_behind(begun, actor, stream):
    series = begun("FREQ=DAILY", ahead_days=3)
    posts = posts_of(series)
    editing.remove(series, actor=actor, now=database_now())
    db.session.commit()
    assert db.session.query(Series).filter(Series.removed_at.is_(None)).count() == 0
    assert [post.title for post in posts] == ["Road report"] * 3
    assert editing.series_of(posts[0]) is None


def test_a_post_without_a_time_becomes_the_first_and_is_in_one_series_only(begun, actor, stream):
    post = make_post(stream)
    series = editing.begin(
        post, {"rule": "FREQ=WEEKLY", "first": tomorrow(2).isoformat(), "time": "08:15", "timezone": "Europe/Oslo"},
        actor=actor, now=database_now(),
    )  # fmt: skip
    assert post.due_at == at(tomorrow(2), "08:15")
    assert editing.series_of(post).series is series
    with pytest.raises(Conflict):
        begun(post=post)


def test_who_may_not_write_and_who_saves_over_another_is_told(begun, stream, actor):
    series = begun("FREQ=DAILY", ahead_days=2)
    with pytest.raises(Stale):
        editing.change(series, {"time": "10:00"}, version=7, actor=actor, now=database_now())
    db.session.rollback()
    with pytest.raises(NotAllowed):
        editing.leave_out(series, tomorrow(1), actor=make_actor(stream.team, "viewer"), now=database_now())
    db.session.rollback()
    wrong = {"rule": "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30", "time": "25:00", "timezone": "Mars/Base",
             "makes": "money", "ahead_days": "0"}  # fmt: skip
    with pytest.raises(Refused) as refused:
        editing.change(series, wrong, version=series.version, actor=actor, now=database_now())
    assert set(refused.value.errors) == {"timezone", "makes", "ahead_days"}

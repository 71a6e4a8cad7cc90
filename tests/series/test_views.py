"""The pages of series: begun from a post, said in words, changed, ended."""

from __future__ import annotations

from datetime import datetime
from functools import partial

import pytest
import sqlalchemy as sa

from calendar_app.extensions import db
from calendar_app.series import forms
from calendar_app.series.models import Series
from tests.factories import make_person, make_post, plan_for
from tests.series.conftest import at, posts_of, tomorrow

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def browser(signed_in, stream):
    return signed_in(make_person(stream.team, "author"))


def form(**values):
    return {
        "first": tomorrow().isoformat(), "time": "09:00", "timezone": "Europe/Oslo", "every": "1", "unit": "day",
        "on": "date", "short_months": "skip", "end": "never", "count": "", "until": "", "makes": "draft",
        "ahead_days": "5", **values,
    }  # fmt: skip


def only():
    db.session.expire_all()
    return db.session.scalars(sa.select(Series)).one()


def test_a_post_is_repeated_and_its_pages_say_so(browser, stream):
    post = make_post(stream, title="Road report")
    plan_for(post, at(tomorrow()))
    db.session.commit()
    assert f'href="/series/new?post={post.uuid}"' in browser.get(f"/posts/{post.uuid}/edit").text
    page = browser.get(f"/series/new?post={post.uuid}").text
    assert f'value="{tomorrow()}"' in page and "Begin the series" in page
    preview = browser.get(
        "/series/preview?first=2027-01-29&time=09:00&timezone=Europe/Oslo&unit=month&on=last&every=2&end=count&count=3"
    ).text
    assert "The last Friday of every second month at 09:00, 3 times" in preview and preview.count("<li") == 3
    answer = browser.send(f"/series/new?post={post.uuid}", form(every="2", unit="day"))
    assert answer.status_code == 303, answer.text
    series = only()
    assert [one.due_at for one in posts_of(series)] == [at(tomorrow(days)) for days in (0, 2, 4)]
    page = browser.get(answer.location).text
    assert "Every second day at 09:00" in page and "not made yet" in page
    assert "Part of a series: every second day at 09:00." in browser.get(f"/posts/{post.uuid}/edit").text
    assert "part of a series" in browser.get(f"/calendar?view=month&date={tomorrow()}").text
    assert "Every second day at 09:00" in browser.get(f"/posts/{post.uuid}/peek").text
    assert "Road report" in browser.get("/series").text


def test_what_is_wrong_is_told_and_what_was_typed_stays(browser, stream):
    post = make_post(stream)
    wrong = form(
        first="someday", time="9 o'clock", timezone="Mars/Base", ahead_days="9999", own_rule="", every="77"
    )
    answer = browser.send(f"/series/new?post={post.uuid}", wrong)
    assert answer.status_code == 422
    assert 'value="someday"' in answer.text and 'value="77"' in answer.text and "Mars/Base" in answer.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Series)) == 0
    bomb = browser.send(f"/series/new?post={post.uuid}", form(unit="own", own_rule="FREQ=SECONDLY;BYMONTH=2"))
    assert bomb.status_code == 422 and "goes by days or coarser" in bomb.text
    late = browser.send(f"/series/new?post={post.uuid}", form(end="until", until="2099-01-01"))
    assert late.status_code == 422 and "within 5 years" in late.text


def test_days_time_and_end_are_changed_on_its_page(browser, begun):
    send = partial(browser.send, page="/settings")
    series = begun("FREQ=DAILY", ahead_days=5)
    page = f"/series/{series.id}"
    assert send(f"{page}/days", {"out": tomorrow(1).isoformat()}).status_code == 303
    assert "left out" in browser.get(page).text and len(posts_of(series)) == 4
    send(f"{page}/days", {"in": tomorrow(1).isoformat()})
    assert len(posts_of(series)) == 5
    assert send(f"{page}/days", {"in": "2001-01-01"}).status_code == 422
    sent = form(
        time="10:30", version=str(only().version), since=tomorrow(2).isoformat(), first=series_first(series)
    )
    answer = browser.send(page, sent)
    assert answer.status_code == 303 and answer.location != page
    newest = db.session.scalars(sa.select(Series).order_by(Series.id.desc())).first()
    assert [one.due_at for one in posts_of(newest)] == [at(tomorrow(days), "10:30") for days in (2, 3, 4)]
    assert browser.send(page, {**sent, "version": "1"}).status_code == 409
    send(f"{answer.location}/end", {"posts": "go"})
    assert posts_of(newest) == [] and "This series has ended" in browser.get(answer.location).text
    send(f"{answer.location}/end/removal", {})
    assert len(posts_of(newest)) == 3
    assert send(f"{page}/removal", {}).location == "/series"
    assert browser.get(page).status_code == 404


def test_from_a_day_on_the_number_of_posts_still_counts_those_before(browser, begun):
    series = begun("FREQ=DAILY;COUNT=5")
    page = f"/series/{series.id}"
    sent = form(
        time="10:30", end="count", count="5", version=str(series.version), first=series_first(series),
        since=tomorrow(3).isoformat(),
    )  # fmt: skip
    few = browser.send(page, {**sent, "count": "3"})
    assert few.status_code == 422 and "3 posts come before that day" in few.text
    assert browser.send(page, sent).status_code == 303
    newest = db.session.scalars(sa.select(Series).order_by(Series.id.desc())).first()
    assert [one.due_at for one in posts_of(newest)] == [at(tomorrow(days), "10:30") for days in (3, 4)]


def test_the_words_of_one_post_become_those_of_all(browser, begun):
    send = partial(browser.send, page="/settings")
    series = begun("FREQ=DAILY", ahead_days=3)
    posts = posts_of(series)
    posts[1].title = "Better"
    db.session.commit()
    answer = send(f"/posts/{posts[1].uuid}/series", {"scope": "later"})
    newest = db.session.scalars(sa.select(Series).order_by(Series.id.desc())).first()
    assert answer.location == f"/series/{newest.id}"
    assert [[post.title for post in posts_of(one)] for one in (series, newest)] == [
        ["Road report"],
        ["Better"] * 2,
    ]


@pytest.mark.parametrize(
    ("rule", "first", "unit", "on"),
    [
        ("FREQ=DAILY;INTERVAL=3", "2027-01-29", "day", "date"),
        ("FREQ=WEEKLY;BYDAY=TU,FR", "2027-01-29", "week", "date"),
        ("FREQ=MONTHLY;BYMONTHDAY=29", "2027-01-29", "month", "date"),
        ("FREQ=MONTHLY;BYDAY=-1FR;INTERVAL=2", "2027-01-29", "month", "last"),
        ("FREQ=MONTHLY;BYDAY=5FR", "2027-01-29", "month", "nth"),
        ("FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=-1;INTERVAL=2", "2027-01-29", "year", "last_day"),
        ("FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=29", "2027-01-29", "year", "date"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,15", "2027-01-29", "own", "date"),
        ("FREQ=DAILY;BYMONTH=6,7", "2027-01-29", "own", "date"),
    ],
)  # fmt: skip
def test_the_form_says_each_rule_as_it_stands_and_sends_the_same_again(app, rule, first, unit, on):
    from datetime import date

    from werkzeug.datastructures import MultiDict

    from calendar_app.series.checking import columns_of, kept
    from calendar_app.series.recurrence import read_rule

    made = read_rule(rule, date.fromisoformat(first), 540, "Europe/Oslo")
    series = Series(makes="draft", ahead_days=60, **columns_of(made))
    typed = forms.typed_of(series)
    assert (typed["unit"], typed["on"]) == (unit, on)
    sent = {name: one if isinstance(one, list) else str(one) for name, one in typed.items()}
    wanted = forms.wanted_from(MultiDict(sent))
    assert read_rule(wanted["rule"], made.first, 540, made.zone) == kept(series)


def series_first(series):
    return f"{series.rule[-8:-4]}-{series.rule[-4:-2]}-{series.rule[-2:]}"


def test_the_form_says_that_drafts_are_made_and_how_they_would_go_out_by_themselves(browser, stream):
    post = make_post(stream, title="Road report")
    db.session.commit()
    plain = " ".join(browser.get(f"/series/new?post={post.uuid}").text.split())
    assert "Each is made as a draft: none goes out until somebody schedules it." in plain
    assert "<b>Scheduled posts</b>" in plain
    stream.needs_approval = True
    db.session.commit()
    asks = " ".join(browser.get(f"/series/new?post={post.uuid}").text.split())
    assert "none goes out until somebody approves and schedules it." in asks
    assert "<b>Posts sent for review</b>" in asks and "Scheduled posts" not in asks


@pytest.mark.parametrize(("asks", "state"), [(False, "scheduled"), (True, "in_review")])
def test_made_as_scheduled_posts_the_first_one_is_too(browser, stream, asks, state):
    post = make_post(stream, title="Road report")
    stream.needs_approval = asks
    db.session.commit()
    answer = browser.send(f"/series/new?post={post.uuid}", form(makes="scheduled"))
    assert answer.status_code == 303
    assert {one.state for one in posts_of(only())} == {state}
    assert post in posts_of(only())


@pytest.mark.parametrize(("now", "first"), [("06:59", "2030-07-01"), ("07:00", "2030-07-02")])
def test_without_a_time_it_begins_on_the_next_morning_that_is_still_to_come(app, stream, now, first):
    typed = forms.typed_for(make_post(stream), datetime.fromisoformat(f"2030-07-01T{now}+00:00"))
    assert (typed["first"], typed["time"]) == (first, "09:00")

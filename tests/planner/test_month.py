"""A month as whole weeks, with as much in a day as there is room for."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from calendar_app.planner.month import cell, month, span
from calendar_app.streams.cadence import parse_cadence
from tests.planner.plans import make_entry, make_lane, make_plan

TODAY = date(2026, 12, 1)
DAILY = parse_cadence("daily at 07:00, 12:00 and 17:00").to_json()


def test_december_2026_is_five_weeks_from_30_november_to_3_january():
    shown = month(make_plan([make_lane()]), date(2026, 12, 24), today=TODAY)
    days = [day for week in shown.weeks for day in week.days]
    assert (days[0].date, days[-1].date, len(shown.weeks)) == (date(2026, 11, 30), date(2027, 1, 3), 5)
    assert [week.number for week in shown.weeks] == [49, 50, 51, 52, 53]
    assert [day.date for day in days if day.outside] == [
        date(2026, 11, 30), date(2027, 1, 1), date(2027, 1, 2), date(2027, 1, 3),
    ]  # fmt: skip


def test_a_february_that_fills_four_weeks_exactly_has_four():
    shown = month(make_plan([make_lane()]), date(2027, 2, 10), today=TODAY)
    assert len(shown.weeks) == 4
    assert not any(day.outside for week in shown.weeks for day in week.days)


def test_a_month_may_need_six_weeks():
    assert len(month(make_plan([make_lane()]), date(2026, 8, 1), today=TODAY).weeks) == 6


def test_the_months_before_and_after_cross_the_year():
    january = month(make_plan([make_lane()]), date(2027, 1, 31), today=TODAY)
    assert (january.previous, january.next) == (date(2026, 12, 1), date(2027, 2, 1))


def test_today_and_weekends_are_told():
    shown = month(make_plan([make_lane()]), TODAY, today=TODAY)
    days = [day for week in shown.weeks for day in week.days]
    assert [day.date for day in days if day.today] == [TODAY]
    assert [day.date.day for day in days if day.weekend][:2] == [5, 6]


def test_a_day_shows_three_posts_and_counts_the_rest():
    roads = make_lane()
    plan = make_plan([roads], [make_entry(f"2026-12-01T{hour:02}:00", roads) for hour in range(8, 15)])
    day = cell(plan, date(2026, 12, 1), today=TODAY)
    assert [placed.local.hour for placed in day.posts] == [9, 10, 11]
    assert (day.hidden_posts, day.hidden_gaps, day.hidden) == (4, 0, 4)


def test_gaps_take_the_room_that_posts_leave():
    roads, schools = make_lane(), make_lane("Schools", cadence=DAILY)
    plan = make_plan(
        [roads, schools],
        [make_entry("2026-12-02T10:00", roads), make_entry("2026-12-02T11:00", roads)],
        since="2026-12-01T23:00", until="2026-12-02T23:00",
    )  # fmt: skip
    day = cell(plan, date(2026, 12, 2), today=TODAY)
    assert (len(day.posts), len(day.gaps), day.hidden_gaps) == (2, 1, 2)


def test_a_slot_that_has_passed_is_no_gap_to_fill():
    schools = make_lane("Schools", cadence=DAILY)
    plan = make_plan([schools], since="2026-12-01T23:00", until="2026-12-02T23:00", now="2026-12-02T11:00")
    day = cell(plan, date(2026, 12, 2), today=TODAY)
    assert [open_.local.hour for open_ in day.gaps] == [17]
    assert day.hidden == 0


@given(st.dates(date(1971, 1, 1), date(2198, 12, 1)))
def test_every_day_of_every_month_is_shown_once(day):
    since, until = span(day)
    shown = month(make_plan([]), day, today=day)
    days = [one.date for week in shown.weeks for one in week.days]
    assert days == [since + timedelta(days=number) for number in range((until - since).days)]
    inside = [one for one in days if (one.year, one.month) == (day.year, day.month)]
    assert inside[0].day == 1
    assert (inside[-1] + timedelta(days=1)).day == 1
    assert since.weekday() == until.weekday() == 0

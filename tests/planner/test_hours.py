"""A week by its hours, also where the clocks or the years change inside."""

from datetime import date, datetime

from calendar_app.planner.hours import MOST_IN_WEEK, hours, week_days
from calendar_app.streams.cadence import parse_cadence
from tests.planner.plans import make_entry, make_lane, make_plan

NOW = datetime(2026, 12, 1, 9, 20)  # noqa: DTZ001  (a wall clock)


def week(plan, day, now=NOW):
    return hours(plan, week_days(day), now=now)


def at(day, hour):
    return next(one for one in day.hours if one.hour == hour)


def test_a_post_stands_in_the_hour_of_its_day_on_the_calendar_s_clock():
    roads = make_lane("Roads")
    shown = week(make_plan([roads], [make_entry("2026-12-02T08:10", roads, title="A")]), date(2026, 12, 3))
    assert [placed.entry.title for placed in at(shown.days[2], 9).posts] == ["A"]
    assert [day.blank for day in shown.days] == [True, True, False, True, True, True, True]
    assert [day.today for day in shown.days] == [False, True] + [False] * 5
    assert [hour.hour for hour in shown.days[1].hours if hour.now] == [9]


def test_a_working_day_is_always_there_and_other_hours_where_something_is():
    roads = make_lane("Roads")
    assert list(week(make_plan([roads]), date(2026, 12, 3)).clock) == list(range(8, 18))
    shown = week(make_plan([roads], [make_entry("2026-12-02T21:10", roads)]), date(2026, 12, 3))
    assert list(shown.clock) == list(range(8, 23))
    assert {len(day.hours) for day in shown.days} == {15}


def test_a_gap_that_can_still_be_filled_stands_in_its_hour():
    daily = parse_cadence("daily at 06:30").to_json()
    roads = make_lane("Roads", cadence=daily)
    plan = make_plan([roads], since="2026-11-29T23:00", until="2026-12-06T23:00", now="2026-12-01T08:20")
    shown = week(plan, date(2026, 12, 3))
    assert shown.first == 6
    assert [len(at(day, 6).gaps) for day in shown.days] == [0, 0, 1, 1, 1, 1, 1]


def test_the_week_of_the_change_of_clocks_keeps_local_days_and_hours():
    roads = make_lane("Roads")
    entries = [
        make_entry(f"2026-10-{when}", roads) for when in ("24T22:30", "25T22:30", "25T23:30", "25T00:30")
    ]
    entries.append(make_entry("2026-10-25T01:30", roads))
    shown = week(make_plan([roads], entries), date(2026, 10, 25))
    sunday = shown.days[6]
    found = [(hour.hour, len(hour.posts)) for hour in sunday.hours if hour.posts]
    assert found == [(0, 1), (2, 2), (23, 1)]


def test_a_crowded_hour_counts_what_it_has_no_room_for_and_a_single_day_has_more_room():
    roads = make_lane()
    plan = make_plan([roads], [make_entry(f"2026-12-02T08:{minute:02}", roads) for minute in range(10)])
    hour = at(week(plan, date(2026, 12, 2)).days[2], 9)
    assert (len(hour.posts), hour.hidden) == (MOST_IN_WEEK, 10 - MOST_IN_WEEK)
    alone = at(hours(plan, [date(2026, 12, 2)], now=NOW).days[0], 9)
    assert (len(alone.posts), alone.hidden) == (10, 0)


def test_the_week_that_crosses_the_year_has_one_number():
    shown = week(make_plan([]), date(2027, 1, 2))
    assert (shown.number, shown.days[0].date, shown.days[-1].date) == (
        53,
        date(2026, 12, 28),
        date(2027, 1, 3),
    )

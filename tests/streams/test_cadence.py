from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from calendar_app.streams.cadence import BadCadence, Cadence, next_free, parse_cadence, slots
from calendar_app.times import TimeInGap, UnknownZone, to_utc, to_wall

ZONES = ["Europe/Oslo", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia"]
NAMES = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def days_of(cadence: str, since: datetime, until: datetime) -> list[date]:
    return [slot.date() for slot in slots(parse_cadence(cadence), "UTC", since, until)]


# Days


def test_the_31st_is_left_out_where_a_month_has_none_and_never_becomes_the_28th():
    assert days_of("monthly on the 31st at 09:00", utc(2026, 1, 1), utc(2027, 1, 1)) == [
        date(2026, month, 31) for month in (1, 3, 5, 7, 8, 10, 12)
    ]


def test_the_last_day_comes_in_every_month():
    found = days_of("monthly on the last day at 09:00", utc(2028, 1, 1), utc(2028, 7, 1))
    assert [day.day for day in found] == [31, 29, 31, 30, 31, 30]


def test_the_29th_of_february_comes_in_leap_years_only():
    found = [
        day
        for year in range(2026, 2034)
        for day in days_of("yearly on 29 February at 09:00", utc(year, 1, 1), utc(year + 1, 1, 1))
    ]
    assert found == [date(2028, 2, 29), date(2032, 2, 29)]


def test_the_fifth_monday_is_left_out_where_a_month_has_four():
    found = days_of("monthly on the fifth Monday at 09:00", utc(2026, 1, 1), utc(2026, 12, 31))
    assert found == [date(2026, 3, 30), date(2026, 6, 29), date(2026, 8, 31), date(2026, 11, 30)]


def test_an_interval_counts_from_the_rule_whatever_window_is_asked():
    fortnights = "every 2 weeks on Tue at 09:00 from 2026-12-01"
    expected = [date(2026, 12, 1) + timedelta(days=14 * number) for number in range(5)]
    assert days_of(fortnights, utc(2026, 1, 1), utc(2027, 2, 1)) == expected
    assert days_of(fortnights, utc(2026, 12, 10), utc(2027, 2, 1)) == expected[1:]


def test_an_interval_without_a_first_day_is_the_same_in_every_window():
    whole = days_of("every 5 days at 09:00", utc(2025, 12, 1), utc(2027, 1, 1))
    pieces = [
        day
        for month in range(13)
        for day in days_of("every 5 days at 09:00", months_after(month), months_after(month + 1))
    ]
    assert pieces == whole
    assert {later - day for day, later in zip(whole, whole[1:], strict=False)} == {timedelta(days=5)}


def months_after(number: int) -> datetime:
    return utc(2025 + (11 + number) // 12, (11 + number) % 12 + 1, 1)


numbers = {
    "DAILY": st.just(""),
    "WEEKLY": st.lists(st.sampled_from(NAMES), min_size=1, max_size=3).map(
        lambda days: f";BYDAY={','.join(days)}"
    ),
    "MONTHLY": st.one_of(
        st.lists(st.integers(1, 31) | st.just(-1), min_size=1, max_size=4).map(
            lambda days: f";BYMONTHDAY={','.join(map(str, days))}"
        ),
        st.lists(
            st.sampled_from([f"{which}{day}" for which in (1, 2, 3, 4, 5, -1) for day in NAMES]),
            min_size=1,
            max_size=3,
        ).map(lambda days: f";BYDAY={','.join(days)}"),
    ),
}


@st.composite
def rules(draw: st.DrawFn) -> tuple[str, date]:
    """A rule without times, and its first day."""
    frequency = draw(st.sampled_from(sorted(numbers)))
    months = draw(st.lists(st.integers(1, 12), max_size=3, unique=True))
    by_month = f";BYMONTH={','.join(map(str, months))}" if months else ""
    first = draw(st.dates(date(2015, 1, 1), date(2027, 12, 31)))
    return f"FREQ={frequency};INTERVAL={draw(st.integers(1, 6))}{by_month}{draw(numbers[frequency])}", first


@settings(max_examples=200)
@given(rules(), st.integers(0, 1000))
def test_the_days_are_those_that_dateutil_finds(rule_and_first: tuple[str, date], later: int):
    rule, first = rule_and_first
    try:
        cadence = parse_cadence(f"{rule};BYHOUR=9;DTSTART={first:%Y%m%d}")
    except BadCadence as refused:
        assert refused.sentence.startswith("This rule never gives a slot.")
        return
    begin = datetime(first.year, first.month, first.day, 9, tzinfo=UTC)
    since = begin + timedelta(days=later)
    expected = rrulestr(rule, dtstart=begin).between(since, since + timedelta(days=400), inc=True)
    assert slots(cadence, "UTC", since, since + timedelta(days=400)) == [
        moment for moment in expected if moment < since + timedelta(days=400)
    ]
    assert parse_cadence(cadence.words) == cadence == Cadence.from_json(cadence.to_json())


# Clocks


@pytest.mark.parametrize(
    ("zone", "time", "first_day", "expected"),
    [
        # 29 March 2026, 02:00 to 03:00: 02:30 moves to 03:30.
        ("Europe/Oslo", "02:30", (2026, 3, 28), [(28, 1, 30), (29, 1, 30), (30, 0, 30)]),
        # 25 October 2026, 03:00 back to 02:00: the first 02:30.
        ("Europe/Oslo", "02:30", (2026, 10, 24), [(24, 0, 30), (25, 0, 30), (26, 1, 30)]),
        ("Europe/Oslo", "09:00", (2026, 10, 24), [(24, 7, 0), (25, 8, 0), (26, 8, 0)]),
        # 8 March 2026, 02:00 to 03:00, and 1 November, 02:00 back to 01:00.
        ("America/New_York", "02:30", (2026, 3, 7), [(7, 7, 30), (8, 7, 30), (9, 6, 30)]),
        ("America/New_York", "01:30", (2026, 10, 31), [(31, 5, 30), (1, 5, 30), (2, 6, 30)]),
        # Half an hour: 4 October 2026, 02:00 to 02:30, and 5 April, 02:00 back to 01:30.
        ("Australia/Lord_Howe", "02:15", (2026, 10, 3), [(2, 15, 45), (3, 15, 45), (4, 15, 15)]),
        ("Australia/Lord_Howe", "01:45", (2026, 4, 4), [(3, 14, 45), (4, 14, 45), (5, 15, 15)]),
        # Ramadan: 10 March 2024, 03:00 back to 02:00, and 14 April, 02:00 to 03:00.
        ("Africa/Casablanca", "02:30", (2024, 3, 9), [(9, 1, 30), (10, 1, 30), (11, 2, 30)]),
        ("Africa/Casablanca", "02:30", (2024, 4, 13), [(13, 2, 30), (14, 2, 30), (15, 1, 30)]),
        # 30 December 2011 was left out: its slot moves by a day, onto the slot of the 31st.
        ("Pacific/Apia", "09:00", (2011, 12, 29), [(29, 19, 0), (30, 19, 0)]),
    ],
)
def test_a_slot_keeps_its_wall_clock_when_the_clocks_change(
    zone: str, time: str, first_day: tuple[int, int, int], expected: list[tuple[int, int, int]]
):
    midnight = to_utc(datetime(*first_day), zone)  # noqa: DTZ001
    three_days = timedelta(days=3 if zone != "Pacific/Apia" else 2)
    until = to_utc(to_wall(midnight + three_days + timedelta(hours=2), zone).replace(hour=0, minute=0), zone)
    found = slots(parse_cadence(f"daily at {time}"), zone, midnight, until)
    assert [(slot.day, slot.hour, slot.minute) for slot in found] == expected
    assert all(slot.tzinfo is UTC for slot in found)


def test_a_slot_of_a_day_that_was_left_out_is_found_by_whoever_asks_for_the_next_day():
    fridays, saturday = parse_cadence("weekly on Fri at 09:00"), utc(2011, 12, 30, 10)
    assert slots(fridays, "Pacific/Apia", saturday, saturday + timedelta(days=1)) == [utc(2011, 12, 30, 19)]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(ZONES), st.integers(2011, 2027), st.integers(0, 24 * 60 - 1))
def test_every_local_slot_of_a_year_occurs_exactly_once(zone: str, year: int, minutes: int):
    cadence = parse_cadence(f"daily at {minutes // 60:02d}:{minutes % 60:02d}")
    first = datetime(year, 1, 1)  # noqa: DTZ001
    days = [
        first + timedelta(days=number)
        for number in range(366)
        if (first + timedelta(days=number)).year == year
    ]
    offered = slots(cadence, zone, to_utc(days[0], zone), to_utc(days[-1] + timedelta(days=1), zone))
    expected = {day: one_instant(day + timedelta(minutes=minutes), zone) for day in days}
    assert offered == sorted(set(expected.values()))
    found_on = Counter(to_wall(slot, zone).date() for slot in offered)
    assert found_on == Counter(
        day.date() for day in days if (zone, day.date()) != ("Pacific/Apia", date(2011, 12, 30))
    )


def one_instant(wall: datetime, zone: str) -> datetime:
    try:
        return to_utc(wall, zone, fold=0)
    except TimeInGap as gap:
        return to_utc(gap.after, zone, fold=0)


@given(
    st.sampled_from(ZONES),
    st.datetimes(datetime(2011, 6, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.lists(st.integers(0, 400 * 24 * 60), min_size=2, max_size=2).map(sorted),
)
def test_windows_that_touch_share_no_slot_and_leave_none_out(zone: str, since: datetime, cuts: list[int]):
    cadence = parse_cadence(
        "daily at 00:00 and 02:30; every 3 days at 23:59; monthly on the last day at 12:00"
    )
    middle, until = (since + timedelta(minutes=cut) for cut in cuts)
    assert slots(cadence, zone, since, middle) + slots(cadence, zone, middle, until) == slots(
        cadence, zone, since, until, limit=None
    )


# Windows


def test_a_window_includes_its_beginning_and_not_its_end():
    daily = parse_cadence("daily at 09:00")
    assert slots(daily, "UTC", utc(2026, 1, 1, 9), utc(2026, 1, 2, 9)) == [utc(2026, 1, 1, 9)]
    assert slots(daily, "UTC", utc(2026, 1, 1, 9), utc(2026, 1, 1, 9)) == []
    assert slots(daily, "UTC", utc(2026, 1, 2), utc(2026, 1, 1)) == []


def test_a_limit_keeps_the_earliest():
    daily = parse_cadence("daily at 09:00")
    assert slots(daily, "UTC", utc(2026, 1, 1), utc(2026, 12, 1), limit=2) == [
        utc(2026, 1, 1, 9),
        utc(2026, 1, 2, 9),
    ]


def test_two_rules_at_one_moment_offer_one_slot():
    both = parse_cadence("daily at 09:00; weekly on Thu at 09:00")
    assert slots(both, "UTC", utc(2026, 1, 1), utc(2026, 1, 3)) == [utc(2026, 1, 1, 9), utc(2026, 1, 2, 9)]


def test_a_window_of_more_than_400_days_is_refused():
    daily = parse_cadence("daily at 09:00")
    assert len(slots(daily, "UTC", utc(2026, 1, 1), utc(2026, 1, 1) + timedelta(days=400))) == 400
    with pytest.raises(ValueError, match="400 days"):
        slots(daily, "UTC", utc(2026, 1, 1), utc(2026, 1, 1) + timedelta(days=400, seconds=1))


def test_an_unknown_zone_is_named():
    with pytest.raises(UnknownZone, match="Europe/Olso"):
        slots(parse_cadence("daily at 09:00"), "Europe/Olso", utc(2026, 1, 1), utc(2026, 1, 2))


def test_times_without_a_zone_are_refused():
    naive = datetime(2026, 1, 1)  # noqa: DTZ001
    with pytest.raises(ValueError, match="has no time zone"):
        slots(parse_cadence("daily at 09:00"), "UTC", naive, naive + timedelta(days=1))


@pytest.mark.parametrize("year", [1, 1969, 2200, 9998])
def test_outside_the_planned_years_there_are_no_slots(year: int):
    assert slots(parse_cadence("daily at 09:00"), "Pacific/Apia", utc(year, 1, 1), utc(year, 12, 31)) == []


# The next free one


def test_the_next_free_slot_is_later_than_now_and_not_taken():
    weekly = parse_cadence("weekly on Tue and Fri at 09:00")
    tuesday, friday = utc(2026, 12, 1, 8), utc(2026, 12, 4, 8)
    assert next_free(weekly, "Europe/Oslo", tuesday - timedelta(seconds=1), []) == tuesday
    assert next_free(weekly, "Europe/Oslo", tuesday, []) == friday
    assert next_free(weekly, "Europe/Oslo", tuesday, {friday}) == utc(2026, 12, 8, 8)


def test_a_taken_slot_counts_in_whatever_zone_it_is_written():
    weekly = parse_cadence("weekly on Tue at 09:00")
    taken = [datetime(2026, 12, 1, 9, tzinfo=ZoneInfo("Europe/Oslo"))]
    assert next_free(weekly, "Europe/Oslo", utc(2026, 11, 30), taken) == utc(2026, 12, 8, 8)


def test_the_next_free_slot_may_be_years_away():
    leap = parse_cadence("yearly on 29 February at 09:00")
    assert next_free(leap, "UTC", utc(2096, 3, 1), []) == utc(2104, 2, 29, 9)


def test_more_than_a_thousand_taken_slots_are_passed_over():
    hourly = parse_cadence([f"daily at {hour:02d}:00" for hour in range(24)])
    taken = [utc(2026, 1, 1) + timedelta(hours=number) for number in range(2000)]
    assert next_free(hourly, "UTC", utc(2025, 12, 31, 23, 30), taken) == utc(2026, 1, 1) + timedelta(
        hours=2000
    )


def test_a_rule_that_is_over_its_years_has_no_next_slot():
    assert next_free(parse_cadence("daily at 09:00"), "UTC", utc(2199, 12, 31, 10), []) is None

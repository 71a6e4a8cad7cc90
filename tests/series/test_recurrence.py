"""On which days and at which instants a series comes: a golden table, and what holds for every rule."""

from datetime import UTC, date, datetime, timedelta

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from calendar_app.series.recurrence import Recurrence, read_rule, write_rule
from calendar_app.series.wording import words
from calendar_app.streams.rules import BadCadence

NINE = 9 * 60
ZONES = ["Europe/Oslo", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia"]


def series(rule, first="2027-01-31", minute=NINE, zone="Europe/Oslo", **values):
    made = read_rule(rule, date.fromisoformat(first), minute, zone)
    return Recurrence(**{**{name: getattr(made, name) for name in made.__slots__}, **values})


def told(recurrence, first, last):
    return [
        day.isoformat()[5:] for day in recurrence.days(date.fromisoformat(first), date.fromisoformat(last))
    ]


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rule", "first", "short", "expected"),
    [
        ("FREQ=MONTHLY", "2027-01-31", "skip", "01-31 03-31 05-31 07-31 08-31 10-31 12-31"),
        (
            "FREQ=MONTHLY", "2027-01-31", "last",
            "01-31 02-28 03-31 04-30 05-31 06-30 07-31 08-31 09-30 10-31 11-30 12-31",
        ),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "2027-01-31", "skip",
         "01-31 02-28 03-31 04-30 05-31 06-30 07-31 08-31 09-30 10-31 11-30 12-31"),
        ("FREQ=MONTHLY;INTERVAL=2", "2027-01-31", "skip", "01-31 03-31 05-31 07-31"),
        ("FREQ=MONTHLY;INTERVAL=3", "2027-01-31", "last", "01-31 04-30 07-31 10-31"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "2027-09-01", "skip", "09-24 10-29 11-26 12-31"),
        ("FREQ=WEEKLY;INTERVAL=2", "2027-11-02", "skip", "11-02 11-16 11-30 12-14 12-28"),
        ("FREQ=WEEKLY;BYDAY=MO,TH;COUNT=3", "2027-12-01", "skip", "12-02 12-06 12-09"),
        ("FREQ=DAILY;UNTIL=20271203", "2027-12-01", "skip", "12-01 12-02 12-03"),
        ("FREQ=DAILY;UNTIL=20271202T230000Z", "2027-12-01", "skip", "12-01 12-02 12-03"),
    ],
)  # fmt: skip
def test_the_days_of_a_year(rule, first, short, expected):
    assert told(series(rule, first, short_months=short), "2027-01-01", "2027-12-31") == expected.split()


def test_the_29th_of_february_comes_in_leap_years_or_on_the_last_day():
    years = date(2028, 1, 1), date(2033, 1, 1)
    leap = series("FREQ=YEARLY", "2028-02-29")
    assert leap.days(*years) == [date(2028, 2, 29), date(2032, 2, 29)]
    assert leap.next_days(date(2028, 3, 1), 2) == [date(2032, 2, 29), date(2036, 2, 29)]
    every = series("FREQ=YEARLY", "2028-02-29", short_months="last")
    assert [day.day for day in every.days(*years)] == [29, 28, 28, 28, 29]


def test_a_time_in_a_gap_moves_by_it_for_that_day_alone():
    night = series("FREQ=DAILY", "2027-03-27", 2 * 60 + 30)
    walls = [f"{night.wall(day):%d %H:%M}" for day in night.days(date(2027, 3, 27), date(2027, 3, 29))]
    assert walls == ["27 02:30", "28 03:30", "29 02:30"]
    assert night.instant(date(2027, 3, 28)) == utc(2027, 3, 28, 1, 30)


def test_a_time_that_comes_twice_is_the_first_of_the_two():
    night = series("FREQ=DAILY", "2027-10-30", 2 * 60 + 30)
    assert [night.instant(date(2027, 10, day)) for day in (30, 31)] == [
        utc(2027, 10, 30, 0, 30),
        utc(2027, 10, 31, 0, 30),
    ]
    assert night.instant(date(2027, 11, 1)) == utc(2027, 11, 1, 1, 30)


def test_a_day_that_a_place_never_had_comes_a_day_later():
    """Samoa went from 29 to 31 December 2011."""
    assert series("FREQ=DAILY", "2011-12-29", zone="Pacific/Apia").wall(date(2011, 12, 30)).day == 31


def test_left_out_days_are_counted_and_added_ones_are_not():
    some = series(
        "FREQ=DAILY;COUNT=4",
        "2027-12-01",
        skipped=frozenset({date(2027, 12, 2)}),
        extra=frozenset({date(2027, 12, 24)}),
    )
    assert told(some, "2027-12-01", "2027-12-31") == ["12-01", "12-03", "12-04", "12-24"]
    assert some.before(date(2027, 12, 4)) == 3


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=MINUTELY", "FREQ=HOURLY;COUNT=2", "FREQ=DAILY;COUNT=1001",
        "FREQ=DAILY;COUNT=0", "FREQ=DAILY;COUNT=-1", "FREQ=DAILY;UNTIL=20330101", "FREQ=DAILY;UNTIL=20260101",
        "FREQ=DAILY;COUNT=2;UNTIL=20270601", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;BYHOUR=1,2,3",
        "FREQ=DAILY;DTSTART=20200101", "FREQ=DAILY;BYSETPOS=1", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;INTERVAL=99999",
        "FREQ=DAILY;UNTIL=20271301", "FREQ=DAILY;COUNT=x", "", "every day", "FREQ=DAILY;" + "BYMONTH=1;" * 100,
        "FREQ=DAILY\nFREQ=DAILY", "FREQ=YEARLY;BYWEEKNO=20", "FREQ=DAILY;FREQ=SECONDLY",
    ],
)  # fmt: skip
def test_rules_that_cannot_be_kept_are_refused_with_a_sentence(rule):
    with pytest.raises(BadCadence) as refused:
        series(rule)
    assert refused.value.sentence.endswith(".")


firsts = st.dates(date(2024, 1, 1), date(2030, 12, 31))
frequencies = st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
ends = st.sampled_from(["", ";COUNT=7", ";COUNT=1"])


@settings(max_examples=30, deadline=None)
@given(firsts, frequencies, st.integers(1, 5), ends, st.sampled_from(ZONES))
def test_days_are_those_of_rfc_5545_and_the_rule_is_read_as_it_is_written(
    first, frequency, interval, end, zone
):
    rule = f"FREQ={frequency};INTERVAL={interval}{end}"
    made = series(rule, first.isoformat(), zone=zone)
    last = first + timedelta(days=800)
    if (first.month, first.day, frequency) != (2, 29, "YEARLY"):
        begin, end = (datetime.combine(day, datetime.min.time()) for day in (first, last))
        expected = rrulestr(rule, dtstart=begin).between(begin, end, inc=True)
        assert made.days(first, last) == [at.date() for at in expected]
    assert read_rule(write_rule(made), first, NINE, zone) == made
    middle = first + timedelta(days=400)
    assert made.days(first, last) == made.days(first, middle) + made.days(middle + timedelta(days=1), last)


@settings(deadline=None)
@given(firsts, st.integers(0, 1439), st.sampled_from(ZONES))
def test_every_day_has_one_instant_that_shows_its_own_time_unless_the_clocks_jump_over_it(
    first, minute, zone
):
    made = series("FREQ=DAILY", first.isoformat(), minute, zone)
    found = [made.wall(first + timedelta(days=number)) for number in range(3)]
    assert len(set(found)) == 3
    for number, wall in enumerate(found):
        planned = datetime.combine(first + timedelta(days=number), datetime.min.time()) + timedelta(
            minutes=minute
        )
        assert timedelta() <= wall - planned <= timedelta(hours=24)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("FREQ=WEEKLY;INTERVAL=2", "every second Sunday at 09:00"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every weekday at 09:00"),
        ("FREQ=WEEKLY;BYDAY=TU,FR;COUNT=10", "every Tuesday and Friday at 09:00, 10 times"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "the last Friday of every month at 09:00"),
        ("FREQ=MONTHLY", "day 31 of every month at 09:00"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1;INTERVAL=3", "the last day of every 3 months at 09:00"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "every year on 29 February at 09:00"),
        ("FREQ=YEARLY;BYMONTH=5;BYDAY=2SU", "every year on the second Sunday of May at 09:00"),
        ("FREQ=DAILY;INTERVAL=2;UNTIL=20271231", "every second day at 09:00, until 31 December 2027"),
        ("FREQ=DAILY;BYMONTH=6,7", "every day in June and July at 09:00"),
    ],
)  # fmt: skip
def test_a_series_is_said_in_words(rule, said):
    assert words(series(rule)) == said

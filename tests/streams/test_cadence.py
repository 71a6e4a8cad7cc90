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


# Words and rules


@pytest.mark.parametrize(
    ("written", "words", "rules"),
    [
        (
            "weekly on Tue and Fri at 09:00",
            "weekly on Tue and Fri at 09:00",
            ["RRULE:FREQ=WEEKLY;BYDAY=TU,FR;BYHOUR=9;BYMINUTE=0"],
        ),
        (
            "Every weekday at 8:30",
            "every weekday at 08:30",
            ["RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=8;BYMINUTE=30"],
        ),
        ("daily at 07:00", "daily at 07:00", ["RRULE:FREQ=DAILY;BYHOUR=7;BYMINUTE=0"]),
        ("every day at 07:00", "daily at 07:00", ["RRULE:FREQ=DAILY;BYHOUR=7;BYMINUTE=0"]),
        (
            "monthly on the 1st at 10:00",
            "monthly on the 1st at 10:00",
            ["RRULE:FREQ=MONTHLY;BYMONTHDAY=1;BYHOUR=10;BYMINUTE=0"],
        ),
        (
            "monthly on the first Monday at 10:00",
            "monthly on the first Monday at 10:00",
            ["RRULE:FREQ=MONTHLY;BYDAY=1MO;BYHOUR=10;BYMINUTE=0"],
        ),
        (
            "every month on the first and third Monday and the last Friday at 10:00",
            "monthly on the first Monday, third Monday and last Friday at 10:00",
            ["RRULE:FREQ=MONTHLY;BYDAY=1MO,3MO,-1FR;BYHOUR=10;BYMINUTE=0"],
        ),
        (
            "monthly on the 1st, 15th and last day of the month at 09:00 and 17:30",
            "monthly on the 1st, 15th and last day at 09:00 and 17:30",
            [
                "RRULE:FREQ=MONTHLY;BYMONTHDAY=1,15,-1;BYHOUR=9;BYMINUTE=0",
                "RRULE:FREQ=MONTHLY;BYMONTHDAY=1,15,-1;BYHOUR=17;BYMINUTE=30",
            ],
        ),
        (
            "daily at 07:00;  weekends at 10:00 ;",
            "daily at 07:00; weekly on Sat and Sun at 10:00",
            ["RRULE:FREQ=DAILY;BYHOUR=7;BYMINUTE=0", "RRULE:FREQ=WEEKLY;BYDAY=SA,SU;BYHOUR=10;BYMINUTE=0"],
        ),
        (
            "every other week on Tuesdays at 09:00 from 2026-12-01",
            "every 2 weeks on Tue at 09:00 from 2026-12-01",
            ["RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;BYHOUR=9;BYMINUTE=0;DTSTART=20261201"],
        ),
        (
            "yearly on 29 February at 10:00",
            "yearly on the 29th of February at 10:00",
            ["RRULE:FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=29;BYHOUR=10;BYMINUTE=0"],
        ),
        (
            "RRULE:FREQ=WEEKLY;BYDAY=TU,FR;BYHOUR=9;BYMINUTE=0",
            "weekly on Tue and Fri at 09:00",
            ["RRULE:FREQ=WEEKLY;BYDAY=TU,FR;BYHOUR=9;BYMINUTE=0"],
        ),
        (
            "DTSTART:20261201\r\nRRULE:FREQ=DAILY;INTERVAL=3;BYHOUR=9",
            "every 3 days at 09:00 from 2026-12-01",
            ["RRULE:FREQ=DAILY;INTERVAL=3;BYHOUR=9;BYMINUTE=0;DTSTART=20261201"],
        ),
        (
            "freq=daily;byday=mo,we;byhour=8,9;byminute=0,30;wkst=mo;bysecond=0",
            "weekly on Mon and Wed at 08:00, 08:30, 09:00 and 09:30",
            ["RRULE:FREQ=WEEKLY;BYDAY=MO,WE;BYHOUR=8,9;BYMINUTE=0,30"],
        ),
        (
            "FREQ=YEARLY;INTERVAL=2;BYMONTH=3,6;BYDAY=-1SU;BYHOUR=9",
            "every 2 years on the last Sunday of March and June at 09:00",
            ["RRULE:FREQ=YEARLY;INTERVAL=2;BYMONTH=3,6;BYDAY=-1SU;BYHOUR=9;BYMINUTE=0"],
        ),
    ],
)
def test_a_cadence_is_read_kept_and_said(written: str, words: str, rules: list[str]):
    cadence = parse_cadence(written)
    assert (cadence.words, cadence.to_json()) == (words, rules)
    assert Cadence.from_json(rules) == parse_cadence(rules) == parse_cadence(cadence.words) == cadence


def test_words_and_rules_can_be_mixed_in_one_text():
    mixed = parse_cadence("daily at 07:00; RRULE:FREQ=WEEKLY;BYDAY=TU;BYHOUR=9; monthly on the 1st at 10:00")
    assert mixed.words == "daily at 07:00; weekly on Tue at 09:00; monthly on the 1st at 10:00"


def test_rules_for_the_same_days_become_one_with_all_times():
    cadence = parse_cadence(["daily at 17:00", "daily at 07:00", "daily at 17:00"])
    assert (cadence.words, len(cadence.rules)) == ("daily at 07:00 and 17:00", 1)


@pytest.mark.parametrize("nothing", ["", " ; \n", [], [""]])
def test_nothing_is_a_cadence_that_promises_nothing(nothing: str | list[str]):
    cadence = parse_cadence(nothing)
    assert (bool(cadence), cadence.words, cadence.to_json()) == (False, "", [])
    assert slots(cadence, "Europe/Oslo", utc(2026, 1, 1), utc(2026, 12, 1)) == []
    assert next_free(cadence, "Europe/Oslo", utc(2026, 1, 1), []) is None
    assert Cadence.from_json(None) == cadence


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30", "A cadence goes by days or coarser."),
        ("FREQ=MINUTELY", "A cadence goes by days or coarser."),
        ("FREQ=HOURLY;BYMINUTE=0", "A cadence goes by days or coarser."),
        ("FREQ=FORTNIGHTLY;BYHOUR=9", "A rule needs FREQ"),
        ("BYHOUR=9", "A rule needs FREQ"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;BYHOUR=9", "This rule never gives a slot."),
        ("FREQ=MONTHLY;BYMONTH=2,4,6,9,11;BYMONTHDAY=31;BYHOUR=9", "This rule never gives a slot."),
        ("FREQ=MONTHLY;INTERVAL=12;BYMONTH=2;BYMONTHDAY=1;BYHOUR=9", "This rule never gives a slot."),
        ("yearly on the 30th of February at 09:00", "This rule never gives a slot."),
        ("FREQ=DAILY;INTERVAL=53;BYHOUR=9", "INTERVAL takes whole numbers from 1 to 52."),
        ("FREQ=DAILY;INTERVAL=0;BYHOUR=9", "INTERVAL takes whole numbers from 1 to 52."),
        ("FREQ=DAILY;INTERVAL=1,2;BYHOUR=9", "INTERVAL takes one number."),
        ("every 53 weeks on Tue at 09:00", "An interval is a whole number from 1 to 52."),
        ("FREQ=DAILY;BYSETPOS=1;BYHOUR=9", "“BYSETPOS” has no place in a cadence."),
        ("FREQ=DAILY;BYEASTER=0;BYHOUR=9", "“BYEASTER” has no place in a cadence."),
        (
            "FREQ=DAILY;BYHOUR=9;COUNT=5",
            "“COUNT” has no place in a cadence. Leave it out: a cadence has no end.",
        ),
        ("FREQ=DAILY;BYHOUR=9;UNTIL=20270101T000000Z", "“UNTIL” has no place in a cadence."),
        ("FREQ=DAILY;BYHOUR=9;BYSECOND=30", "A slot is at a whole minute."),
        ("FREQ=WEEKLY;BYDAY=MO;BYHOUR=9;WKST=SU", "Weeks begin on Monday here."),
        ("FREQ=DAILY;FREQ=DAILY;BYHOUR=9", "FREQ is given twice in one rule."),
        ("FREQ=DAILY", "Say at what time: add BYHOUR"),
        ("FREQ=DAILY;BYHOUR=24", "BYHOUR takes whole numbers from 0 to 23."),
        ("FREQ=DAILY;BYHOUR=9;BYMINUTE=x", "BYMINUTE takes whole numbers from 0 to 59."),
        ("FREQ=WEEKLY;BYHOUR=9", "Say on which days"),
        ("FREQ=MONTHLY;BYHOUR=9", "Say on which days"),
        ("FREQ=YEARLY;BYMONTHDAY=1;BYHOUR=9", "A yearly rule needs a month"),
        ("FREQ=WEEKLY;BYDAY=1MO;BYHOUR=9", "A weekly rule takes days of the week"),
        ("FREQ=WEEKLY;BYMONTHDAY=1;BYHOUR=9", "A weekly rule takes days of the week"),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;BYHOUR=9", "Give days of the week or days of the month"),
        ("FREQ=MONTHLY;BYDAY=FR,1MO;BYHOUR=9", "Give days such as “first Monday” or days such as “Monday”"),
        ("FREQ=MONTHLY;INTERVAL=2;BYDAY=FR;BYHOUR=9", "Days of the week with an interval need a weekly rule"),
        ("FREQ=DAILY;INTERVAL=2;BYMONTHDAY=1;BYHOUR=9", "An interval of days cannot be joined"),
        ("FREQ=MONTHLY;BYDAY=6MO;BYHOUR=9", "BYDAY takes days such as TU"),
        ("FREQ=MONTHLY;BYDAY=XX;BYHOUR=9", "BYDAY takes days such as TU"),
        ("FREQ=MONTHLY;BYMONTHDAY=0;BYHOUR=9", "BYMONTHDAY takes 1 to 31"),
        ("FREQ=MONTHLY;BYMONTHDAY=32;BYHOUR=9", "BYMONTHDAY takes whole numbers"),
        ("FREQ=DAILY;BYHOUR=9;DTSTART=20260230", "“20260230” is not a day."),
        ("FREQ=DAILY;BYHOUR=9;DTSTART=99991231", "Choose a first day from 1970 to 2199."),
        ("daily at 07:00 from tomorrow", "“tomorrow” is not a day."),
        ("RRULE:", "Write a rule as RRULE:"),
        ("daily", "Say at what time, as in “daily at 09:00”."),
        ("daily at noon", "“noon” is not a time of day."),
        ("daily at 24:00", "“24:00” is not a time of day."),
        ("daily at 09:60", "“09:60” is not a time of day."),
        ("daily at 0900", "“0900” is not a time of day."),
        ("every second Monday at 09:00", "Say how often"),
        ("on the 1st at 09:00", "Say how often"),
        ("every blue moon at 09:00", "“every blue moon at 09:00” is not a cadence we understand."),
        ("at 09:00", "“at 09:00” is not a cadence we understand."),
        ("every 0 days at 09:00", "“every 0 days at 09:00” is not a cadence we understand."),
        ("monthly on the last at 09:00", "“monthly on the last at 09:00” is not a cadence we understand."),
        ("monthly on the 40th at 09:00", "“monthly on the 40th at 09:00” is not a cadence we understand."),
        ("monthly on the 9th Monday at 09:00", "“monthly on the 9th Monday at 09:00” is not a cadence"),
        (
            "; ".join(f"monthly on the {day} at 09:00" for day in range(1, 12)),
            "A cadence has at most 10 rules.",
        ),
        ("FREQ=DAILY;BYHOUR=1,2,3,4,5,6,7;BYMINUTE=0,1,2,3,4,5,6", "A rule may have at most 48 times"),
        ("d" * 501, "Write the cadence in at most 500 characters."),
        (7, "A cadence is text, or a list of texts"),
        (["daily at 07:00", None], "A cadence is text, or a list of texts"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_a_sentence(written: str, sentence: str):
    with pytest.raises(BadCadence) as caught:
        parse_cadence(written)
    assert caught.value.sentence.startswith(sentence)
    assert isinstance(caught.value, ValueError)


def test_many_rules_with_many_times_are_refused_together():
    rules = [f"FREQ=MONTHLY;BYMONTHDAY={day};BYHOUR=1,2,3,4,5,6" for day in range(1, 11)]
    with pytest.raises(BadCadence, match="at most 48 times of day in all its rules"):
        parse_cadence(rules)


@given(st.text(st.sampled_from("RULEFQ=;:,DAILYWKMOTHSB0123456789 -\n") | st.characters(), max_size=80))
def test_any_text_is_a_cadence_or_refused_with_a_sentence(text: str):
    try:
        assert parse_cadence(text).words is not None
    except BadCadence as refused:
        assert refused.sentence.endswith(".")


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

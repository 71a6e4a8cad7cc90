from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_app.streams.cadence import BadCadence, Cadence, next_free, parse_cadence, slots


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


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
        ("daily at dusk", "“dusk” is not a time of day."),
        ("daily at 13pm", "“13pm” is not a time of day."),
        ("twice a week", "“twice a week” is not a cadence we understand."),
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


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("Mondays and Thursdays at 9", "weekly on Mon and Thu at 09:00"),
        ("mon, thu 09:00", "weekly on Mon and Thu at 09:00"),
        ("every Monday at 9.30", "weekly on Mon at 09:30"),
        ("every Monday at 9 a.m. and 4:15pm", "weekly on Mon at 09:00 and 16:15"),
        ("every day 12 am", "daily at 00:00"),
        ("daily at noon", "daily at 12:00"),
        ("monthly on the 9 at 9", "monthly on the 9th at 09:00"),
        (
            "monthly on the first Monday 10:00 from 2026-12-01",
            "monthly on the first Monday at 10:00 from 2026-12-01",
        ),
        ("mandag og torsdag 9.00", "weekly on Mon and Thu at 09:00"),
        ("torsdagar klockan 18", "weekly on Thu at 18:00"),
    ],
)
def test_times_are_read_as_people_write_them(written: str, words: str):
    assert parse_cadence(written).words == words


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

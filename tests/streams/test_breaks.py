"""Exceptions, pauses and quiet hours, from days and times alone."""

from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from calendar_app.posts.checking import Findings
from calendar_app.streams import checking_breaks
from calendar_app.streams.breaks import Breaks, Exceptional, Pause, Quiet, breaks_of, clock, minutes
from calendar_app.streams.cadence import Cadence, next_free, parse_cadence, slots

DAY = date(2026, 12, 24)
DAILY = parse_cadence("daily at 09:00").to_json()


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


def stream(**values):
    return SimpleNamespace(**{"cadence": DAILY, "exceptions": [], "pauses": [], "quiet_hours": [], **values})


CHRISTMAS = utc(2026, 12, 22), utc(2026, 12, 29)


def offered(thing, window=CHRISTMAS):
    return [f"{at:%d %H:%M}" for at in slots(Cadence.of(thing), "UTC", *window)]


def exception(first, last, *times):
    return {"first": first, "last": last, "times": list(times), "note": ""}


def pause(first, last=""):
    return {"first": first, "last": last, "note": "", "told": False}


def test_holidays_offer_nothing_and_other_days_their_own_times():
    holidays = stream(
        exceptions=[
            exception("2026-12-24", "2026-12-26"),
            exception("2026-12-25", "2026-12-25", "12:00", "18:30"),
        ]
    )
    assert offered(holidays) == ["22 09:00", "23 09:00", "25 12:00", "25 18:30", "27 09:00", "28 09:00"]


def test_a_pause_offers_nothing_and_the_next_free_slot_lies_behind_it():
    paused = stream(pauses=[pause("2026-12-23", "2027-01-10")])
    assert offered(paused) == ["22 09:00"]
    assert next_free(Cadence.of(paused), "UTC", utc(2026, 12, 22, 10), ()) == utc(2027, 1, 11, 9)
    assert (
        next_free(Cadence.of(stream(pauses=[pause("2026-12-23")])), "UTC", utc(2026, 12, 22, 10), ()) is None
    )


def test_the_days_of_a_pause_are_those_of_the_streams_own_clocks():
    paused = Cadence.of(stream(pauses=[pause("2026-12-23", "2026-12-23")]))
    found = slots(paused, "Pacific/Auckland", utc(2026, 12, 22), utc(2026, 12, 25))
    assert found == [utc(2026, 12, 23, 20), utc(2026, 12, 24, 20)]


def test_quiet_hours_offer_nothing_also_over_midnight():
    thing = stream(
        cadence=parse_cadence("daily at 06:59, 07:00, 21:59, 22:00 and 23:30").to_json(),
        quiet_hours=[{"since": "22:00", "until": "07:00"}],
    )
    assert offered(thing, (utc(2026, 12, 22), utc(2026, 12, 23))) == ["22 07:00", "22 21:59"]


def test_who_promises_nothing_has_no_slot_on_other_days_either():
    assert offered(stream(cadence=[], exceptions=[exception("2026-12-24", "2026-12-24", "12:00")])) == []


minute = st.integers(0, 1439)
days = st.dates(date(2026, 12, 1), date(2027, 1, 31))


@given(minute, minute, minute)
def test_a_minute_is_quiet_in_the_hours_or_outside_of_those_that_turn_round(since, until, at):
    if since != until:
        assert Quiet(since, until).covers(at) != Quiet(until, since).covers(at)


@given(days, st.integers(0, 40), st.lists(minute, max_size=4), st.lists(minute, max_size=4), days)
def test_a_day_has_its_usual_times_unless_something_covers_it(first, length, usual, special, day):
    last = first + timedelta(days=length)
    inside = first <= day <= last
    with_exception = Breaks(exceptions=(Exceptional(first, last, tuple(special)),))
    assert with_exception.times(day, usual) == (special if inside else usual)
    assert Breaks(pauses=(Pause(first, last),)).times(day, usual) == ([] if inside else usual)
    assert bool(Breaks(pauses=(Pause(first, last),)).pauses_within(day, day)) == inside


@given(minute)
def test_a_clock_is_read_as_it_is_written(at):
    assert minutes(clock(at)) == at
    assert clock(at) == time(at // 60, at % 60).isoformat("minutes")


def checked(name, rows):
    found = Findings()
    return getattr(checking_breaks, name)(rows, found), found.errors.get(name, "")


def test_rows_are_put_in_order_and_written_in_one_way():
    rows = [
        {"first": "2026-12-31", "last": "", "times": "9.00; 16:30", "note": " Eve "},
        {"first": "2026-12-24", "last": "2026-12-26", "times": ""},
    ]
    assert checked("exceptions", rows) == (
        [
            {"first": "2026-12-24", "last": "2026-12-26", "times": [], "note": ""},
            {"first": "2026-12-31", "last": "2026-12-31", "times": ["09:00", "16:30"], "note": "Eve"},
        ],
        "",
    )
    kept, _ = checked("pauses", [{"first": "2026-12-24", "note": "Leave", "told": "1"}])
    assert breaks_of(stream(pauses=kept)).pause_on(DAY) == Pause(DAY, None, "Leave", True)


def test_what_is_wrong_is_said_in_a_sentence():
    said = {
        "exceptions": [
            [{"first": "", "last": "2026-12-24"}],
            [{"first": "2026-12-24", "last": "2026-12-20"}],
            [{"first": "24.12."}],
            [{"first": "2026-12-24", "times": "noon"}],
            [{"first": "2026-01-01", "last": "2027-06-01"}],
            [{"first": "2026-12-24"}] * 101,
            "never",
            [1],
        ],
        "pauses": [[{"last": "2026-12-24"}], [{"first": "2026-02-30"}]],
        "quiet_hours": [[{"since": "22:00", "until": "22:00"}], [{"since": "25:00", "until": "07:00"}], [{}]],
    }
    for name, wrong in said.items():
        for rows in wrong:
            assert checked(name, rows)[1].endswith("."), rows

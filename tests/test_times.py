from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, create_engine, insert, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Engine
from sqlalchemy.exc import StatementError

from calendar_app.times import (
    BadTime,
    TimeInFold,
    TimeInGap,
    TimeProblem,
    UnknownZone,
    UTCDateTime,
    http_date,
    known_zone,
    parse_wall,
    rfc3339,
    to_utc,
    to_wall,
    utcnow,
    wall_fold,
)

ZONES = ["Europe/Oslo", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia"]


def wall(*parts: int) -> datetime:
    return datetime(*parts)  # noqa: DTZ001


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


instants = st.datetimes(wall(1971, 1, 1), wall(2198, 12, 31), timezones=st.just(UTC))


@pytest.fixture
def notes() -> Table:
    return Table("notes", MetaData(), Column("id", Integer, primary_key=True), Column("at", UTCDateTime))


@pytest.fixture
def engine(notes: Table):
    engine: Engine = create_engine("sqlite://")
    notes.metadata.create_all(engine)
    yield engine
    engine.dispose()


def test_now_is_aware_and_utc():
    assert utcnow().tzinfo is UTC


# The column


def test_an_instant_comes_back_as_the_same_instant_in_utc(engine: Engine, notes: Table):
    written = datetime(2026, 12, 1, 9, 0, 0, 5, tzinfo=ZoneInfo("Europe/Oslo"))
    with engine.begin() as connection:
        connection.execute(insert(notes).values(at=written))
        read = connection.execute(select(notes.c.at)).scalar_one()
    assert (read, read.tzinfo) == (utc(2026, 12, 1, 8, 0, 0, 5), UTC)


def test_sqlite_keeps_utc_text_of_one_width(engine: Engine, notes: Table):
    with engine.begin() as connection:
        connection.execute(insert(notes).values(at=utc(2026, 12, 1, 8)))
        kept = connection.execute(text("SELECT at FROM notes")).scalar_one()
    assert kept == "2026-12-01 08:00:00.000000"


def test_comparisons_in_sql_compare_instants(engine: Engine, notes: Table):
    with engine.begin() as connection:
        for moment in (utc(2026, 12, 1, 8), utc(2026, 12, 1, 8, 0, 0, 1), utc(2026, 12, 1, 8, 0, 1)):
            connection.execute(insert(notes).values(at=moment))
        due = select(notes.c.id).where(notes.c.at <= datetime(2026, 12, 1, 9, tzinfo=ZoneInfo("Europe/Oslo")))
        assert connection.execute(due).scalars().all() == [1]


def test_nothing_stays_nothing(engine: Engine, notes: Table):
    with engine.begin() as connection:
        connection.execute(insert(notes).values(at=None))
        assert connection.execute(select(notes.c.at)).scalar_one() is None


def test_a_naive_value_is_refused_with_what_to_do(engine: Engine, notes: Table):
    with pytest.raises(StatementError, match="has no time zone. Use utcnow"), engine.begin() as connection:
        connection.execute(insert(notes).values(at=wall(2026, 12, 1, 9)))
    with pytest.raises(ValueError, match="to_utc"):
        UTCDateTime().process_bind_param(wall(2026, 12, 1, 9), sqlite.dialect())


def test_postgresql_gets_aware_values_and_a_timestamp_with_time_zone():
    moment = datetime(2026, 12, 1, 9, tzinfo=ZoneInfo("Europe/Oslo"))
    bound = UTCDateTime().process_bind_param(moment, postgresql.dialect())
    assert bound == moment
    assert bound is not None and bound.tzinfo is UTC
    assert UTCDateTime().compile(postgresql.dialect()) == "TIMESTAMP WITH TIME ZONE"


def test_an_answer_in_the_servers_zone_is_turned_into_utc():
    moment = datetime(2026, 12, 1, 9, tzinfo=ZoneInfo("Europe/Oslo"))
    read = UTCDateTime().process_result_value(moment, postgresql.dialect())
    assert read is not None
    assert (read, read.tzinfo) == (utc(2026, 12, 1, 8), UTC)


# Zones


def test_a_zone_is_known_by_its_name():
    assert known_zone("Europe/Oslo") == ZoneInfo("Europe/Oslo")


@pytest.mark.parametrize(
    ("written", "suggested"),
    [
        ("Europe/Olso", "Europe/Oslo"),
        ("europe/oslo", "Europe/Oslo"),
        ("oslo", "Europe/Oslo"),
        ("new york", "America/New_York"),
        ("Lord Howe", "Australia/Lord_Howe"),
    ],
)
def test_an_unknown_zone_gets_the_closest_name(written: str, suggested: str):
    with pytest.raises(UnknownZone) as caught:
        known_zone(written)
    assert caught.value.sentence == (
        f"“{written}” is not a time zone we know. Write one such as {suggested}."
    )


@pytest.mark.parametrize(
    "written", ["", "Factory", "localtime", "../../etc/passwd", "/etc/passwd", "a\x00b", "x" * 9000]
)
def test_a_name_that_is_no_place_is_refused_in_one_short_sentence(written: str):
    with pytest.raises(UnknownZone) as caught:
        known_zone(written)
    assert len(caught.value.sentence) < 120
    assert caught.value.sentence.isprintable()


# Wall clocks


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-12-01T09:00", wall(2026, 12, 1, 9)),
        ("2026-12-01 09:00", wall(2026, 12, 1, 9)),
        ("2026-12-01T09:00:30", wall(2026, 12, 1, 9, 0, 30)),
        (" 2026-12-01T09:00:30.5 ", wall(2026, 12, 1, 9, 0, 30, 500_000)),
        ("2028-02-29T23:59:59", wall(2028, 2, 29, 23, 59, 59)),
    ],
)
def test_a_wall_time_is_read(written: str, read: datetime):
    assert parse_wall(written) == read


@pytest.mark.parametrize(
    "written",
    [
        *("", "tomorrow", "2026-12-01", "09:00", "2026-12-01T09:00Z", "2026-12-01T09:00+01:00"),
        *("2026-02-29T09:00", "2026-13-01T09:00", "2026-12-01T24:00", "2026-12-01T09:60", "20261201T0900"),
        *("٢٠٢٦-12-01T09:00", "2026-W49-2T09:00", "1969-12-31T23:59", "2200-01-01T00:00", "0000-01-01T00:00"),
    ],
)
def test_what_is_no_wall_time_is_refused_with_a_sentence(written: str):
    with pytest.raises(BadTime) as caught:
        parse_wall(written)
    assert caught.value.sentence.endswith(".")


def test_a_plain_time_has_one_instant():
    assert to_utc(wall(2026, 12, 1, 9), "Europe/Oslo") == utc(2026, 12, 1, 8)
    assert to_utc(wall(2026, 12, 1, 9), "Europe/Oslo", fold=1) == utc(2026, 12, 1, 8)


def test_a_time_in_a_gap_is_refused_with_two_that_exist():
    with pytest.raises(TimeInGap) as caught:
        to_utc(wall(2027, 3, 28, 2, 30), "Europe/Oslo")
    assert caught.value.sentence == (
        "On 28 March 2027 the clocks in Europe/Oslo go from 02:00 to 03:00, so 02:30 does not exist. "
        "Choose 01:30 or 03:30."
    )
    assert (caught.value.before, caught.value.after) == (wall(2027, 3, 28, 1, 30), wall(2027, 3, 28, 3, 30))


def test_a_gap_of_half_an_hour_is_told_as_one():
    with pytest.raises(
        TimeInGap, match="go from 02:00 to 02:30, so 02:15 does not exist. Choose 01:45 or 02:45"
    ):
        to_utc(wall(2026, 10, 4, 2, 15), "Australia/Lord_Howe", fold=1)


def test_a_day_that_was_left_out_is_told_with_dates():
    with pytest.raises(TimeInGap) as caught:
        to_utc(wall(2011, 12, 30, 9), "Pacific/Apia")
    assert caught.value.sentence == (
        "On 30 December 2011 the clocks in Pacific/Apia go from 00:00 to 00:00 on 31 December 2011, "
        "so 09:00 does not exist. Choose 09:00 on 29 December 2011 or 09:00 on 31 December 2011."
    )


def test_a_time_that_occurs_twice_must_be_chosen():
    with pytest.raises(TimeInFold) as caught:
        to_utc(wall(2026, 10, 25, 2, 30), "Europe/Oslo")
    assert caught.value.sentence == (
        "On 25 October 2026 the clocks in Europe/Oslo go back, so 02:30 occurs twice. "
        "Choose the first (UTC+02:00) or the second (UTC+01:00)."
    )
    assert caught.value.first == to_utc(wall(2026, 10, 25, 2, 30), "Europe/Oslo", fold=0)
    assert caught.value.second == to_utc(wall(2026, 10, 25, 2, 30), "Europe/Oslo", fold=1)
    assert caught.value.second - caught.value.first == timedelta(hours=1)


def test_every_refusal_is_one_kind_of_problem():
    assert all(issubclass(kind, TimeProblem) for kind in (UnknownZone, BadTime, TimeInGap, TimeInFold))
    assert issubclass(TimeProblem, ValueError)


@pytest.mark.parametrize("year", [1, 1969, 2200, 9999])
def test_a_year_out_of_reach_is_refused_and_never_overflows(year: int):
    with pytest.raises(BadTime, match=f"The year {year} is out of reach"):
        to_utc(wall(year, 1, 1), "Pacific/Apia")


def test_an_aware_time_is_no_wall_time():
    with pytest.raises(ValueError, match="without a zone"):
        to_utc(utc(2026, 12, 1, 9), "Europe/Oslo")


def test_a_naive_time_is_no_instant():
    with pytest.raises(ValueError, match="has no time zone"):
        to_wall(wall(2026, 12, 1, 9), "Europe/Oslo")


@given(instants, st.sampled_from(ZONES))
def test_wall_and_fold_lead_back_to_the_instant(instant: datetime, zone: str):
    assert to_utc(to_wall(instant, zone), zone, fold=wall_fold(instant, zone)) == instant


@given(st.datetimes(wall(2011, 1, 1), wall(2028, 1, 1)), st.sampled_from(ZONES))
def test_what_is_suggested_for_a_gap_exists(moment: datetime, zone: str):
    try:
        instant = to_utc(moment, zone, fold=0)
    except TimeInGap as gap:
        around = [to_wall(to_utc(choice, zone, fold=0), zone) for choice in (gap.before, gap.after)]
        assert around == [gap.before, gap.after]
    else:
        assert to_wall(instant, zone) == moment


# Written out


@pytest.mark.parametrize(
    ("instant", "written"),
    [
        (utc(2026, 12, 1, 8), "2026-12-01T08:00:00Z"),
        (utc(2026, 12, 1, 8, 0, 0, 250_999), "2026-12-01T08:00:00.250Z"),
        (datetime(2026, 12, 1, 9, tzinfo=ZoneInfo("Europe/Oslo")), "2026-12-01T08:00:00Z"),
    ],
)
def test_an_instant_is_written_for_machines(instant: datetime, written: str):
    assert rfc3339(instant) == written


def test_a_header_date_is_in_greenwich_time():
    moment = datetime(2026, 12, 1, 9, tzinfo=ZoneInfo("Europe/Oslo"))
    assert http_date(moment) == "Tue, 01 Dec 2026 08:00:00 GMT"

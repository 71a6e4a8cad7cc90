"""Gaps: what a stream promised and nobody has planned."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from calendar_app.planner.promises import gaps, promised, unfilled
from calendar_app.streams.cadence import parse_cadence
from tests.planner.plans import make_entry, make_lane, utc

TUESDAYS = tuple(parse_cadence("RRULE:FREQ=WEEKLY;BYDAY=TU;BYHOUR=9;BYMINUTE=0").to_json())
MONTH = utc("2026-12-01T00:00"), utc("2026-12-29T00:00")


def walls(found):
    return [gap.wall.strftime("%d %H:%M") for gap in found]


def test_every_slot_without_a_post_is_a_gap_on_the_stream_s_own_clock():
    schools = make_lane("Schools", cadence=TUESDAYS)
    found = gaps([schools], [make_entry("2026-12-08T08:00", schools)], *MONTH)
    assert walls(found) == ["01 09:00", "15 09:00", "22 09:00"]
    assert found[0].at == utc("2026-12-01T08:00")


def test_a_post_at_another_hour_of_the_same_day_keeps_the_promise():
    schools = make_lane("Schools", cadence=TUESDAYS)
    assert walls(gaps([schools], [make_entry("2026-12-01T17:00", schools)], *MONTH))[0] == "08 09:00"


def test_the_day_is_that_of_the_stream_not_that_of_utc():
    early = make_lane("Auckland", cadence=TUESDAYS, zone="Pacific/Auckland")
    monday_evening_utc = make_entry("2026-11-30T21:00", early)
    assert walls(gaps([early], [monday_evening_utc], utc("2026-11-29T00:00"), utc("2026-12-05T00:00"))) == []


def test_what_was_missed_or_withdrawn_keeps_no_promise_but_a_draft_with_a_time_does():
    schools = make_lane("Schools", cadence=TUESDAYS)
    states = {
        state: len(gaps([schools], [make_entry("2026-12-01T08:00", schools, state=state)], *MONTH))
        for state in ("missed", "withdrawn", "draft", "published")
    }
    assert states == {"missed": 4, "withdrawn": 4, "draft": 3, "published": 3}


def test_a_post_in_two_streams_keeps_the_promise_of_both():
    schools, roads = make_lane("Schools", cadence=TUESDAYS), make_lane("Roads", cadence=TUESDAYS)
    found = gaps([schools, roads], [make_entry("2026-12-01T08:00", roads, schools)], *MONTH)
    assert len(found) == 6


def test_a_stream_promised_nothing_before_it_began_or_after_it_was_put_away():
    young = make_lane("Young", cadence=TUESDAYS, created_at=utc("2026-12-10T00:00"))
    archived = make_lane("Old", cadence=TUESDAYS, archived=True)
    unborn = make_lane("Unborn", cadence=TUESDAYS, created_at=utc("2027-01-01T00:00"))
    assert walls(gaps([young, archived, unborn], [], *MONTH)) == ["15 09:00", "22 09:00"]


def test_a_stream_that_speaks_when_needed_has_no_gaps():
    assert gaps([make_lane("Emergencies")], [], *MONTH) == []


def test_a_cadence_that_cannot_be_read_is_written_down_and_takes_no_page_down(caplog):
    assert promised(make_lane("Broken", cadence=["FREQ=SECONDLY"]), *MONTH) == []
    assert "cannot be read" in caplog.text


def test_slots_keep_their_clock_over_the_change_of_clocks():
    schools = make_lane("Schools", cadence=TUESDAYS)
    found = promised(schools, utc("2026-10-19T00:00"), utc("2026-11-02T00:00"))
    assert found == [utc("2026-10-20T07:00"), utc("2026-10-27T08:00")]


minutes = st.lists(st.integers(0, 20_000), max_size=25, unique=True)


@given(minutes, minutes)
def test_each_post_fills_one_slot_at_most_and_never_one_of_another_day(offered, taken):
    start = utc("2026-03-20T00:00")
    slots = [start + timedelta(minutes=number) for number in offered]
    posts = [start + timedelta(minutes=number) for number in taken]
    left = unfilled(slots, posts, "UTC")
    assert set(left) <= set(slots)
    for day in {slot.date() for slot in slots}:
        of_day = [slot for slot in slots if slot.date() == day]
        posts_of_day = [at for at in posts if at.date() == day]
        still = [slot for slot in left if slot.date() == day]
        assert len(still) == max(len(of_day) - len(posts_of_day), 0)

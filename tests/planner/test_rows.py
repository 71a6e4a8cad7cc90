"""Streams as rows: what each has on which day, and what stands out."""

from datetime import date, datetime

from calendar_app.planner.rows import rows
from calendar_app.streams.cadence import parse_cadence
from tests.planner.plans import make_entry, make_lane, make_plan

MONDAYS = parse_cadence("RRULE:FREQ=WEEKLY;BYDAY=MO;BYHOUR=7;BYMINUTE=30").to_json()
DAY = date(2026, 12, 9)


def shown(lanes, entries, *, slots=(), **window):
    return rows(make_plan(lanes, entries, **window), DAY, dict(slots)).rows


def notes(row):
    return [(note.kind, note.date.isoformat()) for note in row.notes]


def test_six_weeks_from_the_monday_before_are_shown():
    found = rows(make_plan([]), DAY, {})
    assert (found.days[0], found.days[-1], len(found.weeks)) == (date(2026, 11, 30), date(2027, 1, 10), 6)


def test_a_post_in_two_streams_is_a_mark_in_both_rows():
    roads, schools = make_lane("Roads"), make_lane("Schools")
    both = shown([roads, schools], [make_entry("2026-12-02T08:00", roads, schools)])
    assert [[(mark.place, len(mark.posts)) for mark in row.marks] for row in both] == [[(3, 1)], [(3, 1)]]
    assert [row.planned for row in both] == [1, 1]


def test_a_row_counts_what_went_out_what_is_planned_and_what_is_missing():
    roads = make_lane("Roads", cadence=MONDAYS)
    entries = [
        make_entry("2026-12-02T08:00", roads, state="delivered"),
        make_entry("2026-12-04T08:00", roads),
    ]
    (row,) = shown(
        [roads], entries, since="2026-11-29T23:00", until="2026-12-13T23:00", now="2026-12-01T23:00"
    )
    assert (row.sent, row.planned, row.open) == (1, 1, 2)
    # The first Monday has passed: it is a mark, and nothing to be done.
    assert [mark.place for mark in row.marks] == [1, 3, 5, 8]
    assert notes(row) == [("gap", "2026-12-07")]
    assert {piece.kind for piece in row.pieces} == {"run", "post", "plan", "gap"}


def test_more_than_the_stream_bears_is_a_flood_on_the_days_it_lasts():
    roads = make_lane("Roads", flood_posts=3)
    entries = [make_entry(f"2026-12-{when}:00", roads) for when in ("02T20", "02T22", "02T23", "03T07")]
    (row,) = shown([roads], entries)
    assert ([(note.kind, note.date.day, note.number) for note in row.notes], row.floods) == (
        [("flood", 2, 4)],
        1,
    )
    assert [(mark.date.day, mark.flood) for mark in row.marks] == [(2, True), (3, True)]
    (row,) = shown([make_lane("Roads")], entries)
    assert notes(row) == []


def test_days_with_promised_slots_are_marked_whether_filled_or_not():
    roads = make_lane("Roads")
    promised = [datetime(2026, 12, 2, hour) for hour in (8, 10)]  # noqa: DTZ001  (wall clocks)
    (row,) = shown([roads], [make_entry("2026-12-02T07:00", roads)], slots={roads.id: promised}.items())
    assert row.slots == [3]


def test_two_nearer_than_the_stream_bears_collide_unless_one_will_not_come():
    roads, schools = make_lane("Roads"), make_lane("Schools")
    near = make_entry("2026-12-02T08:29", roads)
    found = shown([roads, schools], [make_entry("2026-12-02T08:00", roads), near])
    assert (notes(found[0]), found[0].notes[0].clash.minutes) == ([("clash", "2026-12-02")], 29)
    assert notes(found[1]) == []
    for other in (
        near._replace(state="withdrawn"),
        make_entry("2026-12-02T08:30", roads),
        make_entry("2026-12-02T08:10", schools),
    ):
        found = shown([roads, schools], [make_entry("2026-12-02T08:00", roads), other])
        assert [notes(row) for row in found] == [[], []]

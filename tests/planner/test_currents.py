"""The lines of the streams through a week: solid, dashed, dotted."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from calendar_app.planner.currents import DAY, MOST_LINES, Piece, Tally, currents, pieces
from calendar_app.planner.plan import days_from
from calendar_app.streams.cadence import parse_cadence
from tests.planner.plans import make_entry, make_lane, make_plan

WEEK_49 = days_from(date(2026, 11, 30), 7)
NOTHING = Tally()
FRIDAYS = parse_cadence("RRULE:FREQ=WEEKLY;BYDAY=FR;BYHOUR=14;BYMINUTE=0").to_json()

WEEK = 7 * DAY


def line(*entries, lane, **values):
    return currents(make_plan([lane], entries, **values), WEEK_49)[0].pieces


def test_a_week_without_anything_is_a_resting_line():
    assert pieces([NOTHING] * 7) == [Piece("rest", 0, WEEK)]


def test_a_week_in_which_only_promises_stand_is_dotted_all_through():
    assert pieces([NOTHING] * 4 + [Tally(open=1)] + [NOTHING] * 2) == [Piece("gap", 6, WEEK - 6)]


def test_what_went_out_runs_solid_and_what_is_planned_dashed():
    roads = make_lane()
    found = line(
        make_entry("2026-11-30T08:00", roads, state="delivered"),
        make_entry("2026-12-02T08:00", roads, state="draft"),
        lane=roads,
    )
    assert found == [Piece("run", 0, WEEK), Piece("post", 14, 86), Piece("plan", 214, 286)]


def test_the_line_stops_at_both_sides_of_a_gap():
    hikes = make_lane("Hikes", cadence=FRIDAYS)
    found = line(
        make_entry("2026-11-30T08:00", hikes, state="delivered"),
        lane=hikes, since="2026-11-29T23:00", until="2026-12-06T23:00",
    )  # fmt: skip
    assert found == [
        Piece("run", 0, 398), Piece("run", 502, WEEK), Piece("post", 14, 86), Piece("gap", 406, 496),
    ]  # fmt: skip


def test_a_day_with_several_posts_is_drawn_thicker():
    roads = make_lane()
    found = line(
        make_entry("2026-11-30T08:00", roads, state="published"),
        make_entry("2026-11-30T12:00", roads),
        lane=roads,
    )
    assert found[-1] == Piece("post", 14, 86, more=True)


def test_what_failed_has_left_us_but_what_was_missed_draws_nothing():
    roads = make_lane()
    assert line(make_entry("2026-11-30T08:00", roads, state="failed"), lane=roads)[-1].kind == "post"
    assert line(make_entry("2026-11-30T08:00", roads, state="missed"), lane=roads) == [Piece("rest", 0, WEEK)]


def test_a_post_in_two_streams_runs_in_both_lines():
    roads, schools = make_lane("Roads"), make_lane("Schools")
    plan = make_plan([roads, schools], [make_entry("2026-11-30T08:00", roads, schools)])
    assert [one.pieces[-1] for one in currents(plan, WEEK_49)] == [Piece("plan", 14, 86)] * 2


def test_lines_lie_below_each_other_and_no_more_than_can_be_told_apart():
    lanes = [make_lane(f"Stream {number}") for number in range(12)]
    found = currents(make_plan(lanes), WEEK_49)
    assert len(found) == MOST_LINES
    assert [one.y for one in found] == [3 + 6 * number for number in range(MOST_LINES)]


tallies = st.builds(Tally, st.integers(0, 3), st.integers(0, 3), st.integers(0, 2))


@given(st.lists(tallies, min_size=7, max_size=7))
def test_a_line_stays_within_its_week_and_every_day_says_what_it_has(week):
    found = pieces(week)
    assert all(0 <= piece.x1 < piece.x2 <= WEEK for piece in found)
    thick = {piece.x1 // 100: piece.kind for piece in found if piece.kind in {"post", "plan"}}
    assert thick == {
        number: "post" if day.sent else "plan" for number, day in enumerate(week) if day.sent or day.planned
    }

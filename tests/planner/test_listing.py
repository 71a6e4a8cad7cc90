"""The plan as a list, a page at a time."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from calendar_app.planner.listing import listing
from calendar_app.planner.plan import days_from
from calendar_app.streams.cadence import parse_cadence
from tests.planner.plans import make_entry, make_lane, make_plan

DECEMBER = days_from(date(2026, 12, 1), 31)
DAILY = parse_cadence("daily at 07:00").to_json()


def test_days_without_anything_are_left_out():
    roads = make_lane()
    plan = make_plan([roads], [make_entry("2026-12-03T08:00", roads), make_entry("2026-12-20T08:00", roads)])
    assert [day.date.day for day in listing(plan, DECEMBER).days] == [3, 20]


def test_a_page_past_the_end_is_the_last_page():
    roads = make_lane()
    plan = make_plan([roads], [make_entry(f"2026-12-{day:02}T08:00", roads) for day in range(1, 6)])
    shown = listing(plan, DECEMBER, page=99, size=2)
    assert (shown.page, shown.pages, shown.total, [day.date.day for day in shown.days]) == (3, 3, 5, [5])


def test_nothing_at_all_is_one_empty_page():
    shown = listing(make_plan([]), DECEMBER)
    assert (shown.page, shown.pages, shown.total, shown.days) == (1, 1, 0, [])


@given(st.lists(st.tuples(st.integers(1, 31), st.integers(0, 22)), max_size=40), st.integers(1, 7))
def test_all_pages_together_hold_every_post_and_every_gap_once(times, size):
    roads, schools = make_lane("Roads"), make_lane("Schools", cadence=DAILY)
    plan = make_plan(
        [roads, schools],
        [make_entry(f"2026-12-{day:02}T{hour:02}:00", roads) for day, hour in times],
        since="2026-11-30T23:00", until="2026-12-31T23:00", now="2026-11-30T00:00",
    )  # fmt: skip
    first = listing(plan, DECEMBER, size=size)
    pages = [listing(plan, DECEMBER, page=number, size=size) for number in range(1, first.pages + 1)]
    posts = [placed.entry.uuid for page in pages for day in page.days for placed in day.posts]
    gaps = [open_.local for page in pages for day in page.days for open_ in day.gaps]
    assert posts == [placed.entry.uuid for day in DECEMBER for placed in plan.posts.get(day, ())]
    assert gaps == [open_.local for day in DECEMBER for open_ in plan.gaps.get(day, ())]

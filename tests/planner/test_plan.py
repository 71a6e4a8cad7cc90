"""Where a post stands on the calendar: its local day, its colour, its place within the day."""

from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from calendar_app.planner.plan import monday_of, place
from tests.planner.plans import make_entry, make_lane, make_plan, utc


def test_a_post_stands_on_its_local_day_not_on_that_of_utc():
    roads = make_lane()
    late = make_entry("2026-12-01T23:30", roads)
    assert list(make_plan([roads], [late]).posts) == [date(2026, 12, 2)]
    assert list(make_plan([roads], [late], zone="America/New_York").posts) == [date(2026, 12, 1)]


def test_posts_of_a_day_stand_by_time():
    roads = make_lane()
    later, earlier = make_entry("2026-12-01T12:00", roads), make_entry("2026-12-01T07:30", roads)
    shown = make_plan([roads], [later, earlier]).posts[date(2026, 12, 1)]
    assert [placed.entry for placed in shown] == [earlier, later]


def test_a_post_takes_the_colour_of_its_first_stream_that_is_shown():
    roads, schools = make_lane("Roads"), make_lane("Schools")
    entry = make_entry("2026-12-01T12:00", roads, schools)
    day = date(2026, 12, 1)
    assert make_plan([roads, schools], [entry]).posts[day][0].lane == roads
    assert make_plan([schools], [entry]).posts[day][0].lane == schools


def test_a_post_of_no_shown_stream_is_left_out():
    roads, schools = make_lane("Roads"), make_lane("Schools")
    assert not make_plan([schools], [make_entry("2026-12-01T12:00", roads)]).posts


def test_a_time_that_occurs_twice_stands_in_order_of_its_instants():
    roads = make_lane()
    second = make_entry("2026-10-25T01:30", roads)
    first = make_entry("2026-10-25T00:30", roads)
    shown = make_plan([roads], [second, first]).posts[date(2026, 10, 25)]
    assert [placed.entry for placed in shown] == [first, second]
    assert [placed.local.strftime("%H:%M") for placed in shown] == ["02:30", "02:30"]


def test_only_what_has_not_gone_out_can_be_moved():
    roads = make_lane()
    movable = {
        state: make_entry("2026-12-01T12:00", roads, state=state).movable
        for state in ("draft", "in_review", "approved", "scheduled", "sending", "published", "delivered",
                      "failed", "unknown", "missed", "withdrawn")
    }  # fmt: skip
    assert [state for state, may in movable.items() if may] == ["draft", "in_review", "approved", "scheduled"]


@given(
    st.lists(st.integers(0, 500_000), max_size=30),
    st.sampled_from(["Europe/Oslo", "Pacific/Apia", "America/St_Johns", "UTC", "Asia/Kathmandu"]),
)
def test_nothing_is_lost_and_everything_stands_on_its_own_day(minutes, zone):
    roads = make_lane()
    start = datetime.fromisoformat("2026-03-01T00:00")
    entries = [make_entry((start + timedelta(minutes=number)).isoformat(), roads) for number in minutes]
    plan = place(entries, (), [roads], zone, now=utc("2026-12-01T00:00"))
    shown = [placed for rows in plan.posts.values() for placed in rows]
    assert sorted(placed.entry.uuid for placed in shown) == sorted(entry.uuid for entry in entries)
    assert all(placed.local.date() == day for day, rows in plan.posts.items() for placed in rows)
    assert all(placed.local == placed.entry.at for placed in shown)


@given(st.dates(date(1971, 1, 1), date(2198, 12, 31)))
def test_a_week_begins_on_the_monday_at_most_six_days_before(day):
    monday = monday_of(day)
    assert monday.weekday() == 0
    assert timedelta() <= day - monday < timedelta(days=7)

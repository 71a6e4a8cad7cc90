"""A week as lanes, also where the clocks or the years change inside."""

from datetime import date

from calendar_app.planner.week import MOST_POSTS, week
from calendar_app.streams.cadence import parse_cadence
from tests.planner.plans import make_entry, make_lane, make_plan

MONDAYS = parse_cadence("RRULE:FREQ=WEEKLY;BYDAY=MO;BYHOUR=7;BYMINUTE=30").to_json()


def test_each_stream_has_its_lane_with_its_own_posts():
    roads, schools = make_lane("Roads"), make_lane("Schools")
    plan = make_plan(
        [roads, schools],
        [
            make_entry("2026-12-02T08:00", roads, title="A"),
            make_entry("2026-12-02T09:00", schools, title="B"),
        ],
    )
    shown = week(plan, date(2026, 12, 3), today=date(2026, 12, 1))
    titles = [[placed.entry.title for placed in lane.days[2].posts] for lane in shown.lanes]
    assert titles == [["A"], ["B"]]
    assert [day.today for day in shown.lanes[0].days] == [False, True] + [False] * 5


def test_a_post_in_two_streams_stands_once_in_its_home_and_counts_in_both():
    roads, schools = make_lane("Roads"), make_lane("Schools")
    plan = make_plan([roads, schools], [make_entry("2026-12-02T08:00", roads, schools)])
    shown = week(plan, date(2026, 12, 3), today=date(2026, 12, 1))
    assert [sum(len(day.posts) for day in lane.days) for lane in shown.lanes] == [1, 0]
    assert [lane.planned for lane in shown.lanes] == [1, 1]


def test_the_week_of_the_change_of_clocks_keeps_local_days_and_clocks():
    roads = make_lane("Roads")
    plan = make_plan(
        [roads],
        [
            make_entry("2026-10-24T22:30", roads),
            make_entry("2026-10-25T22:30", roads),
            make_entry("2026-10-25T23:30", roads),
        ],
    )
    shown = week(plan, date(2026, 10, 25), today=date(2026, 10, 20))
    sunday = shown.lanes[0].days[6]
    assert [placed.local.strftime("%d %H:%M") for placed in sunday.posts] == ["25 00:30", "25 23:30"]
    assert sum(len(day.posts) for day in shown.lanes[0].days) == 2


def test_a_lane_counts_what_went_out_what_is_planned_and_what_is_missing():
    roads = make_lane("Roads", cadence=MONDAYS)
    plan = make_plan(
        [roads],
        [make_entry("2026-12-02T08:00", roads, state="delivered"), make_entry("2026-12-04T08:00", roads)],
        since="2026-11-29T23:00", until="2026-12-06T23:00", now="2026-11-29T23:00",
    )  # fmt: skip
    lane = week(plan, date(2026, 12, 3), today=date(2026, 11, 30)).lanes[0]
    assert (lane.sent, lane.planned, lane.open) == (1, 1, 1)
    assert [len(day.gaps) for day in lane.days] == [1, 0, 0, 0, 0, 0, 0]


def test_a_crowded_day_counts_what_it_has_no_room_for():
    roads = make_lane()
    plan = make_plan([roads], [make_entry(f"2026-12-02T{hour:02}:00", roads) for hour in range(5, 15)])
    day = week(plan, date(2026, 12, 2), today=date(2026, 12, 1)).lanes[0].days[2]
    assert (len(day.posts), day.hidden) == (MOST_POSTS, 10 - MOST_POSTS)


def test_the_week_that_crosses_the_year_has_one_number_and_its_neighbours():
    shown = week(make_plan([]), date(2027, 1, 2), today=date(2026, 12, 1))
    assert (shown.number, shown.monday, shown.sunday) == (53, date(2026, 12, 28), date(2027, 1, 3))
    assert (shown.previous, shown.next) == (date(2026, 12, 21), date(2027, 1, 4))

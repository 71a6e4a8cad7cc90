"""What a plan tells beside its posts: counted in one line, one of each kind first."""

from datetime import date

from calendar_app.extensions import db
from calendar_app.planner.asides import asides
from tests.factories import make_person, make_post, make_stream, make_team, plan_for
from tests.planner.plans import make_entry, make_lane, make_plan, utc

SPAN = (date(2026, 12, 1), date(2026, 12, 8))
NOW = utc("2026-12-01T00:00")
DAILY = ("FREQ=DAILY;BYHOUR=9;BYMINUTE=0;BYSECOND=0",)


def told(lanes, entries=()):
    plan = make_plan(lanes, entries, since="2026-11-30T23:00", until="2026-12-07T23:00")
    return asides(plan, SPAN, now=NOW)


def test_one_of_each_kind_comes_first_and_all_are_counted():
    silent = [make_lane(f"Silent {number}", cadence=DAILY) for number in range(3)]
    busy = [make_lane(f"Busy {number}") for number in range(2)]
    close = make_lane("Close")
    entries = [make_entry(f"2026-12-02T{hour:02}:00", lane) for lane in busy for hour in range(8, 13)]
    entries += [make_entry(f"2026-12-03T10:{minute}", close) for minute in ("00", "10")]
    found = told([*silent, *busy, close], entries)
    assert found.counts == {"silence": 3, "flood": 2, "collision": 1}
    assert [note.kind for note in found.notes] == [
        *("silence", "flood", "collision"), *("silence", "silence"), "flood",
    ]  # fmt: skip


def test_a_collision_names_the_next_two_and_how_many_more_there_are():
    lane = make_lane(near_minutes=30)
    entries = [make_entry(f"2026-12-0{day}T10:{minute}", lane) for day in (2, 4) for minute in ("00", "10")]
    collision = told([lane], entries).notes[0].about
    assert (collision.clash.minutes, collision.clash.first.local.day, collision.more) == (10, 2, 1)


def test_in_a_flood_nothing_else_collides_and_what_is_past_or_never_came_does_not():
    flooded = make_lane(flood_posts=2)
    past, missed = make_lane(), make_lane()
    entries = [make_entry(f"2026-12-02T10:0{minute}", flooded) for minute in range(4)]
    entries += [make_entry(f"2026-11-30T23:1{minute}", past) for minute in range(2)]
    entries += [make_entry(f"2026-12-03T10:0{minute}", missed, state="missed") for minute in range(2)]
    assert told([flooded, past, missed], entries).counts == {"flood": 1}


def test_nothing_to_tell_is_nothing():
    assert (told([make_lane()]).counts, told([make_lane()]).notes) == ({}, [])


def test_the_page_has_one_line_that_is_closed_and_every_warning_in_it_has_its_way_out(signed_in):
    team = make_team()
    stream = make_stream(team, "roads", name="Roads")
    for minute in (0, 10):
        plan_for(make_post(stream, title=f"No {minute}"), utc(f"2127-12-02T10:{minute:02}"))
    make_stream(team, "pool", name="Pool", cadence=list(DAILY))
    person = make_person(team)
    person.timezone = "Europe/Oslo"
    db.session.commit()
    page = signed_in(person).get("/calendar?date=2127-12-02").text
    line = page.split('data-kept="asides">')[1].split("</details>")[0]
    assert "1 stream is silent" in line and "collisions in 1 stream" in line
    assert "Close together in “Roads”." in line
    assert "“No 0” and “No 10” are 10 minutes apart on Tuesday 2 December" in line
    assert "view=day&amp;date=2127-12-02" in line and "Fill the gaps" in line

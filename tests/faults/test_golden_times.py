"""F11: clocks that change in five zones, 29 February and the 31st: a golden table, each local slot exactly once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from calendar_app.channels.delivering import drain
from calendar_app.extensions import db
from calendar_app.posts.scheduling import schedule
from calendar_app.streams.cadence import parse_cadence, slots
from calendar_app.times import to_utc, to_wall
from tests.factories import make_account, make_actor, make_post, make_stream
from tests.faults.world import keep

pytestmark = pytest.mark.faults

# (zone, cadence, first local day, last, wall clocks and their instants in UTC): written by hand from the tz database.
GOLDEN = [
    ("Europe/Oslo", "daily at 02:30", "2027-03-27", "2027-03-29",
     ["27 02:30 = 27 01:30", "28 03:30 = 28 01:30", "29 02:30 = 29 00:30"]),
    ("Europe/Oslo", "daily at 02:30", "2027-10-30", "2027-11-01",
     ["30 02:30 = 30 00:30", "31 02:30 = 31 00:30", "01 02:30 = 01 01:30"]),
    ("America/New_York", "daily at 02:30", "2027-03-13", "2027-03-15",
     ["13 02:30 = 13 07:30", "14 03:30 = 14 07:30", "15 02:30 = 15 06:30"]),
    ("America/New_York", "daily at 01:30", "2027-11-06", "2027-11-08",
     ["06 01:30 = 06 05:30", "07 01:30 = 07 05:30", "08 01:30 = 08 06:30"]),
    ("Australia/Lord_Howe", "daily at 02:15", "2027-10-02", "2027-10-04",
     ["02 02:15 = 01 15:45", "03 02:45 = 02 15:45", "04 02:15 = 03 15:15"]),
    ("Australia/Lord_Howe", "daily at 01:45", "2027-04-03", "2027-04-05",
     ["03 01:45 = 02 14:45", "04 01:45 = 03 14:45", "05 01:45 = 04 15:15"]),
    ("Pacific/Chatham", "daily at 03:00", "2027-09-25", "2027-09-27",
     ["25 03:00 = 24 14:15", "26 04:00 = 25 14:15", "27 03:00 = 26 13:15"]),
    ("Africa/Casablanca", "daily at 02:30", "2024-03-09", "2024-03-11",
     ["09 02:30 = 09 01:30", "10 02:30 = 10 01:30", "11 02:30 = 11 02:30"]),
    ("Africa/Casablanca", "daily at 02:30", "2024-04-13", "2024-04-15",
     ["13 02:30 = 13 02:30", "14 03:30 = 14 02:30", "15 02:30 = 15 01:30"]),
    ("Europe/Oslo", "monthly on the 31st at 09:00", "2028-01-01", "2028-06-30",
     ["31 09:00 = 31 08:00", "31 09:00 = 31 07:00", "31 09:00 = 31 07:00"]),
    ("Europe/Oslo", "yearly on 29 February at 09:00", "2027-01-01", "2027-12-31", []),
    ("Europe/Oslo", "yearly on 29 February at 09:00", "2028-01-01", "2028-12-31", ["29 09:00 = 29 08:00"]),
]  # fmt: skip


@pytest.mark.parametrize(("zone", "cadence", "first", "last", "expected"), GOLDEN)
def test_each_local_slot_comes_exactly_once(zone, cadence, first, last, expected):
    assert [golden(slot, zone) for slot in offered(zone, cadence, first, last)] == expected


def test_a_post_in_every_slot_of_the_table_is_sent_at_its_instant_and_once(app, receiver, monkeypatch):
    """The plan is made by wall clock; then each instant is let come, and asked for a moment before it as well."""
    sent = []
    for zone, cadence, first, last, expected in GOLDEN:
        stream = make_stream(timezone=zone)
        make_account(stream.team, streams=[stream])
        actor = make_actor(stream.team)
        for slot, told in zip(offered(zone, cadence, first, last), expected, strict=True):
            post = make_post(stream, publish_at=to_wall(slot, zone).isoformat(), due_at=slot)
            schedule(post, actor=actor, now=slot - timedelta(days=1))
            assert golden(post.deliveries[0].due_at, zone) == told
            sent.append((post, slot))
    db.session.commit()
    now = {}
    for module in ("posts.publishing", "channels.claiming", "channels.sweeping"):
        monkeypatch.setattr(f"calendar_app.{module}.database_now", lambda: now["at"])
    for post, slot in sorted(sent, key=lambda one: one[1]):
        for at, state in ((slot - timedelta(seconds=1), "scheduled"), (slot, "published")):
            now["at"] = at
            # A longer budget would be lingered away before the instant.
            drain(budget_seconds=0.02 if state == "scheduled" else 0.2)
            db.session.refresh(post)
            assert post.state == state, (post.publish_at, post.timezone)
    db.session.expire_all()
    assert {(row.state, row.attempts) for post, _ in sent for row in post.deliveries} == {("delivered", 1)}
    keep({"fault": "F11: clocks change, 29 Feb, the 31st", "database": db.engine.dialect.name, "posts": len(sent),
          "calls": len(sent), "lost": 0, "doubled": 0, "early": 0, "false delivered": 0, "stuck": 0,
          "unknown": 0})  # fmt: skip


def offered(zone, cadence, first, last):
    begin, end = (
        to_utc(datetime.combine(date.fromisoformat(day), datetime.min.time()), zone) for day in (first, last)
    )
    return slots(parse_cadence(cadence), zone, begin, end + timedelta(days=1))


def golden(slot, zone):
    return f"{to_wall(slot, zone):%d %H:%M} = {slot.astimezone(UTC):%d %H:%M}"

from datetime import UTC, datetime

import pytest

from calendar_app.extensions import db
from tests.api.program import fields_of
from tests.factories import make_account, make_post, make_stream, make_team, plan_for

WEEK = "/calendar?from=2027-03-22T00:00:00Z&to=2027-03-29T00:00:00Z"
BEFORE = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def weekly(team):
    """Mondays and Fridays at nine in Oslo: 22 and 26 March 2027, the last ones on winter time."""
    return make_stream(
        team, "weekly", cadence=["RRULE:FREQ=WEEKLY;BYDAY=MO,FR;BYHOUR=9;BYMINUTE=0"], created_at=BEFORE
    )


def planned(stream, *others, at, **values):
    post = make_post(stream, *others, **values)
    plan_for(post, datetime(2027, 3, *at, tzinfo=UTC))
    db.session.commit()
    return post


def test_posts_of_the_window_come_by_time(api, stream):
    planned(stream, at=(23, 9), title="second")
    first = planned(stream, at=(22, 0), title="first")
    planned(stream, at=(29, 0), title="after")
    planned(stream, at=(21, 23, 59), title="before")
    told = api.get(WEEK).json
    assert (told["from"], told["to"]) == ("2027-03-22T00:00:00Z", "2027-03-29T00:00:00Z")
    assert [post["title"] for post in told["posts"]] == ["first", "second"]
    assert told["posts"][0] == {
        "id": first.uuid, "title": "first", "state": "draft", "version": 1, "streams": ["road-works"], "accounts": [],
        "publish_at": "2027-03-22T01:00:00.000", "timezone": "Europe/Oslo", "due_at": "2027-03-22T00:00:00Z",
    }  # fmt: skip


def test_slots_are_what_the_cadence_offers_and_gaps_what_nobody_fills(api, weekly):
    planned(weekly, at=(26, 8))
    monday = {
        "stream": "weekly",
        "at": "2027-03-22T08:00:00Z",
        "wall": "2027-03-22T09:00",
        "timezone": "Europe/Oslo",
    }
    friday = {
        "stream": "weekly",
        "at": "2027-03-26T08:00:00Z",
        "wall": "2027-03-26T09:00",
        "timezone": "Europe/Oslo",
    }
    told = api.get(WEEK).json
    assert (told["slots"], told["gaps"]) == ([monday, friday], [monday])


def test_what_never_came_fills_no_slot(api, weekly):
    planned(weekly, at=(22, 8), state="missed")
    assert [gap["at"] for gap in api.get(WEEK).json["gaps"]] == [
        "2027-03-22T08:00:00Z",
        "2027-03-26T08:00:00Z",
    ]


def test_a_stream_promises_nothing_before_it_began(api, team):
    make_stream(team, "young", cadence=["RRULE:FREQ=DAILY;BYHOUR=9;BYMINUTE=0"],
                created_at=datetime(2027, 3, 27, tzinfo=UTC))  # fmt: skip
    assert [slot["wall"] for slot in api.get(WEEK).json["slots"]] == ["2027-03-27T09:00", "2027-03-28T09:00"]


def test_two_posts_close_together_collide_when_they_share_a_stream_or_an_account(api, team, stream):
    other = make_stream(team, "other")
    account = make_account(team, streams=[stream, other])
    one = planned(stream, at=(23, 9))
    two = planned(other, at=(23, 9, 29))
    planned(make_stream(team, "third"), at=(23, 9, 15))
    planned(stream, at=(23, 10, 31))
    assert api.get(WEEK).json["collisions"] == [
        {
            "posts": [one.uuid, two.uuid], "minutes_apart": 29.0, "near_minutes": 30, "streams": [],
            "accounts": [account.id],
        }
    ]  # fmt: skip


def test_how_near_is_near_is_for_each_stream_to_say_as_on_the_page(api, team, stream):
    wide, never = make_stream(team, "wide", near_minutes=120), make_stream(team, "never", near_minutes=0)
    pairs = [(planned(one, at=(23, 9)), planned(one, at=(23, 10, 59))) for one in (stream, wide, never)]
    [told] = api.get(WEEK).json["collisions"]
    assert (told["posts"], told["near_minutes"]) == ([one.uuid for one in pairs[1]], 120)
    for post in (*pairs[0], *pairs[1], *pairs[2]):
        warned = {one["what"] for one in api.get(f"/posts/{post.uuid}/warnings").json["items"]}
        assert ("Close to another post." in warned) == (post in pairs[1])


def test_one_stream_alone_may_be_asked_for(api, team, stream, weekly):
    planned(stream, at=(23, 9), title="ours")
    planned(weekly, stream, at=(24, 9), title="both")
    planned(weekly, at=(25, 9), title="theirs")
    told = api.get(WEEK + "&stream=road-works").json
    assert [post["title"] for post in told["posts"]] == ["ours", "both"]
    assert told["slots"] == []


def test_teams_of_others_are_not_on_the_plan(api, stream):
    daily = ["RRULE:FREQ=DAILY;BYHOUR=9;BYMINUTE=0"]
    elsewhere = make_stream(make_team(), "elsewhere", cadence=daily, created_at=BEFORE)
    planned(elsewhere, at=(23, 9))
    told = api.get(WEEK).json
    assert (told["posts"], told["slots"], told["gaps"], told["collisions"]) == ([], [], [], [])


def test_four_hundred_days_fit_and_one_more_does_not(api, weekly):
    told = api.get("/calendar?from=2027-01-01&to=2028-02-05").json
    assert len(told["slots"]) == 115
    assert list(fields_of(api.get("/calendar?from=2027-01-01&to=2028-02-06"))) == ["to"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("to=2027-01-01", "from"), ("from=2027-01-01", "to"), ("from=2027-01-02&to=2027-01-01", "to"),
        ("from=2027-01-01&to=2027-01-01", "to"), ("from=now&to=2027-01-01", "from"),
        ("from=2027-01-01&to=2027-02-01&stream=nobody-has", "stream"),
        ("from=2027-01-01&to=2027-02-01&view=week", "view"),
    ],
)  # fmt: skip
def test_a_wrong_window_is_told_where_it_is_wrong(api, stream, query, field):
    assert list(fields_of(api.get(f"/calendar?{query}"))) == [field]


def test_the_ends_of_time_are_reached_without_harm(api, weekly):
    for window in ("from=1970-01-01&to=1970-02-01", "from=2199-12-01&to=2199-12-31T23:59:59-00:00"):
        assert api.get(f"/calendar?{window}").status_code == 200


def test_a_window_with_far_too_many_slots_is_refused(api, team):
    hours = ",".join(str(hour) for hour in range(24))
    for number in range(4):
        make_stream(
            team, f"busy-{number}", cadence=[f"RRULE:FREQ=DAILY;BYHOUR={hours};BYMINUTE=0"], created_at=BEFORE
        )
    assert "20,000 slots" in fields_of(api.get("/calendar?from=2027-01-01&to=2027-12-31"))["to"]
    assert len(api.get("/calendar?from=2027-01-01&to=2027-02-01").json["slots"]) == 4 * 31 * 24

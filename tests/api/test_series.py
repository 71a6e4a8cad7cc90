"""Series for programs."""

import pytest

from tests.api.program import fields_of, program_of
from tests.factories import make_post, make_stream, make_team
from tests.series.conftest import tomorrow


@pytest.fixture
def wanted(stream):
    post = make_post(stream, title="Road report")
    return {
        "post": post.uuid, "rule": "RRULE:FREQ=DAILY;INTERVAL=2", "first": tomorrow().isoformat(), "time": "09:00",
        "timezone": "Europe/Oslo", "ahead_days": 5,
    }  # fmt: skip


def test_a_series_is_begun_read_changed_split_ended_and_thrown_away(api, wanted):
    made = api.post("/series", wanted)
    assert made.status_code == 201, made.json
    told, path = made.json, f"/series/{made.json['id']}"
    assert told["rule"] == "FREQ=DAILY;INTERVAL=2"
    assert told["words"] == "every second day at 09:00"
    assert [one["day"] for one in told["posts"]] == [tomorrow(days).isoformat() for days in (0, 2, 4)]
    assert told["posts"][0]["post"] == wanted["post"] and len(told["next"]) == 10
    assert api.get(f"/posts/{wanted['post']}").json["series"] == told["id"]
    assert api.get("/series").json["items"] == [api.get(path).json] == [told]

    later = api.patch(path, {"version": told["version"], "since": tomorrow(2).isoformat(), "time": "11:00"})
    assert later.status_code == 200, later.json
    assert later.json["id"] != told["id"] and later.json["first"] == tomorrow(2).isoformat()
    post = api.get(f"/posts/{later.json['posts'][0]['post']}").json
    assert post["publish_at"] == f"{tomorrow(2)}T11:00:00"

    api.patch(f"/posts/{post['id']}", {"version": post["version"], "title": "New words"})
    one = f"/series/{later.json['id']}"
    words = api.patch(one, {"version": later.json["version"], "words_of": post["id"], "skipped": []})
    assert words.json["content"]["title"] == "New words"
    ended = api.patch(one, {"version": words.json["version"], "ended": True}).json
    assert (ended["ended"], ended["next"]) == (True, [])
    assert [row["id"] for row in api.get("/series?ended=true").json["items"]] == [later.json["id"]]
    assert api.patch(one, {"version": 1}).status_code == 409
    assert (api.delete(one).status_code, api.get(one).status_code) == (204, 404)
    assert one.rpartition("/")[2] not in [
        str(row["id"]) for row in api.get("/series?ended=true").json["items"]
    ]
    back = api.post(f"{one}/return", {}).json
    assert (back["id"], back["ended"], back["posts"]) == (ended["id"], True, ended["posts"])
    assert api.post(f"{one}/return", {}).status_code == 409


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"rule": "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30"}, "rule"),
        ({"rule": "FREQ=DAILY;COUNT=1001"}, "rule"),
        ({"rule": "FREQ=DAILY;UNTIL=20990101"}, "rule"),
        ({"time": "9:00"}, "time"),
        ({"first": "2026-02-30"}, "first"),
        ({"skipped": ["2026-02-30"]}, "skipped"),
        ({"post": "0" * 36}, "post"),
        ({"ahead_days": 401}, "ahead_days"),
        ({"timezone": "Mars/Base"}, "timezone"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(api, wanted, changes, field):
    assert set(fields_of(api.post("/series", {**wanted, **changes}))) == {field}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_posts_of_others_begin_no_series_and_readers_may_not(app, api, wanted, team):
    theirs = make_post(make_stream(make_team()))
    assert set(fields_of(api.post("/series", {**wanted, "post": theirs.uuid}))) == {"post"}
    assert program_of(app, team, "viewer").post("/series", wanted).status_code == 403

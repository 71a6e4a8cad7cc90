"""The door for what is done in the calendar, and what it says of a place while a post hovers over it."""

from datetime import timedelta

import pytest

from calendar_app.extensions import db
from calendar_app.people.models import Audit
from calendar_app.posts.models import Post
from calendar_app.streams.cadence import parse_cadence
from tests.factories import make_post, make_scheduled, make_stream, make_team, plan_for
from tests.planner.plans import utc
from tests.planner.test_views import oslo, planned

AT = utc("2027-11-10T09:00")


@pytest.fixture
def database():
    """What the database does is tested at the steps themselves."""
    return "sqlite"


def send(browser, *acts):
    return browser.post(
        "/posts/steps", json={"acts": list(acts)}, headers={"X-CSRFToken": browser.form_token("/calendar")}
    )


def act(post, do="move", **more):
    return {"do": do, "id": post.uuid, "version": post.version, **more}


def test_one_request_moves_many_and_says_of_each_what_takes_it_back(signed_in):
    team = make_team()
    stream = make_stream(team)
    posts = [planned(stream, at=AT + timedelta(hours=hour), title=f"No {hour}") for hour in range(2)]
    gone = planned(stream, at=AT, title="Gone")
    gone.state = "missed"
    db.session.commit()
    browser = signed_in(oslo(team))
    answer = send(browser, *(act(post, date="2027-11-12") for post in (*posts, gone)))
    told = answer.json
    assert (answer.status_code, told["ok"], len(told["done"])) == (200, True, 2)
    assert told["sentence"].startswith("2 posts were moved. “Gone”: “Gone” missed its time.")
    assert told["stayed"] == [{"id": gone.uuid, "title": "Gone", "sentence": told["stayed"][0]["sentence"]}]
    db.session.expire_all()
    assert [post.due_at.day for post in (*posts, gone)] == [12, 12, 10]
    undone = send(browser, *(one["back"] for one in told["done"]))
    db.session.expire_all()
    assert undone.json["stayed"] == [] and [post.due_at for post in posts] == [AT, AT + timedelta(hours=1)]
    assert db.session.query(Audit).filter_by(action="post moved").count() == 4


def test_one_alone_is_refused_with_its_own_reason_and_status(signed_in):
    team = make_team()
    post = planned(make_stream(team), at=AT)
    foreign = planned(make_stream(), at=AT)
    browser = signed_in(oslo(team))

    def answer(*acts):
        found = send(browser, *acts)
        return found.status_code, found.json["sentence"]

    assert answer(act(foreign, date="2027-11-12"))[0] == 404
    assert answer({**act(post, date="2027-11-12"), "version": 7})[0] == 409
    assert answer(act(post, at="2028-03-26T02:30"))[0] == 422
    assert answer(act(post, date="2027-11-31")) == (422, "“2027-11-31” is not a day. Write it as 2026-12-01.")
    assert answer(act(post, do="explode"))[0] == answer()[0] == answer(act(post, days="many"))[0] == 422
    assert send(signed_in(oslo(team, "viewer")), act(post, days=1)).status_code == 403
    db.session.expire_all()
    assert (post.version, post.due_at) == (1, AT)


def test_a_copy_lands_where_it_is_put_and_the_original_stays(signed_in):
    team = make_team()
    post = planned(make_stream(team), at=AT)
    told = send(signed_in(oslo(team)), act(post, "copy", at="2027-11-12T14:05")).json
    copy = db.session.query(Post).filter_by(uuid=told["done"][0]["id"]).one()
    assert (copy.publish_at, copy.state, post.version) == ("2027-11-12T14:05:00", "draft", 1)
    assert told["sentence"] == "Duplicated “Bridge closed” to Fri 12 Nov, 14:05, as a draft"


def test_a_place_says_what_a_post_would_meet_there_and_keeps_nothing(signed_in):
    team = make_team()
    quiet = {"quiet_hours": [{"since": "20:00", "until": "07:00"}]}
    stream = make_stream(team, name="Roads", cadence=parse_cadence("daily at 09:00").to_json(), **quiet)
    post = planned(stream, at=AT, title="Mine")
    planned(stream, at=AT + timedelta(days=2, minutes=10), title="Other")
    soon = make_scheduled(stream, due_in=90_000, title="Soon")
    browser = signed_in(oslo(team))

    def meets(where, one=post):
        return browser.get(f"/posts/{one.uuid}/landing?{where}").json

    assert meets("date=2027-11-11") == {"ok": True, "when": "Thu 11 Nov, 10:00", "warnings": []}
    assert "“Other” goes out in Roads at 10:10" in meets("date=2027-11-12")["warnings"][0]
    assert meets("at=2027-11-12T11:30")["warnings"] == []
    assert "does not exist" in meets("at=2028-03-26T02:30")["warnings"][0]
    assert "This time has passed" in meets("date=2026-01-05", soon)["warnings"][0]
    assert meets("at=x")["warnings"] and meets("days=x")["warnings"]
    db.session.expire_all()
    assert (post.due_at, post.version) == (AT, 1)


def test_a_move_of_one_post_among_many_answers_in_a_few_bytes(signed_in):
    team = make_team()
    post = planned(make_stream(team), at=AT)
    plan_for(post, AT)
    answer = send(signed_in(oslo(team)), act(post, days=1))
    assert len(answer.data) < 600


def test_a_post_goes_into_another_row_and_comes_back_with_what_the_answer_says(signed_in):
    team = make_team()
    roads, music = make_stream(team, name="Roads"), make_stream(team, name="Music")
    post = planned(roads, at=AT)
    browser = signed_in(oslo(team))
    answer = send(browser, act(post, "stream", to=music.handle, of=roads.handle, date="2027-11-12")).json
    assert answer["sentence"].startswith("“Bridge closed” is in “Music” now")
    back = answer["done"][0]["back"]
    assert (back["do"], back["streams"], back["at"]) == ("stream", [roads.handle], "2027-11-10T09:00:00Z")
    assert send(browser, back).json["ok"]
    assert ([one.handle for one in post.streams], post.due_at) == ([roads.handle], AT)


def test_a_step_into_no_stream_is_refused(signed_in):
    team = make_team()
    post = planned(make_stream(team), at=AT)
    answer = send(signed_in(oslo(team)), act(post, "stream"))
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["streams"])


def test_while_it_hovers_over_another_row_what_is_in_the_way_there_is_said(signed_in):
    team = make_team()
    roads, music = make_stream(team, name="Roads"), make_stream(team, name="Music")
    post = planned(roads, at=AT)
    planned(music, at=AT + timedelta(minutes=10), title="Concert")
    browser, where = signed_in(oslo(team)), f"/posts/{post.uuid}/landing?date=2027-11-10"
    assert browser.get(where).json["warnings"] == []
    there = browser.get(f"{where}&to={music.handle}&of={roads.handle}").json
    assert there["when"] == "Wed 10 Nov, 10:00"
    assert "Concert" in there["warnings"][0]


def test_over_a_day_a_post_without_a_time_is_told_which_it_would_get(signed_in):
    team = make_team()
    post = make_post(make_stream(team, cadence=parse_cadence("daily at 12:30").to_json()))
    told = signed_in(oslo(team)).get(f"/posts/{post.uuid}/landing?date=2027-11-10").json
    assert told == {"ok": True, "when": "Wed 10 Nov, 12:30", "warnings": []}

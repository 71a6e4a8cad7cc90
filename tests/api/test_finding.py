from datetime import UTC, datetime
from urllib.parse import quote

import pytest
import sqlalchemy as sa

from calendar_app.extensions import db
from tests.api.program import fields_of
from tests.factories import make_post, make_stream, make_team, plan_for


def titles(api, address):
    answer = api.get(address)
    assert answer.status_code == 200, answer.json
    return [item["title"] for item in answer.json["items"]]


def every_page(api, address):
    found = []
    while address:
        answer = api.get(address).json
        found.append([item["title"] for item in answer["items"]])
        address = answer["next"]
    return found


def test_the_newest_comes_first(api, stream):
    for title in ("one", "two", "three"):
        make_post(stream, title=title)
    assert titles(api, "/posts") == ["three", "two", "one"]


def test_pages_follow_each_other_and_keep_the_filter(api, stream):
    for number in range(5):
        make_post(stream, title=f"{number}", kind="news")
    assert every_page(api, "/posts?limit=2&stream=road-works") == [["4", "3"], ["2", "1"], ["0"]]
    assert every_page(api, "/posts?limit=5") == [["4", "3", "2", "1", "0"]]
    following = api.get("/posts?limit=2&stream=road-works").json["next"]
    assert following.startswith("http://127.0.0.1:8000/api/v1/posts?limit=2&stream=road-works&after=")


def test_what_comes_and_goes_between_two_pages_shifts_nothing(api, stream):
    kept = [make_post(stream, title=f"{number}") for number in range(6)]
    first = api.get("/posts?limit=2").json
    make_post(stream, title="new")
    db.session.delete(kept[4])
    db.session.delete(kept[3])
    db.session.commit()
    assert every_page(api, first["next"]) == [["2", "1"], ["0"]]


def test_streams_and_accounts_have_pages_too(api, team):
    for handle in ("cc", "aa", "bb"):
        make_stream(team, handle)
    first = api.get("/streams?limit=2").json
    assert [item["handle"] for item in first["items"]] == ["aa", "bb"]
    assert [item["handle"] for item in api.get(first["next"]).json["items"]] == ["cc"]
    made = [api.post("/accounts", {"channel": "log", "name": f"Log {n}"}).json["id"] for n in range(3)]
    first = api.get("/accounts?limit=2").json
    assert [item["id"] for item in first["items"]] == made[:2]
    assert [item["id"] for item in api.get(first["next"]).json["items"]] == made[2:]


def test_by_stream_home_or_not(api, team, stream):
    other = make_stream(team, "other")
    make_post(stream, title="home")
    make_post(other, stream, title="guest")
    make_post(other, title="other")
    assert titles(api, "/posts?stream=road-works") == ["guest", "home"]


def test_by_state(api, stream):
    make_post(stream, title="draft")
    make_post(stream, title="approved", state="approved")
    assert titles(api, "/posts?state=approved") == ["approved"]
    assert titles(api, "/posts?state=withdrawn") == []


def test_by_time_from_the_first_instant_to_before_the_second(api, stream):
    for hour in (8, 9, 10):
        post = make_post(stream, title=f"{hour}")
        plan_for(post, datetime(2027, 1, 4, hour, tzinfo=UTC))
    make_post(stream, title="no time")
    db.session.commit()
    assert titles(api, "/posts?from=2027-01-04T09:00:00Z") == ["10", "9"]
    assert titles(api, "/posts?to=2027-01-04T09:00:00Z") == ["8"]
    assert titles(api, "/posts?from=2027-01-04T09:00:00Z&to=2027-01-04T10:00:00Z") == ["9"]
    assert titles(api, "/posts?from=2027-01-04T10:30:00%2B01:00") == ["10"]
    assert titles(api, "/posts?from=2027-01-04T10:30:00+01:00") == ["10"]
    assert titles(api, "/posts?from=2027-01-04&to=2027-01-05") == ["10", "9", "8"]
    assert titles(api, "/posts?from=2027-01-05") == []


def test_what_went_out_is_found_by_when_it_did(api, stream):
    post = make_post(stream, title="late", state="published", published_at=datetime(2027, 1, 5, tzinfo=UTC))
    plan_for(post, datetime(2027, 1, 4, tzinfo=UTC))
    db.session.commit()
    assert titles(api, "/posts?from=2027-01-05") == ["late"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("bridge", ["Bridge"]), ("BRIDGE", ["Bridge"]), ("closed", ["Bridge"]), ("100%", ["Rain"]), ("0% a", []),
        ("_", []), ("\\", ["Slash"]), ("østre", ["Øst"]), ("ØSTRE", ["Øst"]), ("zzz", []),
    ],
)  # fmt: skip
def test_by_words_of_title_or_text(api, stream, words, found):
    make_post(stream, title="Bridge", text="It is Closed.")
    make_post(stream, title="Rain", text="Likely: 100%.")
    make_post(stream, title="Slash", text="a\\b")
    make_post(stream, title="Øst", text="Østre Aker vei")
    assert titles(api, "/posts?q=" + quote(words)) == found


def test_filters_work_together(api, team, stream):
    other = make_stream(team, "other")
    make_post(stream, title="Rain here")
    make_post(other, title="Rain there")
    make_post(stream, title="Sun here")
    assert titles(api, "/posts?stream=road-works&q=rain&state=draft") == ["Rain here"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"), ("limit=201", "limit"), ("limit=many", "limit"), ("limit=" + "9" * 30, "limit"),
        ("after=0", "after"), ("after=99999999999999999999", "after"), ("after=" + "9" * 5000, "after"),
        ("state=gone", "state"), ("stream=nobody-has", "stream"), ("stream=%00", "stream"), ("q=", "q"),
        ("q=a%00b", "q"), ("q=" + "x" * 201, "q"), ("from=today", "from"), ("from=2027-02-30", "from"),
        ("from=2027-01-04T09:00:00", "from"), ("to=0001-01-01T00:00:00Z", "to"), ("to=9999-12-31T23:59:59-12:00", "to"),
        ("states=draft", "states"), ("state=draft&state=draft", "state"),
    ],
)  # fmt: skip
def test_a_wrong_question_is_told_where_it_is_wrong(api, stream, query, field):
    assert list(fields_of(api.get(f"/posts?{query}"))) == [field]


def test_a_stream_of_others_is_no_filter(api, stream):
    make_stream(make_team(), "elsewhere")
    assert list(fields_of(api.get("/posts?stream=elsewhere"))) == ["stream"]


def test_the_number_of_queries_does_not_grow_with_the_page(api, team, stream):
    for number in range(6):
        make_post(stream, title=f"{number}")
    api.get("/me")
    assert len(statements_of(api, "/posts?limit=6")) == len(statements_of(api, "/posts?limit=1"))


def statements_of(api, address):
    """What one request asks the database, with nothing remembered from before."""
    asked = []

    def note(_connection, _cursor, statement, *_rest):
        asked.append(statement)

    db.session.remove()
    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert api.get(address).status_code == 200
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)
    return asked


def test_posts_that_have_no_time_yet_and_those_that_have_one(api, stream):
    make_post(stream, title="whenever")
    plan_for(make_post(stream, title="planned"), datetime(2027, 1, 5, 9, tzinfo=UTC))
    db.session.commit()
    assert titles(api, "/posts?planned=no") == ["whenever"]
    assert titles(api, "/posts?planned=yes") == ["planned"]
    assert api.get("/posts?planned=perhaps").status_code == 422

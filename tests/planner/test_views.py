"""The calendar's pages as people meet them."""

import re
from datetime import timedelta

import pytest

from calendar_app.extensions import database_now, db
from calendar_app.planner.asking import VIEWS
from calendar_app.posts.models import Post
from calendar_app.streams.cadence import parse_cadence
from tests.factories import make_person, make_post, make_stream, make_team, plan_for
from tests.planner.plans import utc
from tests.planner.test_loading import Counted, fill_month

NOON = utc("2026-12-01T11:00")
DECEMBER = "/calendar?date=2026-12-01"


def oslo(team, role="owner"):
    person = make_person(team, role)
    person.timezone = "Europe/Oslo"
    db.session.commit()
    return person


def planned(stream, *streams, at=NOON, **values):
    post = make_post(stream, *streams, **values)
    plan_for(post, at)
    db.session.commit()
    return post


def cell(page, day):
    """The HTML of one day of the month."""
    return page.text.split(f'id="d-{day}"')[1].split('<li class="day')[0]


def test_who_is_not_signed_in_is_asked_to(new_browser):
    answer = new_browser().get(DECEMBER)
    assert (answer.status_code, answer.location) == (303, "/sign-in?next=/calendar?date%3D2026-12-01")


def test_without_a_stream_the_page_teaches_the_first_step(signed_in):
    page = signed_in(oslo(make_team())).get("/calendar")
    assert (page.status_code, page.text.count("<h1")) == (200, 1)
    assert "Open the first stream" in page.text


def test_a_viewer_without_a_stream_is_told_who_makes_one(signed_in):
    page = signed_in(oslo(make_team(), "viewer")).get("/calendar")
    assert "An editor or owner of your team makes the first stream" in page.text
    assert "Make a stream" not in page.text


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_shows_the_posts_of_its_days_with_state_and_local_time(signed_in, view):
    team = make_team()
    planned(make_stream(team, name="Roads"), title="Bridge <closed>", state="in_review")
    planned(make_stream(), title="Somebody else's")
    page = signed_in(oslo(team)).get(f"/calendar?view={view}&date=2026-12-01")
    assert page.status_code == 200
    assert "Bridge &lt;closed&gt;" in page.text
    assert "12:00" in page.text and 'data-state="review"' in page.text and "In review" in page.text
    assert "Somebody else" not in page.text
    assert page.text.count("<h1") == 1
    assert 'style="' not in page.text and "<style" not in page.text


def test_a_post_stands_in_the_cell_of_its_local_day(signed_in):
    team = make_team()
    post = planned(make_stream(team), at=utc("2026-12-01T23:30"), title="Late")
    page = signed_in(oslo(team)).get(DECEMBER)
    assert post.uuid in cell(page, "2026-12-02")
    assert post.uuid not in cell(page, "2026-12-01")


def test_who_never_chose_a_zone_plans_in_that_of_the_first_stream(signed_in):
    team = make_team()
    make_stream(team, timezone="Asia/Tokyo")
    assert "Tokyo (UTC+09:00)" in signed_in(make_person(team)).get(DECEMBER).text


def test_a_gap_begins_a_post_at_its_promised_time(signed_in):
    team = make_team()
    cadence = parse_cadence("daily at 09:00").to_json()
    make_stream(team, "schools", cadence=cadence, created_at=utc("2026-01-01T00:00"))
    later = database_now().year + 1
    page = signed_in(oslo(team)).get(f"/calendar?view=week&date={later}-07-07")
    assert page.text.count('class="gap"') == 7
    if "/posts/new" in page.text:
        assert f"/posts/new?stream=schools&amp;at={later}-07-07T09:00" in page.text


def test_a_viewer_can_move_nothing(signed_in):
    team = make_team()
    planned(make_stream(team))
    assert "data-movable" not in signed_in(oslo(team, "viewer")).get(DECEMBER).text
    assert "data-movable" in signed_in(oslo(team, "author")).get(DECEMBER).text


def test_a_full_day_loads_the_rest_when_asked(signed_in):
    team = make_team()
    stream = make_stream(team)
    posts = [
        planned(stream, at=NOON + timedelta(minutes=number), title=f"No {number}") for number in range(5)
    ]
    browser = signed_in(oslo(team))
    day = cell(browser.get(DECEMBER), "2026-12-01")
    assert [post.uuid in day for post in posts] == [True, True, True, False, False]
    assert "+2 more" in day
    rest = browser.get("/calendar/days/2026-12-01").text
    assert [post.uuid in rest for post in posts] == [False, False, False, True, True]


def test_filters_of_the_address_hold_in_the_page_and_in_its_links(signed_in):
    team = make_team()
    roads, schools = make_stream(team, "roads"), make_stream(team, "schools")
    planned(roads, title="About roads")
    planned(schools, title="About schools")
    page = signed_in(oslo(team)).get(f"{DECEMBER}&streams=roads")
    assert "About roads" in page.text and "About schools" not in page.text
    assert 'href="/calendar?view=week&amp;date=2026-12-01&amp;streams=roads"' in page.text
    assert re.search(r'value="roads" checked', page.text)
    assert not re.search(r'value="schools" checked', page.text)


def test_a_stream_that_is_not_ours_is_named_and_shows_nothing(signed_in):
    team = make_team()
    make_stream(team)
    planned(make_stream(handle="theirs"), title="Somebody else's")
    page = signed_in(oslo(team)).get(f"{DECEMBER}&streams=theirs")
    assert "Your teams have no stream “theirs”" in page.text
    assert "Somebody else" not in page.text


@pytest.mark.parametrize("query", ["view=year", "date=2026-13-01", "states=x", "person=x", "post=x"])
def test_an_address_that_cannot_be_shown_says_why(signed_in, query):
    team = make_team()
    make_stream(team)
    page = signed_in(oslo(team)).get(f"/calendar?{query}")
    assert page.status_code == 422
    assert "This cannot be done as written" in page.text


def test_a_change_of_clocks_within_the_days_shown_is_announced(signed_in):
    team = make_team()
    make_stream(team)
    browser = signed_in(oslo(team))
    assert (
        "the clocks go back 60 minutes on Sunday 25 October"
        in browser.get("/calendar?view=week&date=2026-10-25").text
    )
    assert "the clocks go" not in browser.get("/calendar?view=week&date=2026-12-01").text


def test_what_waits_for_a_person_stands_on_top_of_today_only(signed_in):
    team = make_team()
    planned(
        make_stream(team), at=database_now() + timedelta(days=400), title="Please read", state="in_review"
    )
    browser = signed_in(oslo(team))
    assert "Waits for a person" in browser.get("/calendar").text
    assert "Waits for a person" not in browser.get("/calendar?date=2030-01-01").text


def test_an_open_post_is_named_by_the_address_and_shown_beside_the_plan(signed_in):
    team = make_team()
    post = planned(make_stream(team, name="Roads"), title="Bridge closed")
    page = signed_in(oslo(team)).get(f"{DECEMBER}&post={post.uuid}")
    panel = page.text.split('<aside class="peek"')[1]
    assert "Bridge closed" in panel and "Tue 1 Dec 2026, 12:00" in panel and "Oslo (UTC+01:00)" in panel


def test_a_stranger_s_post_is_not_there_whichever_way_one_asks(signed_in):
    team = make_team()
    make_stream(team)
    theirs = planned(make_stream())
    browser = signed_in(oslo(team))
    token = browser.form_token(DECEMBER)
    answers = [
        browser.get(f"{DECEMBER}&post={theirs.uuid}"),
        browser.get(f"/posts/{theirs.uuid}/peek"),
        browser.post(
            f"/posts/{theirs.uuid}/move", data={"csrf_token": token, "date": "2026-12-02", "version": "1"}
        ),
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 404]


def test_a_peek_that_is_opened_by_itself_leads_to_the_calendar(signed_in):
    team = make_team()
    post = planned(make_stream(team))
    browser = signed_in(oslo(team))
    answer = browser.get(f"/posts/{post.uuid}/peek", headers={"Sec-Fetch-Dest": "document"})
    assert answer.location == f"/calendar?view=month&date=2026-12-01&post={post.uuid}"
    assert browser.get(f"/posts/{post.uuid}/peek").text.count("<html") == 0


def move(browser, post, **sent):
    body = {"date": "2026-12-03", "version": post.version, **sent}
    headers = {"X-CSRFToken": browser.form_token(DECEMBER), "Accept": "application/json"}
    return browser.post(f"/posts/{post.uuid}/move", json=body, headers=headers)


def test_a_script_moves_a_post_and_learns_how_to_take_it_back(signed_in):
    team = make_team()
    post = planned(make_stream(team), title="Bridge closed")
    answer = move(signed_in(oslo(team)), post)
    assert (answer.status_code, answer.json) == (
        200,
        {
            "ok": True,
            "sentence": "Moved “Bridge closed” to Thu 3 Dec, 12:00",
            "version": 2,
            "undo": {"date": "2026-12-01", "version": 2},
        },
    )
    assert db.session.get(Post, post.id).due_at == utc("2026-12-03T11:00")


@pytest.mark.parametrize(
    ("sent", "status", "sentence"),
    [
        ({"version": 9}, 409, "Somebody saved this post after you opened it"),
        ({"date": "soon"}, 422, "“soon” is not a day"),
        ({"date": None}, 422, "is not a day"),
        ({"version": "x"}, 422, "Load the page again"),
        ({"version": []}, 422, "Load the page again"),
    ],
)
def test_a_move_that_is_refused_answers_with_a_sentence_and_moves_nothing(signed_in, sent, status, sentence):
    team = make_team()
    post = planned(make_stream(team))
    answer = move(signed_in(oslo(team)), post, **sent)
    assert (answer.status_code, answer.json["ok"]) == (status, False)
    assert sentence in answer.json["sentence"]
    assert db.session.get(Post, post.id).due_at == NOON


def test_a_viewer_s_move_is_refused(signed_in):
    team = make_team()
    post = planned(make_stream(team))
    answer = move(signed_in(oslo(team, "viewer")), post)
    assert (answer.status_code, answer.json["ok"]) == (403, False)


def test_a_published_post_keeps_its_day(signed_in):
    team = make_team()
    post = planned(make_stream(team), title="Out")
    post.state, post.published_at = "published", NOON
    answer = move(signed_in(oslo(team)), post)
    assert (answer.status_code, answer.json["sentence"]) == (
        409,
        "“Out” has been published and keeps its day.",
    )


def test_without_scripts_a_form_moves_the_post_and_says_so(signed_in):
    team = make_team()
    post = planned(make_stream(team), title="Bridge closed")
    browser = signed_in(oslo(team))
    form = {"date": "2026-12-24", "version": "1"}
    answer = browser.send(f"/posts/{post.uuid}/move", form, page=f"{DECEMBER}&post={post.uuid}")
    assert (answer.status_code, answer.location) == (303, "/calendar?view=month&date=2026-12-24")
    assert "Moved “Bridge closed” to Thu 24 Dec, 12:00" in browser.get(answer.location).text


def test_a_move_without_the_form_s_token_is_refused(signed_in):
    team = make_team()
    post = planned(make_stream(team))
    answer = signed_in(oslo(team)).post(
        f"/posts/{post.uuid}/move", data={"date": "2026-12-24", "version": "1"}
    )
    assert answer.status_code == 400
    assert db.session.get(Post, post.id).due_at == NOON


def test_a_page_with_three_thousand_posts_asks_no_more_than_one_with_three(signed_in):
    team = make_team()
    stream = make_stream(team)
    browser = signed_in(oslo(team))
    fill_month(stream, 3)
    with Counted() as few:
        assert browser.get(DECEMBER).status_code == 200
    for post in db.session.query(Post):
        db.session.delete(post)
    db.session.commit()
    fill_month(stream, 3000)
    with Counted() as many:
        page = browser.get(DECEMBER)
    assert many.number == few.number <= 16
    assert page.text.count("data-post=") <= 3 * 42
    assert len(page.data) < 200_000


def test_looking_at_the_calendar_changes_nothing(signed_in):
    team = make_team()
    post = planned(make_stream(team))
    browser = signed_in(oslo(team))
    before = (post.version, post.updated_at)
    for path in (DECEMBER, "/calendar/days/2026-12-01", f"/posts/{post.uuid}/peek"):
        assert browser.get(path).status_code == 200
    fresh = db.session.get(Post, post.id)
    assert (fresh.version, fresh.updated_at) == before

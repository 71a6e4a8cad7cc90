"""The composer and the members' page of a post, through HTTP: pages and forms."""

from __future__ import annotations

import re
import uuid as uuids
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from calendar_app.extensions import db
from calendar_app.people.models import Session
from calendar_app.people.roles import actor_for
from calendar_app.posts.drafting import discard
from calendar_app.posts.models import Post
from tests.factories import make_person, make_post, make_stream, make_team, plan_for
from tests.posts.pages import errors_at, form_of, only_post, path


def test_a_stranger_finds_nothing(signed_in, stream):
    post = make_post(stream)
    stranger = signed_in(make_person(make_team()))
    assert stranger.get(path(post, "edit")).status_code == 404
    assert stranger.get(path(post, "deliveries")).status_code == 404
    assert stranger.get(f"/posts/new?stream={stream.handle}").status_code == 404
    for step in (
        "",
        "schedule",
        "schedule/removal",
        "review",
        "approval",
        "publication",
        "withdrawal",
        "copy",
        "removal",
    ):
        where = path(post, *step.split("/")) if step else path(post)
        assert stranger.send(where, {"version": 1}, page="/calendar").status_code == 404, step
    assert (post.state, post.version) == ("draft", 1)


def test_nobody_is_sent_to_sign_in(new_browser, stream):
    post = make_post(stream)
    answer = new_browser().get(path(post, "edit"))
    assert (answer.status_code, answer.location.split("?")[0]) == (303, "/sign-in")
    assert new_browser().get("/posts/new").status_code == 303


@pytest.mark.parametrize(
    "address", ["/posts/new?stream=%00", "/posts/new?stream=%F0%9F", "/posts/new?stream=no"]
)
def test_a_stream_that_is_not_there(browser, stream, address):
    assert browser.get(address).status_code == 404


def test_a_new_page_starts_on_the_day_that_was_clicked(browser, stream):
    page = browser.get("/posts/new?date=2030-12-24").text
    assert 'name="publish_date" type="date" value="2030-12-24"' in page
    assert 'name="publish_time" type="time" value="09:00"' in page
    assert "Oslo (UTC+01:00)." in page


def test_a_new_page_takes_stream_and_time_from_a_gap(browser, stream):
    other = make_stream(stream.team, "culture", language="nb")
    page = browser.get("/posts/new?stream=culture&at=2030-12-24T17:30").text
    ticked = re.findall(r'name="stream" value="([^"]+)"[^>]* checked', page)
    assert ticked == [other.handle]
    assert 'type="time" value="17:30"' in page
    assert 'name="language" value="nb"' in page


def test_a_new_page_takes_the_usual_hour_of_its_stream(browser, stream):
    stream.cadence = ["FREQ=WEEKLY;BYDAY=TU;BYHOUR=12;BYMINUTE=0"]
    db.session.commit()
    assert 'type="time" value="12:00"' in browser.get("/posts/new?date=2030-12-24").text
    assert 'type="time" value="09:00"' in browser.get("/posts/new?date=2030-12-25").text


@pytest.mark.parametrize("asked", ["date=yesterday", "at=25:99", "date=2030-02-31", "date=0000-00-00"])
def test_nonsense_in_the_address_leaves_the_time_open(browser, stream, asked):
    answer = browser.get(f"/posts/new?{asked}")
    assert answer.status_code == 200
    assert 'name="publish_date" type="date" value=""' in answer.text


def test_without_streams_the_page_says_what_to_do(signed_in):
    page = signed_in(make_person(make_team())).get("/posts/new")
    assert page.status_code == 200
    assert "your team has none yet" in page.text


def test_a_viewer_reads_and_has_no_buttons(signed_in, stream):
    viewer = signed_in(make_person(stream.team, "viewer"))
    post = make_post(stream, text="The *bridge*.")
    assert viewer.get("/posts/new").status_code == 403
    page = viewer.get(path(post, "edit"))
    assert "<em>bridge</em>" in page.text
    assert 'name="text"' not in page.text and "data-step" not in page.text
    for step in ("schedule", "review", "publication", "removal", "copy"):
        assert viewer.send(path(post, step), {"version": 1}, page=path(post, "edit")).status_code == 403


def test_a_form_without_scripts_makes_a_post_once(browser, stream):
    page = browser.get("/posts/new").text
    assert "data-plain-save" in page
    key = re.search(r'name="draft_key" value="([^"]+)"', page)[1]
    form = {
        "draft_key": key,
        "title": "Bridge",
        "text": "a\r\nb",
        "stream": "traffic",
        "language": "en",
        "kind": "news",
    }
    answer = browser.send("/posts", form, page="/posts/new")
    post = only_post()
    assert (answer.status_code, answer.location) == (303, path(post, "edit"))
    assert (post.title, post.text) == ("Bridge", "a\nb")
    again = browser.send("/posts", {**form, "text": "b"}, page="/posts/new")
    assert (again.status_code, only_post().text) == (303, "b")


def test_a_new_post_can_be_scheduled_at_once(browser, stream):
    form = {"draft_key": "k" * 20, "title": "Bridge", "stream": "traffic", "language": "en", "kind": "news",
            "publish_date": "2030-01-01", "publish_time": "09:00", "timezone": "Europe/Oslo"}  # fmt: skip
    form["step"] = "schedule"
    assert browser.send("/posts", form, page="/posts/new").status_code == 303
    post = only_post()
    assert post.state == "scheduled"
    assert "Scheduled for Tue 1 Jan 2030, 09:00, Europe/Oslo." in browser.get(path(post, "edit")).text


def test_what_is_wrong_with_a_new_post_is_told_at_its_field_and_nothing_typed_is_lost(browser, stream):
    form = {"draft_key": "k" * 20, "title": "Bridge <b>", "text": "Long text", "link": "javascript:alert(1)",
            "stream": "traffic", "language": "en", "kind": "news", "publish_date": "2027-03-28",
            "publish_time": "02:30", "timezone": "Europe/Oslo"}  # fmt: skip
    answer = browser.send("/posts", form, page="/posts/new")
    assert answer.status_code == 422
    assert set(errors_at(answer)) == {"link", "publish_at"}
    assert 'role="alert" tabindex="-1" data-focus-first' in answer.text
    for kept in (
        "Bridge &lt;b&gt;",
        "Long text",
        'value="javascript:alert(1)"',
        'value="2027-03-28"',
        'value="02:30"',
        "k" * 20,
    ):
        assert kept in answer.text
    assert 'data-way="2027-03-28T01:30"' in answer.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Post)) == 0


def test_a_form_without_a_stream_says_so(browser, stream):
    answer = browser.send("/posts", {"draft_key": "k" * 20, "title": "T"}, page="/posts/new")
    assert (answer.status_code, set(errors_at(answer))) == (422, {"streams"})


def test_a_saved_form_changes_the_post(browser, stream):
    post = make_post(stream)
    form = form_of(post, title="New", has_event="1", event_start_date="2030-02-01", event_start_time="18:00",
                   event_timezone="Europe/Oslo", event_location="Hall")  # fmt: skip
    answer = browser.send(path(post), form, page=path(post, "edit"))
    assert (answer.status_code, answer.location) == (303, path(post, "edit"))
    assert (post.title, post.event_location, post.version) == ("New", "Hall", 2)
    browser.send(path(post), form_of(post), page=path(post, "edit"))
    assert (post.event_starts_at, post.version) == (None, 3)


def test_a_megabyte_of_text_comes_back_whole(browser, stream):
    post = make_post(stream)
    text = "ø" * 1_000_000
    answer = browser.send(path(post), form_of(post, text=text), page=path(post, "edit"))
    assert answer.status_code == 422
    assert errors_at(answer)["text"].startswith("This text has 1,000,000 characters; 50,000 fit.")
    assert text in answer.text
    assert post.version == 1


def test_a_stale_form_shows_both_texts_and_mine_can_be_put_on_top(browser, stream):
    post = make_post(stream, text="First")
    form = form_of(post, text="Mine & more")
    browser.send(path(post), form_of(post, text="Theirs"), page=path(post, "edit"))
    answer = browser.send(path(post), form, page=path(post, "edit"))
    assert answer.status_code == 409
    assert "Mine &amp; more</pre>" in answer.text and "Theirs</pre>" in answer.text
    assert "Last saved by Kari Nordmann." in answer.text
    assert post.text == "Theirs"
    browser.send(path(post), {**form, "version": post.version}, page=path(post, "edit"))
    assert post.text == "Mine & more"


def test_a_form_sent_after_the_session_ended_comes_back_with_its_text(browser, stream):
    post = make_post(stream)
    form = form_of(post, text="Hours of work")
    token = browser.form_token(path(post, "edit"))
    for row in db.session.scalars(sa.select(Session)):
        row.ended_at = row.created_at
    answer = browser.post(path(post, "schedule"), data={**form, "csrf_token": token})
    assert answer.status_code == 401
    assert "Hours of work</textarea>" in answer.text
    assert f'action="{path(post, "schedule")}"' in answer.text
    assert f'<textarea hidden name="stream">\n{stream.handle}</textarea>' in answer.text
    assert post.version == 1


def test_an_author_whose_post_was_approved_meanwhile_keeps_the_text(signed_in, stream):
    stream.needs_approval = True
    post = make_post(stream, text="First")
    author = signed_in(make_person(stream.team, "author"))
    form, token = form_of(post, text="Second"), author.form_token(path(post, "edit"))
    post.state = "approved"
    db.session.commit()
    answer = author.post(path(post), data={**form, "csrf_token": token})
    assert answer.status_code == 403
    assert "Second</pre>" in answer.text and "Save mine over it" not in answer.text
    assert "This post has been approved." in answer.text
    assert post.text == "First"


def test_a_post_that_was_thrown_away_elsewhere_is_not_there(browser, stream):
    post = make_post(stream)
    form, where = form_of(post), path(post)
    discard(post, actor=actor_for(make_person(stream.team)))
    db.session.commit()
    assert browser.send(where, form, page="/calendar").status_code == 404


def test_the_page_says_what_followers_will_see(browser, stream):
    post = make_post(stream)
    page = browser.get(path(post, "edit")).text
    assert (
        "Followers will see the title in their calendar as soon as this is scheduled, marked “planned”. "
        "The text is shown when it is sent."
    ) in page
    stream.public_schedule = "nothing"
    db.session.commit()
    assert "Followers will see nothing of it until it is sent." in browser.get(path(post, "edit")).text
    stream.visibility = "internal"
    db.session.commit()
    assert "the stream is internal" in browser.get(path(post, "edit")).text


def test_the_page_shows_the_record(browser, stream):
    post = make_post(stream)
    browser.send(path(post), form_of(post, title="New"), page=path(post, "edit"))
    assert "<b>Kari Nordmann</b> changed it" in browser.get(path(post, "edit")).text


@pytest.mark.parametrize("number", [uuids.uuid4(), "not-a-number", "%00"])
def test_what_names_no_post(browser, stream, number):
    assert browser.get(f"/posts/{number}/edit").status_code == 404


@pytest.mark.parametrize(("locale", "city"), [("en", "Copenhagen"), ("nb", "København"), ("sv", "Köpenhamn")])
def test_zones_of_a_post_and_its_event_are_told_by_city_and_distance(signed_in, stream, locale, city):
    kari = make_person(stream.team, "editor")
    kari.locale, stream.timezone = locale, "Europe/Copenhagen"
    post = make_post(stream)
    plan_for(post, datetime(2030, 7, 1, 7, tzinfo=UTC))
    post.event_starts_at, post.event_timezone = datetime(2030, 12, 1, 17, tzinfo=UTC), "Europe/Copenhagen"
    db.session.commit()
    page = signed_in(kari).get(path(post, "edit")).text
    assert f'data-part="zone">{city} (UTC+02:00).' in page
    assert f'id="event-zone" data-part="event_zone">{city} (UTC+01:00)</p>' in page
    assert f'<option value="Europe/Copenhagen" label="{city} (UTC+0' in page
    assert 'name="event_timezone" value="Europe/Copenhagen"' in page

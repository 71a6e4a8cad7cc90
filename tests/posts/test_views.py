"""The composer and the members' page of a post, through HTTP: pages, forms, steps."""

from __future__ import annotations

import re
import uuid as uuids

import pytest
import sqlalchemy as sa

from calendar_app.channels.delivering import drain
from calendar_app.extensions import db
from calendar_app.people.models import Session, Site
from calendar_app.people.roles import actor_for
from calendar_app.posts.drafting import discard
from calendar_app.posts.models import Post
from calendar_app.posts.values import values_of
from tests.factories import (
    make_account,
    make_person,
    make_post,
    make_scheduled,
    make_stream,
    make_team,
)

DAILY = ["FREQ=DAILY;BYHOUR=9;BYMINUTE=0"]


def path(post, *parts):
    return "/".join(["/posts", post.uuid, *parts])


def form_of(post, **changes):
    """The whole form as the page of this post sends it."""
    values = values_of(post)
    day, _, clock = values["publish_at"].partition("T")
    form = {name: values[name] for name in ("title", "text", "link", "language", "kind")}
    form |= {"version": post.version, "stream": values["streams"], "home": values["streams"][0]}
    form |= {"places": "streams", "event_location": ""}
    form |= {"publish_date": day, "publish_time": clock, "timezone": values["timezone"]}
    return {**form, **changes}


def only_post():
    return db.session.scalars(sa.select(Post)).one()


def errors_at(answer):
    found = re.findall(r'data-problem="([^"]+)">.*?<span>([^<]*)</span>', answer.text)
    return {name: sentence.replace("&#34;", '"') for name, sentence in found}


@pytest.fixture
def kari(app):
    return make_person(make_team(), "owner")


@pytest.fixture
def stream(kari):
    return make_stream(kari.memberships[0].team, "traffic", name="Traffic")


@pytest.fixture
def browser(signed_in, kari):
    return signed_in(kari)


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
    assert "Europe/Oslo, UTC+1." in page


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


def test_scheduling_saves_what_was_typed_and_says_when_and_where(browser, stream):
    make_account(stream.team, streams=[stream])
    make_account(stream.team, streams=[stream])
    post = make_post(stream)
    form = form_of(post, title="New", publish_date="2030-07-01", publish_time="09:00")
    assert browser.send(path(post, "schedule"), form, page=path(post, "edit")).status_code == 303
    assert (post.state, post.title, len(post.deliveries)) == ("scheduled", "New", 2)
    page = browser.get(path(post, "edit")).text
    assert (
        "Scheduled for Mon 1 Jul 2030, 09:00, Europe/Oslo. It goes to Traffic and from there to 2 places."
        in page
    )


def test_a_time_that_has_passed_is_told_and_nothing_is_saved(browser, stream):
    post = make_post(stream)
    form = form_of(post, title="New", publish_date="2020-01-01", publish_time="09:00")
    answer = browser.send(path(post, "schedule"), form, page=path(post, "edit"))
    assert answer.status_code == 422
    assert errors_at(answer)["publish_at"].startswith("This time has passed")
    assert "New</textarea>" in answer.text
    assert (post.state, post.title) == ("draft", "Bridge closed")


def test_the_next_free_slot_is_one_press(browser, stream):
    stream.cadence = DAILY
    post = make_post(stream)
    assert (
        browser.send(path(post, "schedule"), form_of(post, slot="next"), page=path(post, "edit")).status_code
        == 303
    )
    assert (post.state, post.publish_at[11:]) == ("scheduled", "09:00:00")


def test_a_free_slot_can_be_pressed_without_scripts(browser, stream):
    stream.cadence = DAILY
    post = make_post(stream)
    page = browser.get(path(post, "edit")).text
    slot = re.search(r'name="slot" value="([^"]+\|[^"]+)"', page)[1]
    browser.send(path(post), form_of(post, slot=slot), page=path(post, "edit"))
    assert (post.state, post.publish_at) == ("draft", slot.split("|")[0] + ":00")


def test_a_step_that_does_not_fit_any_more_keeps_the_page(browser, stream):
    post = make_post(stream)
    stream.needs_approval = True
    db.session.commit()
    form = form_of(post, title="New", publish_date="2030-07-01", publish_time="09:00")
    answer = browser.send(path(post, "schedule"), form, page=path(post, "edit"))
    assert answer.status_code == 409
    assert "asks for approval" in answer.text and "New</textarea>" in answer.text


def test_the_way_of_a_post_through_review(signed_in, stream):
    stream.needs_approval = True
    author, editor = (signed_in(make_person(stream.team, role)) for role in ("author", "editor"))
    post = make_post(stream)
    author.send(path(post, "review"), form_of(post), page=path(post, "edit"))
    assert post.state == "in_review"
    editor.send(path(post, "approval"), form_of(post), page=path(post, "edit"))
    assert post.state == "approved"
    page = author.get(path(post, "edit")).text
    assert 'name="text"' not in page and 'data-step="schedule"' in page
    author.send(path(post, "approval", "removal"), {"version": post.version}, page=path(post, "edit"))
    assert post.state == "draft"
    author.send(path(post, "review"), form_of(post), page=path(post, "edit"))
    author.send(path(post, "review", "removal"), form_of(post), page=path(post, "edit"))
    assert post.state == "draft"


def test_an_author_gives_an_approved_post_its_time_but_not_other_words(signed_in, stream):
    stream.needs_approval = True
    author = signed_in(make_person(stream.team, "author"))
    post = make_post(stream, state="approved")
    edit = path(post, "edit")
    timeless = author.send(path(post, "schedule"), {"version": 1}, page=edit)
    assert (timeless.status_code, errors_at(timeless)) == (422, {"publish_at": "Choose when it goes out."})
    when = {"publish_date": "2030-07-01", "publish_time": "09:00", "timezone": "Europe/Oslo"}
    gap = {**when, "publish_date": "2027-03-28", "publish_time": "02:30"}
    refused = author.send(path(post), {"version": 1, **gap}, page=edit)
    assert (refused.status_code, set(errors_at(refused))) == (422, {"publish_at"})
    author.send(path(post, "schedule"), {"version": 1, **when}, page=edit)
    assert (post.state, post.publish_at) == ("scheduled", "2030-07-01T09:00:00")
    author.send(path(post), {"version": post.version, **when, "publish_time": "10:00"}, page=edit)
    assert (post.state, post.publish_at) == ("scheduled", "2030-07-01T10:00:00")
    words = {"version": post.version, **when, "title": "Other", "stream": stream.handle}
    assert author.send(path(post), words, page=edit).status_code == 403
    assert post.title == "Bridge closed"


def test_nobody_approves_a_text_they_have_not_seen(browser, signed_in, stream):
    post = make_post(stream, state="in_review")
    seen = form_of(post)
    other = signed_in(make_person(stream.team, "author"))
    other.send(path(post), form_of(post, text="Changed since"), page=path(post, "edit"))
    answer = browser.send(path(post, "approval"), seen, page=path(post, "edit"))
    assert (answer.status_code, post.state) == (409, "in_review")
    alone = browser.send(path(post, "approval"), {"version": 1}, page=path(post, "edit"))
    assert (alone.status_code, post.state) == (409, "in_review")


def test_published_and_withdrawn(browser, stream):
    make_account(stream.team, streams=[stream], name="Town log")
    post = make_post(stream)
    browser.send(path(post, "publication"), form_of(post), page=path(post, "edit"))
    drain()
    db.session.expire_all()
    page = browser.get(path(post, "edit")).text
    assert 'data-delivery-state="delivered"' in page and "Town log" in page and "on time, after" in page
    assert 'data-saves="press"' in page
    browser.send(path(post, "withdrawal"), {"version": post.version}, page=path(post, "edit"))
    assert post.state == "withdrawn"
    drain()
    assert browser.get(path(post, "deliveries")).text.count('data-delivery-state="delivered"') == 2


def test_a_published_post_can_be_corrected_and_keeps_its_time(browser, stream):
    post = make_scheduled(stream, due_in=-1)
    drain()
    db.session.expire_all()
    form = {
        name: value for name, value in form_of(post, text="Right").items() if not name.startswith("publish_")
    }
    assert browser.send(path(post), form, page=path(post, "edit")).status_code == 303
    assert (post.state, post.text) == ("published", "Right")


def test_a_copy_is_a_draft_without_a_time(browser, stream):
    account = make_account(stream.team)
    post = make_scheduled(stream, title="Twice")
    post.own_places = True
    browser.send(path(post), form_of(post, places="own", account=account.id, **{f"variant_{account.id}": "Own"}),
                 page=path(post, "edit"))  # fmt: skip
    answer = browser.send(path(post, "copy"), {"version": post.version}, page=path(post, "edit"))
    made = db.session.scalars(sa.select(Post).where(Post.id != post.id)).one()
    assert answer.location == path(made, "edit")
    assert (made.state, made.title, made.due_at, made.targets) == ("draft", "Twice", None, [account])
    assert values_of(made)["variants"] == {str(account.id): {"text": "Own"}}


def test_thrown_away_and_taken_back(browser, signed_in, stream):
    post = make_post(stream, title="Gone")
    number = post.uuid
    answer = browser.send(f"/posts/{number}/removal", {}, page=f"/posts/{number}/edit")
    assert answer.location == f"/posts/{number}/removal"
    assert "“Gone” is thrown away." in browser.get(answer.location).text
    assert signed_in(make_person(make_team())).get(answer.location).status_code == 404
    back = browser.send(f"/posts/{number}/restoration", {}, page=answer.location)
    assert (back.location, only_post().title) == (f"/posts/{number}/edit", "Gone")
    assert browser.get(answer.location).status_code == 404


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


def test_on_hold_the_page_says_that_nothing_goes_out(browser, stream):
    db.session.get_one(Site, 1).hold_reason = "This site was restored."
    post = make_post(stream)
    page = browser.get(path(post, "edit")).text
    assert "Nothing goes out at the moment." in page and "This site was restored." in page
    answer = browser.send(path(post, "publication"), form_of(post), page=path(post, "edit"))
    assert (answer.status_code, post.state) == (409, "draft")


@pytest.mark.parametrize("number", [uuids.uuid4(), "not-a-number", "%00"])
def test_what_names_no_post(browser, stream, number):
    assert browser.get(f"/posts/{number}/edit").status_code == 404

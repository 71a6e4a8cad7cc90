"""The steps of a post, pressed on its page: scheduling, review, publication, withdrawal, copy, removal."""

from __future__ import annotations

import re

import sqlalchemy as sa

from calendar_app.channels.delivering import drain
from calendar_app.extensions import db
from calendar_app.people.models import Site
from calendar_app.posts.models import Post
from calendar_app.posts.values import values_of
from tests.factories import make_account, make_person, make_post, make_scheduled, make_team
from tests.posts.pages import errors_at, form_of, only_post, path

DAILY = ["FREQ=DAILY;BYHOUR=9;BYMINUTE=0"]


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


def test_on_hold_the_page_says_that_nothing_goes_out(browser, stream):
    db.session.get_one(Site, 1).hold_reason = "This site was restored."
    post = make_post(stream)
    page = browser.get(path(post, "edit")).text
    assert "Nothing goes out at the moment." in page and "This site was restored." in page
    answer = browser.send(path(post, "publication"), form_of(post), page=path(post, "edit"))
    assert (answer.status_code, post.state) == (409, "draft")

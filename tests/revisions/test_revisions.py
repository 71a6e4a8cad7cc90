"""What a post said before is kept within bounds, compared and brought back."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from calendar_app.extensions import database_now, db
from calendar_app.posts.drafting import draft, edit
from calendar_app.posts.reviewing import approve
from calendar_app.posts.scheduling import reschedule
from calendar_app.posts.values import values_of
from calendar_app.revisions import comparing, keeping
from calendar_app.revisions.comparing import Part, compare
from calendar_app.revisions.models import Revision
from calendar_app.revisions.showing import changes
from tests.factories import make_actor, make_person, make_post, make_stream, make_team


@pytest.fixture
def database():
    return "sqlite"


@pytest.fixture
def kari(app):
    return make_actor(make_team())


@pytest.fixture
def post(kari):
    stream = make_stream(next(iter(kari.person.memberships)).team, "roads")
    return draft({"streams": [stream.handle], "title": "One"}, actor=kari, now=database_now())


def write(post, actor, *, minutes=0, **changes):
    now = database_now() + timedelta(minutes=minutes)
    edit(post, changes, version=post.version, actor=actor, now=now, typing=True)


def kept(post):
    rows = db.session.scalars(
        sa.select(Revision).where(Revision.post_id == post.id).order_by(Revision.number)
    )
    return [(row.number, row.values["title"], row.person_id) for row in rows]


def test_what_one_person_types_in_a_sitting_is_one_revision(post, kari):
    ola = make_actor(post.team, "author")
    write(post, kari, title="Two")
    write(post, kari, title="Three", minutes=5)
    assert kept(post) == [(1, "Three", kari.person.id)]
    write(post, ola, title="Four", minutes=6)
    write(post, kari, title="Five", minutes=7)
    write(post, kari, title="Six", minutes=20)
    assert [row[:2] for row in kept(post)] == [(1, "Three"), (2, "Four"), (3, "Five"), (4, "Six")]


def test_what_was_approved_stays_as_it_was_read(post, kari):
    approve(post, actor=kari, now=database_now())
    write(post, kari, title="Two")
    assert [row[:2] for row in kept(post)] == [(1, "One"), (2, "Two")]


def test_a_post_from_before_keeps_what_it_said_and_a_move_is_kept_too(kari):
    old = make_post(make_stream(kari.person.memberships[0].team), author_id=None)
    write(old, kari, title="New")
    reschedule(old, "2031-05-05T09:00", "Europe/Oslo", version=old.version, actor=make_actor(old.team, "author"),
               now=database_now())  # fmt: skip
    assert [row[:2] for row in kept(old)] == [(1, "Bridge closed"), (2, "New"), (3, "New")]


def test_what_is_kept_has_an_end_but_not_for_the_first_and_the_approved(post, kari, monkeypatch):
    monkeypatch.setattr(keeping, "MOST", 4)
    write(post, kari, title="Two", minutes=20)
    approve(post, actor=kari, now=database_now())
    for number in range(3, 8):
        write(post, kari, title=str(number), minutes=number * 20)
    assert [row[1] for row in kept(post)] == ["One", "Two", "6", "7"]
    monkeypatch.setattr(keeping, "MOST_CHARACTERS", 1)
    write(post, kari, title="8", minutes=400)
    assert [row[1] for row in kept(post)] == ["One", "Two", "8"]


def test_words_that_went_and_words_that_came():
    assert compare("Closed until Monday, sorry", "Closed until Friday, sorry") == [
        Part("same", "Closed until "),
        Part("removed", "Monday,"),
        Part("added", "Friday,"),
        Part("same", " sorry"),
    ]
    assert compare("same", "same") == [Part("same", "same")]
    assert compare("", "new") == [Part("added", "new")]


@settings(max_examples=40, deadline=None)
@given(st.text("ab \n", max_size=60), st.text("ab \n", max_size=60), st.sampled_from([4, 60, 4_000_000]))
def test_both_texts_can_be_read_out_of_the_comparison(before, after, most):
    kept_limit, comparing.MOST_PAIRS = comparing.MOST_PAIRS, most
    try:
        parts = compare(before, after)
    finally:
        comparing.MOST_PAIRS = kept_limit
    assert "".join(one.text for one in parts if one.kind != "added") == before
    assert "".join(one.text for one in parts if one.kind != "removed") == after


def test_a_revision_is_compared_brought_back_and_that_is_undone(signed_in, app):
    kari = make_person(make_team(), name="Kari Nordmann")
    stream = make_stream(kari.memberships[0].team, "roads")
    post = make_post(stream, title="Bridge", text="Closed until Monday.")
    browser, path = signed_in(kari), f"/posts/{post.uuid}"
    assert "Nothing has been kept" in browser.get(f"{path}/history").text
    page = f"{path}/edit"
    saved = {"title": "Bridge", "text": "Closed until <b>Friday</b>.", "stream": "roads", "language": "en"}
    browser.send(path, {**saved, "version": 1}, page=page)
    shown = browser.get(f"{path}/history").text
    assert "From revision 1 to 2" in shown
    assert "Removed:" in shown and "Monday." in shown and "&lt;b&gt;Friday&lt;/b&gt;." in shown
    token = {"version": 2}
    back = browser.send(f"{path}/history/1/restoration", token, page=f"{path}/history")
    assert (back.status_code, db.session.get(type(post), post.id).text) == (303, "Closed until Monday.")
    shown = browser.get(f"{path}/history").text
    assert "Revision 3 brought back revision 1." in shown and "Undo" in shown
    browser.send(f"{path}/history/2/restoration", {"version": 3}, page=f"{path}/history")
    assert db.session.get(type(post), post.id).text == "Closed until <b>Friday</b>."
    stale = browser.send(f"{path}/history/1/restoration", {"version": 3}, page=f"{path}/history")
    assert stale.status_code == 409
    for nonsense in ("from=99", "to=x", "to=" + "9" * 40):
        assert browser.get(f"{path}/history?{nonsense}").status_code == 404
    assert f"{path}/history" in browser.get(page).text


def test_whatever_differs_is_told(post, kari):
    """Each value of a post: a new one needs its line in the comparison, but for the fold of its time."""
    stands = values_of(post)
    other = {"accounts": [1], "event": {"starts_at": "2031-05-05T09:00"}, "streams": ["x"], "ticked": ["Named"],
             "translations": {"nb": {"title": "x", "text": ""}},
             "variants": {"1": {"text": "x"}}, "pictures": [{"media": 1, "alt": "x"}],
             "publish_at": "2031-05-05T09:00"}  # fmt: skip
    for name in stands.keys() - {"fold", "timezone"}:
        assert len(changes(stands, {**stands, name: other.get(name, "x")})) == 1, name

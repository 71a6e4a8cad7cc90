"""A member's own notices on the page: what they say, where they lead, and what was read."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from calendar_app.extensions import db
from calendar_app.notices.models import Notice
from tests.factories import make_account, make_person, make_stream, make_team
from tests.notices.test_noticing import look, stuck


@pytest.fixture
def team(app):
    return make_team()


@pytest.fixture
def kari(team):
    return make_person(team, "editor")


@pytest.fixture
def stream(team, kari):
    found = make_stream(team, responsible_id=kari.id)
    make_account(team, name="Town screen", streams=[found])
    return found


def read_times():
    db.session.expire_all()
    return [read is not None for read in db.session.scalars(sa.select(Notice.read_at).order_by(Notice.id))]


def test_without_any_the_page_says_what_it_is_for(kari, signed_in):
    assert "No notices" in signed_in(kari).get("/notices").text


def test_unread_notices_are_counted_told_and_marked(kari, stream, signed_in):
    stuck(stream, "unknown", title="Bridge closed")
    stuck(stream, "failed", title="Bridge open")
    look()
    browser = signed_in(kari)
    page = browser.get("/notices").text
    assert "“Bridge closed” may have gone out to Town screen: please look." in page
    assert "“Bridge open” did not go out to Town screen." in page
    assert '<span class="count num">2</span>' in page and page.count("data-unread") == 2
    newest = max(db.session.scalars(sa.select(Notice.id)))
    assert browser.send("/notices/read", {"up_to": newest}, page="/notices").status_code == 303
    assert read_times() == [True, True]
    assert "Mark all as read" not in browser.get("/notices").text


def test_what_came_after_the_page_was_shown_stays_unread(kari, stream, signed_in):
    stuck(stream)
    look()
    shown = max(db.session.scalars(sa.select(Notice.id)))
    stuck(stream)
    look()
    signed_in(kari).send("/notices/read", {"up_to": shown}, page="/notices")
    assert read_times() == [True, False]


@pytest.mark.parametrize("up_to", ["", "x", "²", "9" * 40])
def test_an_odd_number_marks_nothing(kari, stream, signed_in, up_to):
    stuck(stream)
    look()
    signed_in(kari).send("/notices/read", {"up_to": up_to}, page="/notices")
    assert read_times() == [False]


def test_looking_at_one_marks_it_and_leads_there(kari, stream, signed_in):
    row = stuck(stream)
    look()
    number = db.session.scalar(sa.select(Notice.id))
    answered = signed_in(kari).send(f"/notices/{number}/read", page="/notices")
    assert answered.location == f"/posts/{row.post.uuid}/edit"
    assert read_times() == [True]


def test_what_was_settled_says_so(kari, stream, signed_in):
    row = stuck(stream)
    look()
    row.state, row.finished_at = "delivered", row.due_at
    db.session.commit()
    page = signed_in(kari).get("/notices").text
    assert "Settled since" in page and "The receiver refused" not in page


def test_nobody_reads_or_marks_those_of_others(kari, team, stream, signed_in):
    stuck(stream)
    look()
    number = db.session.scalar(sa.select(Notice.id))
    other = signed_in(make_person(team))
    assert "Bridge closed" not in other.get("/notices").text
    assert other.send(f"/notices/{number}/read", page="/notices").status_code == 404
    other.send("/notices/read", {"up_to": number}, page="/notices")
    assert read_times() == [False]

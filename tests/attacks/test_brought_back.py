"""What was thrown away is brought back by several at once, by the wrong ones, and under numbers that are none."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from calendar_app.extensions import database_now, db
from calendar_app.people import api_tokens, inviting
from calendar_app.people.models import Member
from calendar_app.people.roles import actor_for
from calendar_app.planner.models import SavedView
from calendar_app.series import editing
from calendar_app.series.models import Occurrence, Series
from tests.attacks.contents import contents
from tests.attacks.test_new_doors import repeated
from tests.attacks.together import at_once
from tests.factories import make_person, make_post

MANY = 4
NO_IDS = (2**31 - 1, 2**31, 2**63, 10**30)


def test_a_number_that_is_none_is_no_crash_wherever_one_stands(app, team, stream, owner, browser):
    """Every address with numbers in it, pages and API."""
    browser.sign_in(owner)
    key = {"Authorization": f"Bearer {api_tokens.create(owner, 'Key', 'write')}"}
    post, crashes, asked = make_post(stream), [], 0
    for rule in app.url_map.iter_rules():
        if "<int:" not in rule.rule:
            continue
        for number in NO_IDS:
            path = re.sub(r"<int:\w+>", str(number), rule.rule)
            path = re.sub(r"<uuid:\w+>", post.uuid, path).replace("<handle>", "roads")
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                program = path.startswith("/api/")
                sent = {"json": {}} if program and method not in {"GET", "DELETE"} else {}
                answer = browser.open(path, method=method, headers=key if program else {}, **sent)
                crashes += [f"{method} {path}"] if answer.status_code >= 500 else []
                asked += 1
    assert crashes == []
    assert asked > 100


@pytest.fixture
def together(app, browser, owner):
    """The statuses of a form that the owner sends several times at once."""
    browser.sign_in(owner)
    known = [(one.key, one.value) for one in browser._cookies.values()]

    def send(path):
        def act(other):
            for name, value in known:
                other.set_cookie(name, value)
            other.together.wait(20)
            return other.post(path).status_code

        return sorted(at_once(app, [act] * MANY))

    return send


def test_a_colleague_comes_back_once(team, owner, together):
    gone = make_person(team, "author")
    member = db.session.scalar(sa.select(Member).where(Member.person_id == gone.id))
    inviting.remove(actor_for(owner), member)
    db.session.commit()
    statuses = together(f"/team/people/{gone.id}/restoration")
    assert set(statuses) <= {303, 404, 409} and 303 in statuses
    assert [row.role for row in db.session.scalars(sa.select(Member).where(Member.person_id == gone.id))] == [
        "author"
    ]


def test_nobody_brings_back_a_colleague_whom_somebody_else_has_put_out(app, team, owner, browser):
    gone, other = make_person(team, "owner"), make_person(team, "owner")
    inviting.remove(actor_for(owner), db.session.scalar(sa.select(Member).where(Member.person_id == gone.id)))
    db.session.commit()
    for person in (gone, other, make_person(team, "editor")):
        browser.sign_in(person)
        before = contents()
        assert browser.post(f"/team/people/{gone.id}/restoration").status_code in {403, 404}
        assert contents() == before
    row = db.session.scalar(sa.select(Member).where(Member.person_id == owner.id))
    row.role = "author"
    db.session.commit()
    browser.sign_in(owner)
    assert browser.post(f"/team/people/{gone.id}/restoration").status_code in {403, 404}


def test_a_series_and_a_view_come_back_once(team, stream, owner, together):
    series = repeated(make_post(stream), owner)
    editing.remove(series, actor=actor_for(owner), now=database_now())
    view = SavedView(
        team_id=team.id, person_id=owner.id, name="Mine", query="view=week", removed_at=database_now()
    )
    db.session.add(view)
    db.session.commit()
    number, posts = series.id, db.session.scalar(sa.select(sa.func.count(Occurrence.id)))
    for path in (f"/series/{number}/return", f"/calendar/views/{view.id}/return"):
        statuses = together(path)
        assert set(statuses) <= {303, 404, 409} and 303 in statuses, path
    assert db.session.get(Series, number).removed_at is None
    assert db.session.scalar(sa.select(sa.func.count(Occurrence.id))) == posts


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_view_comes_back_only_to_whoever_saved_it(app, team, stream, owner, browser):
    view = SavedView(
        team_id=team.id,
        person_id=owner.id,
        name="Ours",
        query="view=week",
        shared=True,
        removed_at=database_now(),
    )
    db.session.add(view)
    db.session.commit()
    other = make_person(team, "owner")
    browser.sign_in(other)
    key = {"Authorization": f"Bearer {api_tokens.create(other, 'Key', 'write')}"}
    before = contents()
    assert browser.post(f"/calendar/views/{view.id}/return").status_code == 404
    assert browser.post(f"/api/v1/views/{view.id}/return", headers=key).status_code == 404
    assert contents() == before

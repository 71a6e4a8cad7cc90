"""Invitations in the wrong hands, and two at once."""

from __future__ import annotations

import sqlalchemy as sa

from calendar_app.extensions import db, start_writing
from calendar_app.people import inviting
from calendar_app.people.models import Member, Person, Site
from calendar_app.people.roles import actor_for
from calendar_app.people.setting_up import FIRST_EMAIL, add_person, make_link
from tests.attacks.together import at_once
from tests.factories import make_person, make_team

PASSWORD = {"name": "Mallory", "timezone": "UTC", "password": "a long enough sentence 99"}


def invitation(owner, team, email, role="viewer"):
    start_writing()
    token = inviting.invite(actor_for(owner), team, email, role)
    db.session.commit()
    return f"/enter/invitation/{token}"


def test_who_invites_does_not_become_the_one_who_was_to_set_up_in_another_team(team, owner, browser):
    theirs = make_team("Their team")
    add_person("victim@example.org", theirs.name, "owner")
    path = invitation(owner, team, "victim@example.org")
    answer = browser.send(path, PASSWORD)
    assert (answer.status_code, browser.get("/team").status_code) == (422, 303)
    victim = db.session.scalar(sa.select(Person).where(Person.email == "victim@example.org"))
    assert (victim.password_hash, [one.team.name for one in victim.memberships]) == (None, ["Their team"])


def test_of_two_who_accept_an_invitation_at_once_one_is_in_once(app, team, owner):
    path = invitation(owner, team, "new@example.org", "author")

    def accept(browser):
        browser.together.wait(20)
        return browser.post(path, data=PASSWORD).status_code

    statuses = at_once(app, [accept] * 4)
    assert sorted(statuses) == [303, 410, 410, 410]
    assert db.session.scalar(sa.select(sa.func.count(Member.id)).where(Member.role == "author")) == 1


def test_two_owners_may_invite_the_same_stranger_at_once(app):
    owners = [make_person(make_team(), "owner") for _ in range(4)]
    form = {"email": "same@example.org", "role": "viewer"}
    assert at_once(app, [signed_in(one, "/team/invitations", form) for one in owners]) == [200] * 4
    assert (
        db.session.scalar(sa.select(sa.func.count(Person.id)).where(Person.email == "same@example.org")) == 1
    )


def test_an_invitation_says_nothing_of_other_teams(team, owner, browser):
    make_person(make_team("Quokka"), "owner", email="quokka@example.org", name="Quokka Person")
    browser.sign_in(owner)
    answers = [
        browser.send("/team/invitations", {"email": email, "role": "viewer"}, page="/team")
        for email in ("quokka@example.org", "nobody@example.org")
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert "Quokka" not in answers[0].text


def signed_in(person, path, form=None):
    """Signs in beforehand; what is returned then acts."""
    start_writing()
    enter = f"/enter/sign-in/{make_link(person, 'sign-in', 1)}"
    db.session.commit()

    def act(browser):
        browser.post(enter)
        browser.together.wait(20)
        return browser.post(path, data=form or {"role": "viewer"}).status_code

    return act


def test_nobody_is_invited_to_be_the_first_owner(team, owner, browser):
    db.session.get_one(Site, 1).name = "Our site"
    path = invitation(owner, team, FIRST_EMAIL)
    naming = {"site_name": "Mine", "team_name": "Mine", "email": "mine@example.org"}
    assert browser.send(path, {**PASSWORD, **naming}).status_code == 303
    assert (db.session.get_one(Site, 1).name, team.name) == ("Our site", "Our team")

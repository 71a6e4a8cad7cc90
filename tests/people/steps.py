"""Who is here at the beginning of a test, and what they do."""

import itertools

import sqlalchemy as sa

from calendar_app.extensions import db
from calendar_app.people import passwords
from calendar_app.people.models import Audit, Member, Session, Team
from calendar_app.people.setting_up import add_person

PASSWORD = "green herons stand still"
_numbers = itertools.count(1)


def somebody(team="Fjord team", role="owner", *, email=None, password=None):
    """A person in a team; with a password only where the test needs one."""
    person, _link = add_person(email or f"somebody{next(_numbers)}@example.org", team, role, name="Kari Moe")
    if password:
        person.password_hash = passwords.hash_new(password)
    db.session.commit()
    return person


def sign_in(browser, email, password, **kwargs):
    return browser.send("/sign-in", {"email": email, "password": password}, **kwargs)


def team_named(name):
    return db.session.execute(sa.select(Team).where(Team.name == name)).scalar_one()


def member_of(person, team="Fjord team"):
    query = sa.select(Member).join(Member.team).where(Member.person_id == person.id, Team.name == team)
    return db.session.execute(query).scalar_one_or_none()


def sessions_of(person):
    return (
        db.session.execute(sa.select(Session).where(Session.person_id == person.id).order_by(Session.id))
        .scalars()
        .all()
    )


def actions():
    """What the record says, in order."""
    return list(db.session.execute(sa.select(Audit.action).order_by(Audit.id)).scalars())

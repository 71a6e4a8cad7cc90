"""The first row of an installation, its people, and the single-use links that let them in."""

from __future__ import annotations

import re
import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from calendar_app import links, tokens
from calendar_app.errors import Refused
from calendar_app.extensions import db
from calendar_app.languages import say
from calendar_app.people import audit
from calendar_app.people.models import LINK_PURPOSES, ROLES, Link, Member, Person, Site, Team
from calendar_app.times import utcnow

if TYPE_CHECKING:
    from calendar_app.config import Settings

SET_UP_HOURS = 72
# Stands for the person who will open the very first link; .invalid can never receive mail (RFC 6761).
FIRST_EMAIL = "first-owner@set-up.invalid"
FIRST_TEAM = "First team"
_EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f<>\"(),;:\\]{1,64}@[^@\s\x00-\x1f\x7f<>\"(),;:\\]{1,189}")


class DeadLink(Exception):
    """A single-use link that was used, has expired, was taken back or never was."""

    def __init__(self) -> None:
        super().__init__(
            say("This link has been used, has expired or was taken back. Ask whoever sent it for a new one.")
        )


def ensure_site(settings: Settings) -> Site:
    """The one Site row, made if there is none: host and year are frozen here. The caller commits."""
    site = db.session.get(Site, 1)
    if site is not None:
        return site
    try:
        with db.session.begin_nested():
            db.session.add(_new_site(settings))
    except sa.exc.IntegrityError:
        db.session.expire_all()
    return db.session.get_one(Site, 1)


def add_person(
    email: str, team_name: str, role: str, *, name: str | None = None, now: datetime | None = None
) -> tuple[Person, str]:
    """The person with this role in the team of this name (made if need be), and a new set-up link's token.

    For whoever runs the machine: the link sets the password, also of a person who has one. Raises Refused.
    The caller commits.
    """
    person = find_or_make_person(email, name=name)
    team = _team_named(team_name)
    put_into_team(person, team, role)
    return person, make_link(person, "set-up", SET_UP_HOURS, now=now)


def first_link(now: datetime | None = None) -> str | None:
    """A set-up link's token while nobody has ever been set up, else None. Earlier ones are taken back.

    The caller commits, and prints `links.let_in("set-up", token)`.
    """
    others = sa.select(sa.func.count()).select_from(Person).where(Person.email != FIRST_EMAIL)
    if db.session.execute(others).scalar_one():
        return None
    person, token = add_person(FIRST_EMAIL, FIRST_TEAM, "owner", name="Owner", now=now)
    return token if is_first(person) else None


def welcome_links(hours: float = SET_UP_HOURS, *, now: datetime | None = None) -> str:
    """One line for the terminal at a start: how the first person gets in. Empty once anybody has a password.

    On a new site a set-up link, on a demo a link that signs its owner in. The caller commits.
    """
    if token := first_link(now):
        return f"Set up:   {links.let_in('set-up', token)}"
    with_password = sa.select(sa.func.count()).where(Person.password_hash.is_not(None))
    if db.session.execute(with_password).scalar_one():
        return ""
    owners = (
        sa.select(Person).join(Person.memberships).where(Member.role == "owner", Person.disabled_at.is_(None))
    )
    owner = db.session.execute(owners.order_by(Person.id).limit(1)).scalar_one_or_none()
    return (
        f"Sign in:  {links.let_in('sign-in', make_link(owner, 'sign-in', hours, now=now))}" if owner else ""
    )


def is_first(person: Person) -> bool:
    """Whether this is still the nameless first owner, whose set-up asks for the address and names too."""
    # Somebody may be invited under that address: only the first owner is in a team without a password.
    return person.email == FIRST_EMAIL and person.password_hash is None and bool(person.memberships)


def make_link(
    person: Person,
    purpose: str,
    hours: float,
    *,
    team: Team | None = None,
    role: str | None = None,
    maker: Person | None = None,
    now: datetime | None = None,
) -> str:
    """The token of a new single-use link, good for `hours`; unused ones of its kind and team end."""
    if purpose not in LINK_PURPOSES:
        raise ValueError(f"There is no link for “{purpose}”.")
    now = now or utcnow()
    token = tokens.make()
    db.session.flush()
    team_id = team.id if team else None
    same = Link.team_id.is_(None) if team_id is None else Link.team_id == team_id
    take_back = sa.update(Link).where(
        Link.person_id == person.id, Link.purpose == purpose, same, Link.used_at.is_(None)
    )
    db.session.execute(take_back.where(Link.expires_at > now).values(expires_at=now))
    db.session.add(
        Link(
            person=person,
            purpose=purpose,
            team_id=team_id,
            role=role,
            made_by_id=maker.id if maker else None,
            digest=tokens.digest(token),
            created_at=now,
            expires_at=now + timedelta(hours=hours),
        )
    )
    db.session.flush()
    return token


def find_link(token: str, purpose: str, *, now: datetime | None = None) -> Link:
    """The link, looked at without using it up. Raises DeadLink."""
    query = sa.select(Link).join(Link.person).where(Link.purpose == purpose, *_usable(token, now or utcnow()))
    link: Link | None = db.session.execute(query.where(Person.disabled_at.is_(None))).scalar_one_or_none()
    if link is None:
        raise DeadLink
    return link


def use_link(token: str, *, now: datetime | None = None) -> Person:
    """Use the link up; its person. Of two who try at once, one gets DeadLink."""
    now = now or utcnow()
    claim: Any = db.session.execute(
        sa.update(Link)
        .where(*_usable(token, now))
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )
    link = db.session.execute(sa.select(Link).where(Link.digest == tokens.digest(token))).scalar_one_or_none()
    if claim.rowcount != 1 or link is None or link.person.disabled_at is not None:
        raise DeadLink
    return link.person


def find_or_make_person(email: str, *, name: str | None = None) -> Person:
    """The person of this address, made without a password if there is none. Raises Refused."""
    email = clean_email(email)
    query = sa.select(Person).where(Person.email == email)
    known: Person | None = db.session.execute(query).scalar_one_or_none()
    if known is not None:
        return known
    person = Person(email=email, name=(name or _name_from(email))[:120])
    try:
        with db.session.begin_nested():
            db.session.add(person)
    except sa.exc.IntegrityError:
        # Somebody else has made the same person after we had looked.
        return db.session.execute(query).scalar_one()
    audit.record("person added", f"person {person.id}")
    return person


def put_into_team(person: Person, team: Team, role: str) -> Member:
    """Give the person this role in the team, whatever it was before. Raises Refused."""
    check_role(role)
    query = sa.select(Member).where(Member.team_id == team.id, Member.person_id == person.id)
    member: Member | None = db.session.execute(query).scalar_one_or_none()
    before = {"role": member.role} if member else None
    if member is None:
        member = Member(team=team, person=person, role=role)
        db.session.add(member)
    member.role = role
    db.session.flush()
    audit.record("joined team", f"person {person.id}", team_id=team.id, before=before, after={"role": role})
    return member


def check_role(role: str) -> None:
    if role not in ROLES:
        sentence = say("There is no role “%(role)s”. Choose owner, editor, author or viewer.", role=role[:20])
        raise Refused({"role": sentence})


def clean_email(text: str) -> str:
    """In small letters, without blanks around it. Raises Refused for what cannot be an address."""
    email = text.strip().lower()
    if not _EMAIL.fullmatch(email):
        raise Refused({"email": say("This is no e-mail address. Write it as name@example.org.")})
    return email


def _new_site(settings: Settings) -> Site:
    return Site(
        id=1, name=settings.host, host=settings.host, install_year=utcnow().year, instance=uuid.uuid4().hex
    )


def _team_named(name: str) -> Team:
    name = " ".join(name.split())
    if not 1 <= len(name) <= 120:
        raise Refused({"team": say("Give the team a name of at most 120 characters.")})
    team = db.session.execute(sa.select(Team).where(Team.name == name)).scalar_one_or_none()
    if team is None:
        team = Team(name=name)
        db.session.add(team)
        db.session.flush()
        audit.record("team made", f"team {team.id}", team_id=team.id, after={"name": name})
    return team


def _usable(token: str, now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return Link.digest == tokens.digest(token), Link.used_at.is_(None), Link.expires_at > now


def _name_from(email: str) -> str:
    words = re.split(r"[._+-]+", email.partition("@")[0])
    return " ".join(word.capitalize() for word in words if word) or email

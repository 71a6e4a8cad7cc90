"""What using a single-use link does, by who holds it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal

import sqlalchemy as sa
from flask_babel import gettext as _

from calendar_app.errors import Refused
from calendar_app.extensions import db
from calendar_app.people import (
    api_tokens,
    audit,
    forms,
    inviting,
    passwords,
    personal_feeds,
    sessions,
    signing_in,
)
from calendar_app.people.models import Person, Site, Team
from calendar_app.people.proving import prove
from calendar_app.people.setting_up import DeadLink, clean_email, is_first, use_link
from calendar_app.times import utcnow

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from calendar_app.people.models import Link

Way = Literal["choose a password", "prove", "press"]


def way_in(link: Link) -> Way:
    """What the page asks for.

    An invitation never lets its maker choose the password of somebody who has one, or who is in a team and
    has yet to choose it: that would hand over everything this person may do there.
    """
    if link.purpose == "sign-in":
        return "press"
    if link.purpose == "set-up" or not (link.person.password_hash or link.person.memberships):
        return "choose a password"
    actor = signing_in.actor_or_none()
    return "press" if actor is not None and actor.person.id == link.person_id else "prove"


def come_in(link: Link, token: str, form: Mapping[str, object], *, address: str) -> None:
    """Use the link up and sign its person in. Raises Refused, TooManyTries, DeadLink. The caller commits."""
    way = way_in(link)
    if way == "choose a password":
        _choose_password(link, token, form)
    elif way == "prove":
        _prove(link, token, form, address)
    else:
        _use(link, token)
        signing_in.enter(link.person, by=f"{link.purpose} link")


def _choose_password(link: Link, token: str, form: Mapping[str, object]) -> None:
    person, first = link.person, is_first(link.person)
    values = _values(form, person, first=first)
    if first:
        _name_everything(person, values)
    recovered = person.password_hash is not None
    person.name, person.timezone = values["name"], values["timezone"]
    person.password_hash = passwords.hash_new(values["password"], about=_about(person))
    _use(link, token)
    sessions.end_all(person, utcnow())
    if recovered:
        _switch_keys_off(person)
    audit.record(
        "password chosen", f"person {person.id}", actor=signing_in.enter(person, by=f"{link.purpose} link")
    )


def _values(form: Mapping[str, object], person: Person, *, first: bool) -> dict[str, str]:
    """What was sent; all that will not do is told at once, for nobody likes to choose a password again and again."""
    about = [
        *_about(person),
        *(str(form.get(name, "")) for name in ("email", "name", "team_name", "site_name")),
    ]
    looks: dict[str, Callable[[str], object]] = {"password": partial(passwords.check_new, about=about)}
    if first:
        looks["email"] = clean_email
    values: dict[str, str] = {}
    errors: dict[str, str] = {}
    try:
        values = forms.read(form, forms.FIRST_SET_UP if first else forms.SET_UP)
    except Refused as refused:
        errors.update(refused.errors)
    for name, look in looks.items():
        try:
            look(str(form.get(name, "")))
        except Refused as refused:
            # That a field is empty has been said better.
            errors.update({field: text for field, text in refused.errors.items() if field not in errors})
    if errors:
        raise Refused(errors)
    return values


def _switch_keys_off(person: Person) -> None:
    """Who recovers an account may have lost it to somebody, who may have made keys."""
    for key in api_tokens.living(person, utcnow()):
        api_tokens.revoke(key)
    for member in person.memberships:
        for feed in personal_feeds.living(member):
            personal_feeds.revoke(feed)


def _prove(link: Link, token: str, form: Mapping[str, object], address: str) -> None:
    values = forms.read(form, forms.PROVE)
    person, subject = prove(link.person.email, values["password"], address=address)
    _use(link, token)
    signing_in.enter(person, by="password", subject=subject)


def _use(link: Link, token: str) -> None:
    if use_link(token).id != link.person_id:
        raise DeadLink
    audit.record(
        "link used", f"person {link.person_id}", team_id=link.team_id, after={"purpose": link.purpose}
    )
    inviting.join(link)


def _name_everything(person: Person, values: Mapping[str, str]) -> None:
    """The very first owner says who they are, and how the organisation and its team are called."""
    email = clean_email(values["email"])
    if db.session.execute(sa.select(Person.id).where(Person.email == email)).first():
        raise Refused(
            {"email": _("Somebody with this address is here already. Use their link, or another address.")}
        )
    team = _only_team(person)
    if db.session.execute(
        sa.select(Team.id).where(Team.name == values["team_name"], Team.id != team.id)
    ).first():
        raise Refused({"team_name": _("There is a team of this name already. Choose another name.")})
    person.email, team.name = email, values["team_name"]
    db.session.get_one(Site, 1).name = values["site_name"]


def _only_team(person: Person) -> Team:
    return person.memberships[0].team


def _about(person: Person) -> list[str]:
    site = db.session.get(Site, 1)
    teams = [member.team.name for member in person.memberships]
    return [person.email, person.name, *teams, *([site.name, site.host] if site else [])]

"""Who comes into a team, with which role, and who leaves it. A team is never left without an owner."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from flask_babel import gettext as _

from calendar_app.errors import Refused
from calendar_app.extensions import db
from calendar_app.people import audit, personal_feeds
from calendar_app.people.holding import hold_team
from calendar_app.people.models import Audit, Link, Member, Person, Team
from calendar_app.people.roles import RIGHTS
from calendar_app.people.setting_up import check_role, find_or_make_person, make_link, put_into_team
from calendar_app.times import utcnow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from calendar_app.people.roles import Actor

INVITATION_HOURS = 7 * 24
# So long whoever put somebody out takes that back without an invitation.
BACK_WITHIN = timedelta(hours=1)
MOST_OPEN = 100


def invite(actor: Actor, team: Team, email: str, role: str, *, now: datetime | None = None) -> str:
    """The token of a link by which the person of this address joins the team. The caller commits.

    Raises NotAllowed, Refused. Until the link is used its person has no right in the team.
    """
    actor.need("manage people", team.id)
    check_role(role)
    now = now or utcnow()
    if len(waiting(team, now)) >= MOST_OPEN:
        raise Refused({"email": _("100 invitations are open. Take some back first.")})
    person = find_or_make_person(email)
    if _member_of(person, team) is not None:
        raise Refused({"email": _("%(email)s is in this team already.", email=person.email)})
    token = make_link(
        person, "invitation", INVITATION_HOURS, team=team, role=role, maker=actor.person, now=now
    )
    audit.record("invited", f"person {person.id}", actor=actor, team_id=team.id, after={"role": role})
    return token


def join(link: Link) -> Member | None:
    """What using an invitation gives: the role that it names, unless its person has one by now."""
    if link.team is None or link.role is None:
        return None
    return _member_of(link.person, link.team) or put_into_team(link.person, link.team, link.role)


def waiting(team: Team, now: datetime) -> Sequence[Link]:
    """The team's open invitations, the newest first."""
    query = sa.select(Link).where(Link.team_id == team.id, Link.used_at.is_(None), Link.expires_at > now)
    return db.session.execute(query.order_by(Link.id.desc())).scalars().all()


def take_back(actor: Actor, link: Link, *, now: datetime | None = None) -> None:
    """The invitation lets nobody in any more. Raises NotAllowed. The caller commits."""
    if link.team_id is None:
        raise ValueError("Only invitations are taken back.")
    actor.need("manage people", link.team_id)
    link.expires_at = now or utcnow()
    audit.record("invitation taken back", f"person {link.person_id}", actor=actor, team_id=link.team_id)


def members(team: Team) -> Sequence[Member]:
    """By name, each with its person."""
    query = sa.select(Member).join(Member.person).where(Member.team_id == team.id)
    return db.session.execute(query.order_by(sa.func.lower(Person.name), Person.id)).scalars().all()


def change_role(actor: Actor, member: Member, role: str) -> None:
    """Raises NotAllowed, Refused (also for the last owner). The caller commits."""
    actor.need("manage people", member.team_id)
    check_role(role)
    if member.role == role:
        return
    if role != "owner":
        _keep_an_owner(member)
    before, member.role = member.role, role
    if "manage people" not in RIGHTS[role]:
        _end_invitations_of(member)
    audit.record(
        "role changed",
        f"person {member.person_id}",
        actor=actor,
        team_id=member.team_id,
        before={"role": before},
        after={"role": role},
    )


def remove(actor: Actor, member: Member) -> None:
    """Out of the team, at once: pages, keys and the private feed. One may always leave by oneself.

    Raises NotAllowed, Refused (the last owner). The caller commits.
    """
    if member.person_id != actor.person.id:
        actor.need("manage people", member.team_id)
    _keep_an_owner(member)
    for feed in personal_feeds.living(member):
        personal_feeds.revoke(feed, actor=actor)
    _end_invitations_of(member)
    audit.record(
        "left team",
        f"person {member.person_id}",
        actor=actor,
        team_id=member.team_id,
        before={"role": member.role},
    )
    db.session.flush()
    db.session.delete(member)


def removed_by(actor: Actor, person_id: int, now: datetime) -> Audit | None:
    """The last time that the actor put this person out of a team, if it was a moment ago and they are still out."""
    found: Audit | None = db.session.scalars(
        sa.select(Audit)
        .where(
            Audit.action == "left team", Audit.subject == f"person {person_id}",
            Audit.person_id == actor.person.id, Audit.team_id.in_(actor.team_ids), Audit.at > now - BACK_WITHIN,
        )
        .order_by(Audit.id.desc())
        .limit(1)
    ).first()  # fmt: skip
    if found is None or person_id == actor.person.id:
        return None
    back = sa.select(Member.id).where(Member.team_id == found.team_id, Member.person_id == person_id)
    return None if db.session.scalar(back) else found


def bring_back(actor: Actor, removal: Audit, person: Person) -> Member:
    """In the team again, with the same role; addresses and invitations that ended stay ended.

    Raises NotAllowed. The caller commits.
    """
    team_id = removal.team_id or 0
    actor.need("manage people", team_id)
    role = str((removal.before or {}).get("role"))
    check_role(role)
    # Pressed twice: the second waits, and finds them back.
    hold_team(team_id)
    there: Member | None = db.session.scalar(
        sa.select(Member).where(Member.team_id == team_id, Member.person_id == person.id)
    )
    if there is not None:
        return there
    member = Member(team_id=team_id, person_id=person.id, role=role)
    db.session.add(member)
    audit.record(
        "brought back into team", f"person {person.id}", actor=actor, team_id=team_id, after={"role": role}
    )
    db.session.flush()
    return member


def _keep_an_owner(member: Member) -> None:
    """Two owners who step down at the same moment meet at the team's row, one after the other."""
    db.session.execute(sa.select(Team.id).where(Team.id == member.team_id).with_for_update())
    others = sa.select(sa.func.count()).where(
        Member.team_id == member.team_id, Member.role == "owner", Member.id != member.id
    )
    if member.role == "owner" and not db.session.execute(others).scalar_one():
        raise Refused({"role": _("A team needs an owner. Make somebody else owner first.")})


def _end_invitations_of(member: Member) -> None:
    """Who may no longer invite leaves no door open for a friend, or for themselves."""
    now = utcnow()
    mine = sa.update(Link).where(
        Link.team_id == member.team_id, Link.made_by_id == member.person_id, Link.used_at.is_(None)
    )
    db.session.execute(mine.where(Link.expires_at > now).values(expires_at=now))


def _member_of(person: Person, team: Team) -> Member | None:
    query = sa.select(Member).where(Member.team_id == team.id, Member.person_id == person.id)
    found: Member | None = db.session.execute(query).scalar_one_or_none()
    return found

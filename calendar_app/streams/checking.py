"""What a person wrote about a stream, checked field by field: clean values, or one sentence per field."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from calendar_app import times
from calendar_app.channels.models import Account
from calendar_app.extensions import db
from calendar_app.languages import either, grouped, language_meant, say
from calendar_app.people.models import Member, Person, Team
from calendar_app.posts.checking import language, line, prose
from calendar_app.streams import approving, checking_breaks, writing_rules
from calendar_app.streams.cadence import BadCadence, parse_cadence
from calendar_app.streams.models import AGAIN, EVERGREEN_MAKES, HUES, SCHEDULES, VISIBILITIES, Stream

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from calendar_app.people.roles import Actor
    from calendar_app.posts.checking import Findings

HANDLE = re.compile(r"[a-z0-9](-?[a-z0-9])+")
LONGEST_HANDLE = 40
MOST_GRACE = 10_080
MOST_ACCOUNTS = 50
# Addresses of our own under /streams, and names that an actor in the fediverse must not bear.
RESERVED = frozenset(
    ("actor", "admin", "all", "api", "everything", "feed", "follow", "instance", "me", "my", "new", "null")
    + ("relay", "root", "site", "slots", "sluice", "streams", "system", "team", "undefined")
)

PLAIN_FIELDS = ("name", "description", "colour", "language", "timezone", "visibility", "public_schedule",
                "guidelines", "needs_approval", "others_approve", "approve_again", "cadence", "grace_minutes",
                "exceptions", "pauses", "quiet_hours", "near_minutes", "flood_posts", "flood_hours",
                "evergreen_makes", "evergreen_ahead_days", "evergreen_rest_days")  # fmt: skip
TEAM_FIELDS = ("responsible", "default_accounts", "approval_steps")
KNOWN_FIELDS = {"handle", "team", *PLAIN_FIELDS, *TEAM_FIELDS, *writing_rules.FIELDS}


def columns(changes: Mapping[str, Any], team_id: int | None, found: Findings) -> dict[str, Any]:
    """Values for the columns of `Stream` (and its `accounts`) from those fields that are given.

    Without a team the fields that depend on it are left out. Names that no stream has are told in `found`.
    """
    checks: dict[str, Callable[[Any, Findings], Any]] = {
        "name": _name, "description": _description, "colour": _colour, "language": _language,
        "timezone": _timezone, "visibility": _visibility, "public_schedule": _public_schedule,
        "guidelines": _guidelines, "needs_approval": _needs_approval, "cadence": _cadence,
        "grace_minutes": _grace, "exceptions": checking_breaks.exceptions, "pauses": checking_breaks.pauses,
        "quiet_hours": checking_breaks.quiet_hours, "near_minutes": partial(_within, "near_minutes", 0, 1440),
        "flood_posts": partial(_within, "flood_posts", 0, 100),
        "flood_hours": partial(_within, "flood_hours", 1, 168),
        "evergreen_makes": _evergreen_makes,
        "evergreen_ahead_days": partial(_within, "evergreen_ahead_days", 1, 60),
        "evergreen_rest_days": partial(_within, "evergreen_rest_days", 1, 3650),
        "others_approve": _others_approve, "approve_again": _approve_again,
    }  # fmt: skip
    values: dict[str, Any] = {}
    for name, check in checks.items():
        if name in changes:
            column = "hue" if name == "colour" else name
            values[column] = check(changes[name], found)
    if team_id is not None and "responsible" in changes:
        values["responsible_id"] = _responsible(changes["responsible"], team_id, found)
    if team_id is not None and "default_accounts" in changes:
        values["accounts"] = _accounts(changes["default_accounts"], team_id, found)
    if team_id is not None and "approval_steps" in changes:
        values["approval_steps"] = approving.steps(changes["approval_steps"], team_id, found)
    values.update(writing_rules.columns(changes, team_id, found))
    for name in sorted(set(changes) - KNOWN_FIELDS):
        found.add(name[:60], say("A stream has no such field. Leave it out."))
    return values


def new_handle(value: Any, found: Findings) -> str:
    """A handle that is well-formed, not ours and not taken by any stream of the site, whatever its team."""
    handle = str(value or "").strip()
    if not handle:
        found.add(
            "handle",
            say("Give the stream a handle, such as road-works. Its address will end in it for good."),
        )
    elif len(handle) > LONGEST_HANDLE or not HANDLE.fullmatch(handle):
        found.add(
            "handle",
            say(
                "Write the handle with 2 to 40 small letters (a to z), digits "
                "and single hyphens between them."
            ),
        )
    elif handle in RESERVED:
        found.add(
            "handle", say("The handle “%(handle)s” is kept for Sluice itself. Choose another.", handle=handle)
        )
    elif db.session.scalar(sa.select(Stream.id).where(Stream.handle == handle)) is not None:
        found.add("handle", taken(handle))
    return handle


def taken(handle: str) -> str:
    return say("The handle “%(handle)s” is taken. Choose another.", handle=handle)


def same_handle(value: Any, stream: Stream, found: Findings) -> None:
    if value != stream.handle:
        found.add(
            "handle",
            say(
                "A handle is permanent, because readers' addresses depend on it. Keep “%(handle)s”, "
                "or make a new stream.",
                handle=stream.handle,
            ),
        )


def same_team(value: Any, stream: Stream, actor: Actor, found: Findings) -> None:
    team = team_of(value, actor, found)
    if team is not None and team.id != stream.team_id:
        found.add("team", say("A stream stays with its team. Make a new stream in the other one."))


def team_of(value: Any, actor: Actor, found: Findings) -> Team | None:
    """The asker's team with this name or id; their only one where nothing is said. None when not found."""
    teams = db.session.scalars(sa.select(Team).where(Team.id.in_(actor.team_ids)).order_by(Team.name)).all()
    if value in (None, ""):
        if len(teams) == 1:
            return teams[0]
        found.add("team", say("Say which team the stream belongs to: %(names)s.", names=_names(teams)))
        return None
    for team in teams:
        if value == team.id or str(value).strip().casefold() in {team.name.casefold(), str(team.id)}:
            return team
    found.add(
        "team",
        say("You are in no team “%(name)s”. Choose %(names)s.", name=_clip(value), names=_names(teams)),
    )
    return None


def _names(teams: Sequence[Team]) -> str:
    return either([say("“%(name)s”", name=team.name) for team in teams[:5]])


def _name(value: Any, found: Findings) -> str:
    name = line(value, "name", 80, found)
    if not name:
        found.add("name", say("Give the stream a name, such as Road works."))
    return name


def _description(value: Any, found: Findings) -> str:
    return prose(value, "description", 500, found)


def _guidelines(value: Any, found: Findings) -> str:
    return prose(value, "guidelines", 4000, found)


def _language(value: Any, found: Findings) -> str:
    return language(language_meant(str(value or "")), found)


def _colour(value: Any, found: Findings) -> str:
    return _one_of(value, "colour", HUES, found)


def _visibility(value: Any, found: Findings) -> str:
    return _one_of(value, "visibility", VISIBILITIES, found)


def _public_schedule(value: Any, found: Findings) -> str:
    return _one_of(value, "public_schedule", SCHEDULES, found)


def _one_of(value: Any, name: str, allowed: Sequence[str], found: Findings) -> str:
    if value not in allowed:
        found.add(
            name,
            say(
                "“%(text)s” is not possible here. Choose %(names)s or %(last)s.",
                text=_clip(value),
                names=", ".join(allowed[:-1]),
                last=allowed[-1],
            ),
        )
    return str(value)


def _timezone(value: Any, found: Findings) -> str:
    name = times.zone_meant(str(value or ""))
    try:
        times.known_zone(name)
    except times.TimeProblem as problem:
        found.add("timezone", problem.sentence)
    return name


def _needs_approval(value: Any, found: Findings) -> bool:
    if not isinstance(value, bool):
        found.add("needs_approval", say("Say true or false."))
    return bool(value)


def _others_approve(value: Any, found: Findings) -> bool:
    if not isinstance(value, bool):
        found.add("others_approve", say("Say true or false."))
    return bool(value)


def _approve_again(value: Any, found: Findings) -> str:
    return _one_of(value, "approve_again", AGAIN, found)


def _cadence(value: Any, found: Findings) -> list[str]:
    """Plain words, rules, or a list of them; empty where the stream promises nothing."""
    try:
        return parse_cadence(value or "").to_json()
    except BadCadence as problem:
        found.add("cadence", problem.sentence)
        return []


def _grace(value: Any, found: Findings) -> int:
    number = _whole(value)
    if number is None or not 1 <= number <= MOST_GRACE:
        found.add(
            "grace_minutes",
            say("Write a whole number of minutes from 1 to %(most)s (a week).", most=grouped(MOST_GRACE)),
        )
    return number or 0


def _evergreen_makes(value: Any, found: Findings) -> str:
    return _one_of(value, "evergreen_makes", EVERGREEN_MAKES, found)


def _within(name: str, least: int, most: int, value: Any, found: Findings) -> int:
    number = _whole(value)
    if number is None or not least <= number <= most:
        found.add(
            name, say("Write a whole number from %(least)s to %(most)s.", least=least, most=grouped(most))
        )
    return number or 0


def _responsible(value: Any, team_id: int, found: Findings) -> int | None:
    if value in (None, ""):
        return None
    number = _whole(value)
    belongs = sa.select(Person.id).join(Member, Member.person_id == Person.id).where(
        Member.team_id == team_id, Person.id == number, Person.disabled_at.is_(None)
    )  # fmt: skip
    if number is None or db.session.scalar(belongs) is None:
        found.add(
            "responsible",
            say(
                "Your team has no member %(number)s. Choose one of its members, or nobody.",
                number=_clip(value),
            ),
        )
    return number


def _accounts(value: Any, team_id: int, found: Findings) -> list[Account]:
    if not isinstance(value, list | tuple | set) or len(value) > MOST_ACCOUNTS:
        found.add(
            "default_accounts", say("Give a list of at most %(most)s account numbers.", most=MOST_ACCOUNTS)
        )
        return []
    wanted = {_whole(number): number for number in value}
    rows = db.session.scalars(
        sa.select(Account)
        .where(Account.id.in_(set(wanted) - {None}), Account.team_id == team_id, Account.deleted_at.is_(None))
        .order_by(Account.id)
    ).all()
    for number in wanted.keys() - {account.id for account in rows}:
        found.add(
            "default_accounts",
            say(
                "Your team has no account %(number)s. Choose one of its accounts.",
                number=_clip(wanted[number]),
            ),
        )
    return list(rows)


def _whole(value: Any) -> int | None:
    """A whole number that fits a column, from a number or its digits; True is none."""
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        value = int(value.strip()[:19])
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31:
        return None
    return value


def _clip(value: Any) -> str:
    shown = "".join(character for character in str(value) if character.isprintable())
    return shown if len(shown) <= 40 else shown[:39] + "…"

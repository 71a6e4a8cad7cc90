"""Views of the calendar under a name: kept, renamed, shared, thrown away, and the one with which it opens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from calendar_app.errors import NotAllowed, Refused
from calendar_app.extensions import db
from calendar_app.feeds.entry import one_line
from calendar_app.languages import say
from calendar_app.people.audit import record
from calendar_app.people.holding import hold_person
from calendar_app.planner.models import OpeningView, SavedView

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_app.people.roles import Actor
    from calendar_app.planner.asking import Asked

NAME_LIMIT = 60
QUERY_LIMIT = 2000
MOST = 50
# So long one that was thrown away is kept.
KEPT = timedelta(days=30)


@dataclass(frozen=True)
class Shown:
    """A saved view as one person meets it."""

    id: int
    name: str
    query: str
    shared: bool
    mine: bool
    opens: bool
    team_id: int

    @property
    def address(self) -> str:
        return f"/calendar?{self.query}"


def shown_to(actor: Actor) -> list[Shown]:
    """One's own, and what others of one's teams share, by name."""
    opens = sa.exists().where(OpeningView.view_id == SavedView.id, OpeningView.person_id == actor.person.id)
    seen = _seen_by(actor).add_columns(opens.label("opens"))
    rows = db.session.execute(seen.order_by(sa.func.lower(SavedView.name), SavedView.id))
    return [
        Shown(one.id, one.name, one.query, one.shared, one.person_id == actor.person.id, opens, one.team_id)
        for one, opens in rows
    ]


def view_of(number: int, actor: Actor) -> SavedView | None:
    found: SavedView | None = db.session.scalar(_seen_by(actor).where(SavedView.id == number))
    return found


def keep(actor: Actor, team_id: int, name: str, asked: Asked, *, shared: bool) -> SavedView:
    """Raises Refused, NotAllowed."""
    actor.need("see plan", team_id)
    hold_person(actor.person.id)
    _need_room(actor)
    query = asked.kept_query
    if len(query) > QUERY_LIMIT:
        raise Refused({"name": say("This view has too many filters to be kept. Take some away.")})
    view = SavedView(
        team_id=team_id, person_id=actor.person.id, name=_name(name, actor), query=query, shared=shared
    )
    db.session.add(view)
    db.session.flush()
    record("view saved", f"view {view.id}", actor=actor, team_id=team_id, after={"name": view.name})
    return view


def change(view: SavedView, actor: Actor, *, name: str, shared: bool) -> None:
    """Raises Refused, NotAllowed."""
    _need_own(view, actor)
    hold_person(actor.person.id)
    view.name, view.shared = _name(name, actor, but=view.id), shared
    if not shared:
        # Who opened the calendar with it can see it no more.
        others = sa.delete(OpeningView).where(
            OpeningView.view_id == view.id, OpeningView.person_id != actor.person.id
        )
        db.session.execute(others)
    db.session.flush()


def throw_away(view: SavedView, actor: Actor, now: datetime) -> None:
    _need_own(view, actor)
    record("view deleted", f"view {view.id}", actor=actor, team_id=view.team_id, before={"name": view.name})
    view.removed_at = now
    db.session.flush()


def thrown_away(number: int, actor: Actor) -> SavedView | None:
    """One of one's own, as long as it is kept."""
    found: SavedView | None = db.session.scalar(
        sa.select(SavedView).where(
            SavedView.id == number, SavedView.person_id == actor.person.id, SavedView.removed_at.is_not(None),
            SavedView.team_id.in_(actor.team_ids),
        )
    )  # fmt: skip
    return found


def bring_back(view: SavedView, actor: Actor) -> None:
    """As it was, for whoever saw it and whose calendar opened with it. Raises Refused, NotAllowed."""
    _need_own(view, actor)
    hold_person(actor.person.id)
    _need_room(actor)
    view.removed_at = None
    record(
        "view brought back", f"view {view.id}", actor=actor, team_id=view.team_id, after={"name": view.name}
    )
    db.session.flush()


def forget_removed(now: datetime) -> None:
    """For the upkeep job. The caller commits."""
    db.session.execute(sa.delete(SavedView).where(SavedView.removed_at < now - KEPT))


def open_with(view: SavedView, actor: Actor, *, opens: bool) -> None:
    """From now on the person's calendar opens with this view, or no longer."""
    hold_person(actor.person.id)
    mine = OpeningView.person_id == actor.person.id
    db.session.execute(
        sa.delete(OpeningView).where(mine, sa.true() if opens else OpeningView.view_id == view.id)
    )
    if opens:
        db.session.add(OpeningView(person_id=actor.person.id, view_id=view.id))
    db.session.flush()


def opening(actor: Actor) -> str | None:
    """The address with which the person's calendar opens, None for the month of today."""
    query: str | None = db.session.scalar(
        sa.select(SavedView.query)
        .join(OpeningView, OpeningView.view_id == SavedView.id)
        .where(
            OpeningView.person_id == actor.person.id,
            SavedView.team_id.in_(actor.team_ids),
            SavedView.removed_at.is_(None),
        )
    )
    return f"/calendar?{query}" if query else None


def _seen_by(actor: Actor) -> Any:
    mine = SavedView.person_id == actor.person.id
    return sa.select(SavedView).where(
        SavedView.team_id.in_(actor.team_ids), sa.or_(mine, SavedView.shared.is_(True)),
        SavedView.removed_at.is_(None),
    )  # fmt: skip


def _need_room(actor: Actor) -> None:
    if len([one for one in shown_to(actor) if one.mine]) >= MOST:
        sentence = say("You have %(most)s saved views already. Delete one that you do not use.", most=MOST)
        raise Refused({"name": sentence})


def _need_own(view: SavedView, actor: Actor) -> None:
    if view.person_id != actor.person.id:
        raise NotAllowed(say("Only who saved this view can change it."))


def _name(text: str, actor: Actor, *, but: int | None = None) -> str:
    name = one_line(text)
    if not name:
        raise Refused({"name": say("Give the view a name.")})
    if len(name) > NAME_LIMIT:
        raise Refused({"name": say("A name has %(most)s characters at most.", most=NAME_LIMIT)})
    same = db.session.scalar(
        sa.select(SavedView).where(
            SavedView.person_id == actor.person.id, SavedView.name == name, SavedView.id != (but or 0)
        )
    )
    if same is not None and same.removed_at is None:
        raise Refused({"name": say("You have a view named “%(name)s” already.", name=name)})
    if same is not None:
        db.session.delete(same)
        db.session.flush()
    return name

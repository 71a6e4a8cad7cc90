"""All that the composer and the members' page of a post show, gathered for their templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from calendar_app.agreeing.showing import agreement
from calendar_app.channels.models import Account
from calendar_app.channels.registry import ADAPTERS
from calendar_app.evergreen.pooling import told_of
from calendar_app.extensions import database_now, db
from calendar_app.feeds.ical import WORDS
from calendar_app.languages import language_name, say
from calendar_app.media.showing import looks, shown_in
from calendar_app.people.models import Member, Person, Team
from calendar_app.posts import audience, marking, saying, standing
from calendar_app.posts.cautions import cautions, passed
from calendar_app.posts.free_slots import free_slots
from calendar_app.posts.imagining import imagine, previews
from calendar_app.posts.models import KINDS, Post
from calendar_app.posts.plain_hints import Hint, hints
from calendar_app.posts.plainness import plainness
from calendar_app.posts.publishing import on_hold
from calendar_app.posts.steps import first_step, further_steps, may_write, steps, waits_for_approval
from calendar_app.posts.text import cut, to_html
from calendar_app.posts.ticking import checklists
from calendar_app.posts.values import values_of
from calendar_app.series.showing import part_of
from calendar_app.short_links.leaving import short_links_of
from calendar_app.snippets.keeping import of_team
from calendar_app.snippets.models import PostTemplate, Snippet
from calendar_app.streams.models import Stream
from calendar_app.zone_words import zone_name

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from calendar_app.people.roles import Actor

LANGUAGES = ("en", "nb", "nn", "sv", "da", "se", "fi", "de", "fr", "es", "pl", "uk", "ar", "so")
OF_STORED = {"save", "copy", "discard"}
# Who has agreed so far only the stored post knows too.
OF_AGREEING = {"approve", "want changes"}


class Entry(NamedTuple):
    at: datetime
    zone: str
    words: str


def composer(
    post: Post | None,
    values: Mapping[str, Any],
    *,
    team: Team,
    actor: Actor,
    errors: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """For the whole page. `values` are what its fields hold: saved, typed, or proposed for a new post."""
    now = database_now()
    return {
        "post": post,
        "values": values,
        "saved": values_of(post) if post else {},
        "errors": errors or {},
        "picture_looks": looks([one["media"] for one in values.get("pictures") or ()], [team.id]),
        "picture_labels": _labels(errors or {}),
        "team": team,
        "team_streams": _streams_to_choose(team, values),
        "team_accounts": _accounts_to_choose(team),
        "kinds": KINDS,
        "languages": LANGUAGES,
        "channels": ADAPTERS,
        "short_links": short_links_of(post) if post else [],
        "snippets": of_team(Snippet, team.id),
        "post_templates": of_team(PostTemplate, team.id) if post is None else [],
        "series_part": part_of(post),
        "evergreen": told_of(post),
        "writable": post is None or may_write(post, actor),
        **(standing.standing(post, actor, now=now) if post else {}),
        **beside(post, values, team=team, actor=actor, now=now),
    }


def beside(
    post: Post | None, values: Mapping[str, Any], *, team: Team, actor: Actor, now: datetime
) -> dict[str, Any]:
    """What stands beside the text: guidelines, what readers will see, warnings, slots, previews.

    Reads only; `values` may be half written.
    """
    imagined, found = imagine(values, team_id=team.id, post=post)
    streams, zone = imagined.streams, imagined.timezone
    plannable = post is None or post.plannable
    offered = _offered(post, imagined, actor)
    return {
        "now": now,
        "post": post,
        "zone": zone or "UTC",
        "state": standing.shown(post) if post else "draft",
        "steps": offered,
        "first": first_step(offered),
        "more_steps": further_steps(offered),
        "waits_for_approval": waits_for_approval(imagined),
        "places": len(imagined.targets),
        "imagined": imagined,
        "found": found.errors,
        "checklists": checklists(streams),
        "plain": plainness(imagined.text, imagined.language),
        "plain_hints": _hints(imagined) if team.plain_hints else [],
        "guides": [(stream, to_html(stream.guidelines)) for stream in streams],
        "approvers": _approvers(team) if any(stream.needs_approval for stream in streams) else [],
        "agreeing": agreement(post, imagined),
        "audience": audience.what_followers_see(streams, imagined.state),
        "has_readers": audience.seen_by_readers(streams),
        "cautions": cautions(imagined, streams=streams, accounts=imagined.targets, hold=on_hold(), now=now),
        "passed": passed(imagined, now),
        "zone_line": saying.zone_line(imagined.due_at, zone, now=now) if imagined.due_at and zone else zone,
        "event_zone": zone_name(imagined.event_timezone or zone or "UTC", imagined.event_starts_at),
        "ways_out": saying.ways_out(str(values.get("publish_at") or ""), zone, fold=values.get("fold"))
        if zone
        else [],
        "slots": free_slots(streams, now=now, but=imagined.uuid) if plannable else [],
        "plannable": plannable,
        "previews": previews(imagined),
        "entry": _calendar_entry(imagined),
        "html": to_html(imagined.text),
        "as_html": to_html,
        "shown_pictures": shown_in(imagined),
        "saying": saying,
        "marking": marking,
    }


def _labels(errors: Mapping[str, str]) -> dict[str, str]:
    """Of those fields of which there are several: the summary on top leads to them."""
    pictures = {name: say("Pictures") for name in errors if name.startswith("pictures.")}
    tongues = (name for name in errors if name.startswith("translations.") and name.count(".") > 1)
    return {**pictures, **{name: language_name(name.split(".")[1]) for name in tongues}}


def _hints(imagined: Post) -> list[Hint]:
    others = [(one.text, one.language) for one in imagined.translations]
    return hints([(imagined.text, imagined.language), *others])


def _offered(post: Post | None, imagined: Post, actor: Actor) -> set[str]:
    """Steps as they fit the streams on the page; whether it may be thrown away only the stored post knows."""
    offered = steps(imagined, actor) if imagined.streams else set()
    stored = steps(post, actor) if post else {"save"}
    known = OF_STORED | OF_AGREEING if post else OF_STORED
    return (offered - known) | (stored & known)


def _calendar_entry(imagined: Post) -> Entry | None:
    """How the post stands in followers' calendars while it is planned, in the words of the feed itself."""
    way = audience.planned_entry(imagined.streams)
    at = imagined.event_starts_at or imagined.due_at
    zone = (imagined.event_timezone if imagined.event_starts_at else imagined.timezone) or "UTC"
    words = WORDS.get(imagined.language.split("-")[0].lower(), WORDS["en"])["planned"]
    if at is None or (way == "nothing" and imagined.plannable):
        return None
    if not imagined.plannable:
        return Entry(at, zone, imagined.title or cut(imagined.text, 60))
    title = imagined.title if way == "titles" else ""
    return Entry(at, zone, f"{words[0]}: {title}" if title else words[1])


def _streams_to_choose(team: Team, values: Mapping[str, Any]) -> list[Stream]:
    """The team's streams by name, and those put away that the post is in already."""
    chosen = list(values.get("streams") or ())
    rows = db.session.scalars(
        sa.select(Stream)
        .where(Stream.team_id == team.id, sa.or_(Stream.archived_at.is_(None), Stream.handle.in_(chosen)))
        .order_by(sa.func.lower(Stream.name), Stream.id)
        .options(selectinload(Stream.accounts))
    )
    return list(rows)


def _accounts_to_choose(team: Team) -> list[Account]:
    return list(
        db.session.scalars(
            sa.select(Account)
            .where(Account.team_id == team.id, Account.deleted_at.is_(None))
            .order_by(sa.func.lower(Account.name), Account.id)
        )
    )


def _approvers(team: Team) -> list[str]:
    return list(
        db.session.scalars(
            sa.select(Person.name)
            .join(Member, Member.person_id == Person.id)
            .where(
                Member.team_id == team.id, Member.role.in_(("owner", "editor")), Person.disabled_at.is_(None)
            )
            .order_by(Person.name)
        )
    )

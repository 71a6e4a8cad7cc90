"""Streams: list, make, change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort
from sqlalchemy.orm import selectinload

from calendar_app import enqueue, links
from calendar_app.api.calling import PREFIX, Answer, call
from calendar_app.api.paging import page
from calendar_app.api.schemas import streams as told
from calendar_app.errors import Refused
from calendar_app.extensions import database_now, db
from calendar_app.people.roles import scoped
from calendar_app.snippets.beginning import usual_template
from calendar_app.streams import editing
from calendar_app.streams.checking import HANDLE
from calendar_app.streams.models import Stream

if TYPE_CHECKING:
    from calendar_app.people.roles import Actor

ONE = "/streams/<handle>"
_AS_THEY_ARE = ("name", "description", "language", "timezone", "visibility", "public_schedule", "cadence",
                "exceptions", "pauses", "quiet_hours", "near_minutes", "flood_posts", "flood_hours",
                "evergreen_makes", "evergreen_ahead_days", "evergreen_rest_days",
                "grace_minutes", "guidelines", "needs_approval", "approval_steps",
                "others_approve", "approve_again", "checklist", "links_as", "created_at", "updated_at")  # fmt: skip


@call("GET", "/streams", gives=told.Streams, query=told.StreamQuery)
def find(actor: Actor, query: told.StreamQuery) -> Answer:
    """List streams by handle."""
    wanted = scoped(Stream, actor).options(selectinload(Stream.accounts))
    wanted = wanted.where(Stream.archived_at.is_not(None) if query.archived else Stream.archived_at.is_(None))
    rows, following = page(wanted, Stream.handle, query)
    return Answer(told.Streams(items=[shown(stream) for stream in rows], next=following))


@call("POST", "/streams", gives=told.Stream, body=told.NewStream, status=201)
def make(actor: Actor, body: told.NewStream) -> Answer:
    """Make a stream.

    What is left out gets a default: its maker's language and time zone, the colour that fewest streams have.
    """
    stream = editing.make_stream(body.model_dump(exclude_unset=True), actor=actor, now=database_now())
    return Answer(shown(stream), location=links.absolute(f"{PREFIX}/streams/{stream.handle}"))


@call("GET", ONE, gives=told.Stream)
def show(actor: Actor, handle: str) -> Answer:
    """Read one stream."""
    return Answer(shown(stream_of(actor, handle)))


@call("PATCH", ONE, gives=told.Stream, body=told.StreamChange)
def change(actor: Actor, handle: str, body: told.StreamChange) -> Answer:
    """Change a stream, archive it or take it up again."""
    stream, now = stream_of(actor, handle), database_now()
    changes = body.model_dump(exclude_unset=True)
    archived = changes.pop("archived", None)
    if archived is False:
        editing.revive(stream, actor=actor, now=now)
    editing.edit_stream(stream, changes, actor=actor, now=now)
    if archived:
        editing.archive(stream, actor=actor, now=now)
    # Scheduled posts follow the accounts of their streams.
    return Answer(shown(stream), then=(enqueue.plan_changed,))


def shown(stream: Stream) -> told.Stream:
    """The stream as the API tells it."""
    return told.Stream.model_validate(
        {
            "handle": stream.handle,
            "url": links.stream(stream.handle),
            "team": stream.team_id,
            "colour": stream.hue,
            "default_accounts": [account.id for account in stream.accounts if account.deleted_at is None],
            "template": template.id if (template := usual_template(stream)) else None,
            "responsible": stream.responsible_id,
            "archived": stream.archived_at is not None,
            **{name: getattr(stream, name) for name in _AS_THEY_ARE},
        }
    )


def stream_named(actor: Actor, handle: str) -> Stream:
    """The stream of the asker's teams that a filter names. Raises Refused."""
    found: Stream | None = db.session.scalar(scoped(Stream, actor).where(Stream.handle == handle))
    if found is None:
        raise Refused({"stream": f"Your teams have no stream “{handle}”. GET /streams lists theirs."})
    return found


def stream_of(actor: Actor, handle: str) -> Stream:
    """The stream of the asker's teams, else 404."""
    if not HANDLE.fullmatch(handle):
        abort(404)
    found: Stream | None = db.session.scalar(scoped(Stream, actor).where(Stream.handle == handle))
    return found or abort(404)


def living_stream(actor: Actor, handle: str) -> Stream:
    """The stream of the asker's teams, while it is in use, else 404."""
    stream = stream_of(actor, handle)
    return stream if stream.archived_at is None else abort(404)

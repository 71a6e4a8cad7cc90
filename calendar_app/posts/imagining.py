"""The post that a page shows, whether it is saved or not, and what each place would get of it.

The same `compose` that sends makes the previews, on the same `Content`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from calendar_app.channels.models import Account
from calendar_app.channels.packing import content_of
from calendar_app.channels.registry import ADAPTERS
from calendar_app.extensions import db
from calendar_app.media import attaching
from calendar_app.posts import checking, translating
from calendar_app.posts.checking import Findings
from calendar_app.posts.models import TEXT_LIMIT, Place, Post, PostStream
from calendar_app.posts.text import clean
from calendar_app.posts.ticking import ticked
from calendar_app.streams.models import Stream

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from calendar_app.channels.adapter import Part

# An id of the right form for a post that has none yet.
NOT_YET = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class Preview:
    """What one account would be sent, as a payload and in parts, why it would not, and the variant's mark."""

    account: Account
    kind: str
    channel_name: str
    payload: Mapping[str, Any]
    own_text: bool
    parts: tuple[Part, ...]
    problems: tuple[str, ...]
    # The place has no answers: the first comment stays away from it.
    no_comment: bool = False

    @property
    def as_json(self) -> str:
        return json.dumps(self.payload, ensure_ascii=False, indent=2)


def imagine(values: Mapping[str, Any], *, team_id: int, post: Post | None) -> tuple[Post, Findings]:
    """A post in no session that looks like the values on the page, and what is wrong with them.

    What cannot be used (an impossible time, say) is left out. Its streams and places are the team's own.
    """
    found = Findings()
    streams = team_streams(values.get("streams") or (), team_id)
    imagined = Post(
        uuid=post.uuid if post else NOT_YET, team_id=team_id, state=post.state if post else "draft",
        title=checking.title(values.get("title"), found),
        text=checking.text(values.get("text"), found)[:TEXT_LIMIT],
        link=checking.link(values.get("link"), found),
        first_comment=checking.first_comment(values.get("first_comment"), found)[:TEXT_LIMIT],
        language=clean(str(values.get("language") or "en"))[:16],
        kind="news", own_places=values.get("accounts") is not None, event_location="",
        timezone=values.get("timezone") or None, published_at=post.published_at if post else None,
        withdrawn_at=post.withdrawn_at if post else None,
    )  # fmt: skip
    imagined.in_streams = [PostStream(stream=stream, position=n) for n, stream in enumerate(streams)]
    if "link" in found.errors:
        imagined.link = ""
    _plan(imagined, values, found)
    _event(imagined, values, found)
    _places(imagined, values, team_id, found)
    imagined.translations = translating.rows_of(values.get("translations") or {})
    imagined.ticked = ticked(values.get("ticked"), streams)
    imagined.pictures = attaching.rows_of(attaching.wanted(values.get("pictures") or (), team_id, found))
    return imagined, found


def previews(imagined: Post) -> list[Preview]:
    """One for each account that the post would go to, in the order in which it names them."""
    found = []
    for account in imagined.targets:
        channel = ADAPTERS.get(account.channel)
        if channel is not None:
            adapter = channel.way(account.settings)
            content = content_of(imagined, account)
            payload = adapter.compose(content, "publish", account.settings)
            own = any(place.account_id == account.id and place.text for place in imagined.places)
            parts = adapter.preview(payload, account.settings)
            problems = adapter.problems(content, account.settings)
            no_comment = bool(imagined.first_comment) and not adapter.can_comment
            found.append(
                Preview(account, adapter.kind, adapter.name, payload, own, parts, problems, no_comment)
            )
    return found


def team_streams(handles: Sequence[str], team_id: int) -> list[Stream]:
    """The team's streams of these handles, in this order, the unknown ones left out."""
    printable = [handle for handle in handles if handle.isprintable()]
    rows = db.session.scalars(
        sa.select(Stream).where(Stream.handle.in_(printable), Stream.team_id == team_id)
    )
    by_handle = {stream.handle: stream for stream in rows}
    return [by_handle[handle] for handle in handles if handle in by_handle]


def _plan(imagined: Post, values: Mapping[str, Any], found: Findings) -> None:
    if not values.get("publish_at"):
        if imagined.timezone:
            checking.zone_known(imagined.timezone, found, "timezone")
        if "timezone" in found.errors:
            imagined.timezone = None
        return
    planned = checking.moment(values["publish_at"], imagined.timezone, found, fold=values.get("fold"))
    imagined.due_at = planned.instant if planned else None
    imagined.publish_at = planned.wall if planned else None
    if "timezone" in found.errors:
        imagined.timezone = None


def _event(imagined: Post, values: Mapping[str, Any], found: Findings) -> None:
    before = set(found.errors)
    columns = checking.event(values.get("event"), found)
    if before == set(found.errors):
        for name, value in columns.items():
            setattr(imagined, name, value)


def _places(imagined: Post, values: Mapping[str, Any], team_id: int, found: Findings) -> None:
    chosen = set(values.get("accounts") or ())
    texts = {int(number): one.get("text") or "" for number, one in (values.get("variants") or {}).items()}
    rows = db.session.scalars(
        sa.select(Account)
        .where(Account.id.in_(chosen | set(texts)), Account.team_id == team_id, Account.deleted_at.is_(None))
        .order_by(Account.id)
    )
    imagined.places = [
        Place(
            account=account, account_id=account.id, chosen=account.id in chosen,
            text=_variant(texts.get(account.id), account, found),
        )
        for account in rows
    ]  # fmt: skip


def _variant(text: str | None, account: Account, found: Findings) -> str | None:
    return checking.prose(text, f"variants.{account.id}", TEXT_LIMIT, found)[:TEXT_LIMIT] or None

"""From a claim to the parcel that goes out: the post as it stands, secrets opened, payload frozen on the row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from calendar_app import links, safe
from calendar_app.channels.adapter import Content, Parcel, Picture
from calendar_app.channels.models import Delivery
from calendar_app.channels.registry import ADAPTERS, adapter_for
from calendar_app.extensions import db
from calendar_app.media.cropping import focus_in
from calendar_app.posts.text import to_html
from calendar_app.posts.wording import Words, in_language
from calendar_app.short_links.leaving import Leaving, keep, leaving
from calendar_app.times import rfc3339

if TYPE_CHECKING:
    from calendar_app.channels.claiming import Claim
    from calendar_app.channels.models import Account
    from calendar_app.posts.models import Post


def pack(claim: Claim) -> Parcel:
    """Freeze what will be sent. After an unclear attempt the frozen payload is used again, byte for byte."""
    row = claim.delivery
    adapter = adapter_for(row.account.channel, row.account.settings)
    if row.payload is None or not row.ambiguous:
        keep(leaving_of(row.post, row.account).targets, row.post)
        row.payload = adapter.compose(content_of(row.post, row.account), row.action, row.account.settings)
        row.post_version = row.post.version
    return Parcel(
        id=row.id, key=row.key, fence=claim.fence, action=row.action, attempt=row.attempts,
        account_id=row.account_id, channel=row.account.channel, settings=dict(row.account.settings),
        secrets=open_secrets(row.account), payload=row.payload, notes=dict(row.notes or {}),
        ambiguous=row.ambiguous, due_at=row.due_at, post_uuid=row.post.uuid, deadline=claim.deadline,
        published=_published(row) if row.action == "withdraw" else {},
    )  # fmt: skip


def content_of(post: Post, account: Account | None = None) -> Content:
    """The post as a channel sees it, with the account's variant where there is one, and its links as they leave."""
    out = leaving_of(post, account)
    text, words = out.text, _words_for(post, account)
    return Content(
        uuid=post.uuid, title=words.title, text=text, html=to_html(text), link=out.link, language=words.language,
        streams=tuple(stream.handle for stream in post.streams), url=links.post(post.uuid), event=event_of(post),
        published_at=post.published_at, withdrawn_at=post.withdrawn_at,
        pictures=pictures_of(post, words), first_comment=out.comment,
        public_streams=tuple(
            one.handle for one in post.streams if one.visibility == "public" and one.archived_at is None
        ),
    )  # fmt: skip


def leaving_of(post: Post, account: Account | None) -> Leaving:
    """The words for this account, and its links as they leave for it."""
    words = _words_for(post, account)
    text = words.text
    for place in post.places:
        if account is not None and place.account_id == account.id and place.text:
            text = place.text
    adapter = ADAPTERS.get(account.channel) if account is not None else None
    if account is None or adapter is None or not adapter.public_links or account.links_as == "written":
        return Leaving(text, post.link, words.first_comment)
    return leaving(post, text, account.channel, comment=words.first_comment)


def _words_for(post: Post, account: Account | None) -> Words:
    return in_language(post, (account.language if account is not None else "") or post.language)


def pictures_of(post: Post, words: Words) -> tuple[Picture, ...]:
    """In order, each with the `words` for it and the point that must stay in sight."""
    return tuple(
        Picture(
            row.name, row.medium.media_type, *row.size, words.alt(row),
            focus_in((row.focus_x, row.focus_y), row.crop),
        )
        for row in post.pictures
    )  # fmt: skip


def event_of(post: Post) -> dict[str, Any] | None:
    """The event as the API and webhooks tell it: instants in UTC, and the zone it is held in."""
    if post.event_starts_at is None:
        return None
    return {
        "starts_at": rfc3339(post.event_starts_at),
        "ends_at": rfc3339(post.event_ends_at) if post.event_ends_at else None,
        "timezone": post.event_timezone,
        "location": post.event_location,
    }


def seal_secrets(account: Account, secrets: dict[str, str]) -> None:
    """Keep secrets encrypted on the account (which must have its id: it is part of what is authenticated)."""
    account.sealed = {
        name: safe.seal(value, where=where(account.id, name)) for name, value in secrets.items()
    }


def open_secrets(account: Account) -> dict[str, str]:
    """Raises sealing.CannotOpen."""
    return {name: safe.unseal(value, where=where(account.id, name)) for name, value in account.sealed.items()}


def where(account_id: int, name: str) -> str:
    """The place that a secret is bound to."""
    return f"account:{account_id}:{name}"


def _published(row: Delivery) -> dict[str, Any]:
    """What the publication to the same account left behind: the adapter finds there what to take back."""
    found = db.session.execute(
        sa.select(Delivery.external_id, Delivery.external_url, Delivery.notes).where(
            Delivery.post_id == row.post_id,
            Delivery.account_id == row.account_id,
            Delivery.action == "publish",
        )
    ).one_or_none()
    return dict(found._mapping) if found else {}

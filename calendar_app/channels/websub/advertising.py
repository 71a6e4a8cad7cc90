"""Which hub a public feed names, so that readers' programs may be told at once instead of asking.

A feed names a hub that is told of it, and no other: that of a stream whose posts go to the hub by themselves, and that
which all public streams share for everything. A choice of streams names none (nobody could tell a hub of every choice,
and the hub would learn what somebody reads), nor does an unlisted stream or a personal address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from calendar_app.channels.models import Account
from calendar_app.channels.websub.adapter import FORMATS, WebsubAdapter
from calendar_app.extensions import db
from calendar_app.feeds.entry import web_address
from calendar_app.posts.showing import touch_feeds
from calendar_app.streams.models import stream_account

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from calendar_app.streams.models import Stream


def hub_of(streams: Sequence[Stream], form: str) -> str | None:
    """The address of the hub that is told of every one of these streams in this format."""
    if form not in FORMATS or not streams or not all(map(_public, streams)):
        return None
    told: dict[str, set[int]] = {}
    for stream_id, settings in db.session.execute(_hubs(stream.id for stream in streams)):
        told.setdefault(settings["url"], set()).add(stream_id)
    shared = (url for url, ids in told.items() if len(ids) == len(streams))
    return next(filter(None, map(_written, shared)), None)


def hub_changed(account_id: int, now: datetime) -> None:
    """Where the account is a hub, the feeds of its streams are other bytes from now on."""
    told = (
        sa.select(stream_account.c.stream_id)
        .join(Account, Account.id == stream_account.c.account_id)
        .where(Account.id == account_id, Account.channel == WebsubAdapter.kind)
    )
    touch_feeds(db.session.scalars(told), now)


def _public(stream: Stream) -> bool:
    return stream.visibility == "public" and stream.archived_at is None


def _written(url: str) -> str | None:
    """As feeds and headers write it; an address that they cannot write is not named."""
    try:
        return web_address(url)
    except ValueError:
        return None


def _hubs(stream_ids: Iterable[int]) -> sa.Select[int, dict[str, str]]:
    return (
        sa.select(stream_account.c.stream_id, Account.settings)
        .join(Account, Account.id == stream_account.c.account_id)
        .where(
            stream_account.c.stream_id.in_(list(stream_ids)),
            Account.channel == WebsubAdapter.kind,
            Account.state == "ok",
        )
        .order_by(Account.id)
    )

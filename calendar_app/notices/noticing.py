"""Finding what nobody has been told of yet, and telling it: once per event, whoever looks and however often.

It is read from what stands in the database, so that no way into trouble can forget to tell.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from calendar_app.channels.connecting import PAUSED_BY
from calendar_app.channels.models import Account, Delivery
from calendar_app.extensions import database_now, db
from calendar_app.notices.models import Notice
from calendar_app.notices.telling import tell
from calendar_app.notices.whom import told_of_account, told_of_post
from calendar_app.posts.models import Post, PostStream
from calendar_app.times import rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

MOST_AT_ONCE = 200
# What is older than this when it is first seen (a first start of this version, say) is left to the board.
NEWS = timedelta(days=14)


def notice_all() -> int:
    """Tell what has not been told; returns the number of notices. Harmless when doubled. The caller commits."""
    now = database_now()
    found = [
        *_of_deliveries(now - NEWS),
        *_of_missed_posts(now - NEWS),
        *_of_accounts(now - NEWS),
    ]
    return sum(tell(facts, people, now) for facts, people in found)


def of_delivery(row: Delivery) -> dict[str, Any]:
    """What a notice says of a delivery. The event changes with a person's decision to send again, not with a retry."""
    return {
        "kind": row.state,
        "event": f"delivery {row.id} {rfc3339(row.due_at)}",
        "team_id": row.post.team_id,
        "delivery_id": row.id,
        "post_id": row.post_id,
    }


def of_missed_post(post: Post) -> dict[str, Any]:
    event = f"post {post.id} {rfc3339(post.due_at) if post.due_at else ''}"
    return {"kind": "missed", "event": event, "team_id": post.team_id, "post_id": post.id}


def of_account(account: Account) -> dict[str, Any]:
    event = f"account {account.id} {account.state} {rfc3339(account.state_since)}"
    return {"kind": "account", "event": event, "team_id": account.team_id, "account_id": account.id}


def _of_deliveries(since: datetime) -> Iterator[tuple[dict[str, Any], set[int]]]:
    """Of a missed post's own deliveries the post tells; a withdrawn post's may still be out there unknown."""
    current = sa.or_(
        sa.and_(Delivery.action == "publish", Post.state == "published"),
        sa.and_(Delivery.action == "withdraw", Post.state == "withdrawn"),
        Delivery.state == "unknown",
    )
    # A delivery has as many events as a person sent it again: a notice since then tells of this one.
    told = sa.exists().where(Notice.delivery_id == Delivery.id, Notice.created_at >= Delivery.due_at)
    rows = db.session.scalars(
        sa.select(Delivery)
        .join(Post, Post.id == Delivery.post_id)
        .where(Delivery.is_stuck(), current, Delivery.due_at >= since, ~told)
        .options(
            joinedload(Delivery.post).selectinload(Post.in_streams).joinedload(PostStream.stream),
        )
        .order_by(Delivery.id)
        .limit(MOST_AT_ONCE)
    ).all()
    return ((of_delivery(row), told_of_post(row.post)) for row in rows)


def _of_missed_posts(since: datetime) -> Iterator[tuple[dict[str, Any], set[int]]]:
    told = sa.exists().where(
        Notice.post_id == Post.id,
        Notice.kind == "missed",
        Notice.delivery_id.is_(None),
        Notice.created_at >= Post.due_at,
    )
    posts = db.session.scalars(
        sa.select(Post)
        .where(Post.is_missed(), Post.due_at >= since, ~told)
        .options(selectinload(Post.in_streams).joinedload(PostStream.stream))
        .order_by(Post.id)
        .limit(MOST_AT_ONCE)
    ).all()
    return ((of_missed_post(post), told_of_post(post)) for post in posts)


def _of_accounts(since: datetime) -> Iterator[tuple[dict[str, Any], set[int]]]:
    """Not of those that a person paused: somebody knows."""
    told = sa.exists().where(Notice.account_id == Account.id, Notice.created_at >= Account.state_since)
    accounts: Sequence[Account] = db.session.scalars(
        sa.select(Account)
        .where(
            Account.state != "ok", Account.deleted_at.is_(None), Account.state_since >= since, ~told,
            sa.not_(sa.func.coalesce(Account.state_reason, "").startswith(PAUSED_BY)),
        )
        .order_by(Account.id)
        .limit(MOST_AT_ONCE)
    ).all()  # fmt: skip
    return ((of_account(account), told_of_account(account)) for account in accounts)

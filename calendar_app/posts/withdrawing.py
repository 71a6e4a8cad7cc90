"""Taking back what was published: readers' programs are told, places that can be told get a withdrawal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_app.channels.models import Delivery
from calendar_app.channels.registry import adapter_for
from calendar_app.errors import Conflict
from calendar_app.languages import say
from calendar_app.people.audit import record
from calendar_app.posts.locking import lock
from calendar_app.posts.scheduling import cancel_waiting
from calendar_app.posts.showing import readers_see_change

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_app.people.roles import Actor
    from calendar_app.posts.models import Post


def withdraw(post: Post, *, actor: Actor, now: datetime) -> None:
    """Published → withdrawn. What still waits is cancelled; what was sent is followed by a withdrawal."""
    lock(post)
    actor.need("publish posts", post.team_id)
    if post.state == "withdrawn":
        return
    if post.state != "published":
        raise Conflict(say("Only a published post can be withdrawn. Take a scheduled one back to draft."))
    post.state = "withdrawn"
    post.withdrawn_at = now
    post.version += 1
    post.updated_at = now
    cancel_waiting(post, "The post was withdrawn before it went out here.")
    _plan_withdrawals(post, now)
    readers_see_change(post, now)
    record("post withdrawn", post.uuid, actor=actor, team_id=post.team_id)


def _plan_withdrawals(post: Post, now: datetime) -> None:
    done = {row.account_id for row in post.deliveries if row.action == "withdraw"}
    for row in list(post.deliveries):
        # "sending" may yet arrive: the withdrawal waits its turn behind it (see claiming).
        if row.action != "publish" or row.state not in {"delivered", "unknown", "sending"}:
            continue
        adapter = adapter_for(row.account.channel, row.account.settings)
        if adapter.can_withdraw and row.account_id not in done and row.account.deleted_at is None:
            post.deliveries.append(
                Delivery(
                    account=row.account,
                    action="withdraw",
                    due_at=now,
                    next_at=now,
                    serial=not adapter.parallel,
                )
            )

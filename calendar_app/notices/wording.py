"""What a notice says, in the language of whoever reads it, and where it leads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_app.channels.models import STUCK
from calendar_app.languages import say
from calendar_app.reasons import retell

if TYPE_CHECKING:
    from calendar_app.notices.models import Notice


def headline(notice: Notice) -> str:
    """`“Bridge closed” may have gone out to Town screen: please look.`"""
    account = notice.account or (notice.delivery.account if notice.delivery else None)
    name = account.name if account else ""
    title = (notice.post.title if notice.post else "") or say("Untitled")
    if notice.kind == "account":
        return say("“%(account)s” sends nothing any more.", account=name)
    if notice.kind == "unknown":
        return say("“%(title)s” may have gone out to %(account)s: please look.", title=title, account=name)
    if notice.delivery is None:
        return say("“%(title)s” was missed: its time passed while nothing could be sent.", title=title)
    if notice.kind == "missed":
        return say("“%(title)s” did not go out to %(account)s in time.", title=title, account=name)
    return say("“%(title)s” did not go out to %(account)s.", title=title, account=name)


def reason(notice: Notice) -> str:
    """Why, as it stands now; empty where it was settled or nothing is known."""
    if not still_open(notice):
        return ""
    if notice.delivery is not None:
        return retell(notice.delivery.reason)
    return retell(notice.account.state_reason) if notice.account else ""


def still_open(notice: Notice) -> bool:
    """Whether it still stands as it did when it was told."""
    if notice.delivery is not None:
        return notice.delivery.state in STUCK
    if notice.account is not None:
        return notice.account.state != "ok" and notice.account.deleted_at is None
    return notice.post is not None and notice.post.state == "missed"


def path(notice: Notice) -> str:
    """Where one looks and decides."""
    if notice.post is not None:
        return f"/posts/{notice.post.uuid}/edit"
    return f"/accounts/{notice.account_id}"

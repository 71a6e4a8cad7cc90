"""What a notice says, in the language of whoever reads it, and where it leads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_app.agreeing.rules import open_wish
from calendar_app.channels.models import STUCK
from calendar_app.languages import say
from calendar_app.notices.models import OF_AGREEING, OF_COMMENTS
from calendar_app.posts.text import cut
from calendar_app.reasons import retell

if TYPE_CHECKING:
    from calendar_app.notices.models import Notice
    from calendar_app.posts.models import Post

# Of a comment; the rest is read where it stands.
LONGEST_QUOTED = 200


def headline(notice: Notice) -> str:
    """`“Bridge closed” may have gone out to Town screen: please look.`"""
    if notice.kind in OF_AGREEING:
        return _of_agreeing(notice)
    if notice.kind in OF_COMMENTS:
        return _of_comments(notice)
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
    if notice.kind == "changes":
        wish = open_wish(notice.post) if notice.post else None
        return wish.text if wish else ""
    if notice.kind in OF_AGREEING:
        return ""
    if notice.comment is not None:
        return cut(notice.comment.text, LONGEST_QUOTED)
    if notice.delivery is not None:
        return retell(notice.delivery.reason)
    return retell(notice.account.state_reason) if notice.account else ""


def still_open(notice: Notice) -> bool:
    """Whether it still stands as it did when it was told."""
    if notice.kind in OF_AGREEING:
        return notice.post is not None and _waits(notice.kind, notice.post)
    if notice.kind in OF_COMMENTS:
        return notice.comment is not None and notice.comment.removed_at is None
    if notice.delivery is not None:
        return notice.delivery.state in STUCK
    if notice.account is not None:
        return notice.account.state != "ok" and notice.account.deleted_at is None
    return notice.post is not None and notice.post.state == "missed"


def path(notice: Notice) -> str:
    """Where one looks and decides."""
    if notice.post is not None:
        place = f"#comment-{notice.comment_id}" if notice.comment_id else ""
        return f"/posts/{notice.post.uuid}/edit{place}"
    return f"/accounts/{notice.account_id}"


def _of_agreeing(notice: Notice) -> str:
    title = (notice.post.title if notice.post else "") or say("Untitled")
    name = notice.by.name if notice.by else say("Somebody who has left")
    if notice.kind == "review":
        return say("%(name)s asks you to approve “%(title)s”.", name=name, title=title)
    if notice.kind == "approved":
        return say("%(name)s has approved “%(title)s”.", name=name, title=title)
    return say("%(name)s wants changes in “%(title)s”.", name=name, title=title)


def _waits(kind: str, post: Post) -> bool:
    if kind == "review":
        return post.state == "in_review"
    if kind == "approved":
        return post.state == "approved"
    return post.state in {"draft", "missed"} and open_wish(post) is not None


def _of_comments(notice: Notice) -> str:
    title = (notice.post.title if notice.post else "") or say("Untitled")
    if notice.comment is not None and notice.comment.guest:
        return say(
            "%(name)s, from outside, commented on “%(title)s”.", name=notice.comment.guest, title=title
        )
    name = notice.by.name if notice.by else say("Somebody who has left")
    if notice.kind == "mention":
        return say("%(name)s mentioned you in a comment on “%(title)s”.", name=name, title=title)
    if notice.kind == "reply":
        return say("%(name)s answered in a comment on “%(title)s”.", name=name, title=title)
    return say("%(name)s commented on “%(title)s”.", name=name, title=title)

"""What speaks against a post where it stands, or where it might: the same as beside it in the composer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from calendar_app.api.calling import Answer, call
from calendar_app.api.posts import ONE, post_of
from calendar_app.api.schemas import warnings as told
from calendar_app.errors import Refused
from calendar_app.extensions import database_now
from calendar_app.posts.cautions import cautions
from calendar_app.posts.imagining import imagine
from calendar_app.posts.publishing import on_hold
from calendar_app.posts.values import values_of

if TYPE_CHECKING:
    from uuid import UUID

    from calendar_app.people.roles import Actor
    from calendar_app.posts.crowded import Caution
    from calendar_app.posts.models import Post

_POST = re.compile("/posts/([0-9a-f-]{36})/edit")


@call("GET", ONE + "/warnings", gives=told.Warnings, query=told.WarningQuery)
def show(actor: Actor, post_id: UUID, query: told.WarningQuery) -> Answer:
    """See what speaks against a post, and a way out of each.

    Too close to others, too many at once, too quiet before, in quiet hours or a pause, a place out of order and more.
    With `publish_at` as if it stood there. Nothing is changed.
    """
    post = _at(post_of(actor, post_id), query)
    found = cautions(post, streams=post.streams, accounts=post.targets, hold=on_hold(), now=database_now())
    return Answer(told.Warnings(items=[told.Warned.model_validate(_told(one)) for one in found], next=None))


def _at(post: Post, query: told.WarningQuery) -> Post:
    """As if it stood at another time. Raises Refused where there is no such time, or it comes twice."""
    if query.publish_at is None:
        if query.timezone is not None:
            raise Refused({"timezone": "This needs its publish_at beside it."})
        return post
    values = values_of(post)
    zone = query.timezone or values["timezone"] or post.home.timezone
    plan = {"publish_at": query.publish_at, "timezone": zone, "fold": None}
    imagined, found = imagine({**values, **plan}, team_id=post.team_id, post=post)
    wrong: dict[str, str] = {
        name: found.errors[name] for name in ("publish_at", "timezone") if name in found.errors
    }
    if wrong:
        raise Refused(wrong)
    return imagined


def _told(one: Caution) -> dict[str, Any]:
    other, slot = _POST.fullmatch(one.way), one.slot
    time = slot and {
        "at": slot.at, "publish_at": slot.wall, "timezone": slot.timezone, "fold": slot.fold, "words": one.slot_name,
    }  # fmt: skip
    return {"what": one.what, "why": one.why, "other": other[1] if other else None, "time": time}

"""Links for outsiders to one post: made, listed, switched off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask import abort

from calendar_app import links, tokens
from calendar_app.api.calling import PREFIX, Answer, call
from calendar_app.api.paging import page
from calendar_app.api.posts import ONE as POST
from calendar_app.api.posts import post_of
from calendar_app.api.schemas import sharing as told
from calendar_app.api.schemas.base import PageQuery
from calendar_app.extensions import database_now, db
from calendar_app.sharing import letting_in
from calendar_app.sharing.models import ShareLink

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from calendar_app.people.roles import Actor

ALL = POST + "/links"


@call("GET", ALL, gives=told.ShareLinks, query=PageQuery)
def find(actor: Actor, post_id: UUID, query: PageQuery) -> Answer:
    """List the links to a post, without their addresses."""
    post, now = post_of(actor, post_id), database_now()
    wanted = sa.select(ShareLink).where(ShareLink.post_id == post.id)
    rows, following = page(wanted, ShareLink.id, query, newest_first=True)
    items = [told.ShareLink.model_validate(_facts(row, now)) for row in rows]
    return Answer(told.ShareLinks(items=items, next=following))


@call("POST", ALL, gives=told.MadeShareLink, body=told.NewShareLink, body_optional=True, status=201)
def make(actor: Actor, post_id: UUID, body: told.NewShareLink) -> Answer:
    """Make a link for outsiders to a post.

    Whoever has it sees the post as it stands, until the last day or until it is switched off. Its address is told
    only now. At most 20 are open at a time.
    """
    post, now = post_of(actor, post_id), database_now()
    token = letting_in.make(
        post, actor=actor, now=now, days=str(body.days), label=body.label, may_comment=body.may_comment
    )
    row = db.session.scalars(sa.select(ShareLink).where(ShareLink.digest == tokens.digest(token))).one()
    made = told.MadeShareLink.model_validate({**_facts(row, now), "url": links.shared(token)})
    return Answer(made, location=links.absolute(f"{PREFIX}/posts/{post.uuid}/links"))


@call("DELETE", ALL + "/<int:share_id>", gives=told.ShareLink)
def revoke(actor: Actor, post_id: UUID, share_id: int) -> Answer:
    """Switch a link off."""
    post, now = post_of(actor, post_id), database_now()
    actor.need("write posts", post.team_id)
    row = db.session.get(ShareLink, share_id) if share_id < 2**31 else None
    if row is None or row.post_id != post.id:
        abort(404)
    letting_in.revoke(row, actor=actor, now=now)
    return Answer(told.ShareLink.model_validate(_facts(row, now)))


def _facts(row: ShareLink, now: datetime) -> dict[str, Any]:
    names = ("id", "label", "may_comment", "created_at", "expires_at", "revoked_at", "last_used_at")
    told_as_is = {name: getattr(row, name) for name in names}
    return {**told_as_is, "made_by": row.made_by_id, "open": letting_in.is_open(row, now)}

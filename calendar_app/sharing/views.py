"""A member's page of the links to a post: those there are, a new one, and switching one off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from calendar_app import links
from calendar_app.errors import Conflict, Refused
from calendar_app.extensions import database_now, db
from calendar_app.people.shown_times import shown
from calendar_app.people.signing_in import current_actor, member_required
from calendar_app.posts.finding import post_of
from calendar_app.sharing import letting_in
from calendar_app.sharing.models import ShareLink

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from calendar_app.posts.models import Post

sharing = Blueprint("sharing", __name__, url_prefix="/posts")


@sharing.get("/<uuid:number>/links")
@member_required
def index(number: Any) -> ResponseReturnValue:
    return _page(post_of(number))


@sharing.post("/<uuid:number>/links")
@member_required
def make(number: Any) -> ResponseReturnValue:
    """The page with the new address, which is shown this once."""
    post, form = post_of(number), request.form
    try:
        token = letting_in.make(
            post, actor=current_actor(), now=database_now(), days=form.get("days", ""),
            label=form.get("label", ""), may_comment="may_comment" in form,
        )  # fmt: skip
    except (Refused, Conflict) as refusal:
        db.session.rollback()
        if isinstance(refusal, Refused):
            return _page(post_of(number), errors=refusal.errors), 422
        return _page(post_of(number), errors={"form": str(refusal)}), 409
    db.session.commit()
    return _page(post, address=links.shared(token)), 200, {"Cache-Control": "no-store"}


@sharing.post("/<uuid:number>/links/<int:share_id>/removal")
@member_required
def revoke(number: Any, share_id: int) -> ResponseReturnValue:
    post = post_of(number)
    current_actor().need("write posts", post.team_id)
    link = db.session.get(ShareLink, share_id) if share_id < 2**31 else None
    if link is None or link.post_id != post.id:
        abort(404)
    letting_in.revoke(link, actor=current_actor(), now=database_now())
    db.session.commit()
    flash(_("The link is switched off: whoever opens it is told so."), "good")
    return redirect(url_for("sharing.index", number=number), 303)


def _page(post: Post, *, errors: Mapping[str, str] | None = None, address: str = "") -> str:
    now = database_now()
    return render_template(
        "sharing/links.html", post=post, links=letting_in.links_of(post, now), errors=errors or {}, when=shown,
        is_open=lambda link: letting_in.is_open(link, now), days=letting_in.DAYS, address=address,
        chosen=request.form.get("days") or str(letting_in.USUAL_DAYS),
        may_share=current_actor().may("write posts", post.team_id),
    )  # fmt: skip

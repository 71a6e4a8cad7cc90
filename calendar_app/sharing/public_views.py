"""What an outsider sees through a link: one post as it stands, its pictures, and what was said with outsiders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for

from calendar_app.errors import Conflict, NotAllowed, Refused
from calendar_app.extensions import csrf, database_now, db, limiter
from calendar_app.media.showing import Shown, shown_in
from calendar_app.media.views import NAME, answer_with
from calendar_app.posts import saying
from calendar_app.posts.imagining import previews
from calendar_app.posts.text import to_html
from calendar_app.sharing import letting_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from calendar_app.sharing.models import ShareLink

outsiders = Blueprint("outsiders", __name__, url_prefix="/shared")
# A secret address: in nobody's cache or index.
PRIVATE = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}
OFTEN, SELDOM = "120/minute", "10/minute;40/hour"
# No cookie is set, so no form's token can be: the address itself is the secret that other sites do not know.
csrf.exempt(outsiders)


@outsiders.after_request
def private(response: Response) -> Response:
    for name, value in PRIVATE.items():
        response.headers[name] = value
    return response


@outsiders.get("/<token>")
@limiter.limit(OFTEN)
def show(token: str) -> ResponseReturnValue:
    link = _link(token)
    return link if isinstance(link, tuple) else _page(link, token)


@outsiders.post("/<token>")
@limiter.limit(SELDOM)
def remark(token: str) -> ResponseReturnValue:
    """A comment with the name that its writer gives, or an answer; what is refused comes back as it was typed."""
    link = _link(token)
    if isinstance(link, tuple):
        return link
    form = request.form
    try:
        made = letting_in.say_from_outside(
            link,
            form.get("name", ""),
            form.get("comment", ""),
            database_now(),
            answers=form.get("answers", ""),
        )
        place = f"said-{made.id}"
    except Refused as refused:
        return _again(token, refused.errors, 422)
    except Conflict as conflict:
        return _again(token, {"comment": str(conflict)}, 409)
    except NotAllowed as refusal:
        return _again(token, {"": str(refusal)}, 403)
    db.session.commit()
    return redirect(url_for("outsiders.show", token=token, said=1, _anchor=place), 303)


@outsiders.get("/<token>/media/<name>")
@limiter.limit("600/minute")
def picture(token: str, name: str) -> ResponseReturnValue:
    """A picture of this very post."""
    link, found = _link(token), NAME.fullmatch(name)
    if isinstance(link, tuple) or found is None or not _shows(link, name):
        abort(404)
    return answer_with(name, found, keep="private, no-store")


def _link(token: str) -> ShareLink | tuple[str, int]:
    """The link, or the page that tells that it has ended. Aborts 404."""
    try:
        return letting_in.find(token, database_now()) or abort(404)
    except letting_in.Ended as ended:
        return render_template("sharing/ended.html", sentence=str(ended)), 410


def _again(token: str, errors: Mapping[str, str], status: int) -> ResponseReturnValue:
    db.session.rollback()
    link = _link(token)
    return link if isinstance(link, tuple) else (_page(link, token, errors), status)


def _page(link: ShareLink, token: str, errors: Mapping[str, str] | None = None) -> str:
    post, now = link.post, database_now()
    zone = post.timezone or post.home.timezone
    return render_template(
        "sharing/post.html", link=link, post=post, zone=zone, now=now, saying=saying,
        html=to_html(post.text), as_html=to_html,
        pictures=[_through(one, token) for one in shown_in(post)], previews=previews(post), errors=errors or {},
        threads=letting_in.said_outside(post) if link.may_comment else [],
    )  # fmt: skip


def _through(one: Shown, token: str) -> Shown:
    """The picture by an address below the link: that of the site asks who is there."""
    base = f"/shared/{token}/media/"
    return one._replace(
        src=one.src.replace("/media/", base), small=one.small.replace("/media/", base),
        sources=one.sources.replace("/media/", base),
    )  # fmt: skip


def _shows(link: ShareLink, name: str) -> bool:
    """Whether the page names just this file: other parts and sizes of its pictures are not shown either."""
    shown = shown_in(link.post)
    return any(
        f"/media/{name}" in (one.src, one.small, *one.sources.replace(",", "").split()) for one in shown
    )

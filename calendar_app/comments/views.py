"""The doors of comments: by form they lead back to the post, by script they answer with the panel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, jsonify, redirect, render_template, request, url_for

from calendar_app.comments import commenting, news
from calendar_app.comments.listing import Talk, talk_about
from calendar_app.comments.models import Comment
from calendar_app.errors import Conflict, NotAllowed, Refused
from calendar_app.extensions import database_now, db
from calendar_app.people.shown_times import shown
from calendar_app.people.signing_in import current_actor, member_required
from calendar_app.posts.finding import post_of
from calendar_app.times import rfc3339, utcnow

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.typing import ResponseReturnValue

    from calendar_app.posts.models import Post

comments = Blueprint("comments", __name__, url_prefix="/posts")


@comments.app_template_global()
def talk(post: Post) -> Talk:
    return talk_about(post, current_actor(), utcnow())


@comments.app_template_global()
def said_at(comment: Comment) -> str:
    return shown(comment.created_at)


@comments.app_template_global()
def heard_until() -> str:
    """The time of the page: its script asks for what was said after it."""
    return rfc3339(utcnow())


@comments.get("/<uuid:number>/comments")
@member_required
def panel(number: Any) -> ResponseReturnValue:
    """The panel alone, for the script that looks for news; as JSON also, in a sentence, what came `after` a number."""
    post = post_of(number)
    html = render_template("comments/_talk.html", post=post)
    if not _by_script():
        return html
    new = news.since(post, _number(request.args.get("after", "")), current_actor().person)
    return jsonify(html=html, sentence=news.in_words(new))


@comments.post("/<uuid:number>/comments")
@member_required
def add(number: Any) -> ResponseReturnValue:
    """`answers`: the comment that this one answers; else `quote` and `at`, the words it is about."""
    post = post_of(number)
    parent = _comment(post, request.form["answers"]) if request.form.get("answers") else None

    def make() -> Comment:
        return commenting.comment(
            post, request.form.get("comment", ""), actor=current_actor(), now=database_now(), parent=parent,
            quote=request.form.get("quote", ""), at=_number(request.form.get("at", "")),
        )  # fmt: skip

    return _done(post, make)


@comments.post("/<uuid:number>/comments/<int:comment_id>")
@member_required
def change(number: Any, comment_id: int) -> ResponseReturnValue:
    return _with(number, comment_id, lambda row: commenting.change(
        row, request.form.get("comment", ""), actor=current_actor(), now=database_now()
    ))  # fmt: skip


@comments.post("/<uuid:number>/comments/<int:comment_id>/removal")
@member_required
def remove(number: Any, comment_id: int) -> ResponseReturnValue:
    return _with(
        number, comment_id, lambda row: commenting.remove(row, actor=current_actor(), now=database_now())
    )


@comments.post("/<uuid:number>/comments/<int:comment_id>/return")
@member_required
def bring_back(number: Any, comment_id: int) -> ResponseReturnValue:
    return _with(
        number, comment_id, lambda row: commenting.bring_back(row, actor=current_actor(), now=database_now())
    )


@comments.post("/<uuid:number>/comments/<int:comment_id>/settlement")
@member_required
def settle(number: Any, comment_id: int) -> ResponseReturnValue:
    return _with(
        number, comment_id, lambda row: commenting.settle(row, actor=current_actor(), now=database_now())
    )


@comments.post("/<uuid:number>/comments/<int:comment_id>/settlement/removal")
@member_required
def reopen(number: Any, comment_id: int) -> ResponseReturnValue:
    return _with(number, comment_id, lambda row: commenting.reopen(row, actor=current_actor()))


def _with(number: Any, comment_id: int, act: Callable[[Comment], None]) -> ResponseReturnValue:
    post = post_of(number)
    row = _comment(post, str(comment_id))

    def carry_out() -> Comment:
        act(row)
        return row

    return _done(post, carry_out)


def _done(post: Post, act: Callable[[], Comment]) -> ResponseReturnValue:
    """What is refused comes back with all that was typed."""
    number = post.uuid
    try:
        row = act()
        db.session.commit()
    except Refused as refused:
        return _refused(number, " ".join(refused.errors.values()), 422)
    except Conflict as conflict:
        return _refused(number, str(conflict), 409)
    except NotAllowed as refusal:
        return _refused(number, str(refusal), 403)
    if _by_script():
        return jsonify(ok=True, comment=row.id, html=render_template("comments/_talk.html", post=post))
    return redirect(url_for("posts.show", number=number, _anchor=f"comment-{row.id}"), 303)


def _refused(number: str, sentence: str, status: int) -> ResponseReturnValue:
    db.session.rollback()
    if _by_script():
        return jsonify(ok=False, error=sentence), status
    page = render_template("comments/again.html", number=number, sentence=sentence, typed=request.form)
    return page, status


def _by_script() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _comment(post: Post, number: str) -> Comment:
    row = db.session.get(Comment, _number(number))
    return row if row is not None and row.post_id == post.id else abort(404)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0

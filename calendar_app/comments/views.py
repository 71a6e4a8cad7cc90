"""The doors of comments: by form they lead back to the post, by script they answer with the panel.

Each says what was done and the address that takes it back, with what is to be sent there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from flask import Blueprint, abort, jsonify, redirect, render_template, request, url_for

from calendar_app import ways_back
from calendar_app.comments import commenting, news
from calendar_app.comments.listing import Talk, talk_about
from calendar_app.comments.models import Comment
from calendar_app.errors import Conflict, NotAllowed, Refused
from calendar_app.extensions import database_now, db
from calendar_app.languages import say
from calendar_app.people.shown_times import shown
from calendar_app.people.signing_in import current_actor, member_required
from calendar_app.posts.finding import post_of
from calendar_app.times import rfc3339, utcnow

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.typing import ResponseReturnValue

    from calendar_app.posts.models import Post

comments = Blueprint("comments", __name__, url_prefix="/posts")


class _Step(NamedTuple):
    """What was done to a comment, and the door that undoes it; `words` are those to be sent there.

    `settles`: an answer opened its thread again, which is settled as before once the answer is gone.
    """

    row: Comment
    said: str
    back: str
    words: str | None = None
    settles: bool = False


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
    settled = parent is not None and commenting.is_settled(parent)

    def make() -> _Step:
        row = commenting.comment(
            post, _given("comment"), actor=current_actor(), now=database_now(), parent=parent,
            quote=request.form.get("quote", ""), at=_number(request.form.get("at", "")),
        )  # fmt: skip
        said = (
            say("Answered a comment on “%(title)s”", title=_title(row))
            if parent
            else say("Commented on “%(title)s”", title=_title(row))
        )
        return _Step(row, said, "remove", settles=settled)

    return _done(post, make)


@comments.post("/<uuid:number>/comments/<int:comment_id>")
@member_required
def change(number: Any, comment_id: int) -> ResponseReturnValue:
    def act(row: Comment) -> _Step:
        before = row.text
        commenting.change(row, _given("comment"), actor=current_actor(), now=database_now())
        return _Step(row, say("Changed a comment on “%(title)s”", title=_title(row)), "change", before)

    return _with(number, comment_id, act)


@comments.post("/<uuid:number>/comments/<int:comment_id>/removal")
@member_required
def remove(number: Any, comment_id: int) -> ResponseReturnValue:
    def act(row: Comment) -> _Step:
        settling = request.args.get("settles") == "1"
        commenting.remove(row, actor=current_actor(), now=database_now(), settling=settling)
        return _Step(row, say("Removed a comment on “%(title)s”", title=_title(row)), "bring_back")

    return _with(number, comment_id, act)


@comments.post("/<uuid:number>/comments/<int:comment_id>/return")
@member_required
def bring_back(number: Any, comment_id: int) -> ResponseReturnValue:
    def act(row: Comment) -> _Step:
        settled = row.parent_id is not None and commenting.is_settled(row)
        commenting.bring_back(row, actor=current_actor(), now=database_now())
        said = say("A comment on “%(title)s” is back", title=_title(row))
        return _Step(row, said, "remove", settles=settled)

    return _with(number, comment_id, act)


@comments.post("/<uuid:number>/comments/<int:comment_id>/settlement")
@member_required
def settle(number: Any, comment_id: int) -> ResponseReturnValue:
    def act(row: Comment) -> _Step:
        commenting.settle(row, actor=current_actor(), now=database_now())
        return _Step(row, say("Settled comments on “%(title)s”", title=_title(row)), "reopen")

    return _with(number, comment_id, act)


@comments.post("/<uuid:number>/comments/<int:comment_id>/settlement/removal")
@member_required
def reopen(number: Any, comment_id: int) -> ResponseReturnValue:
    def act(row: Comment) -> _Step:
        commenting.reopen(row, actor=current_actor())
        return _Step(row, say("Opened comments on “%(title)s” again", title=_title(row)), "settle")

    return _with(number, comment_id, act)


def _with(number: Any, comment_id: int, act: Callable[[Comment], _Step]) -> ResponseReturnValue:
    post = post_of(number)
    row = _comment(post, str(comment_id))
    return _done(post, lambda: act(row))


def _done(post: Post, act: Callable[[], _Step]) -> ResponseReturnValue:
    """What is refused comes back with all that was typed."""
    number = post.uuid
    try:
        step = act()
        db.session.commit()
    except Refused as refused:
        return _refused(number, " ".join(refused.errors.values()), 422)
    except Conflict as conflict:
        return _refused(number, str(conflict), 409)
    except NotAllowed as refusal:
        return _refused(number, str(refusal), 403)
    page = url_for("posts.show", number=number, _anchor=f"comment-{step.row.id}")
    settles = "1" if step.settles else None
    back = url_for(f"comments.{step.back}", number=number, comment_id=step.row.id, settles=settles)
    if not _by_script():
        # A button cannot bring words: they are changed again by hand.
        return redirect(page, 303) if step.words is not None else ways_back.done(step.said, page, back=back)
    html = render_template("comments/_talk.html", post=post)
    return jsonify(
        ok=True, comment=step.row.id, post=number, html=html, sentence=step.said, page=page, back=back,
        fields={} if step.words is None else {"comment": step.words},
    )  # fmt: skip


def _title(row: Comment) -> str:
    return row.post.title or say("Untitled")


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


def _given(name: str) -> str:
    """From the form, or from a script that takes a step back."""
    sent = request.get_json(silent=True) if request.is_json else request.form
    found = sent.get(name, "") if isinstance(sent, Mapping) else ""
    return found if isinstance(found, str) else ""


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0

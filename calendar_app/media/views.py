"""Pictures come in from the composer and go out to pages: the doors of this folder."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, jsonify, request, url_for

from calendar_app.channels.adapter import NotSent, Trouble
from calendar_app.errors import Conflict, Refused
from calendar_app.extensions import database_now, db, limiter
from calendar_app.languages import say
from calendar_app.media import cropping
from calendar_app.media.attaching import picture_values
from calendar_app.media.decoding import KEPT_SIDE
from calendar_app.media.fitting import SIDES, fitted, page_fit, picture
from calendar_app.media.keeping import TYPES, kept_name, store
from calendar_app.media.models import MOST_PICTURES
from calendar_app.media.rights import rights_of
from calendar_app.media.showing import for_everybody, held_by, looks, shown
from calendar_app.media.storing import store_picture
from calendar_app.people.signing_in import (
    actor_or_none,
    current_actor,
    current_team,
    member_required,
    team_named,
)
from calendar_app.posts.drafting import edit
from calendar_app.posts.finding import post_of
from calendar_app.posts.views import keeps_text, save_then
from calendar_app.posts.writing_views import answers_json

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from calendar_app.media.models import Medium
    from calendar_app.people.models import Team
    from calendar_app.posts.models import Post

SIZES = "|".join(map(str, SIDES))
NAME = re.compile(
    rf"(?P<digest>[0-9a-f]{{64}})(?:-(?P<crop>{cropping.TEXT.pattern}))?(?:-(?P<side>{SIZES}))?"
    r"\.(?P<ending>jpg|png)"
)
# A picture of 20 MB, and a long text beside it.
LONGEST_BODY = 30 * 1024 * 1024
LONGEST_WORDS = 8 * 1024 * 1024
FOR_EVER = "max-age=31536000, immutable"
# Nothing in a picture may run, whatever a browser takes it for.
POLICY = "default-src 'none'; style-src 'none'; sandbox"

log = logging.getLogger(__name__)

pictures = Blueprint("pictures", __name__)


@pictures.url_value_preprocessor
def _allow_pictures(_endpoint: str | None, _values: Any) -> None:
    """Before the form is read for the first time, which the check of its token does."""
    if request.method == "POST":
        request.max_content_length, request.max_form_memory_size = LONGEST_BODY, LONGEST_WORDS


@pictures.get("/media/<name>")
@limiter.exempt
def show(name: str) -> Response:
    """One picture at one size: to everybody while a public post shows it, else to the teams that have it."""
    found = NAME.fullmatch(name) or abort(404)
    digest = found["digest"]
    crop = cropping.crop_in(found["crop"] or "")
    if cropping.text_of(crop) != (found["crop"] or ""):
        # One name for one part: what may be asked for is what a post can say.
        abort(404)
    if for_everybody(digest, crop):
        keep = f"public, {FOR_EVER}"
    elif (actor := actor_or_none()) is not None and held_by(digest, actor.team_ids):
        keep = f"private, {FOR_EVER}"
    else:
        abort(404)
    return answer_with(name, found, keep=keep)


def answer_with(name: str, found: re.Match[str], *, keep: str) -> Response:
    """The picture of this name (as NAME found it in it), for somebody who may see it."""
    crop = cropping.crop_in(found["crop"] or "")
    media_type = TYPES[found["ending"]]
    content = _content(cropping.named(found["digest"], crop), media_type, int(found["side"] or 0))
    answer = Response(content, content_type=media_type)
    answer.headers.update({"Cache-Control": keep, "Content-Security-Policy": POLICY})
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    answer.set_etag(name)
    answer.make_conditional(request)
    return answer


@pictures.post("/media")
@member_required
@answers_json
def upload() -> ResponseReturnValue:
    """By script: a form with the file. Answers what the composer shows of it."""
    medium = _taken_in(_team())
    db.session.commit()
    return jsonify(ok=True, picture=told(medium)), 201


@pictures.get("/media")
@member_required
def find() -> ResponseReturnValue:
    """By script: what the pictures of `?ids=5,7` look like, those of the asker's teams."""
    asked = re.findall(r"\b[1-9][0-9]{0,8}\b", request.args.get("ids", "")[:200])[:MOST_PICTURES]
    found = looks(map(int, asked), current_actor().team_ids)
    told = [
        {"media": number, "small": one.small, "width": one.width, "height": one.height}
        for number, one in found.items()
    ]
    return jsonify(pictures=told)


@pictures.post("/posts/<uuid:number>/pictures")
@keeps_text
def attach(number: Any) -> ResponseReturnValue:
    """By form: everything on the page is saved, and the chosen file becomes the post's last picture."""
    post = post_of(number)
    medium: Medium | None = None
    refusal: Refused | Conflict | None = None
    try:
        medium = _taken_in(post.team)
    except (Refused, Conflict) as problem:
        refusal = problem

    def add(post: Post) -> str:
        if refusal is not None:
            raise Refused({"pictures": " ".join(getattr(refusal, "errors", {"": str(refusal)}).values())})
        assert medium is not None  # noqa: S101  (either it was taken in or it was refused)
        shown_so_far = [*picture_values(post), {"media": medium.id}]
        edit(
            post, {"pictures": shown_so_far}, version=post.version, actor=current_actor(), now=database_now()
        )
        return url_for("posts.show", number=post.uuid, _anchor="pictures")

    return save_then(post, add)


def _content(name: str, media_type: str, side: int) -> bytes:
    place, (digest, crop) = store(), cropping.parted(name)
    kept = kept_name(digest, media_type)
    try:
        if not side and crop is None:
            return place.get(kept) or abort(404)
        fit = page_fit(side or KEPT_SIDE, media_type)
        if known := fitted(name, fit, store=place):
            return known[0]
        if not place.has(kept):
            abort(404)
        return picture(name, fit, store=place)[0]
    except OSError as problem:
        log.error("a picture cannot be shown: %s", problem)
        abort(503)
    except Trouble as problem:
        abort(503 if isinstance(problem, NotSent) else 404)


def _taken_in(team: Team) -> Medium:
    current_actor().need("write posts", team.id)
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Refused({"file": say("Choose a picture first.")})
    return store_picture(
        file.read(), alt=request.form.get("alt", ""), rights={}, team_id=team.id, actor=current_actor(),
        now=database_now(),
    )  # fmt: skip


def _team() -> Team:
    asked = request.form.get("team")
    return (team_named(asked) or abort(404)) if asked else current_team()


def told(medium: Medium) -> dict[str, Any]:
    """What the composer shows of a picture that has just arrived."""
    seen = shown(medium)
    return {
        "media": medium.id, "src": seen.src, "small": seen.small, "width": seen.width, "height": seen.height,
        "alt": medium.alt, "rights": rights_of(medium), "licensed_until": medium.licensed_until,
        "credit": medium.credit, "focus_x": 0, "focus_y": 0, "crop": "",
    }  # fmt: skip

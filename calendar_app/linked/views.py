"""The button beside the link: what does the page say of itself?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, jsonify, request

from calendar_app.errors import Conflict, Refused
from calendar_app.extensions import database_now, db, limiter
from calendar_app.languages import say
from calendar_app.linked.fetching import MOST_OF_A_PICTURE, NothingThere, deadline, fetch, looker, place
from calendar_app.linked.reading import MOST_MARKUP, read
from calendar_app.media.storing import store_picture
from calendar_app.media.views import told
from calendar_app.people.signing_in import current_actor, current_team, member_required, team_named
from calendar_app.posts import checking
from calendar_app.posts.checking import Findings
from calendar_app.posts.writing_views import answers_json

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from calendar_app.linked.reading import Found

linked = Blueprint("linked", __name__)
PICTURES = "image/jpeg, image/png, image/webp, image/gif"


@linked.post("/linked")
@limiter.limit("30/minute")
@member_required
@answers_json
def look() -> ResponseReturnValue:
    """JSON `{team, address}`: the title of the page, its picture as a picture of the team, and sentences on what is not
    there. The rights of that picture are not known: somebody must say them before a post with it is scheduled.
    """
    body = request.get_json(silent=True)
    body = body if isinstance(body, dict) else {}
    team = (team_named(str(body["team"])) or abort(404)) if body.get("team") else current_team()
    current_actor().need("write posts", team.id)
    found = Findings()
    address = checking.link(body.get("address"), found)
    if not address:
        found.add("link", say("Write the address of the page first."))
    found.settle()
    number = team.id
    # Nobody waits for a database while somebody else's server thinks.
    db.session.commit()
    until = deadline()
    with place():
        try:
            seen = _page(address, until)
        except NothingThere as nothing:
            raise Refused({"link": str(nothing)}) from nothing
        picture, sentence = _picture(seen.picture, number, until)
    if not seen.title and picture is None:
        raise Refused({"link": say("The page says neither its title nor a picture.")})
    return jsonify(ok=True, title=seen.title, picture=picture, said=sentence)


def _page(address: str, until: float) -> Found:
    at, answer = fetch(looker(), address, accept="text/html", most_bytes=MOST_MARKUP, deadline=until)
    kind = answer.headers.get("content-type", "")
    if "html" not in kind:
        raise NothingThere(say("This address leads to a file, not to a page with a title."))
    return read(answer.body, at, kind)


def _picture(address: str, team_id: int, until: float) -> tuple[dict[str, Any] | None, str]:
    """What the composer shows of it, or why there is none."""
    if not address:
        return None, say("The page names no picture.")
    try:
        _at, answer = fetch(looker(), address, accept=PICTURES, most_bytes=MOST_OF_A_PICTURE, deadline=until)
        if answer.truncated:
            raise NothingThere(say("The picture of the page is too large."))
        medium = store_picture(
            answer.body, alt="", rights={"rights": "unknown"}, team_id=team_id, actor=current_actor(),
            now=database_now(),
        )  # fmt: skip
        db.session.commit()
    except (NothingThere, Refused, Conflict) as problem:
        db.session.rollback()
        why = " ".join(problem.errors.values()) if isinstance(problem, Refused) else str(problem)
        return None, say("Its picture was not taken: %(why)s", why=why)
    return told(medium), say("Say what you may do with its picture before the post is scheduled.")

"""Taking a picture in: read with suspicion, made anew, kept under the name of what it holds."""

from __future__ import annotations

import hashlib
import logging
from typing import TYPE_CHECKING

from calendar_app.errors import Conflict, Refused
from calendar_app.extensions import db
from calendar_app.languages import say
from calendar_app.media import rights as rights_of
from calendar_app.media.fitting import MOST_OF_A_PAGE, SIDES, fits, keep_fitted, page_fit
from calendar_app.media.keeping import kept_name, store
from calendar_app.media.measuring import NoPicture
from calendar_app.media.models import ALT_LIMIT, Medium
from calendar_app.media.preparing import DecoderAway, prepare
from calendar_app.posts import checking
from calendar_app.posts.checking import Findings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from calendar_app.media.preparing import Made
    from calendar_app.people.roles import Actor

log = logging.getLogger(__name__)


def store_picture(
    content: bytes, *, alt: str, rights: Mapping[str, str], team_id: int, actor: Actor, now: datetime
) -> Medium:
    """The picture, kept and in the session (flushed).

    Ends the session's transaction before the picture is decoded: nobody waits for a database meanwhile.
    Raises Refused (at `file`, `alt`, `rights`, …), NotAllowed, Conflict.
    """
    actor.need("write posts", team_id)
    found = Findings()
    words = checking.line(alt, "alt", ALT_LIMIT, found)
    columns = rights_of.checked(rights, found)
    found.settle()
    person_id = actor.person.id
    db.session.commit()
    return keep_picture(
        _prepared(content), alt=words, rights=columns, team_id=team_id, person_id=person_id, now=now
    )


def keep_picture(
    made: list[Made], *, alt: str, rights: Mapping[str, str], team_id: int, person_id: int, now: datetime
) -> Medium:
    """A finished picture and its sizes, kept and in the session (flushed). `rights` are columns of the medium.

    Raises Conflict where the place of the pictures is away.
    """
    kept, *fitted = made
    digest = hashlib.sha256(kept.content).hexdigest()
    try:
        _keep(digest, kept, fitted)
    except OSError as problem:
        log.error("pictures cannot be kept: %s", problem)
        raise Conflict(
            say(
                "Pictures cannot be kept at the moment. Try again soon; if it stays so, tell who runs this site."
            )
        ) from problem
    medium = Medium(
        team_id=team_id, person_id=person_id, digest=digest, media_type=kept.media_type, width=kept.width,
        height=kept.height, size=len(kept.content), alt=alt, created_at=now, **rights,
    )  # fmt: skip
    db.session.add(medium)
    db.session.flush()
    return medium


def _prepared(content: bytes) -> list[Made]:
    try:
        return prepare(content, SIDES, MOST_OF_A_PAGE)
    except NoPicture as problem:
        raise Refused({"file": str(problem)}) from problem
    except DecoderAway as problem:
        log.error("pictures cannot be read: %s", problem)
        raise Conflict(
            say(
                "Pictures cannot be read at the moment. Try again soon; if it stays so, tell who runs this site."
            )
        ) from problem


def _keep(digest: str, kept: Made, fitted: list[Made]) -> None:
    place = store()
    place.put(kept_name(digest, kept.media_type), kept.content)
    for side, made in zip(SIDES, fitted, strict=True):
        fit = page_fit(side, kept.media_type)
        if not fits((kept.content, kept.media_type), fit):
            keep_fitted(digest, fit, made, store=place)

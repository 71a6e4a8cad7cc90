"""Pictures: taken in here, shown by posts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_app import links
from calendar_app.api.calling import Answer, call
from calendar_app.api.schemas import media as told
from calendar_app.errors import NotAllowed, Refused
from calendar_app.extensions import database_now
from calendar_app.media import rights
from calendar_app.media.storing import store_picture

if TYPE_CHECKING:
    from calendar_app.people.roles import Actor


@call("POST", "/media", gives=told.Medium, form=told.NewMedium, status=201)
def upload(actor: Actor, body: told.NewMedium) -> Answer:
    """Upload a picture.

    JPEG, PNG, WebP or GIF (its first frame), at most 20 MB and 50 million pixels. It is made anew: what the file told
    besides (place, camera, time) is gone. Show it with `pictures` of a post within seven days, or it is thrown away.
    """
    medium = store_picture(
        body.file, alt=body.alt, rights={**rights.in_short(body.rights), **_in_full(body)},
        team_id=_team_of(actor, body), actor=actor, now=database_now(),
    )  # fmt: skip
    address = links.picture(medium.digest, medium.media_type)
    names = ("id", "media_type", "width", "height", "alt", "rights", "licensed_until", "credit")
    answer = {name: getattr(medium, name) for name in names}
    answer["licensed_until"] = medium.licensed_until or None
    return Answer(
        told.Medium.model_validate({**answer, "team": medium.team_id, "url": address}), location=address
    )


def _in_full(body: told.NewMedium) -> dict[str, str]:
    return {
        name: getattr(body, name) for name in ("licensed_until", "credit") if name in body.model_fields_set
    }


def _team_of(actor: Actor, body: told.NewMedium) -> int:
    if not actor.team_ids:
        raise NotAllowed("You are in no team at the moment. Ask an owner of a team to invite you.")
    if body.team is None and len(actor.team_ids) > 1:
        raise Refused({"team": "You are in several teams: say which one. GET /me lists them."})
    team_id = body.team or actor.team_ids[0]
    if team_id not in actor.roles:
        raise Refused({"team": f"You are in no team {team_id}. GET /me lists yours."})
    return team_id

"""Pictures are uploaded before the post that shows them. Source: docs.joinmastodon.org/methods/media."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from calendar_app.channels import posting
from calendar_app.channels.adapter import NotSent, Rejected
from calendar_app.channels.mastodon import line as lines
from calendar_app.channels.mastodon.limits import limits_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calendar_app.channels.mastodon.line import Line

# Servers throw away what no post shows after a day.
KEPT = timedelta(hours=12)
FIRST_WAIT, LONGEST_WAIT = 0.2, 2.0
# Left of the attempt for the post itself.
RESERVE = 6.0
LATER = timedelta(seconds=5)


def uploaded(line: Line, known: dict[str, Any]) -> list[str]:
    """Ids of the payload's pictures, ready to be shown. Raises a Trouble.

    `known` (digest → id, at) is filled as they are taken: what an earlier attempt has uploaded is used again.
    """
    ids = []
    for picture in line.parcel.payload["pictures"]:
        digest = picture["digest"]
        if not _usable(known.get(digest), line):
            known.pop(digest, None)
            known[digest] = _upload(line, picture)
        if not known[digest]["ready"]:
            _await(line, known[digest])
        ids.append(str(known[digest]["id"]))
    return ids


def _usable(one: Mapping[str, Any] | None, line: Line) -> bool:
    return one is not None and datetime.fromisoformat(one["at"]) > line.call.now() - KEPT


def _upload(line: Line, picture: Mapping[str, Any]) -> dict[str, Any]:
    content, media_type = line.call.picture(picture["digest"], limits_of(line.parcel.settings).fit)
    x, y = picture["focus"]
    fields = {"focus": f"{x:.3f},{y:.3f}"}
    if picture["alt"]:
        fields["description"] = picture["alt"]
    name = "picture.png" if media_type == "image/png" else "picture.jpg"
    answer = line.upload("/api/v2/media", fields, name, media_type, content)
    told = posting.told(answer)
    if not lines.good(answer):
        raise lines.harmless_trouble(answer, line.call)
    if not isinstance(told.get("id"), str):
        raise NotSent("The server took a picture without naming it.")
    return {"id": told["id"], "at": line.call.now().isoformat(), "ready": answer.status != 202}


def _await(line: Line, one: dict[str, Any]) -> None:
    """Until the server has processed it; 206 says not yet. Raises NotSent when the attempt has no time left."""
    wait = FIRST_WAIT
    while True:
        answer = line.ask("GET", f"/api/v1/media/{one['id']}")
        if answer.status == 200:
            one["ready"] = True
            return
        if answer.status in {404, 422}:
            one["at"] = datetime.min.replace(tzinfo=line.call.now().tzinfo).isoformat()
            raise Rejected("The server cannot use a picture of this post. Take another one.")
        if answer.status != 206:
            raise lines.read_trouble(answer, line.call)
        if time.monotonic() + wait + RESERVE > line.parcel.deadline:
            raise NotSent("The server is still preparing a picture.", after=line.call.now() + LATER)
        time.sleep(wait)
        wait = min(wait * 2, LONGEST_WAIT)

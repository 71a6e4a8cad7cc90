"""What a post would meet at a place of the plan, before it is put down there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from calendar_app.errors import Refused
from calendar_app.planner.moving import landing
from calendar_app.planner.rehoming import exchanged
from calendar_app.posts import checking
from calendar_app.posts.checking import Findings
from calendar_app.posts.crowded import crowding_at
from calendar_app.posts.imagining import imagine
from calendar_app.posts.values import values_of
from calendar_app.times import to_wall

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_app.planner.moving import Where
    from calendar_app.posts.models import Post

MOST_WARNINGS = 2


class Hover(NamedTuple):
    """`local` on the calendar's clocks; `warnings` are sentences, the most urgent first."""

    local: datetime
    warnings: list[str]


def hover(post: Post, where: Where, *, zone: str, now: datetime, into: tuple[str, str] = ("", "")) -> Hover:
    """Looks only: nothing is kept. `into`: the stream it would come to, and the one it leaves.

    Raises Refused where there is no such time.
    """
    to = landing(post, where, now=now, shown_in=zone)
    found = Findings()
    planned = checking.moment(to.wall, to.timezone, found, fold=to.fold)
    found.settle()
    if planned is None:
        raise Refused(found.errors)
    if post.state == "scheduled":
        checking.in_future(planned, now, found)
    plan: dict[str, object] = {"publish_at": planned.wall, "timezone": planned.timezone, "fold": to.fold}
    to_stream, of = into
    if to_stream:
        plan["streams"] = exchanged(post, of, to_stream)
    imagined, _ = imagine({**values_of(post), **plan}, team_id=post.team_id, post=post)
    cautions = crowding_at(imagined, streams=imagined.streams, accounts=imagined.targets, now=now)
    warnings = [*found.errors.values(), *(f"{one.what} {one.why}" for one in cautions)]
    return Hover(to_wall(planned.instant, zone), warnings[:MOST_WARNINGS])

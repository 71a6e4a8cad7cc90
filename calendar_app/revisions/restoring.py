"""A post says again what it said: which is a new revision, and can be taken back like any other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_app.posts.autosaving import save_what_fits
from calendar_app.posts.drafting import edit
from calendar_app.posts.values import PLAN, changed, values_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from calendar_app.people.roles import Actor
    from calendar_app.posts.models import Post
    from calendar_app.revisions.models import Revision


def restore(
    post: Post, revision: Revision, *, version: int, actor: Actor, now: datetime
) -> Mapping[str, str]:
    """All but its time; a sentence for each part that no longer fits (a stream that was archived, say).

    Raises Refused, Stale, Conflict, NotAllowed.
    """
    stands = values_of(post)
    wanted = {name: value for name, value in revision.values.items() if name in stands and name not in PLAN}
    return save_what_fits(
        changed({**stands, **wanted}, stands),
        lambda kept: edit(post, kept, version=version, actor=actor, now=now, restored=revision.number),
    )

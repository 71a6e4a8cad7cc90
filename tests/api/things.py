"""What hangs on a post and on a team, one of each kind, to be reached by its id."""

from __future__ import annotations

import sqlalchemy as sa

from calendar_app.comments.commenting import comment
from calendar_app.extensions import db
from calendar_app.planner.models import SavedView
from calendar_app.posts.values import values_of
from calendar_app.revisions.keeping import keep
from calendar_app.sharing import letting_in
from calendar_app.sharing.models import ShareLink
from calendar_app.snippets import keeping
from calendar_app.snippets.models import PostTemplate, Snippet


def something_of_everything(post, actor, now):
    """Names as addresses have them → ids. Commits."""
    given = {"name": "Kept", "text": "Kept"}
    template, snippet = (
        keeping.make(model, given, team_id=post.team_id, actor=actor, now=now)
        for model in (PostTemplate, Snippet)
    )
    view = SavedView(
        team_id=post.team_id, person_id=actor.person.id, name="Ours", query="view=week", shared=True
    )
    db.session.add(view)
    said = comment(post, "Said", actor=actor, now=now)
    keep(post, None, values_of(post), actor=actor, now=now)
    letting_in.make(post, actor=actor, now=now, days="7")
    db.session.commit()
    share = db.session.scalar(sa.select(ShareLink.id).where(ShareLink.post_id == post.id))
    return {
        "template_id": template.id, "snippet_id": snippet.id, "view_id": view.id, "comment_id": said.id,
        "share_id": share, "revision": 1,
    }  # fmt: skip

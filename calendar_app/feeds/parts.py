"""Each post rendered once per format and kept: a feed is then a query and a join of bytes."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from calendar_app.extensions import db, writing
from calendar_app.feeds import atom, ical, json_feed, rss
from calendar_app.feeds.entries import public_entry, team_entry
from calendar_app.feeds.entry import BadEntry
from calendar_app.feeds.models import FeedPart
from calendar_app.people.models import Site
from calendar_app.posts.models import Post, PostStream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from calendar_app.feeds.entry import Entry

PUBLIC_RENDERERS: dict[str, Callable[[Entry], bytes]] = {
    "ics": ical.render_event,
    "atom": atom.render_entry,
    "rss": rss.render_entry,
    "json": json_feed.render_entry,
}
RENDER_AT_ONCE = 500

log = logging.getLogger(__name__)


def contents(rows: Sequence[tuple[int, int]], form: str) -> list[bytes]:
    """The kept bytes for `rows` of (post id, revision), in that order; what is missing or stale is rendered and kept.

    A post that cannot be rendered is left out and logged: one bad post never takes a feed down.
    """
    kept = _kept([number for number, _ in rows], form)
    missing = [number for number, revision in rows if kept.get(number, (None, b""))[0] != revision]
    if missing:
        fresh = render(missing, form)
        kept.update({part.post_id: (part.revision, part.content) for part in fresh})
        _keep(fresh)
    return [kept[number][1] for number, _ in rows if number in kept and kept[number][1]]


def render(post_ids: Iterable[int], form: str) -> list[FeedPart]:
    """Parts for these posts, not yet stored. Nothing to show, and nothing showable, is an empty part."""
    site = db.session.get(Site, 1)
    assert site is not None  # noqa: S101  (made before the first door opens)
    question = (
        sa.select(Post)
        .where(Post.id.in_(list(post_ids)))
        .options(selectinload(Post.in_streams).selectinload(PostStream.stream))
    )
    return [_part(post, site, form) for post in db.session.scalars(question)]


def render_missing(limit: int = RENDER_AT_ONCE) -> int:
    """Render ahead of the readers what was published but not yet shown; returns how many. The caller commits."""
    count = 0
    for form in PUBLIC_RENDERERS:
        ids = db.session.scalars(
            sa.select(Post.id)
            .outerjoin(FeedPart, sa.and_(FeedPart.post_id == Post.id, FeedPart.format == form))
            .where(
                Post.state.in_(("published", "withdrawn", "scheduled")),
                sa.or_(FeedPart.post_id.is_(None), FeedPart.revision != Post.revision),
            )
            .order_by(Post.id.desc())
            .limit(limit)
        ).all()
        for part in render(ids, form):
            db.session.merge(part)
            count += 1
    return count


def _part(post: Post, site: Site, form: str) -> FeedPart:
    content = b""
    revision = post.version if form == "team" else post.revision
    try:
        if form == "team":
            content = ical.render_event(team_entry(post, site), at="team")
        else:
            entry = public_entry(post, site)
            if entry is not None and not (form != "ics" and entry.state == "planned"):
                content = PUBLIC_RENDERERS[form](entry)
    except BadEntry as problem:
        log.error("a post is left out of its feeds: %s", problem, extra={"post": post.uuid})
    return FeedPart(post_id=post.id, format=form, revision=revision, content=content)


def _kept(ids: Sequence[int], form: str) -> dict[int, tuple[int, bytes]]:
    rows = db.session.execute(
        sa.select(FeedPart.post_id, FeedPart.revision, FeedPart.content).where(
            FeedPart.format == form, FeedPart.post_id.in_(ids)
        )
    )
    return {number: (revision, content) for number, revision, content in rows}


def _keep(parts: list[FeedPart]) -> None:
    """Store for the next reader, in a transaction of its own; if another was faster, theirs are as good."""
    if not parts:
        return
    values = [
        {"post_id": part.post_id, "format": part.format, "revision": part.revision, "content": part.content}
        for part in parts
    ]
    # The reading transaction ends first: on SQLite a reader cannot become a writer.
    db.session.rollback()
    try:
        with writing():
            form, ids = values[0]["format"], [value["post_id"] for value in values]
            db.session.execute(sa.delete(FeedPart).where(FeedPart.format == form, FeedPart.post_id.in_(ids)))
            db.session.execute(sa.insert(FeedPart), values)
            db.session.commit()
    except sa.exc.SQLAlchemyError as error:
        db.session.rollback()
        log.info("parts of a feed were not kept: %s", error)

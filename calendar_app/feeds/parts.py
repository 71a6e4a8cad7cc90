"""Each post rendered once per format and language and kept: a feed is then a query and a join of bytes."""

from __future__ import annotations

import contextvars
import hashlib
import logging
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import selectinload

from calendar_app import links
from calendar_app.extensions import db, stop_writing, writing
from calendar_app.feeds import atom, ical, json_feed, rss
from calendar_app.feeds.entries import public_entry, team_entry
from calendar_app.feeds.entry import BadEntry
from calendar_app.feeds.models import FeedPart
from calendar_app.feeds.tongues import told_otherwise
from calendar_app.people.models import Site
from calendar_app.posts.models import Post, PostStream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from calendar_app.feeds.entry import Entry

T = TypeVar("T")

PUBLIC_RENDERERS: dict[str, Callable[[Entry], bytes]] = {
    "ics": ical.render_event,
    "atom": atom.render_entry,
    "rss": rss.render_entry,
    "json": json_feed.render_entry,
}
RENDER_AT_ONCE, COMMIT_AFTER = 500, 100
MARK_LENGTH = 8
LEFT_OUT = b"\0"
DTSTART = re.compile(rb"\r\nDTSTART:(\d{8}T\d{6})Z\r\n")

log = logging.getLogger(__name__)


class Part(NamedTuple):
    """`content`: the mark, then the rendered bytes; LEFT_OUT where that failed, nothing where nothing is shown."""

    post_id: int
    revision: int
    content: bytes


def contents(shown: sa.Select[int, int], form: str, languages: Sequence[str] = ()) -> list[bytes]:
    """The bytes for a question that gives posts' (id, revision), in its order; what is missing is rendered and kept.

    Each post in the first of these languages that it has, else in that of its home stream, else in its own.
    A post that cannot be rendered is left out and logged: one bad post never takes a feed down. May end the
    session's transaction: take what you need from its objects before.
    """
    rows = _with_kept(shown, form)
    mark = making_mark()
    kept = {row.id: row.content for row in rows if row.content is not None}
    stale = [row.id for row in rows if row.kept != row.revision or row.content[:MARK_LENGTH] != mark]
    fresh = [part for some in _pieces(stale, RENDER_AT_ONCE) for part in render(some, form, kept)]
    if fresh:
        kept.update({part.post_id: part.content for part in fresh})
        _keep(fresh, form)
    told = told_otherwise([row.id for row in rows], form, languages)
    if told:
        kept.update(_translated({row.id: row.revision for row in rows}, form, told, kept))
    found = (kept.get(row.id, mark)[MARK_LENGTH:] for row in rows)
    return [content for content in found if content not in {b"", LEFT_OUT}]


def render(post_ids: Iterable[int], form: str, kept: dict[int, bytes], language: str = "") -> list[Part]:
    """Parts for these posts, not yet stored. `kept` is what is stored, be it stale."""
    site = db.session.get_one(Site, 1)
    question = (
        sa.select(Post)
        .where(Post.id.in_(list(post_ids)))
        .options(
            selectinload(Post.in_streams).joinedload(PostStream.stream),
            selectinload(Post.pictures),
            selectinload(Post.translations),
        )
    )
    return [
        _part(post, site, form, kept.get(post.id, b""), language) for post in db.session.scalars(question)
    ]


def render_missing(limit: int = RENDER_AT_ONCE) -> int:
    """Render ahead of the readers what they may soon ask for; returns how many parts.

    For the upkeep: ends the running transaction and commits in small batches, so that nobody who wants to
    write waits while this renders.
    """
    db.session.rollback()
    return contextvars.copy_context().run(_render_missing, limit)


def left_out() -> Sequence[str]:
    """The uuids of posts that could not be rendered and are missing from a feed.

    What is kept of a translation that was taken out again is of an older revision.
    """
    stands = sa.or_(FeedPart.language == "", FeedPart.revision == Post.revision)
    after_mark = sa.func.substr(FeedPart.content, MARK_LENGTH + 1)
    question = (
        sa.select(Post.uuid)
        .join(FeedPart, FeedPart.post_id == Post.id)
        .where(sa.func.length(FeedPart.content) == MARK_LENGTH + 1, after_mark == _blob(LEFT_OUT), stands)
        .distinct()
    )
    return db.session.scalars(question.order_by(Post.uuid)).all()


def making_mark() -> bytes:
    """What parts depend on besides their post: the code that makes them, and the site's own address."""
    return hashlib.sha256(_code() + links.home().encode()).digest()[:MARK_LENGTH]


@cache
def _code() -> bytes:
    folder = Path(__file__).parent
    sources = [
        *sorted(folder.glob("*.py")),
        folder.parent / "posts/text.py",
        folder.parent / "posts/markdown.py",
        folder.parent / "posts/wording.py",
    ]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources if path.exists())).digest()


def _pieces(rows: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))


def _with_kept(shown: sa.Select[int, int], form: str) -> Sequence[Any]:
    theirs = sa.and_(FeedPart.post_id == Post.id, FeedPart.format == form, FeedPart.language == "")
    question = shown.add_columns(FeedPart.revision.label("kept"), FeedPart.content)
    return db.session.execute(question.outerjoin_from(Post, FeedPart, theirs)).all()


def _translated(
    revisions: Mapping[int, int], form: str, told: Mapping[int, str], kept: dict[int, bytes]
) -> dict[int, bytes]:
    """The parts of those posts that are told in another language, from what is kept of that, else rendered."""
    found: dict[int, bytes] = {}
    for language in sorted(set(told.values())):
        ids = [number for number, code in told.items() if code == language]
        held = {row.post_id: row for row in db.session.execute(_kept_in(language, ids, form))}
        mark = making_mark()
        good = {
            number: row.content for number, row in held.items()
            if row.revision == revisions[number] and row.content[:MARK_LENGTH] == mark
        }  # fmt: skip
        stale = [number for number in ids if number not in good]
        fresh = [
            part for some in _pieces(stale, RENDER_AT_ONCE) for part in render(some, form, kept, language)
        ]
        found |= {**good, **{part.post_id: part.content for part in fresh}}
        if fresh:
            _keep(fresh, form, language)
    return found


def _kept_in(language: str, ids: Sequence[int], form: str) -> sa.Select[int, int, bytes]:
    return sa.select(FeedPart.post_id, FeedPart.revision, FeedPart.content).where(
        FeedPart.post_id.in_(ids), FeedPart.format == form, FeedPart.language == language
    )


def _part(post: Post, site: Site, form: str, old: bytes, language: str) -> Part:
    try:
        content = _rendered(post, site, form, old, language)
    except SQLAlchemyError:
        raise
    except Exception as problem:
        log.exception("a post is left out of its feeds: %s", problem, extra={"post": post.uuid},
                      exc_info=not isinstance(problem, BadEntry))  # fmt: skip
        content = LEFT_OUT
    return Part(post.id, post.version if form == "team" else post.revision, making_mark() + content)


def _rendered(post: Post, site: Site, form: str, old: bytes, language: str) -> bytes:
    if form == "team":
        return ical.render_event(team_entry(post, site, language=language), at="team")
    entry = public_entry(post, site, seen_at=_seen_at(old), with_html=form != "ics", language=language)
    if entry is None or (form != "ics" and post.state not in {"published", "withdrawn"}):
        return b""
    return PUBLIC_RENDERERS[form](entry)


def _seen_at(old: bytes) -> datetime | None:
    """Where the calendars that have this part show the post."""
    found = DTSTART.search(old)
    return datetime.strptime(found[1].decode(), "%Y%m%dT%H%M%S").replace(tzinfo=UTC) if found else None


def _render_missing(limit: int) -> int:
    stop_writing()
    count = 0
    for form in PUBLIC_RENDERERS:
        for some in _pieces(_stale(form, limit), COMMIT_AFTER):
            fresh = render([number for number, _ in some], form, dict(some))
            _keep(fresh, form)
            count += len(fresh)
    db.session.rollback()
    return count


def _stale(form: str, limit: int) -> list[tuple[int, bytes]]:
    """(post id, what is kept) of posts that readers may see and whose part is missing or stale."""
    told: sa.ColumnElement[bool] = Post.state.in_(("published", "withdrawn"))
    if form == "ics":
        told = sa.or_(told, Post.state == "scheduled", Post.called_off_at.is_not(None))
    made_otherwise = sa.func.substr(FeedPart.content, 1, MARK_LENGTH) != _blob(making_mark())
    rows = db.session.execute(
        sa.select(Post.id, FeedPart.content)
        .outerjoin(
            FeedPart,
            sa.and_(FeedPart.post_id == Post.id, FeedPart.format == form, FeedPart.language == ""),
        )
        .where(told, sa.or_(FeedPart.post_id.is_(None), FeedPart.revision != Post.revision, made_otherwise))
        .order_by(Post.id.desc())
        .limit(limit)
    )
    return [(number, content or b"") for number, content in rows]


def _keep(parts: list[Part], form: str, language: str = "") -> None:
    """Store for the next reader, in a transaction of its own; if another was faster, theirs are as good."""
    # The reading transaction ends first: on SQLite a reader cannot become a writer.
    db.session.rollback()
    values = [{**part._asdict(), "format": form, "language": language} for part in sorted(parts)]
    try:
        with writing():
            db.session.execute(_upsert(), values)
            db.session.commit()
    except SQLAlchemyError as error:
        db.session.rollback()
        log.info("parts of a feed were not kept: %s", error)


def _upsert() -> Any:
    insert: Any = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    statement = insert(FeedPart.__table__)
    new = {"revision": statement.excluded.revision, "content": statement.excluded.content}
    return statement.on_conflict_do_update(index_elements=["post_id", "format", "language"], set_=new)


def _blob(content: bytes) -> sa.ColumnElement[bytes]:
    return sa.literal(content, sa.LargeBinary)

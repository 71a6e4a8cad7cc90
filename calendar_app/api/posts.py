"""told.Posts: list, write, change, discard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask import abort
from sqlalchemy.orm import selectinload

import calendar_app.model_list  # noqa: F401  (what is loaded with a post is named before the application is made)
from calendar_app import enqueue, links
from calendar_app.agreeing import rules
from calendar_app.api.calling import PREFIX, Answer, call
from calendar_app.api.paging import page
from calendar_app.api.schemas import posts as told
from calendar_app.api.schemas.base import has_offset, instant_of
from calendar_app.api.streams import stream_named
from calendar_app.channels.packing import event_of
from calendar_app.errors import Refused
from calendar_app.extensions import database_now, db
from calendar_app.media import cropping
from calendar_app.people.roles import scoped
from calendar_app.posts import drafting
from calendar_app.posts.models import Place, Post, PostStream
from calendar_app.posts.ticking import ticked
from calendar_app.posts.translating import translation_values
from calendar_app.streams.models import Stream
from calendar_app.times import to_wall, wall_fold

if TYPE_CHECKING:
    from uuid import UUID

    from calendar_app.media.models import PostPicture
    from calendar_app.people.roles import Actor

ONE = "/posts/<uuid:post_id>"
_AS_THEY_ARE = ("state", "version", "title", "text", "language", "kind", "first_comment",
                "publish_at", "timezone", "due_at",
                "published_at", "withdrawn_at", "created_at", "updated_at")  # fmt: skip
WITH_ALL = (
    selectinload(Post.in_streams).joinedload(PostStream.stream).selectinload(Stream.accounts),
    selectinload(Post.places).joinedload(Place.account),
    selectinload(Post.translations),
    selectinload(Post.pictures),
    selectinload(Post.reviews),
    selectinload(Post.occurrence),
)


@call("GET", "/posts", gives=told.Posts, query=told.PostQuery)
def find(actor: Actor, query: told.PostQuery) -> Answer:
    """List posts, the newest first."""
    rows, following = page(_wanted(actor, query), Post.id, query, newest_first=True)
    return Answer(told.Posts(items=[shown(post) for post in rows], next=following))


@call("POST", "/posts", gives=told.Post, body=told.NewPost, status=201)
def make(actor: Actor, body: told.NewPost) -> Answer:
    """Write a draft.

    Nothing goes out until it is scheduled or published.
    """
    post = drafting.draft(_changes(body), actor=actor, now=database_now())
    return Answer(shown(post), location=links.absolute(f"{PREFIX}/posts/{post.uuid}"))


@call("GET", ONE, gives=told.Post)
def show(actor: Actor, post_id: UUID) -> Answer:
    """Read one post."""
    return Answer(shown(post_of(actor, post_id)))


@call("PATCH", ONE, gives=told.Post, body=told.PostChange)
def change(actor: Actor, post_id: UUID, body: told.PostChange) -> Answer:
    """Change a post.

    What has gone out to other places stays there as it was sent. `version` is the one you read. If somebody saved
    in between, the answer is 409 with the version that stands now: read the post again and put your change on top.
    """
    post = post_of(actor, post_id)
    changes = _changes(body)
    changes.pop("version")
    drafting.edit(post, changes, version=body.version, actor=actor, now=database_now())
    return Answer(shown(post), then=(enqueue.plan_changed,))


@call("DELETE", ONE, status=204)
def discard(actor: Actor, post_id: UUID) -> Answer:
    """Throw a post away that never went out.

    Withdraw one that did.
    """
    drafting.discard(post_of(actor, post_id), actor=actor)
    return Answer()


def post_of(actor: Actor, post_id: UUID) -> Post:
    """The post of the asker's teams, else 404."""
    found: Post | None = db.session.scalar(scoped(Post, actor).where(Post.uuid == str(post_id)))
    return found or abort(404)


def post_named(actor: Actor, number: str, name: str) -> Post:
    """The post of the asker's teams whose id stands in the field `name` of a body. Raises Refused."""
    found: Post | None = db.session.scalar(scoped(Post, actor).where(Post.uuid == number))
    if found is None:
        raise Refused({name: "Your teams have no such post. GET /posts lists theirs."})
    return found


def in_stream(stream: Stream) -> sa.ColumnElement[bool]:
    return Post.id.in_(sa.select(PostStream.post_id).where(PostStream.stream_id == stream.id))


def shown(post: Post) -> told.Post:
    """The post as the API tells it. The change, if any, is flushed."""
    return told.Post.model_validate(
        {
            "id": post.uuid,
            "url": links.post(post.uuid),
            "team": post.team_id,
            "link": post.link or None,
            "series": post.occurrence.series_id if post.occurrence else None,
            "streams": [stream.handle for stream in post.streams],
            "accounts": [account.id for account in post.targets],
            "own_accounts": post.own_places,
            "variants": {str(place.account_id): {"text": place.text} for place in post.places if place.text},
            "ticked": ticked(post.ticked, post.streams),
            "translations": translation_values(post),
            "event": event_of(post),
            "pictures": [_picture(row) for row in post.pictures],
            "approvals": [
                {"person": row.person_id, "step": row.step, "version": row.version, "at": row.at}
                for row in rules.standing_approvals(post)
            ],
            "changes_wanted": wish.text if (wish := rules.open_wish(post)) else None,
            "fold": wall_fold(post.due_at, post.timezone) if post.due_at and post.timezone else None,
            **{name: getattr(post, name) for name in _AS_THEY_ARE},
        }
    )


def _picture(row: PostPicture) -> dict[str, Any]:
    medium = row.medium
    return {
        "media": medium.id, "url": links.picture(row.name, medium.media_type), "alt": row.alt,
        "width": row.size[0], "height": row.size[1], "focus_x": row.focus_x, "focus_y": row.focus_y,
        "crop": cropping.text_of(row.crop), "credit": medium.credit,
    }  # fmt: skip


def _wanted(actor: Actor, query: told.PostQuery) -> Any:
    wanted = scoped(Post, actor).options(*WITH_ALL)
    moment = sa.func.coalesce(Post.published_at, Post.due_at)
    if query.state:
        wanted = wanted.where(Post.state == query.state)
    if query.stream:
        wanted = wanted.where(in_stream(stream_named(actor, query.stream)))
    if query.planned:
        wanted = wanted.where(moment.is_(None) if query.planned == "no" else moment.is_not(None))
    if query.since:
        wanted = wanted.where(moment >= query.since)
    if query.until:
        wanted = wanted.where(moment < query.until)
    if query.q:
        wanted = wanted.where(_holds(query.q))
    return wanted


def _holds(words: str) -> sa.ColumnElement[bool]:
    """SQLite folds only a to z: other letters are looked for as typed, small, capital and capitalised."""
    forms = dict.fromkeys((words, words.lower(), words.upper(), words.capitalize(), words.title()))
    return sa.or_(
        *(column.icontains(form, autoescape=True) for form in forms for column in (Post.title, Post.text))
    )


def _changes(body: told.NewPost | told.PostChange) -> dict[str, Any]:
    """Only what was sent, as `posts/drafting.py` takes it."""
    changes = body.model_dump(exclude_unset=True)
    if changes.get("fold") is not None and not changes.get("publish_at"):
        raise Refused({"fold": "A fold needs its publish_at beside it."})
    if event := changes.get("event"):
        for name in ("starts_at", "ends_at"):
            event[name] = _on_the_wall(event.get(name), event["timezone"])
    if "variants" in changes:
        changes["variants"] = {int(number): variant for number, variant in changes["variants"].items()}
    return changes


def _on_the_wall(given: str | None, zone: str) -> str | None:
    """What Sluice answers as an instant may be sent back as one."""
    if given is None or not has_offset(given):
        return given
    return to_wall(instant_of(given), zone).isoformat()

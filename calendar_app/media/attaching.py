"""The pictures of a post: which, in what order, with what words, and what must stay in sight."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from calendar_app.errors import Refused
from calendar_app.extensions import database_now, db
from calendar_app.languages import say
from calendar_app.media import cropping, rights
from calendar_app.media.models import ALT_LIMIT, MOST_PICTURES, Medium, PostPicture
from calendar_app.posts import checking
from calendar_app.posts.models import Post
from calendar_app.posts.showing import streams_of, touch_feeds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from calendar_app.posts.checking import Findings
    from calendar_app.posts.translating import Said

LARGEST_ID = 2**31 - 1


class Wanted(NamedTuple):
    """One picture as it shall be in the post, and the changes to what is known of its rights."""

    medium: Medium
    alt: str
    focus_x: float
    focus_y: float
    crop: list[int] | None
    rights: Mapping[str, Any]

    @property
    def media_id(self) -> int:
        return self.medium.id


def picture_values(post: Post) -> list[dict[str, Any]]:
    """As pages and programs send them: `{media, alt, focus_x, focus_y, crop, rights, licensed_until, credit}`."""
    return [
        {
            "media": row.media_id, "alt": row.alt, "focus_x": row.focus_x, "focus_y": row.focus_y,
            "crop": cropping.text_of(row.crop), "rights": rights.rights_of(row.medium),
            "licensed_until": row.medium.licensed_until, "credit": row.medium.credit,
        }
        for row in post.pictures
    ]  # fmt: skip


def wanted(given: Sequence[Mapping[str, Any]], team_id: int, found: Findings) -> list[Wanted]:
    """What was sent, checked against the team's pictures; `alt` left out takes the words of the upload.

    Sentences go to `pictures`, `pictures.<id>` and its parts.
    """
    if len(given) > MOST_PICTURES:
        found.add("pictures", say("A post can show %(most)s pictures at most.", most=MOST_PICTURES))
        return []
    ids = [int(one["media"]) for one in given]
    if len(set(ids)) != len(ids):
        found.add("pictures", say("The same picture is there twice. Take one out."))
    ours = _ours(ids, team_id)
    picked = []
    for number, one in zip(ids, given, strict=True):
        if number not in ours:
            found.add("pictures", say("Your team has no picture %(number)s. Upload it first.", number=number))
        else:
            picked.append(_wanted(ours[number], one, found))
    return picked


def need_words(
    post: Post, pictures: Sequence[Wanted | PostPicture], translations: Mapping[str, Said], found: Findings
) -> None:
    """A scheduled post keeps to what its team wants of pictures; a draft may still be without."""
    if post.state == "scheduled" and post.team.needs_alt:
        found.errors.update(rights.wordless(pictures, translations))


def put(post: Post, pictures: Sequence[Wanted]) -> None:
    """Make these the pictures of the post."""
    for one in pictures:
        _change_rights(post, one)
    stands = [(row.media_id, row.alt, row.focus_x, row.focus_y, row.crop) for row in post.pictures]
    if stands == [(one.medium.id, one.alt, one.focus_x, one.focus_y, one.crop) for one in pictures]:
        return
    if post.pictures:
        # Positions are unique per post: the old rows must be gone before the new order is written.
        post.pictures.clear()
        db.session.flush()
    post.pictures.extend(rows_of(pictures))


def rows_of(pictures: Sequence[Wanted]) -> list[PostPicture]:
    return [
        PostPicture(medium=one.medium, media_id=one.medium.id, position=place, alt=one.alt,
                    focus_x=one.focus_x, focus_y=one.focus_y, crop=one.crop)
        for place, one in enumerate(pictures)
    ]  # fmt: skip


def _ours(ids: Sequence[int], team_id: int) -> dict[int, Medium]:
    known = [number for number in ids if 0 < number <= LARGEST_ID]
    rows = db.session.scalars(sa.select(Medium).where(Medium.id.in_(known), Medium.team_id == team_id))
    return {medium.id: medium for medium in rows}


def _wanted(medium: Medium, given: Mapping[str, Any], found: Findings) -> Wanted:
    name = f"pictures.{medium.id}"
    alt = checking.line(given["alt"], f"{name}.alt", ALT_LIMIT, found) if "alt" in given else medium.alt
    columns = rights.checked(given, found, name)
    changed = {key: value for key, value in columns.items() if getattr(medium, key) != value}
    return Wanted(medium, alt, _share(given.get("focus_x")), _share(given.get("focus_y")),
                  cropping.crop_in(str(given.get("crop") or "")), changed)  # fmt: skip


def _share(value: Any) -> float:
    """From -1 to 1 in steps that a hand can choose; nonsense is the middle."""
    try:
        number = float(value or 0)
    except (TypeError, ValueError):
        return 0.0
    return round(max(-1.0, min(1.0, number)), 2) + 0.0 if math.isfinite(number) else 0.0


def _change_rights(post: Post, one: Wanted) -> None:
    """Rights belong to the picture: other posts that show it tell them anew."""
    if not one.rights:
        return
    for name, value in one.rights.items():
        setattr(one.medium, name, value)
    elsewhere = sa.select(PostPicture.post_id).where(PostPicture.media_id == one.medium.id)
    shown = Post.state.in_(("scheduled", "published"))
    others = db.session.scalars(
        sa.select(Post).where(Post.id.in_(elsewhere), Post.id != post.id, shown)
    ).all()
    for other in others:
        _need_rights(other, one.medium)
    if others:
        now = database_now()
        db.session.execute(
            sa.update(Post)
            .where(Post.id.in_([other.id for other in others]))
            .values(revision=Post.revision + 1, changed_at=now)
            .execution_options(synchronize_session="fetch")
        )
        touch_feeds(streams_of([other.id for other in others]), now)


def _need_rights(other: Post, medium: Medium) -> None:
    """Raises Refused when another scheduled post would go out after the licence as it is now said to end."""
    if (
        other.state == "scheduled"
        and other.due_at
        and f"pictures.{medium.id}" in rights.lapsed(other, other.due_at)
    ):
        sentence = say(
            "“%(title)s” shows this picture too and is scheduled for later. Take it out there first.",
            title=other.title or say("Untitled"),
        )
        raise Refused({f"pictures.{medium.id}": sentence})

"""Pictures as pages and feeds show them: two sizes to choose from, their measures, their words."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import sqlalchemy as sa

from calendar_app.extensions import db
from calendar_app.media import cropping
from calendar_app.media.decoding import scaled
from calendar_app.media.fitting import LARGE, SIDES
from calendar_app.media.keeping import ENDINGS
from calendar_app.media.models import Medium, PostPicture
from calendar_app.posts.models import Post, PostStream
from calendar_app.streams.models import Stream

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from calendar_app.posts.wording import Words


class Shown(NamedTuple):
    """`src` is the larger of the two sizes, `small` the smaller; `width` and `height` are those of `src`.

    Addresses are paths of this site. `sources` is what `srcset` takes, empty for a small picture.
    """

    src: str
    small: str
    sources: str
    width: int
    height: int
    alt: str
    credit: str
    # Of `alt`, where it is known.
    language: str = ""


def shown(medium: Medium, alt: str = "", crop: Sequence[int] | None = None) -> Shown:
    """All of it, or the part that `crop` says."""
    whole = cropping.size(medium.width, medium.height, crop)
    widths = [scaled(*whole, side)[0] for side in SIDES]
    width, height = scaled(*whole, LARGE)
    addresses = [path(medium, side, crop) for side in SIDES]
    choice = {at: f"{at} {wide}w" for at, wide in zip(addresses, widths, strict=True)}
    sources = ", ".join(choice.values()) if len(choice) > 1 else ""
    return Shown(addresses[1], addresses[0], sources, width, height, alt, medium.credit)


def shown_in(post: Post, words: Words | None = None) -> list[Shown]:
    """The pictures of a post, told in these `words`; left out: in its own."""
    return [_told(row, words, post.language) for row in post.pictures]


def _told(row: PostPicture, words: Words | None, own: str) -> Shown:
    alt, language = (words.alt(row), words.alt_language(row, own)) if words else (row.alt, own)
    return shown(row.medium, alt, row.crop)._replace(language=language)


def looks(ids: Iterable[int], team_ids: Sequence[int]) -> dict[int, Shown]:
    """By id, those of these pictures that the teams have."""
    rows = db.session.scalars(sa.select(Medium).where(Medium.id.in_(list(ids)), Medium.team_id.in_(team_ids)))
    return {medium.id: shown(medium, medium.alt) for medium in rows}


def path(medium: Medium, side: int, crop: Sequence[int] | None = None) -> str:
    """Where this size is; a picture that is no larger is shown as it is kept."""
    size = f"-{side}" if max(cropping.size(medium.width, medium.height, crop)) > side else ""
    return f"/media/{cropping.named(medium.digest, crop)}{size}.{ENDINGS[medium.media_type]}"


def for_everybody(digest: str, crop: Sequence[int] | None = None) -> bool:
    """Whether a post that readers may see shows this picture, or just this part: the rest is nobody's business."""
    found = db.session.scalars(
        sa.select(PostPicture.crop)
        .join(Medium, Medium.id == PostPicture.media_id)
        .join(Post, Post.id == PostPicture.post_id)
        .join(PostStream, PostStream.post_id == Post.id)
        .join(Stream, Stream.id == PostStream.stream_id)
        .where(
            Medium.digest == digest,
            Post.state == "published",
            Stream.visibility.in_(("public", "unlisted")),
        )
    )
    return any((one or None) == crop for one in found)


def held_by(digest: str, team_ids: Sequence[int]) -> bool:
    """Whether one of these teams has uploaded it."""
    question = sa.select(Medium.id).where(Medium.digest == digest, Medium.team_id.in_(team_ids)).limit(1)
    return bool(db.session.scalar(question))

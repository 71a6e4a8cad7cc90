"""Pictures as pages and feeds show them: two sizes to choose from, their measures, their words."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import sqlalchemy as sa

from calendar_app.extensions import db
from calendar_app.media.decoding import scaled
from calendar_app.media.fitting import LARGE, SIDES, SMALL
from calendar_app.media.keeping import ENDINGS
from calendar_app.media.models import Medium, PostPicture
from calendar_app.posts.models import Post, PostStream
from calendar_app.streams.models import Stream

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


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


def shown(medium: Medium, alt: str = "") -> Shown:
    widths = [scaled(medium.width, medium.height, side)[0] for side in SIDES]
    width, height = scaled(medium.width, medium.height, LARGE)
    addresses = [path(medium, side) for side in SIDES]
    choice = {at: f"{at} {wide}w" for at, wide in zip(addresses, widths, strict=True)}
    sources = ", ".join(choice.values()) if len(choice) > 1 else ""
    return Shown(path(medium, LARGE), path(medium, SMALL), sources, width, height, alt, medium.credit)


def shown_in(post: Post) -> list[Shown]:
    return [shown(row.medium, row.alt) for row in post.pictures]


def looks(ids: Iterable[int], team_ids: Sequence[int]) -> dict[int, Shown]:
    """By id, those of these pictures that the teams have."""
    rows = db.session.scalars(sa.select(Medium).where(Medium.id.in_(list(ids)), Medium.team_id.in_(team_ids)))
    return {medium.id: shown(medium, medium.alt) for medium in rows}


def path(medium: Medium, side: int) -> str:
    """Where this size is; a picture that is no larger is shown as it is kept."""
    size = f"-{side}" if max(medium.width, medium.height) > side else ""
    return f"/media/{medium.digest}{size}.{ENDINGS[medium.media_type]}"


def for_everybody(digest: str) -> bool:
    """Whether a post that readers may see shows this picture."""
    return bool(
        db.session.scalar(
            sa.select(PostPicture.post_id)
            .join(Medium, Medium.id == PostPicture.media_id)
            .join(Post, Post.id == PostPicture.post_id)
            .join(PostStream, PostStream.post_id == Post.id)
            .join(Stream, Stream.id == PostStream.stream_id)
            .where(
                Medium.digest == digest,
                Post.state == "published",
                Stream.visibility.in_(("public", "unlisted")),
            )
            .limit(1)
        )
    )


def held_by(digest: str, team_ids: Sequence[int]) -> bool:
    """Whether one of these teams has uploaded it."""
    question = sa.select(Medium.id).where(Medium.digest == digest, Medium.team_id.in_(team_ids)).limit(1)
    return bool(db.session.scalar(question))

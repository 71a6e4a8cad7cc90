"""Revisions of a post, and what differs between two."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from calendar_app.api.schemas.base import Asked, Given, Id, Instant, Next, Sent
from calendar_app.api.schemas.posts import Post, Version


class RevisionTold(Given):
    """A post as it was after somebody had worked on it, without what it said."""

    number: int
    person: int | None
    version: int = Field(description="The post's version when it was last saved so.")
    restored: int | None = Field(description="The number of the revision that this one brought back.")
    began_at: Instant
    at: Instant


class Revisions(Given):
    """Revisions, the newest first."""

    items: list[RevisionTold]
    next: Next


class Revision(Given):
    """A post as it was after somebody had worked on it."""

    number: int
    person: int | None
    version: int
    restored: int | None
    began_at: Instant
    at: Instant
    values: dict[str, Any] = Field(description="What the post said.")


class Part(Given):
    """A piece of a text."""

    kind: Literal["same", "removed", "added"]
    text: str


class Change(Given):
    """One part of the post that differs: `parts` where words changed, else `before` and `after` in short."""

    label: str
    parts: list[Part]
    before: str
    after: str


class Comparison(Given):
    """What differs between two revisions, in the order of the composer."""

    earlier: int
    later: int
    changes: list[Change]


class ComparisonQuery(Asked):
    """With which other."""

    since: Id | None = Field(
        default=None, alias="from", description="The number of an earlier revision. Left out: the one before."
    )


class Restoration(Sent):
    """On top of which version."""

    version: Version


class Restored(Given):
    """The post as it stands now, and what of the revision no longer fits."""

    post: Post
    problems: dict[str, str] = Field(description="Part of the post → why it stays as it is.")

"""How far a team has agreed on a post, for its pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from calendar_app.agreeing import rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calendar_app.agreeing.models import Review
    from calendar_app.posts.models import Post
    from calendar_app.streams.models import Stream


@dataclass(frozen=True)
class Agreement:
    """`steps`: who is asked, in words; `given`: approvals that count; `reviews`: all that was ever answered."""

    stream: Stream | None
    steps: Sequence[str]
    given: Sequence[Review]
    wish: Review | None
    reviews: Sequence[Review]

    @property
    def next(self) -> str:
        """Who is asked next, in words; empty when nobody is."""
        return self.steps[len(self.given)] if len(self.given) < len(self.steps) else ""


def agreement(post: Post | None, as_shown: Post) -> Agreement:
    """`as_shown`: the post with the streams that are on the page, which may not be saved yet."""
    stream = rules.ruling(as_shown)
    return Agreement(
        stream=stream,
        steps=rules.steps_told(stream) if stream else [],
        given=rules.standing_approvals(post) if post else [],
        wish=rules.open_wish(post) if post else None,
        reviews=list(reversed(post.reviews)) if post else [],
    )

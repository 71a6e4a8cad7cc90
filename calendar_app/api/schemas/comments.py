"""What people say about a post among themselves."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from calendar_app.api.schemas.base import MOST_ID, Given, Id, Instant, Next, Sent
from calendar_app.comments.models import QUOTE_LIMIT, TEXT_LIMIT

Words = Annotated[str, Field(min_length=1, max_length=TEXT_LIMIT)]


class NewComment(Sent):
    """A remark on a post, on words of its text, or an answer."""

    text: Words
    answers: Id | None = Field(default=None, description="The comment that this one answers.")
    quote: Annotated[
        str, Field(max_length=QUOTE_LIMIT, description="The words of the post's text that it is about.")
    ] = ""
    at: Annotated[
        int, Field(ge=0, le=MOST_ID, description="Where the quoted words begin, in characters of the text.")
    ] = 0

    @model_validator(mode="after")
    def one_thing(self) -> NewComment:
        if self.answers and self.quote:
            raise ValueError("An answer quotes nothing: the thread does.")
        return self


class CommentChange(Sent):
    """Other words."""

    text: Words


class Comment(Given):
    """A remark on a post, or an answer to one."""

    id: int
    thread: int = Field(description="The first comment of its thread; its own id where it is the first.")
    person: int | None = Field(description="Its writer; null for somebody from outside.")
    name: str = Field(description="Its writer's name, also that which somebody from outside gave.")
    outside: bool
    text: str = Field(description="Empty where it was removed.")
    quote: str
    at: int | None = Field(
        description="Where the quoted words stand in the text now; null where they do not."
    )
    settled: bool = Field(description="Whether its thread is settled.")
    removed: bool
    created_at: Instant
    edited_at: Instant | None


class Comments(Given):
    """Comments, the oldest first."""

    items: list[Comment]
    next: Next

"""Templates and snippets as programs send them and as Sluice answers them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from calendar_app.api.schemas.base import Given, Handle, Instant, Next, Sent, TeamId
from calendar_app.api.schemas.posts import Kind, Text, Title
from calendar_app.posts.drafting import MOST_STREAMS
from calendar_app.snippets.models import NAME_LIMIT, SNIPPET_LIMIT

Name = Annotated[str, Field(min_length=1, max_length=NAME_LIMIT, description="By which the team finds it.")]
Words = Annotated[str, Field(min_length=1, max_length=SNIPPET_LIMIT, description="Markdown.")]


class _TemplateFields(Sent):
    title: Title = ""
    text: Text = ""
    kind: Kind = "news"
    streams: Annotated[
        list[Handle],
        Field(
            max_length=MOST_STREAMS,
            description="Handles; the first is the home. Empty: the stream in which a post is begun.",
        ),
    ] = []


class NewTemplate(_TemplateFields):
    """A template to be."""

    name: Name
    team: TeamId = None


class TemplateChange(_TemplateFields):
    """What is to change; fields that are not sent stay as they are."""

    name: Name = ""


class Template(Given):
    """What new posts begin with."""

    id: int
    team: int
    name: str
    title: str
    text: str
    kind: Kind
    streams: list[str]
    updated_at: Instant


class Templates(Given):
    """Templates, the oldest first."""

    items: list[Template]
    next: Next


class NewSnippet(Sent):
    """A snippet to be."""

    name: Name
    text: Words
    team: TeamId = None


class SnippetChange(Sent):
    """What is to change; fields that are not sent stay as they are."""

    name: Name = ""
    text: Words = ""


class Snippet(Given):
    """Words that are put into a text."""

    id: int
    team: int
    name: str
    text: str
    updated_at: Instant


class Snippets(Given):
    """Snippets, the oldest first."""

    items: list[Snippet]
    next: Next

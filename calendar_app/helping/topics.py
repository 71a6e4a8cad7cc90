"""What the page of help explains, and which of it belongs to which page."""

from __future__ import annotations

# Each has its section in templates/helping/help.html, in this order.
TOPICS = ("calendar", "posts", "streams", "places", "outcomes", "team", "readers", "keys")

_OF_PAGE = (
    ("/calendar", "calendar"),
    ("/posts", "posts"),
    ("/streams", "streams"),
    ("/accounts", "places"),
    ("/needs", "outcomes"),
    ("/notices", "outcomes"),
    ("/team", "team"),
    ("/settings", "team"),
)


def topic_of(path: str) -> str:
    """The topic that explains the page at this address; the first where none does."""
    for beginning, topic in _OF_PAGE:
        if path == beginning or path.startswith(f"{beginning}/"):
            return topic
    return TOPICS[0]

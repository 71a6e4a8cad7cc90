"""States of posts and deliveries as words inside a sentence: “This post is in review”."""

from __future__ import annotations

from calendar_app.languages import say, say_later

WORDS = {
    "draft": say_later("draft"),
    "in_review": say_later("in review"),
    "approved": say_later("approved"),
    "scheduled": say_later("scheduled"),
    "published": say_later("published"),
    "withdrawn": say_later("withdrawn"),
    "missed": say_later("missed"),
    "pending": say_later("pending"),
    "sending": say_later("sending"),
    "retry": say_later("retry"),
    "delivered": say_later("delivered"),
    "failed": say_later("failed"),
    "unknown": say_later("unknown"),
    "cancelled": say_later("cancelled"),
}


def in_a_sentence(state: str) -> str:
    """`in review`, in the language of whoever asks."""
    return say(WORDS[state])

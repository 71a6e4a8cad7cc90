"""From a post to the statuses that a server will keep, a thread where it is too long for one. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from calendar_app.channels import graphemes
from calendar_app.channels.mastodon.counting import count
from calendar_app.channels.mastodon.limits import limits_of
from calendar_app.channels.splitting import split
from calendar_app.languages import grouped, say, say_count
from calendar_app.posts.text import to_plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from calendar_app.channels.adapter import Content
    from calendar_app.channels.mastodon.limits import Limits

MOST_PARTS = 25
LANGUAGE = re.compile(r"[a-z]{2,3}\b")


def payload(content: Content, settings: Mapping[str, Any]) -> dict[str, Any]:
    """What `sending.publish` carries out: the texts in order, and what is said of all of them."""
    language = LANGUAGE.match(str(settings.get("language") or content.language))
    limits = limits_of(settings)
    following = comments(content, settings)
    return {
        "action": "publish",
        "parts": [*texts(content, settings), *following],
        **({"comments": len(following)} if following else {}),
        "visibility": settings.get("visibility") or "public",
        "language": language[0] if language else None,
        "warning": _warning(settings),
        "pictures": [
            {"digest": one.digest, "alt": one.alt, "focus": list(one.focus)}
            for one in content.pictures[: limits.most_pictures]
        ],
    }


def texts(content: Content, settings: Mapping[str, Any]) -> tuple[str, ...]:
    """The text of each part, one at least: title, text and link. Too long only where a single character is.

    Where the server has not told its limit there is one part, and the server decides.
    """
    text = to_plain(content.text).strip()
    title = content.title.strip()
    if title and not text.startswith(title):
        text = f"{title}\n\n{text}".strip()
    return _split(text, settings, link=content.link) or ("",)


def comments(content: Content, settings: Mapping[str, Any]) -> tuple[str, ...]:
    """The first comment, which answers the post; in parts like it."""
    return _split(to_plain(content.first_comment).strip(), settings)


def _split(text: str, settings: Mapping[str, Any], *, link: str = "") -> tuple[str, ...]:
    limits = limits_of(settings)
    most = room(settings) if limits.most else 10**9
    try:
        return split(text, most, lambda part: count(part, limits.per_link), link=link)
    except ValueError:
        return (text,)


def room(settings: Mapping[str, Any]) -> int:
    """Characters of one part: the content warning counts as well."""
    return limits_of(settings).most - graphemes.count(_warning(settings))


def problems(content: Content, settings: Mapping[str, Any]) -> Iterator[str]:
    """Why this cannot go out as it stands."""
    limits, parts = limits_of(settings), texts(content, settings)
    following = comments(content, settings)
    if not limits.most:
        yield say(
            "Sluice does not know yet how long a post may be on this server. Send a test from its account."
        )
    elif any(count(part, limits.per_link) > room(settings) for part in (*parts, *following)):
        yield say("The content warning of this account leaves no room for a text. Shorten it.")
    if not any(parts) and not content.pictures:
        yield say("There is nothing to post. Write a text.")
    if len(parts) + len(following) > MOST_PARTS:
        yield say_count(
            "This would be %(num)d post on Mastodon. Shorten the text, or write one for this account.",
            "This would be %(num)d posts on Mastodon. Shorten the text, or write one for this account.",
            len(parts) + len(following),
        )
    yield from _of_pictures(content, limits)


def status(
    payload: Mapping[str, Any], number: int, *, media: Sequence[str], before: str | None
) -> dict[str, Any]:
    """The body of POST /api/v1/statuses for one part; `before` is the status it answers."""
    made: dict[str, Any] = {"status": payload["parts"][number], "visibility": payload["visibility"]}
    if payload["language"]:
        made["language"] = payload["language"]
    if payload["warning"]:
        made |= {"spoiler_text": payload["warning"], "sensitive": True}
    if media and number == 0:
        made["media_ids"] = list(media)
    if before:
        made["in_reply_to_id"] = before
    return made


def _warning(settings: Mapping[str, Any]) -> str:
    return str(settings.get("warning") or "")


def _of_pictures(content: Content, limits: Limits) -> Iterator[str]:
    if len(content.pictures) > limits.most_pictures:
        yield say_count(
            "This server takes %(num)d picture. Take the others out of the post.",
            "This server takes %(num)d pictures. Take the others out of the post.",
            limits.most_pictures,
        )
    if limits.longest_alt and any(len(one.alt) > limits.longest_alt for one in content.pictures):
        yield say(
            "The words for a picture are longer than %(most)s characters. Shorten them.",
            most=grouped(limits.longest_alt),
        )

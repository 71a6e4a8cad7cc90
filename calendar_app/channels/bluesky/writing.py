"""From a post to the records that Bluesky will keep, a thread where it is too long for one. Pure.

Limits: https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/feed/post.json, …/embed/images.json.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from calendar_app.channels import graphemes
from calendar_app.channels.bluesky import facets, tids
from calendar_app.channels.splitting import split
from calendar_app.posts.text import excerpt, to_plain
from calendar_app.times import rfc3339

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from calendar_app.channels.adapter import Content

POST = "app.bsky.feed.post"
MOST_GRAPHEMES = 300
MOST_BYTES = 3000
MOST_PICTURES = 4
MOST_PARTS = 25
LONGEST_DESCRIPTION = 300
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def size(text: str) -> int:
    """Graphemes, or a tenth of the bytes where that is more: at most 300 of it keeps both limits."""
    return max(graphemes.count(text), -(-len(text.encode()) * MOST_GRAPHEMES // MOST_BYTES))


def texts(content: Content) -> tuple[str, ...]:
    """The text of each part, one of them at least. Title and link stand in a text only where no card shows them.

    A part is too long only where a single character is.
    """
    carded = has_card(content)
    text = to_plain(content.text).strip()
    title = content.title.strip()
    if title and not text.startswith(title) and not (carded and text):
        text = f"{title}\n\n{text}".strip()
    try:
        return split(text, MOST_GRAPHEMES, size, link="" if carded else content.link) or ("",)
    except ValueError:
        return (text,)


def comments(content: Content) -> tuple[str, ...]:
    """The first comment, which answers the post; in parts like it."""
    text = to_plain(content.first_comment).strip()
    try:
        return split(text, MOST_GRAPHEMES, size)
    except ValueError:
        return (text,)


def payload(content: Content) -> dict[str, Any]:
    """What `sending.publish` carries out. All that must be the same at every attempt is fixed here.

    `parts`: text, facets, mentions to be looked up, createdAt and record key (both empty before the post is out);
    with the first go `pictures` (digest, alt, width, height) or `card` (uri, title, description).
    """
    when = content.published_at
    following = comments(content)
    parts = [*texts(content), *following]
    return {
        "parts": [_part(content.uuid, text, number, when) for number, text in enumerate(parts)],
        **({"comments": len(following)} if following else {}),
        "langs": [content.language] if LANGUAGE.fullmatch(content.language) else [],
        "pictures": [
            {"digest": one.digest, "alt": one.alt, "width": one.width, "height": one.height}
            for one in content.pictures[:MOST_PICTURES]
        ],
        "card": _card(content) if has_card(content) else None,
    }


def record(
    sent: Mapping[str, Any], number: int, *, dids: Mapping[str, str], embed: Mapping[str, Any] | None,
    before: Sequence[Mapping[str, str]],
) -> dict[str, Any]:  # fmt: skip
    """The record of one part of a payload; `before` are uri and cid of the parts that stand there already."""
    part = sent["parts"][number]
    found = facets.with_mentions(part["facets"], part["mentions"], dids)
    made: dict[str, Any] = {"$type": POST, "text": part["text"], "createdAt": part["created_at"]}
    if sent["langs"]:
        made["langs"] = list(sent["langs"])
    if found:
        made["facets"] = found
    if embed and number == 0:
        made["embed"] = dict(embed)
    if number:
        made["reply"] = {"root": _ref(before[0]), "parent": _ref(before[number - 1])}
    return made


def has_card(content: Content) -> bool:
    """Pictures and a card exclude each other: a post has one embed."""
    return bool(content.link) and not content.pictures


def _part(uuid: str, text: str, number: int, when: datetime | None) -> dict[str, Any]:
    return {
        "text": text,
        "facets": facets.links_and_tags(text),
        "mentions": facets.mentions(text),
        "created_at": rfc3339(when) if when else "",
        "rkey": tids.record_key(uuid, when, number) if when else "",
    }


def _card(content: Content) -> dict[str, str]:
    description = excerpt(content.text, LONGEST_DESCRIPTION)
    return {"uri": content.link, "title": content.title.strip() or content.link, "description": description}


def _ref(part: Mapping[str, str]) -> dict[str, str]:
    return {"uri": part["uri"], "cid": part["cid"]}

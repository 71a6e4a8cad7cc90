"""What Mastodon makes links of in a text: addresses, hashtags, names of people with their server. Pure.

Source: mastodon/mastodon, app/models/tag.rb (a hashtag holds a letter, and begins where no word stands before it).
"""

from __future__ import annotations

import regex

from calendar_app.channels.adapter import Span
from calendar_app.channels.mastodon.counting import ADDRESS, MENTION

_TAG = regex.compile(r"(?<![=/\w)])[#＃]([\p{L}\p{M}\p{N}_·]*[\p{L}\p{M}_·][\p{L}\p{M}\p{N}_·]*)")


def spans(text: str) -> tuple[Span, ...]:
    """In order; what stands inside an address is part of it."""
    found = [Span(one.start(), one.end(), "link") for one in ADDRESS.finditer(text)]
    for pattern, kind in ((MENTION, "mention"), (_TAG, "tag")):
        for one in pattern.finditer(text):
            if not any(other.start < one.end() and one.start() < other.end for other in found):
                found.append(Span(one.start(), one.end(), kind))
    return tuple(sorted(found))

"""How long a text is as Mastodon counts it. Pure.

Source: mastodon/mastodon, app/validators/status_length_validator.rb: an address weighs what the instance says (23),
of a mention only the local part counts, and the rest are grapheme clusters.
"""

from __future__ import annotations

import regex

from calendar_app.channels import graphemes

# Ends before the punctuation of its sentence, as the server's own pattern does.
ADDRESS = regex.compile(
    r"(?<![\w@$#/])https?://(?:[\p{L}\p{N}_-]++\.)+\p{L}[\p{L}\p{N}-]*+(?::\d{1,5})?"
    r"(?:[/?#](?:[^\s<>\"]*[^\s<>\"'.,;:!?)\]}»”’…])?)?",
    regex.IGNORECASE,
)
MENTION = regex.compile(r"(?<![=/\w])@(\w++(?:[.-]++\w++)*+)@[\w-]++(?:\.[\w-]++)+", regex.IGNORECASE)


def count(text: str, per_link: int) -> int:
    """Characters of `text`, each address weighing `per_link`."""
    addresses = 0

    def weightless(found: regex.Match[str]) -> str:
        nonlocal addresses
        addresses += 1
        return "\n"

    bare = MENTION.sub(r"@\1", ADDRESS.sub(weightless, text))
    # Each address has left one character, which clings to nothing.
    return graphemes.count(bare) + addresses * (per_link - 1)

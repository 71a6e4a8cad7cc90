"""What a feed of several streams says of itself, in the language that it names as its own. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# Not among the sentences of pages: a feed has the same bytes for whoever asks.
CHOSEN = {
    "en": "The streams you chose, in one feed.",
    "nb": "Strømmene du valgte, i én feed.",
    "sv": "Strömmarna du valde, i ett flöde.",
}
EVERYTHING = {
    "en": "Everything we share, all streams together.",
    "nb": "Alt vi deler, alle strømmer samlet.",
    "sv": "Allt vi delar, alla strömmar tillsammans.",
}
KIN = {"no": "nb", "nn": "nb"}


def in_language(told: Mapping[str, str], code: str) -> str:
    """The sentence in that language or its nearest, else in English."""
    language = code.partition("-")[0].lower()
    return told.get(KIN.get(language, language), told["en"])

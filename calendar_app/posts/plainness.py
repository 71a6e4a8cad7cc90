"""How long a text takes to read and how hard it is, by simple measures that are told as what they are. Pure.

LIX (Björnsson 1968) for Norwegian, Swedish and Danish: words per sentence plus the share of words longer than six
letters. Reading ease (Flesch 1948) for English, with syllables counted as groups of vowels. Others get neither.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from calendar_app.posts.text import LONGEST, cut, to_plain

WORDS_A_MINUTE = 200
# Of a shorter text a measure says nothing.
ENOUGH_WORDS = 40
LONG_SENTENCE = 25
NORDIC = {"nb", "nn", "no", "sv", "da"}

# Tried once for each word, from its beginning: a word of the longest text's length costs no more than many words.
_ADDRESS = re.compile(r"\(?https?://\S+|(?<!\S)\S[^\s@]*+@\S+")
_SENTENCE = re.compile(r"[.!?…:]+(?=\s|$)|\n+")
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_VOWELS = re.compile(r"[aeiouy]+", re.IGNORECASE)


@dataclass(frozen=True)
class Plainness:
    """`measure` is "lix", "flesch" or "" with its `value`; `level` easy, middling or hard; `long` a start."""

    words: int
    minutes: int
    measure: str = ""
    value: int = 0
    level: str = ""
    long: str = ""
    long_words: int = 0


def plainness(markdown: str, language: str) -> Plainness:
    sentences = sentences_of(markdown)
    words = [word for _text, of_it in sentences for word in of_it]
    minutes = max(1, round(len(words) / WORDS_A_MINUTE)) if words else 0
    longest, of_longest = max(sentences, key=lambda one: len(one[1]), default=("", []))
    found = Plainness(
        len(words),
        minutes,
        long=cut(longest, 60) if len(of_longest) > LONG_SENTENCE else "",
        long_words=len(of_longest) if len(of_longest) > LONG_SENTENCE else 0,
    )
    if len(words) < ENOUGH_WORDS:
        return found
    tongue = language.partition("-")[0].lower()
    if tongue in NORDIC:
        value = round(len(words) / len(sentences) + 100 * sum(len(word) > 6 for word in words) / len(words))
        return _with(found, "lix", value, "easy" if value < 40 else "middling" if value < 50 else "hard")
    if tongue == "en":
        syllables = sum(_syllables(word) for word in words)
        value = round(206.835 - 1.015 * len(words) / len(sentences) - 84.6 * syllables / len(words))
        return _with(found, "flesch", value, "easy" if value >= 60 else "middling" if value >= 45 else "hard")
    return found


def sentences_of(markdown: str) -> list[tuple[str, list[str]]]:
    """Each sentence of the readable text, and its words. An abbreviation with a point ends one too early."""
    plain = _ADDRESS.sub(" ", to_plain(markdown[:LONGEST]))
    parts = ((part.strip(), _WORD.findall(part)) for part in _SENTENCE.split(plain))
    return [(text, words) for text, words in parts if words]


def _with(found: Plainness, measure: str, value: int, level: str) -> Plainness:
    return Plainness(found.words, found.minutes, measure, value, level, found.long, found.long_words)


def _syllables(word: str) -> int:
    groups = len(_VOWELS.findall(word))
    silent = word.lower().endswith("e") and not word.lower().endswith("le") and groups > 1
    return max(1, groups - silent)

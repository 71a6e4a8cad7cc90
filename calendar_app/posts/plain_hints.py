"""Sentences that could be plainer: long ones, and those that do not say who does it. Pure.

Rules of thumb, and no more: they look at the shape of words and know no grammar. Many passives are missed, and now and
then a sentence is named that is none (docs/plain_language.md says which). So they are shown quietly and hinder nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from calendar_app.languages import KIN
from calendar_app.posts.passives import PASSIVES
from calendar_app.posts.plainness import LONG_SENTENCE, sentences_of
from calendar_app.posts.text import cut

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST = 5
SHOWN = 110


class Hint(NamedTuple):
    """`sentence`, cut where it is long, in `language`; `words` that are meant, or how many there are."""

    kind: Literal["long", "passive"]
    sentence: str
    language: str
    number: int = 0
    words: str = ""


def hints(texts: Iterable[tuple[str, str]], *, most: int = MOST) -> list[Hint]:
    """For (Markdown, language) in order; the first `most`. Long sentences in every language, passives in three."""
    found = (one for markdown, language in texts for one in _of(markdown, language))
    return [one for _, one in zip(range(most), found, strict=False)]


def _of(markdown: str, language: str) -> Iterator[Hint]:
    main = language.partition("-")[0].lower()
    passive = PASSIVES.get(KIN.get(main, main))
    for sentence, words in sentences_of(markdown):
        shown = cut(sentence, SHOWN)
        if len(words) > LONG_SENTENCE:
            yield Hint("long", shown, language, number=len(words))
        elif passive and (meant := passive([word.replace("’", "'") for word in words])):
            yield Hint("passive", shown, language, words=meant)

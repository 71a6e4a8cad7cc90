"""Sluice speaks bokmål and Swedish: every sentence is translated, whole, and pages say it."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

from calendar_app.languages import LANGUAGES

ROOT = Path(__file__).parent.parent
TRANSLATED = [language for language in LANGUAGES if language != "en"]
PLACES = re.compile(r"%%|%\(\w+\)[sd]|\{\w+\}")
TODO = "run `make words`, then translate what is empty (docs/translating.md)"


def path_of(language):
    return ROOT / "calendar_app" / "translations" / language / "LC_MESSAGES" / "messages.po"


def catalogue(language):
    with path_of(language).open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def messages(language):
    return [message for message in catalogue(language) if message.id]


def texts(message):
    """Each text of the original with the translations that stand for it."""
    if isinstance(message.id, str):
        return [(message.id, message.string)]
    return list(zip(message.id, message.string, strict=True))


@pytest.fixture(scope="module")
def gathered(tmp_path_factory):
    """What the code and the pages say now, gathered as `make words` does."""
    marks = re.search(r"^SAID := (.*)$", (ROOT / "Makefile").read_text(), re.M)[1].split()
    into = tmp_path_factory.mktemp("words") / "messages.pot"
    command = [sys.executable, "-m", "babel.messages.frontend", "-q", "extract", "-F", "babel.cfg", *marks]
    subprocess.run([*command, "-o", str(into), "."], cwd=ROOT, check=True, timeout=120)
    with into.open("rb") as file:
        return {message.id for message in read_po(file) if message.id}


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_of_the_pages_is_translated(language, gathered):
    known = {message.id for message in messages(language)}
    assert (gathered - known, known - gathered) == (set(), set()), TODO
    empty = [message.id for message in messages(language) if not all(form for _, form in texts(message))]
    assert empty == [], TODO
    assert not [message.id for message in messages(language) if message.fuzzy], TODO


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_is_filled_in_has_its_place_in_every_translation(language):
    for message in messages(language):
        for original, translation in texts(message):
            assert sorted(PLACES.findall(translation)) == sorted(PLACES.findall(original)), translation
            assert "%" not in PLACES.sub("", translation)


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_begins_and_ends_as_its_original(language):
    """Sentences are put together: blanks and full stops at their ends matter. Markup would not be escaped."""
    for message in messages(language):
        for original, translation in texts(message):
            assert ends(translation) == ends(original), translation
            assert set("<>&") & set(translation) <= set("<>&") & set(original), translation


def ends(text):
    last = text.removesuffix("kl.").rstrip().rstrip("”»")[-1:]
    return text[:1].isspace(), text[-1:].isspace(), last if last in ".:…" else ""


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_keep_to_the_house_style(language):
    own, others = {"nb": ("«»", '“”„"'), "sv": ("”", '“«»„"')}[language]
    for message in messages(language):
        for original, translation in texts(message):
            assert "!" not in translation
            assert not re.search(r"\bURL\b", translation)
            assert not set(others) & set(translation), translation
            assert any(mark in translation for mark in own) == ("“" in original), translation


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_compiled_catalogue_is_in_step_with_the_text(language):
    fresh = io.BytesIO()
    write_mo(fresh, catalogue(language))
    fresh.seek(0)
    with path_of(language).with_suffix(".mo").open("rb") as kept:
        assert said_by(kept) == said_by(fresh), "run `make words`"


def said_by(file):
    """All that a compiled catalogue says; its header, which names the compiler, left out."""
    return [(message.id, message.string) for message in read_mo(file) if message.id]

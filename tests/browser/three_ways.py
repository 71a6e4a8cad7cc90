"""The same task by mouse in English, by finger on a phone in bokmål, and by keys alone in Swedish.

A task is written once, in the English words of the source; `Person.say` has them as the page shows them.
"""

from __future__ import annotations

import gettext
from pathlib import Path

import pytest

from tests.browser.conftest import NARROW, WIDE, meanwhile
from tests.browser.finger import Finger
from tests.browser.looking import look_here
from tests.browser.proofs import proves
from tests.turns import EVERYTHING, turn

CATALOGUES = Path(__file__).parents[2] / "calendar_app" / "translations"
LOCALES = {"en": "en-GB", "nb": "nb-NO", "sv": "sv-SE"}
WITH_FINGER = {"size": NARROW, "has_touch": True, "is_mobile": True}
_WAYS = {
    "mouse": ("en", {"size": WIDE}, ("mouse",)),
    "touch": ("nb", WITH_FINGER, ("touch", "390", "nb or sv")),
    "keys": ("sv", {"size": WIDE}, ("keys", "nb or sv")),
}


def three_ways(*capabilities):
    """A test with the argument `way` runs three times, and proves these capabilities in every way.

    In `make test` it goes one of them, by turns (docs/decisions/0015); `make check` goes all.
    """

    def mark(test):
        names = list(_WAYS) if EVERYTHING else [turn(test.__name__, list(_WAYS))]
        ways = [pytest.param(way, marks=proves(*capabilities, by=_WAYS[way][2]), id=way) for way in names]
        return pytest.mark.parametrize("way", ways)(test)

    return mark


def come(site, person, way, **more):
    """The person at a window, working in this way; the pages speak the language that goes with it.

    `None` is a guest, whom the browser speaks for. `more`: options of the window.
    """
    locale, options, _ = _WAYS[way]
    if person is not None:
        with meanwhile():
            person.locale = locale
    return Person(site.open(person, locale=LOCALES[locale], **{**options, **more}), way, locale)


class Person:
    """Presses what it is shown: with the mouse, a finger or the keys."""

    def __init__(self, page, way, language):
        self.page, self.way, self.language = page, way, language
        self._words = _words_of(language)

    def look(self, name):
        """What is wrong with the page as it stands here, in any light; [] if nothing is."""
        return look_here(self.page, f"{name}-{self.language}")

    def say(self, sentence, **values):
        """The sentence as it stands on the page."""
        found = self._words.gettext(sentence)
        return found % values if values else found.replace("%%", "%")

    def named(self, role, sentence, *, within=None, exact=True, **values):
        return (within or self.page).get_by_role(role, name=self.say(sentence, **values), exact=exact)

    def labelled(self, sentence, *, within=None, exact=True, **values):
        return (within or self.page).get_by_label(self.say(sentence, **values), exact=exact)

    def press(self, thing):
        if self.way == "mouse":
            thing.click()
        elif self.way == "touch":
            thing.tap()
        else:
            thing.focus()
            thing.press(" " if thing.get_attribute("type") in {"checkbox", "radio"} else "Enter")

    def write(self, field, text):
        """Into the field, in place of what stands there."""
        self.page.wait_for_load_state()
        if self.way == "keys":
            field.focus()
        else:
            self.press(field)
        field.fill(text)
        if self.way == "keys":
            field.press("End")

    def drag(self, start, end):
        """With the mouse or a finger, from point to point; a finger rests first."""
        if self.way == "mouse":
            self.page.mouse.move(*start)
            self.page.mouse.down()
            self.page.mouse.move(*end, steps=15)
            self.page.wait_for_timeout(150)
            self.page.mouse.move(end[0], end[1] + 1)
            self.page.mouse.up()
            return
        finger = Finger(self.page)
        finger.rest(*start)
        finger.go(start, end)
        self.page.wait_for_timeout(150)
        finger.lift()

    def button(self, sentence, *, within=None, exact=False, **values):
        """Press the first button of this name; what only those hear who do not see may follow it."""
        self.press(self.named("button", sentence, within=within, exact=exact, **values).first)

    def link(self, sentence, *, within=None, exact=False, **values):
        self.press(self.named("link", sentence, within=within, exact=exact, **values).first)

    def open(self, summary):
        """What is folded."""
        self.press(self.page.locator(summary) if isinstance(summary, str) else summary)


class _Missing(gettext.NullTranslations):
    def gettext(self, message):
        raise KeyError(message)


def _words_of(language):
    if language == "en":
        return gettext.NullTranslations()
    with (CATALOGUES / language / "LC_MESSAGES" / "messages.mo").open("rb") as file:
        words = gettext.GNUTranslations(file)
    words.add_fallback(_Missing())
    return words

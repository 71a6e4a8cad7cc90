"""A person at a page, counted: what is pressed and typed, and how long that takes somebody who knows what to write."""

from __future__ import annotations

from tests.browser.arriving import arrive

# Roughly: aiming and pressing; a letter of somebody who types without hurry.
A_PRESS, A_LETTER = 1.2, 0.25


class Hand:
    """Works by visible labels alone. `touch`: taps, without a mouse."""

    def __init__(self, page, *, touch=False):
        self.page, self.touch = page, touch
        self.presses = self.letters = 0

    @property
    def seconds(self):
        return self.presses * A_PRESS + self.letters * A_LETTER

    def press(self, thing):
        self.presses += 1
        if self.touch:
            thing.tap()
        else:
            thing.click()

    def write(self, field, text):
        """Into a field; one that does not have the focus is pressed first."""
        arrive(self.page)
        if not field.evaluate("(one) => one === document.activeElement"):
            self.press(field)
        self.letters += len(text)
        field.fill(text)

    def key(self, key):
        self.presses += 1
        self.page.keyboard.press(key)

    def type(self, text):
        """Wherever the focus is."""
        self.letters += len(text)
        self.page.keyboard.insert_text(text)

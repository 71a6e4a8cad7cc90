"""What people can do in the calendar, and which test proves it: by mouse, finger and keys, on a phone, in our words.

`@proves("capability", …, by=("mouse", "390"))` claims; while the test runs the page tells by what it was worked with,
and a claim that did not happen fails. `tests/test_proofs.py` sees to it that nothing is left unproven.
"""

from __future__ import annotations

import pytest

WAYS = ("mouse", "touch", "keys", "390", "nb or sv")
CAPABILITIES = (
    # The plan.
    "views", "open a post beside the plan", "saved views", "another day", "quarter of an hour", "promised time",
    "several at once", "duplicate", "refused and back", "undo", "history of steps", "posts without a time",
    "several on one day of a row", "list to search and sort", "one step for many", "to another stream",
    "a time taken away", "filters", "print",
    # Others at the same time.
    "what others do", "who else is here", "two texts",
    # Promises.
    "promise in words", "another promise on some days", "pauses and quiet hours", "next free slot", "order of a queue",
    "out of a queue and in", "fill the gaps", "warnings with a way out",
    # Series and pool.
    "series by a rule", "days left out", "words for one post of a series", "words for this and all later",
    "words for all", "rule from a day on", "end of a series", "pool", "pool fills empty slots",
    # Writing.
    "templates", "marks in the text", "link in the text", "snippets", "own text for a place", "first comment",
    "add a picture", "point in sight", "cut a picture", "words for every picture", "languages", "linked page",
    "checklist", "schedule", "compare revisions", "bring a revision back", "labels and short links",
    "previews and counters", "threads", "event", "paste a picture", "paste a link over words", "plain words",
    "spelling", "warnings while writing", "what each follower gets", "saved as one types", "signed out meanwhile",
    "without a connection", "begun without a connection",
    # Agreeing.
    "send for review", "changes wanted", "approve", "approval in steps", "nobody approves their own",
    "asked again after a change", "comments", "comments taken back", "mentions", "settle", "passages", "share link",
    "words from outside", "notices", "my calendar address",
    # Help, and how one has it.
    "first steps", "keys and help", "find and do", "undo instead of asking", "language of the pages", "light and dark",
)  # fmt: skip


def proves(*capabilities, by=()):
    """Mark a test: what it proves, and by which ways."""
    return pytest.mark.proves(*capabilities, by=tuple(by))


def of_window(size, options):
    """What a window itself proves: how wide it is, and whose language it speaks."""
    found = {"390"} if size["width"] <= 390 else set()
    return found | ({"nb or sv"} if options.get("locale", "en")[:2] in {"nb", "sv"} else set())


def claimed(test):
    """The ways that a test says it goes."""
    return {way for mark in test.iter_markers("proves") for way in mark.kwargs.get("by", ())}

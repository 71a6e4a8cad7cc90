"""Reasons are kept in English and said again in the reader's language; none is forgotten, none is invented."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from calendar_app.languages import say
from calendar_app.reasons import KEPT, PLACE, retell, shape_of

APP = Path(__file__).parent.parent / "calendar_app"
SOURCES = [path for path in APP.rglob("*.py") if path.name != "reasons.py" and "demo" not in path.parts]
HOLE = "\0"
# What ends up in the database, or is raised where a worker writes it down.
TROUBLES = {
    *("NotSent", "Rejected", "Unclear", "Revoked", "Gone"),
    *("Ambiguous", "BadAddress", "HostNotFound", "CannotOpen"),
}
REASONS = {"reason", "state_reason", "hold_reason"}


def texts_in(node):
    """The texts that an expression can be, with a hole for each value in them."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(part.value if isinstance(part, ast.Constant) else HOLE for part in node.values)
    elif isinstance(node, ast.IfExp):
        yield from texts_in(node.body)
        yield from texts_in(node.orelse)


def kept_texts():
    """All texts that the code gives as a reason."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                name = (
                    node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                )
                if name in TROUBLES and node.args:
                    yield from texts_in(node.args[0])
                if name == "cancel_waiting":
                    yield from texts_in(node.args[1])
                for keyword in node.keywords:
                    if keyword.arg in REASONS:
                        yield from texts_in(keyword.value)
            elif isinstance(node, ast.Assign):
                names = {getattr(one, "attr", getattr(one, "id", "")) for one in node.targets}
                if names & (REASONS | {"REASON", "HOLD"}):
                    yield from texts_in(node.value)


@cache
def written_texts():
    """Every text of the code."""
    nodes = (node for path in SOURCES for node in ast.walk(ast.parse(path.read_text())))
    return frozenset(text for node in nodes for text in texts_in(node))


def test_what_the_code_gives_as_a_reason_can_be_said_again():
    given = [text.replace(HOLE, "x") for text in kept_texts() if " " in text]
    assert len(given) > 30
    unknown = [text for text in given if not all_told(text)]
    assert unknown == [], "put these into calendar_app/reasons.py"


def all_told(text):
    """Whether nothing of it stays as it was, but for an x, which may stand for a sentence."""
    shape = shape_of(text)
    if shape is None:
        return text == "x" or (text.startswith("x ") and all_told(text[2:]))
    rest = shape.pattern.fullmatch(text).groupdict().get("_rest")
    return rest is None or all_told(rest)


@pytest.mark.parametrize("sentence", KEPT)
def test_every_kept_sentence_is_still_written_somewhere(sentence):
    pieces = [piece.strip(" .") for piece in PLACE.split(sentence)[::2]]
    assert any(all(piece in text for piece in pieces) for text in written_texts())


@pytest.fixture
def in_bokmaal(app):
    with app.test_request_context("/", headers={"Accept-Language": "nb"}):
        yield


def test_a_reason_is_said_in_the_language_of_the_page(in_bokmaal):
    told = retell("Paused by Kari M. Nordmann.")
    assert told == say("Paused by %(name)s.", name="Kari M. Nordmann") != "Paused by Kari M. Nordmann."


def test_a_reason_inside_a_reason_is_said_as_well(in_bokmaal):
    inside = say("Paused by %(name)s.", name="Kari")
    told = retell("It could not be sent within the grace of its stream: Paused by Kari.")
    assert told == say("It could not be sent within the grace of its stream: %(reason)s", reason=inside)


def test_sentences_one_after_the_other_are_each_said(in_bokmaal):
    told = retell("example.org refused the connection. Given up after 9 attempts.")
    first = say("%(host)s refused the connection.", host="example.org")
    assert told == f"{first} {say('Given up after %(count)s attempts.', count='9')}"


@pytest.mark.parametrize("text", ["", "Something of another program.", "%(host)s", "100 % sure", "x" * 5000])
def test_what_is_not_ours_stays_as_it_is(in_bokmaal, text):
    assert retell(text) == text


def test_nothing_is_nothing(in_bokmaal):
    assert retell(None) == ""


def test_in_english_nothing_changes(app):
    with app.test_request_context("/"):
        assert retell("Paused by Kari. Whatever follows.") == "Paused by Kari. Whatever follows."

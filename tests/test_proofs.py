"""Each capability of the calendar is proven by mouse, by finger, by keys, on a phone and in a language of ours.

Read from the sources, without a browser; whether a test does what it claims is seen when it runs (`tests/browser/`).
"""

from __future__ import annotations

import ast
from pathlib import Path

from tests.browser.proofs import CAPABILITIES, WAYS

BROWSER = Path(__file__).parent / "browser"


def marks():
    """(test, capability, ways) for each claim of a test."""
    for path in sorted(BROWSER.glob("test_*.py")):
        for test in ast.parse(path.read_text()).body:
            for mark in getattr(test, "decorator_list", ()):
                if isinstance(mark, ast.Call) and getattr(mark.func, "id", "") in {"proves", "three_ways"}:
                    by = [ast.literal_eval(one.value) for one in mark.keywords if one.arg == "by"]
                    ways = WAYS if mark.func.id == "three_ways" else by[0]
                    yield from ((f"{path.stem}::{test.name}", arg.value, ways) for arg in mark.args)


def test_every_capability_is_proven_in_every_way():
    proven = {capability: set() for capability in CAPABILITIES}
    for test, capability, ways in marks():
        assert capability in proven, f"{test} proves what nobody has named: {capability}"
        assert set(ways) <= set(WAYS), f"{test} goes a way that nobody has named: {ways}"
        proven[capability] |= set(ways)
    missing = {capability: sorted(set(WAYS) - ways) for capability, ways in proven.items()}
    assert {capability: ways for capability, ways in missing.items() if ways} == {}

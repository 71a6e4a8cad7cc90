"""In which order tests are begun where several processes share them.

Tests of real processes mostly wait: several of them at once, as the alphabet has it, leave the machine idle.
"""

from __future__ import annotations

WAITING = ("tests/faults/", "tests/supervising/", "tests/test_stopping.py", "tests/test_supervisor.py")


def dealt_out(items):
    """Those that wait at even distances among the others; each kind in its own order."""
    waiting = [item for item in items if item.nodeid.startswith(WAITING)]
    others = [item for item in items if not item.nodeid.startswith(WAITING)]
    found = []
    for number, item in enumerate(waiting):
        begin, end = (len(others) * at // len(waiting) for at in (number, number + 1))
        found += [item, *others[begin:end]]
    return found if waiting else others

"""The table of `make faults`: one line a run, in the order of the faults, nothing left out."""

from __future__ import annotations

from tests.faults.figures import summary, table


def test_lines_stand_in_the_order_of_the_faults_with_a_dash_for_what_was_not_measured():
    rows = [
        {"fault": "F12: disk full", "database": "sqlite", "posts": 6, "kills": 0, "lost": 0, "late max": 1.5},
        {"fault": "F2: parent only", "database": "postgresql", "posts": 1, "kills": 1, "lost": 0},
        {"fault": "F2: parent only", "database": "sqlite", "posts": 1, "kills": 1, "lost": 1},
    ]
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in table(rows).splitlines()]
    assert [(line[0], line[1], line[5], line[-1]) for line in lines[2:]] == [
        ("F2: parent only", "sqlite", "1", "–"),
        ("F2: parent only", "postgresql", "0", "–"),
        ("F12: disk full", "sqlite", "0", "1.50"),
    ]
    assert len({len(line) for line in table(rows).splitlines()}) == 1
    assert summary(rows, 125) == (
        "3 runs, 8 posts, 2 kills: lost 1, doubled 0, early 0, false delivered 0, stuck 0. 2 min 5 s."
    )

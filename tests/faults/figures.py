"""The table that `make faults` ends with: a line for each run, from the lines that world.keep has written.

python -m tests.faults.figures FILE [SECONDS]
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

COLUMNS = ("fault", "database", "posts", "calls", "kills", "lost", "doubled", "early", "false delivered", "stuck",
           "unknown", "late p50", "late p99", "late max")  # fmt: skip
# What the pages promise never happens; `unknown` is honest, and asserted where it may be.
NEVER = ("lost", "doubled", "early", "false delivered", "stuck")
DATABASES = ("sqlite", "postgresql")
NOTHING = "–"


def table(rows):
    """In Markdown, columns of one width, in the order of the faults."""
    cells = [[_shown(row.get(name)) for name in COLUMNS] for row in sorted(rows, key=_place)]
    widths = [max(map(len, column)) for column in zip(COLUMNS, *cells, strict=True)]
    rule = ["-" * width if number < 2 else "-" * (width - 1) + ":" for number, width in enumerate(widths)]
    return "\n".join([_line(COLUMNS, widths), "|" + "|".join(f" {dashes} " for dashes in rule) + "|",
                      *(_line(row, widths) for row in cells)])  # fmt: skip


def summary(rows, seconds=None):
    """`61 runs, 10,412 posts, 318 kills: lost 0, doubled 0, …. 27 min 10 s.`"""
    counted = {name: sum(row.get(name) or 0 for row in rows) for name in ("posts", "kills", *NEVER)}
    never = ", ".join(f"{name} {counted[name]}" for name in NEVER)
    said = f"{len(rows)} runs, {counted['posts']:,} posts, {counted['kills']} kills: {never}."
    return f"{said} {seconds // 60} min {seconds % 60} s." if seconds is not None else said


def _place(row):
    number = re.match(r"F(\d+)", row["fault"])
    return int(number[1]) if number else 99, row["fault"], DATABASES.index(row["database"])


def _shown(value):
    if value is None:
        return NOTHING
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def _line(cells, widths):
    padded = (
        cell.ljust(width) if number < 2 else cell.rjust(width)
        for number, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "| " + " | ".join(padded) + " |"


def main(file, seconds=None):
    lines = Path(file).read_text().splitlines() if Path(file).exists() else []
    rows = [json.loads(line) for line in lines]
    told = (
        f"{table(rows)}\n\n{summary(rows, int(seconds) if seconds else None)}"
        if rows
        else "No run left figures."
    )
    sys.stdout.write(f"\n{told}\n")


if __name__ == "__main__":
    main(*sys.argv[1:3])

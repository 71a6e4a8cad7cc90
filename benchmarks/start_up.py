"""`sluice up --demo`: seconds until it is ready, the first time and again, and the memory of each of its processes."""

from __future__ import annotations

import os
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.figures import verdict
from benchmarks.installation import short_folder, started
from calendar_app.supervising.guard import descendants

if TYPE_CHECKING:
    from collections.abc import Iterator

GOAL = 5.0
AGAIN = 3
# Workers fork for their first job; what they then share with the child is counted once.
SETTLED_AFTER = 3.0


def run() -> Iterator[str]:
    with short_folder() as folder:
        first, _ = measure(folder)
        runs = [measure(folder) for _ in range(AGAIN)]
        again = median(seconds for seconds, _ in runs)
        yield f"First start on an empty folder, with the demo: ready after {first:.1f} s"
        yield (
            f"Again on the same folder: ready after {again:.1f} s, the median of {AGAIN} "
            f"({verdict(again <= GOAL)}: {GOAL:g} s); {again / first:.2f} × the first"
        )
        yield from _table(runs[-1][1])


def measure(folder: Path) -> tuple[float, list[tuple[str, float]]]:
    """Seconds until `sluice up --demo` says it is running; its processes with the megabytes of each."""
    began = time.monotonic()
    with started(folder, {"SLUICE_DATA": str(folder)}, "--demo") as (_, pid):
        seconds = time.monotonic() - began
        time.sleep(SETTLED_AFTER)
        found = [(name_of(one), megabytes(one)) for one in descendants(pid)]
    return seconds, sorted((name, size) for name, size in found if name)


def _table(sizes: list[tuple[str, float]]) -> Iterator[str]:
    total = sum(size for _, size in sizes)
    yield f"Memory (each page shared among its users), {total:.0f} MB in all:"
    for name in dict.fromkeys(name for name, _ in sizes):
        each = [size for other, size in sizes if other == name]
        yield f"  {name}: {' + '.join(f'{size:.0f}' for size in each)} MB"


def name_of(pid: int) -> str:
    """What a process is, from its command line; empty for one that has ended in the meantime."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except OSError:
        return ""
    if any(word.endswith("guard.py") for word in words):
        return "guard"
    if "redis" in words[0] or "valkey" in words[0]:
        return "redis"
    if "calendar_app" in words:
        return " ".join(word for word in words[words.index("calendar_app") + 1 :] if word and _tells(word))
    return os.path.basename(words[0]).strip()


def _tells(word: str) -> bool:
    return word in {"up", "web", "clock", "worker", "publish", "upkeep", "mail"}


def megabytes(pid: int) -> float:
    """Proportional set size (proc(5), smaps_rollup), in MB."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024 / 1e6

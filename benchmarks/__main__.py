"""Run the benchmarks that are named, or all: each module's `run()` yields the lines that are printed."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from importlib import import_module

NAMES = (
    "lateness",
    "burst",
    "claim",
    "mail",
    "feeds",
    "month_page",
    "views",
    "pages",
    "dragging",
    "start_up",
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"one or more of: {', '.join(NAMES)}")
    parser.add_argument(
        "--rows", type=int, help="settled rows in the large table of “claim”", default=1_000_000
    )
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(NAMES):
        parser.error(f"there is no benchmark named {', '.join(sorted(unknown))}")
    # Whatever has been started is ended on the way out.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    for name in asked.names or NAMES:
        options = {"rows": asked.rows} if name == "claim" else {}
        _print_all(name, options)


def _print_all(name: str, options: dict[str, int]) -> None:
    load, cores = os.getloadavg()[0], os.cpu_count()
    print(f"\n## {name}  (load {load:.1f} on {cores} cores when it began)", flush=True)
    for line in import_module(f"benchmarks.{name}").run(**options):
        print(line, flush=True)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)

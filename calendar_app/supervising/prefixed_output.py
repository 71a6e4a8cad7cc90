"""What the parts say, line by line, each with the name of who said it."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterable

SUPERVISOR = "sluice"
LONGEST_LINE = 65_536
COLOURS = (36, 33, 35, 32, 34, 96, 93, 95)
BOLD = 1


class PrefixedOutput:
    """Only whole lines are written. A closed terminal or a broken pipe loses lines, never the service."""

    def __init__(self, names: Iterable[str], stream: TextIO) -> None:
        self._names = [SUPERVISOR, *names]
        self._width = max(len(name) for name in self._names)
        self._stream = stream
        self._coloured = _wants_colour(stream)
        self._rest: dict[str, bytes] = {}

    def say(self, sentence: str) -> None:
        """A line of the supervisor itself."""
        self._write(SUPERVISOR, sentence)

    def pass_on(self, name: str, data: bytes) -> None:
        """Write the lines that `data` completes; keep the rest until its end comes."""
        *lines, rest = (self._rest.pop(name, b"") + data).split(b"\n")
        if len(rest) > LONGEST_LINE:
            lines, rest = [*lines, rest], b""
        for line in lines:
            self._write(name, line.decode("utf-8", "replace").rstrip("\r"))
        if rest:
            self._rest[name] = rest

    def finish(self, name: str) -> None:
        """Write what a part that has ended left without a line's end."""
        rest = self._rest.pop(name, b"")
        if rest:
            self._write(name, rest.decode("utf-8", "replace"))

    def _write(self, name: str, line: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(f"{self._prefix(name)} {line}\n")
            self._stream.flush()

    def _prefix(self, name: str) -> str:
        prefix = f"{name:<{self._width}} |"
        if not self._coloured:
            return prefix
        place = self._names.index(name)
        colour = BOLD if place == 0 else COLOURS[(place - 1) % len(COLOURS)]
        return f"\x1b[{colour}m{prefix}\x1b[0m"


def _wants_colour(stream: TextIO) -> bool:
    """A terminal that can, and nobody who asked for none (no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"

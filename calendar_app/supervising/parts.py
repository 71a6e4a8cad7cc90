"""What the supervisor keeps running, as data."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby


@dataclass(frozen=True)
class Part:
    """One process of Sluice under `sluice up`.

    env is added to the supervisor's own environment. ready answers within about a second whether the
    part does its work by now; an exception counts as "not yet", and without it a part counts as ready once
    it is started. A part with restart=False runs once, and stops everything if it ends with other than 0.
    What a part with quiet_start says before it is ready is shown only if it does not get there.
    Parts of one turn start together, once every part of the turns before is ready; they stop together,
    the last turn first.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    ready: Callable[[], bool] | None = None
    restart: bool = True
    turn: int = 0
    quiet_start: bool = False


def in_turns(parts: Iterable[Part]) -> list[list[Part]]:
    """The parts in the order in which they start, those of one turn together."""
    rising = sorted(parts, key=lambda part: part.turn)
    return [list(turn) for _, turn in groupby(rising, key=lambda part: part.turn)]

"""Which post of the pool comes into a slot: the one that has rested longest, if it has rested long enough. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

T = TypeVar("T")


def choose(
    pool: Mapping[T, Sequence[datetime]],
    at: datetime,
    rest_days: int,
    fits: Callable[[T], bool] = lambda one: True,
) -> T | None:
    """The least recently used member for this moment; `pool` holds when each was used or will be.

    None where every one was used, or will be, within `rest_days` of it. `fits` is asked last, as it may cost.
    """
    rest = timedelta(days=rest_days)
    rested = [one for one, uses in pool.items() if all(abs(use - at) >= rest for use in uses)]
    rested.sort(key=lambda one: max(pool[one]).timestamp() if pool[one] else float("-inf"))
    return next((one for one in rested if fits(one)), None)

"""How far a delivery in several parts has come, written down between them: a worker may be killed any moment."""

from __future__ import annotations

import queue
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from calendar_app.channels.models import Delivery
from calendar_app.extensions import db

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, eq=False)
class Step:
    """What a sending thread wants written down before it goes on; `id` and `fence` are those of its claim."""

    id: int
    fence: int
    notes: Mapping[str, Any]
    _settled: queue.SimpleQueue[bool] = field(default_factory=queue.SimpleQueue, repr=False)

    def settle(self, *, ours: bool) -> None:
        """From the thread that talks to the database: whether the claim is still ours."""
        self._settled.put(ours)

    def wait(self, seconds: float) -> bool:
        """Whether the thread may go on: it may where nobody answers in time, for its outcome will tell as well."""
        try:
            return self._settled.get(timeout=seconds)
        except queue.Empty:
            return True


def keep(steps: Sequence[Step]) -> list[Step]:
    """Write the notes of these steps; returns those whose claim had been lost. The caller commits."""
    lost = []
    for step in steps:
        changed = db.session.execute(
            sa.update(Delivery)
            .where(Delivery.id == step.id, Delivery.fence == step.fence, Delivery.is_sending())
            .values(notes=dict(step.notes))
            .execution_options(synchronize_session=False)
        )
        if changed.rowcount == 0:  # type: ignore[attr-defined]
            lost.append(step)
    return lost

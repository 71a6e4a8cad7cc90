"""Percentiles, and how a figure and its goal are written."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share (0–1) of all do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(ceil(share * len(ordered)) - 1, 0)]


def spans(seconds: Sequence[float]) -> str:
    """Seconds as “p50 12 · p95 20 · p99 31 · max 40 ms”."""
    shares = (("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1.0))
    return " · ".join(f"{name} {percentile(seconds, share) * 1000:,.0f}" for name, share in shares) + " ms"


def verdict(met: bool) -> str:
    return "goal met" if met else "GOAL MISSED"

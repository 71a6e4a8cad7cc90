"""Deliveries to count need somebody who receives them."""

from __future__ import annotations

from tests.channels.conftest import odd_channels, receiver  # noqa: F401  (fixtures)

"""The receiver whose ledger is the verdict."""

from __future__ import annotations

import pytest

from tests.receiver import Receiver


@pytest.fixture
def receiver():
    with Receiver() as found:
        yield found

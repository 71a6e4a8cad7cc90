"""Fixtures of the channel tests: a receiver, and channels that exist in tests only."""

from __future__ import annotations

import pytest

from calendar_app.channels.registry import ADAPTERS
from tests.receiver import Receiver

pytest.register_assert_rewrite("tests.channels.contract", "tests.channels.http_contract")


@pytest.fixture
def receiver():
    with Receiver() as found:
        yield found


@pytest.fixture
def odd_channels(monkeypatch):
    """`postcard` (no key, no read-back) and `guestbook` (can be read back), beside the real channels."""
    from tests.channels.odd_channels import GuestbookAdapter, PostcardAdapter

    for adapter in (PostcardAdapter(), GuestbookAdapter()):
        monkeypatch.setitem(ADAPTERS, adapter.kind, adapter)

"""Tests against real peers: skipped, with a sentence, where these are not installed."""

from __future__ import annotations

import pytest

from tests.peers import real_pds

pytest.register_assert_rewrite("tests.channels.contract", "tests.channels.http_contract")


@pytest.fixture(scope="session")
def real_address(tmp_path_factory):
    """Where the real PDS of this test process is."""
    if reason := real_pds.why_not():
        pytest.skip(reason)
    process, address = real_pds.start(tmp_path_factory.mktemp("pds"))
    yield address
    real_pds.stop(process)


@pytest.fixture
def receiver(real_address):
    with real_pds.Relay(real_address) as found:
        yield found

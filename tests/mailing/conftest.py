"""A mail server on loopback that keeps what it is given."""

from __future__ import annotations

import pytest

from tests.mail_server import MailServer


@pytest.fixture
def server():
    made = MailServer()
    yield made
    made.close()

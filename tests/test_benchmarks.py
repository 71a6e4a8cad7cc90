"""The baseline of the feeds' figures runs in the server that Sluice runs in, and answers as the page it copies."""

from __future__ import annotations

import subprocess
import sys
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from benchmarks.plain_copy import write_copy
from tests.conftest import wait_until
from tests.loopback import closed_port

BODY = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
HEADERS = {"content-type": "text/calendar", "etag": '"a"', "content-length": str(len(BODY))}


def test_the_plain_copy_answers_as_its_original(tmp_path):
    port, file = closed_port(), tmp_path / "copy"
    write_copy(file, HEADERS, {"etag": '"a"'}, BODY)
    address = f"http://127.0.0.1:{port}/"
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.plain_copy", str(port), str(file)])
    try:
        body, kind = wait_until(lambda: fetched(address), 20)
        assert (body, kind) == (BODY, "text/calendar")
        with pytest.raises(HTTPError) as known:
            fetched(address, {"If-None-Match": '"a"'})
        assert known.value.code == 304
        known.value.close()
    finally:
        process.terminate()
        process.wait(10)


def fetched(address, headers=None):
    with urlopen(Request(address, headers=headers or {}), timeout=5) as answer:  # noqa: S310
        return answer.read(), answer.headers["content-type"]

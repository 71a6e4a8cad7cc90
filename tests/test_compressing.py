"""Files of pages travel compressed; pages with forms and feeds do not."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

STATIC = Path(__file__).parent.parent / "static"
GZIP = {"Accept-Encoding": "gzip, br"}


@pytest.fixture
def database():
    return "sqlite"


@pytest.mark.parametrize("name", ["css/base.css", "js/composer_saving.js", "icons.svg"])
def test_a_file_is_the_same_unpacked_and_much_smaller(client, name):
    with client.get(f"/static/{name}", headers=GZIP) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in answer.headers["Vary"]
        assert gzip.decompress(answer.data) == (STATIC / name).read_bytes()
        assert int(answer.headers["Content-Length"]) == len(answer.data)
        etag = answer.headers["ETag"]
    assert etag.startswith('W/"')
    with client.get(f"/static/{name}", headers={**GZIP, "If-None-Match": etag}) as again:
        assert (again.status_code, again.data) == (304, b"")


def test_whoever_takes_no_gzip_gets_the_file_as_it_is(client):
    with client.get("/static/css/base.css") as answer:
        assert "Content-Encoding" not in answer.headers
        assert answer.data == (STATIC / "css" / "base.css").read_bytes()
    with client.get("/static/css/base.css", headers={**GZIP, "Range": "bytes=0-9"}) as part:
        assert (part.status_code, len(part.data)) == (206, 10)


@pytest.mark.parametrize(
    "path", ["/sign-in", "/everything.ics", "/everything.atom", "/static/icons/192.png", "/nothing"]
)
def test_pages_with_forms_feeds_and_pictures_are_left_alone(client, path):
    with client.get(path, headers=GZIP) as answer:
        assert "Content-Encoding" not in answer.headers

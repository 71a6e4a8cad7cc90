"""Static files are kept by browsers for a year, by the hash of what they hold."""

import re

import pytest
from flask import render_template_string

from calendar_app.assets import asset, content_hash


def test_an_address_carries_the_hash_of_the_file(app, client):
    with app.test_request_context():
        address = asset("css/base.css")
    assert re.fullmatch(r"/static/css/base\.css\?v=[0-9a-f]{12}", address)
    answer = client.get(address, buffered=True)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (
        200,
        "public, max-age=31536000, immutable",
    )


@pytest.mark.parametrize("query", ["", "?v=", "?v=000000000000"])
def test_a_file_asked_for_by_another_hash_is_checked_at_each_visit(client, query):
    assert client.get("/static/css/base.css" + query, buffered=True).headers["Cache-Control"] == "no-cache"


def test_a_file_that_is_not_there_is_not_kept(client):
    answer = client.get("/static/css/none.css?v=000000000000")
    assert answer.status_code == 404
    assert "max-age" not in answer.headers.get("Cache-Control", "")


def test_other_bytes_have_another_hash(tmp_path):
    path = tmp_path / "a.css"
    path.write_text("a")
    first = content_hash(path)
    path.write_text("b")
    assert content_hash(path) != first


def test_a_template_that_names_a_missing_file_fails_while_it_is_written(app):
    with app.test_request_context(), pytest.raises(FileNotFoundError):
        render_template_string("{{ asset('css/none.css') }}")

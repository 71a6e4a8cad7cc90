"""Examples in the readable pages: one for every call, and the API takes what they send."""

import json
import re
from html import unescape

import pytest

import calendar_app.api.routing  # noqa: F401  (fills the table)
from calendar_app.api.calling import CALLS
from calendar_app.api.exampling import body_of, curl
from calendar_app.api.openapi import document, path_of


def example_of(row):
    found = document()
    operation = found["paths"][path_of(row)][row.method.lower()]
    return found, operation, curl(found, path_of(row), row.method.lower(), operation)


@pytest.mark.parametrize("row", CALLS, ids=lambda row: f"{row.method} {row.rule}")
def test_an_example_is_a_call_that_the_api_takes(app, row):
    found, operation, told = example_of(row)
    assert told.startswith("curl") and "{" not in told.splitlines()[-1]
    assert ("-X" in told) == (row.method != "GET") and "Bearer slc_…" in told
    if row.body:
        [schema] = [one["schema"] for one in operation["requestBody"]["content"].values()]
        body = body_of(found, schema)
        row.body.model_validate(body)
        assert f"-d '{json.dumps(body, ensure_ascii=False)}'" in told


def test_each_stands_beside_its_call(app, client):
    page = unescape(re.sub("<[^>]+>", "", client.get("/api/docs").text))
    for row in CALLS:
        assert example_of(row)[2] in page


def test_the_address_of_a_window_is_one_word_for_a_shell(app):
    [row] = [row for row in CALLS if row.rule == "/calendar"]
    assert example_of(row)[2].splitlines()[-1].strip() == (
        '"http://127.0.0.1:8000/api/v1/calendar?from=2026-12-01&to=2027-01-01"'
    )

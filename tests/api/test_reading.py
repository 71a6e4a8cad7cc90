import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.program import fields_of, is_problem
from tests.factories import make_post

JSON = "application/json"


def sent(api, body, content_type=JSON, method="POST", path="/posts"):
    return api.send(method, path, data=body, content_type=content_type)


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "",
                     "application/json; charset=latin-1", "application/jsonx", "application/xml"]
)  # fmt: skip
def test_only_json_in_utf8_is_read(api, stream, content_type):
    answer = sent(api, b'{"streams": ["road-works"]}', content_type)
    is_problem(answer, 415)
    assert answer.headers["Accept"] == JSON


@pytest.mark.parametrize(
    "content_type", ["application/json", "Application/JSON", "application/json; charset=UTF-8"]
)
def test_json_may_be_named_in_these_ways(api, stream, content_type):
    assert sent(api, b'{"streams": ["road-works"]}', content_type).status_code == 201


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "The body is not JSON: line 1, column 1."),
        (b"{", "The body is not JSON: line 1, column 2."),
        (b'{"streams": ["road-works"],}', "The body is not JSON: line 1, column 28."),
        (b"streams=road-works", "The body is not JSON: line 1, column 1."),
        (b'{"title": "\xff"}', "The body is not UTF-8."),
        ('{"title": "x"}'.encode("utf-16"), "The body is not UTF-8."),
        (b'{"streams": NaN}', "The body holds NaN, which is not JSON."),
        (b'{"streams": -Infinity}', "The body holds -Infinity, which is not JSON."),
        (b'{"streams": 1e999}', "The body holds a number that is far too large or too long."),
        (b'{"streams": ' + b"9" * 5000 + b"}", "The body holds a number that is far too long."),
        (b'{"streams": 0.' + b"9" * 5000 + b"}", "The body holds a number that is far too large or too long."),
        (b'{"title": "a", "title": "b"}', "The body names a field twice in one object."),
        (b"[" * 30 + b"]" * 30, "The body is nested too deeply."),
        (b"[" * 200_000 + b"]" * 200_000, "The body is nested too deeply."),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "The body is nested too deeply."),
    ],
)  # fmt: skip
def test_a_body_that_cannot_be_read_is_told_why(api, stream, body, sentence):
    assert is_problem(sent(api, body), 400) == sentence


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"5", b"true", b"null"])
def test_a_body_is_an_object(api, stream, body):
    assert fields_of(sent(api, body)) == {"body": "Write an object here: { … }."}


@pytest.mark.parametrize("code", ["\\u0000", "\\ud800", "\\udfff"])
def test_what_is_no_character_is_refused_where_it_stands(api, stream, code):
    inside = f'{{"streams": ["road-works"], "event": {{"location": "a{code}"}}}}'
    assert list(fields_of(sent(api, inside.encode()))) == ["event.location"]
    assert list(fields_of(sent(api, f'{{"streams": ["a{code}"]}}'.encode()))) == ["streams.0"]
    assert list(fields_of(sent(api, f'{{"a{code}": 1}}'.encode()))) == ["body"]


def test_a_pair_of_surrogates_is_one_character(api, stream):
    answer = sent(api, b'{"streams": ["road-works"], "title": "\\ud83c\\udf09"}')
    assert (answer.status_code, answer.json["title"]) == (201, "🌉")


def test_a_body_that_is_too_large_is_not_read(api, stream):
    big = json.dumps({"streams": ["road-works"], "text": "x" * (2 * 1024 * 1024)}).encode()
    is_problem(sent(api, big), 413)


def test_steps_may_come_without_a_body_but_not_with_another(api, stream):
    path = f"/posts/{make_post(stream).uuid}/approval"
    assert fields_of(sent(api, b'{"approve": true}', path=path)).keys() == {"approve"}
    is_problem(sent(api, b"yes", "text/plain", path=path), 415)
    assert sent(api, b"", "", path=path).status_code == 200


@pytest.mark.parametrize("method", ["PUT", "OPTIONS", "TRACE", "DELETE"])
def test_a_method_that_an_address_does_not_have_is_told(api, method):
    answer = api.send(method, "/posts")
    is_problem(answer, 405)
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST"}


def test_an_address_that_leads_nowhere_is_a_problem_too(api):
    is_problem(api.get("/nothing"), 404)
    is_problem(api.get("/posts/"), 404)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=10,
    )
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_any_json_gets_an_answer_below_500(api, stream, value):
    names = ("streams", "title", "link", "accounts", "variants", "event", "publish_at", "timezone", "fold")
    for name in names:
        body = {"streams": ["road-works"], name: value}
        answer = sent(api, json.dumps(body).encode("utf-8", "surrogatepass"))
        assert answer.status_code in {201, 400, 422}, (name, answer.text)

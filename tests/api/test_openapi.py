import re
from typing import get_args

import pytest

from calendar_app.api.schemas import accounts, deliveries, me, posts, streams
from calendar_app.channels.models import ACCOUNT_STATES, ACTIONS, DELIVERY_STATES
from calendar_app.people.models import ROLES
from calendar_app.posts.models import KINDS, STATES
from calendar_app.streams.models import HUES, SCHEDULES, VISIBILITIES


@pytest.fixture
def document(client):
    answer = client.get("/api/v1/openapi.json")
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    return answer.json


def test_the_document_names_every_route_and_no_other(app, document):
    routes = {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD"}
        if rule.rule.startswith("/api/v1/") and rule.endpoint != "api_docs.openapi"
    }
    told = {
        (method.upper(), "/api/v1" + path)
        for path, methods in document["paths"].items()
        for method in methods
    }
    assert {(method, re.sub(r"<[^>]*?([a-z_]+)>", r"{\1}", rule)) for method, rule in routes} == told
    assert len(told) == len(routes)


def test_every_call_of_the_contract_is_there(document):
    told = {f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods}
    contract = {
        "GET /streams", "POST /streams", "GET /streams/{handle}", "PATCH /streams/{handle}", "GET /accounts",
        "POST /accounts", "GET /accounts/{account_id}", "PATCH /accounts/{account_id}", "DELETE /accounts/{account_id}",
        "POST /accounts/{account_id}/test", "GET /posts", "POST /posts", "GET /posts/{post_id}",
        "PATCH /posts/{post_id}", "DELETE /posts/{post_id}", "POST /posts/{post_id}/approval",
        "DELETE /posts/{post_id}/approval",
        "POST /posts/{post_id}/schedule", "DELETE /posts/{post_id}/schedule", "POST /posts/{post_id}/publication",
        "DELETE /posts/{post_id}/publication", "GET /posts/{post_id}/deliveries",
        "POST /deliveries/{delivery_id}/resolution", "POST /media", "GET /calendar", "GET /me",
    }  # fmt: skip
    assert contract <= told


def test_the_document_says_what_it_is(document):
    assert document["openapi"] == "3.1.0"
    assert document["servers"] == [{"url": "http://127.0.0.1:8000/api/v1"}]
    assert document["security"] == [{"token": []}]
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


def test_every_reference_leads_somewhere(document):
    def references(value):
        if isinstance(value, dict):
            if "$ref" in value:
                yield value["$ref"]
            for inner in value.values():
                yield from references(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from references(inner)

    found = set(references(document))
    assert len(found) > 30
    for reference in found:
        place = document
        for part in reference.removeprefix("#/").split("/"):
            place = place[part]
        assert place
    named = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert named <= found


def test_every_body_is_closed_and_every_field_of_an_answer_is_promised(document):
    bodies = {
        sent["schema"]["$ref"].rpartition("/")[2]
        for methods in document["paths"].values()
        for operation in methods.values()
        if "requestBody" in operation
        for sent in operation["requestBody"]["content"].values()
    }
    schemas = document["components"]["schemas"]
    assert len(bodies) == 29
    assert all(schemas[name]["additionalProperties"] is False for name in bodies)
    for name in ("Post", "Stream", "Account", "Delivery", "Me", "Calendar", "Posts"):
        assert set(schemas[name]["required"]) == set(schemas[name]["properties"])


def test_every_post_takes_a_key_and_nothing_else_does(document):
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            takes = {"$ref": "#/components/parameters/Idempotency-Key"} in operation.get("parameters", [])
            assert takes == (method == "post"), (method, path)


def test_operations_have_a_name_of_their_own_and_a_sentence(document):
    operations = [one for methods in document["paths"].values() for one in methods.values()]
    assert len({one["operationId"] for one in operations}) == len(operations)
    assert all(one["summary"] and len(one["summary"]) < 70 for one in operations)


@pytest.mark.parametrize(
    ("told", "known"),
    [
        (posts.State, STATES), (posts.Kind, KINDS), (streams.Colour, HUES), (streams.Visibility, VISIBILITIES),
        (streams.PublicSchedule, SCHEDULES), (accounts.State, ACCOUNT_STATES), (me.Role, ROLES),
        (deliveries.State, DELIVERY_STATES), (deliveries.Action, ACTIONS),
    ],
)  # fmt: skip
def test_the_document_and_the_tables_know_the_same_words(told, known):
    assert get_args(told) == known


def test_the_pages_for_people_tell_every_call(client, document):
    answer = client.get("/api/docs")
    assert (answer.status_code, answer.headers.get("Set-Cookie")) == (200, None)
    page = answer.text
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert f'<h3 id="{operation["operationId"]}">' in page
            assert f"<b>{method.upper()}</b> <code>{path}</code>" in page
    assert "<script" not in page and "http://127.0.0.1:8000/api/v1" in page


def test_the_pages_for_people_explain_a_field(client):
    page = client.get("/api/docs").text
    assert "<code>publish_at</code>" in page and "Wall clock time, without an offset." in page
    assert "useful | news | question | promotion" in page


def test_what_answers_hold_is_told_once_and_linked(client):
    page = client.get("/api/docs").text
    linked = set(re.findall(r'href="#(shape-\w+)"', page))
    assert linked == set(re.findall(r'<h3 id="(shape-\w+)"', page))
    assert {"shape-Post", "shape-Stream", "shape-Problem"} <= linked
    assert page.count("list of Post<") == 1

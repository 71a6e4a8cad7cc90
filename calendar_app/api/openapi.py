"""The OpenAPI 3.1 document, made from the table of calls and the very schemas that validate."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic.json_schema import models_json_schema

from calendar_app import links
from calendar_app.api.calling import CALLS, PREFIX
from calendar_app.api.problems import MEDIA_TYPE
from calendar_app.api.reading import FORM, JSON
from calendar_app.api.replaying import HEADER, KEY
from calendar_app.api.schemas.problems import Problem

if TYPE_CHECKING:
    from pydantic import BaseModel

    from calendar_app.api.calling import Call

DESCRIPTION = """\
Plan posts per stream, publish them on time, and see what became of each at every place.

Every request carries a token: `Authorization: Bearer slc_…`. A token acts as its person, with the scope *read* or
*write*. Times are RFC 3339; a plan is given as wall clock and time zone. Lists are `{"items": […], "next": …}`, where
`next` is the address of the following page or null. Errors are `application/problem+json`; with 422, `errors` names
each wrong field. A POST with an `Idempotency-Key` can be sent again safely for a day."""
TAGS = {
    "streams": "Topics that people follow one by one.",
    "accounts": "Connected places to publish.",
    "posts": "What is written, for one or more streams.",
    "series": "Posts that come again by a rule.",
    "queue": "The posts of a stream that wait in slots, in order, and the slots that are free.",
    "gaps": "Slots that stay empty, filled with drafts.",
    "pool": "Posts that may come again where a slot stays empty.",
    "steps": "Review, approval, schedule and publication of a post.",
    "many": "One step for many posts at once.",
    "warnings": "What speaks against a post where it stands.",
    "comments": "What people say about a post among themselves.",
    "revisions": "What a post said before.",
    "sharing": "Links for outsiders to one post.",
    "templates": "What new posts begin with.",
    "snippets": "Words that are put into a text.",
    "deliveries": "What became of a post at each of its accounts.",
    "media": "Pictures, taken in for posts to show.",
    "calendar": "The plan of a window of time.",
    "saved_views": "Views of the calendar under a name.",
    "me": "Who the token acts as.",
}
PROBLEMS = {
    400: "The request could not be read.",
    401: "No token, or one that opens nothing.",
    403: "The role or the scope does not allow it.",
    404: "There is no such thing, or it belongs to a team of others.",
    409: "It is not in a state for this; somebody saved in between; or the same Idempotency-Key is being worked on.",
    413: "The body is too large.",
    415: "The body is not JSON, or where a file is sent, no form.",
    422: "Some fields cannot be taken as they are; `errors` says which and why.",
    429: "Too many requests; Retry-After says how many seconds to wait.",
}
_NAMES_IN_RULES = {
    "uuid": {"type": "string", "format": "uuid"},
    "int": {"type": "integer", "minimum": 1, "maximum": 999999999},
    "": {"type": "string", "minLength": 2, "maxLength": 40, "pattern": "^[a-z0-9](-?[a-z0-9])+$"},
}
_NAME = re.compile(r"<(?:(?P<kind>[a-z]+)(?:\([^)]*\))?:)?(?P<name>[a-z_]+)>")


def document() -> dict[str, Any]:
    """The whole document, for this installation's address."""
    return {**_fixed(), "servers": [{"url": links.absolute(PREFIX)}]}


@cache
def _fixed() -> dict[str, Any]:
    schemas = _schemas()
    paths: dict[str, dict[str, Any]] = {}
    for row in CALLS:
        paths.setdefault(path_of(row), {})[row.method.lower()] = _operation(row, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Sluice", "version": "1", "description": DESCRIPTION,
                 "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"}},
        "security": [{"token": []}],
        "tags": [{"name": name, "description": words} for name, words in TAGS.items()],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "A token, slc_…"}},
            "schemas": {name: schema for name, schema in schemas.items() if not name.endswith("Query")},
            "parameters": {HEADER: _idempotency_key()},
            "responses": {str(status): _problem(status, words) for status, words in PROBLEMS.items()},
        },
    }  # fmt: skip


def _schemas() -> dict[str, Any]:
    taken = {sent for row in CALLS for sent in (row.body, row.form) if sent} | {
        row.query for row in CALLS if row.query
    }
    given = {row.gives for row in CALLS if row.gives} | {Problem}
    wanted: list[tuple[type[BaseModel], Any]] = [(model, "validation") for model in _by_name(taken)]
    wanted += [(model, "serialization") for model in _by_name(given)]
    _, found = models_json_schema(wanted, ref_template="#/components/schemas/{model}")
    schemas: dict[str, Any] = found["$defs"]
    for schema in schemas.values():
        for field in schema.get("properties", {}).values():
            # The name of the field again, with a capital letter.
            field.pop("title", None)
    return schemas


def _by_name(models: set[type[BaseModel]]) -> list[type[BaseModel]]:
    return sorted(models, key=lambda model: model.__name__)


def path_of(row: Call) -> str:
    """The address of a call in the words of OpenAPI: `/posts/{post_id}`."""
    return _NAME.sub(lambda found: "{" + found["name"] + "}", row.rule)


def _operation(row: Call, schemas: dict[str, Any]) -> dict[str, Any]:
    summary, _, more = (row.carry_out.__doc__ or "").partition("\n\n")
    told: dict[str, Any] = {
        "operationId": row.name,
        "tags": [row.tag],
        "summary": summary.strip().rstrip("."),
        "responses": _responses(row),
    }
    if more.strip():
        told["description"] = re.sub(r"\n[ ]+", "\n", more.strip())
    if parameters := [*_in_path(row), *_in_query(row, schemas), *_in_header(row)]:
        told["parameters"] = parameters
    if row.body:
        told["requestBody"] = {
            "required": not row.body_optional,
            "content": {JSON: {"schema": _ref(row.body)}},
        }
    if row.form:
        told["requestBody"] = {"required": True, "content": {FORM: {"schema": _ref(row.form)}}}
    return told


def _in_path(row: Call) -> list[dict[str, Any]]:
    return [
        {
            "name": found["name"],
            "in": "path",
            "required": True,
            "schema": _NAMES_IN_RULES[found["kind"] or ""],
        }
        for found in _NAME.finditer(row.rule)
    ]


def _in_query(row: Call, schemas: dict[str, Any]) -> list[dict[str, Any]]:
    if not row.query:
        return []
    model = schemas[row.query.__name__]
    found = []
    for name, schema in model["properties"].items():
        one: dict[str, Any] = {"name": name, "in": "query", "required": name in model.get("required", ())}
        if words := schema.get("description"):
            one["description"] = words
        found.append({**one, "schema": _without_null(schema)})
    return found


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """An address cannot say null: what may be null in the schema is simply left out there."""
    kept = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    plain = {name: value for name, value in schema.items() if name not in {"title", "description"}}
    if len(kept) == 1:
        plain.pop("anyOf")
        return {**plain, **kept[0]}
    return {**plain, "anyOf": kept} if kept else plain


def _in_header(row: Call) -> list[dict[str, Any]]:
    return [{"$ref": f"#/components/parameters/{HEADER}"}] if row.method == "POST" else []


def _responses(row: Call) -> dict[str, Any]:
    good: dict[str, Any] = {
        "description": (row.gives.__doc__ or "").partition("\n")[0] if row.gives else "Done."
    }
    if row.gives:
        good["content"] = {JSON: {"schema": _ref(row.gives)}}
    if row.status == 201:
        good["headers"] = {
            "Location": {"description": "Its address.", "required": True, "schema": {"type": "string"}}
        }
    problems = {
        str(status): {"$ref": f"#/components/responses/{status}"} for status in sorted(_problems_of(row))
    }
    return {str(row.status): good, **problems}


def _problems_of(row: Call) -> set[int]:
    found = {401, 429}
    if "<" in row.rule:
        found |= {404}
    if row.query:
        found |= {422}
    if row.method != "GET":
        found |= {403, 409}
    if row.body or row.form:
        found |= {400, 413, 415, 422}
    return found


def _idempotency_key() -> dict[str, Any]:
    return {
        "name": HEADER, "in": "header", "required": False,
        "description": "A key of your own making, a UUID for instance. The same request sent again with it within a "
                       "day gets the first answer again; what failed may be sent again.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": f"^{KEY.pattern}$"},
    }  # fmt: skip


def _problem(status: int, words: str) -> dict[str, Any]:
    told: dict[str, Any] = {"description": words, "content": {MEDIA_TYPE: {"schema": _ref(Problem)}}}
    if status == 429:
        told["headers"] = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}}
    return told


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{model.__name__}"}

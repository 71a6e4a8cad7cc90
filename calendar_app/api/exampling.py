"""A call as one types it, made from the document. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Mapping

POST = "1f6b1b0e-7d0c-4d6e-9c57-0a4c9a5d1c11"
# What a word of this form looks like, where its schema has no example of its own.
FORMS = {"uuid": POST, "date-time": "2026-12-01T09:00:00Z", "date": "2026-12-01"}
# By its name, where neither form nor example say enough.
NAMED = {
    "handle": "road-works", "text": "The bridge is closed on Monday.",
    "title": "Bridge closed", "name": "Road works", "rule": "FREQ=WEEKLY;BYDAY=TU", "channel": "webhook",
    "version": 3,
}  # fmt: skip
WINDOW = {"from": "2026-12-01", "to": "2027-01-01"}
LIKELY = {"title", "text"}


def curl(document: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any]) -> str:
    """The call on the command line, with all that is needed and one thing that is not, where nothing else is."""
    address = document["servers"][0]["url"] + _address(document, path, operation)
    parts = ["curl" if method == "get" else f"curl -X {method.upper()}", '-H "Authorization: Bearer slc_…"']
    for kind, holder in operation.get("requestBody", {}).get("content", {}).items():
        if kind == "application/json":
            body = json.dumps(body_of(document, holder["schema"]), ensure_ascii=False)
            parts += ['-H "Content-Type: application/json"', "-d '" + body.replace("'", "'\\''") + "'"]
        else:
            parts.append('-F "file=@bridge.jpg"')
    # An address with a ? or & is no plain word for a shell.
    return " \\\n  ".join([*parts, f'"{address}"' if "?" in address else address])


def body_of(document: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """A body that this schema takes."""
    found = _resolved(document, schema)
    fields, needed = found.get("properties", {}), set(found.get("required", ()))
    # What a body is about, beside what it must have.
    told = needed | (LIKELY & set(fields)) if needed else set()
    if told <= {"version"}:
        told |= set([name for name in fields if name != "version"][:1] or fields)
    return {name: _value(document, name, one) for name, one in fields.items() if name in told}


def _address(document: Mapping[str, Any], path: str, operation: Mapping[str, Any]) -> str:
    query = []
    for given in operation.get("parameters", ()):
        one = _resolved(document, given)
        value = str(_value(document, one["name"], one["schema"]))
        if one["in"] == "path":
            path = path.replace("{" + one["name"] + "}", quote(value))
        elif one["in"] == "query" and one["required"]:
            query.append(f"{one['name']}={quote(value)}")
    return path + ("?" + "&".join(query) if query else "")


def _value(document: Mapping[str, Any], name: str, schema: Mapping[str, Any]) -> Any:
    found = _resolved(document, schema)
    if name in WINDOW:
        return WINDOW[name]
    if "examples" in found:
        return found["examples"][0]
    if "enum" in found or "const" in found:
        return found.get("const", found.get("enum", [None])[0])
    for one in found.get("anyOf", ()):
        return _value(document, name, one)
    if found.get("type") == "array":
        return [_value(document, name, found.get("items", {}))]
    if found.get("type") == "object":
        return body_of(document, found)
    return _plain(name, found)


def _plain(name: str, schema: Mapping[str, Any]) -> Any:
    kind = schema.get("type")
    if kind == "string":
        return FORMS.get(schema.get("format", "")) or NAMED.get(name, "…")
    if kind == "integer":
        return NAMED.get(name) or max(schema.get("minimum", 1), 7 if name.endswith("id") else 0)
    return {"boolean": True, "number": 0.5}.get(str(kind))


def _resolved(document: Mapping[str, Any], given: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Any = given
    while "$ref" in found:
        place: Any = document
        for part in found["$ref"].removeprefix("#/").split("/"):
            place = place[part]
        found = place
    return found  # type: ignore[no-any-return]

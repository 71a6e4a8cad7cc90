"""The OpenAPI document in the order and the words of a page. Pure: document → chapters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NAMES = {"uuid": "UUID", "date-time": "RFC 3339 time", "date": "day"}


class Row(NamedTuple):
    """One parameter or field."""

    name: str
    kind: str
    needed: bool
    words: str


class Section(NamedTuple):
    """One call."""

    id: str
    method: str
    path: str
    summary: str
    words: str
    parameters: list[Row]
    fields: list[Row]
    fields_words: str
    answer: list[Row]
    status: str
    problems: list[tuple[str, str]]


class Chapter(NamedTuple):
    """All calls of one noun."""

    name: str
    words: str
    sections: list[Section]


def chapters(document: Mapping[str, Any]) -> list[Chapter]:
    """Chapters in the order of the tags, calls in the order of the table."""
    found = {tag["name"]: Chapter(tag["name"], tag["description"], []) for tag in document["tags"]}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            found[operation["tags"][0]].sections.append(_section(document, path, method, operation))
    return list(found.values())


def _section(document: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any]) -> Section:
    body = _schema_of(document, operation.get("requestBody", {}))
    status, good = next(iter(operation["responses"].items()))
    return Section(
        operation["operationId"], method.upper(), path, operation["summary"], operation.get("description", ""),
        [_parameter(document, one) for one in operation.get("parameters", ())],
        list(_fields(document, body)), body.get("description", ""),
        list(_fields(document, _schema_of(document, good))), status,
        _problems(document, operation),
    )  # fmt: skip


def _problems(document: Mapping[str, Any], operation: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (code, _found(document, told)["description"])
        for code, told in operation["responses"].items()
        if int(code) >= 400
    ]


def _parameter(document: Mapping[str, Any], given: Mapping[str, Any]) -> Row:
    one = _found(document, given)
    return Row(one["name"], _kind(document, one["schema"]), one["required"], one.get("description", ""))


def _schema_of(document: Mapping[str, Any], holder: Mapping[str, Any]) -> Mapping[str, Any]:
    for content in holder.get("content", {}).values():
        return _found(document, content["schema"])
    return {}


def _fields(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[Row]:
    for name, one in schema.get("properties", {}).items():
        yield Row(name, _kind(document, one), name in schema.get("required", ()), _words(one))


def _words(schema: Mapping[str, Any]) -> str:
    told = (one.get("description", "") for one in (schema, *schema.get("anyOf", ())))
    return next(filter(None, told), "")


def _kind(document: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """A schema in a few words: `text, at most 200`, `list of whole number, or null`."""
    if "$ref" in schema:
        return _object(document, _found(document, schema))
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_kind(document, one) for one in schema["anyOf"]))
    if "const" in schema or "enum" in schema:
        return " | ".join(str(one) for one in schema.get("enum", [schema.get("const")]))
    if schema.get("type") == "array":
        return f"list of {_kind(document, schema.get('items', {}))}"
    if schema.get("type") == "object":
        return f"object: name → {_values(document, schema)}"
    return _plain(schema)


def _object(document: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    return (
        "{ "
        + ", ".join(f"{name}: {_kind(document, one)}" for name, one in schema["properties"].items())
        + " }"
    )


def _values(document: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    inner: Any = schema.get("additionalProperties")
    inner = inner or next(iter(schema.get("patternProperties", {}).values()), None)
    return _kind(document, inner) if isinstance(inner, dict) and inner else "anything"


def _plain(schema: Mapping[str, Any]) -> str:
    kind = str(schema.get("type", "anything"))
    if kind == "string":
        name = NAMES.get(schema.get("format", ""), "text")
        most = schema.get("maxLength")
        return f"{name}, at most {most:,}" if most and name == "text" else name
    if kind == "integer" and "maximum" in schema and schema["maximum"] < 2**31 - 1:
        return f"whole number, {schema['minimum']:,} to {schema['maximum']:,}"
    return {"integer": "whole number", "number": "number", "boolean": "true | false", "null": "null"}.get(
        kind, kind
    )


def _found(document: Mapping[str, Any], given: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a $ref points to, or the thing itself."""
    if "$ref" not in given:
        return given
    found: Any = document
    for part in given["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return found  # type: ignore[no-any-return]

"""The OpenAPI document in the order and the words of a page. Pure: document → chapters and shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from calendar_app.api.exampling import curl

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NAMES = {"uuid": "UUID", "binary": "file", "date-time": "RFC 3339 time", "date": "day"}
# An object with more fields than this is a shape of its own, told once.
FEW = 4


class Row(NamedTuple):
    """One parameter or field."""

    name: str
    kind: str
    needed: bool
    words: str


class Shape(NamedTuple):
    """An object that answers hold."""

    name: str
    words: str
    fields: list[Row]


class Section(NamedTuple):
    """One call. `answer` is the name of a shape, or empty where `answer_fields` tell all."""

    id: str
    method: str
    path: str
    summary: str
    words: str
    parameters: list[Row]
    body: list[Row]
    body_words: str
    status: str
    answer: str
    answer_fields: list[Row]
    problems: list[tuple[str, str]]
    example: str


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


def shapes(document: Mapping[str, Any]) -> list[Shape]:
    """The objects that answers hold, by name."""
    return [
        Shape(name, schema.get("description", ""), list(_fields(document, schema)))
        for name, schema in sorted(document["components"]["schemas"].items())
        if _is_shape(schema)
    ]


def _section(document: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any]) -> Section:
    body = _found(document, _schema_of(operation.get("requestBody", {})))
    status, good = next(iter(operation["responses"].items()))
    reference = _schema_of(good)
    answer = _found(document, reference)
    return Section(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        words=operation.get("description", ""),
        parameters=[_parameter(document, one) for one in operation.get("parameters", ())],
        body=sorted(_fields(document, body), key=lambda row: not row.needed),
        body_words=body.get("description", ""),
        status=status,
        answer=_name_of(reference) if _is_shape(answer) else "",
        answer_fields=[] if _is_shape(answer) else list(_fields(document, answer)),
        problems=_problems(document, operation),
        example=curl(document, path, method, operation),
    )


def _problems(document: Mapping[str, Any], operation: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (code, _found(document, told)["description"])
        for code, told in operation["responses"].items()
        if int(code) >= 400
    ]


def _parameter(document: Mapping[str, Any], given: Mapping[str, Any]) -> Row:
    one = _found(document, given)
    return Row(one["name"], _kind(document, one["schema"]), one["required"], one.get("description", ""))


def _schema_of(holder: Mapping[str, Any]) -> Mapping[str, Any]:
    for content in holder.get("content", {}).values():
        return content["schema"]  # type: ignore[no-any-return]
    return {}


def _fields(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[Row]:
    for name, one in schema.get("properties", {}).items():
        yield Row(name, _kind(document, one), name in schema.get("required", ()), _words(one))


def _words(schema: Mapping[str, Any]) -> str:
    told = (one.get("description", "") for one in (schema, *schema.get("anyOf", ())))
    return next(filter(None, told), "")


def _is_shape(schema: Mapping[str, Any]) -> bool:
    """Bodies are closed and told where they are sent; what is answered is open."""
    return len(schema.get("properties", ())) > FEW and "additionalProperties" not in schema


def _name_of(reference: Mapping[str, Any]) -> str:
    return str(reference["$ref"]).rpartition("/")[2]


def _kind(document: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """A schema in a few words: `text, at most 200`, `list of Post`, `whole number or null`."""
    if "$ref" in schema:
        found = _found(document, schema)
        return _name_of(schema) if _is_shape(found) else _object(document, found)
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
    fields = (f"{name}: {_kind(document, one)}" for name, one in schema["properties"].items())
    return "{ " + ", ".join(fields) + " }"


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
    words = {"integer": "whole number", "number": "number", "boolean": "true | false", "null": "null"}
    return words.get(kind, kind)


def _found(document: Mapping[str, Any], given: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a $ref points to, or the thing itself."""
    if "$ref" not in given:
        return given
    found: Any = document
    for part in given["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return found  # type: ignore[no-any-return]

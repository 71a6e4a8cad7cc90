"""What a request says, read once and held to its schema: every way in which it can be wrong gets a sentence."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, TypeVar

from flask import abort, request
from pydantic import BaseModel, ValidationError

from calendar_app.api.problems import problem
from calendar_app.errors import Refused
from calendar_app.extensions import db

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic_core import ErrorDetails

JSON = "application/json"
FORM = "multipart/form-data"
# A picture of 20 MB and the words beside it.
LONGEST_FORM = 22 * 1024 * 1024
DEEPEST = 20
LONGEST_NUMBER = 40
MOST_ERRORS = 50
_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")
_SENTENCES = {
    "missing": "This field is needed.",
    "string_type": "Write a text here.",
    "int_type": "Write a whole number here.",
    "int_parsing": "Write a whole number here.",
    "int_from_float": "Write a whole number here.",
    "int_parsing_size": "This number is too large.",
    "bool_type": "Write true or false here.",
    "bool_parsing": "Write true or false here.",
    "list_type": "Write a list here: [ … ].",
    "dict_type": "Write an object here: {{ … }}.",
    "model_type": "Write an object here: {{ … }}.",
    "model_attributes_type": "Write an object here: {{ … }}.",
    "extra_forbidden": "There is no such field here. Leave it out, or check its spelling.",
    "greater_than_equal": "The smallest number that fits is {ge:,}.",
    "less_than_equal": "The largest number that fits is {le:,}.",
    "string_too_short": "Write at least {min_length} characters.",
    "string_too_long": "At most {max_length:,} characters fit. Shorten it.",
    "too_short": "At least {min_length} is needed.",
    "too_long": "At most {max_length} fit.",
    "literal_error": "Choose one of: {expected}.",
    "string_pattern_mismatch": "This name or number has a form that does not fit here.",
}

M = TypeVar("M", bound=BaseModel)


def body_as(model: type[M], *, optional: bool = False) -> M:
    """The request's JSON as `model`. Ends the request with 400 or 415; raises Refused for fields that are wrong."""
    raw = request.get_data()
    if not raw and optional:
        return _as(model, {})
    if request.mimetype != JSON or request.mimetype_params.get("charset", "utf-8").lower() != "utf-8":
        abort(
            problem(
                415, f"Send the body as JSON in UTF-8, with Content-Type: {JSON}.", headers={"Accept": JSON}
            )
        )
    return _as(model, _parsed(raw))


def form_as(model: type[M]) -> M:
    """The request's form, files as bytes, as `model`. Ends the request with 413 or 415; raises Refused."""
    # A slow sender must not hold the transaction that has let them in.
    db.session.commit()
    request.max_content_length = LONGEST_FORM
    if request.mimetype != FORM:
        abort(
            problem(415, f"Send a form with the file, with Content-Type: {FORM}.", headers={"Accept": FORM})
        )
    given: dict[str, Any] = {}
    for name, values in request.form.lists():
        if len(values) > 1 or name in request.files:
            raise Refused({name: "This is given more than once. Give it once."})
        given[name] = values[0]
    if "file" in given:
        raise Refused({"file": "Send this as a file, with a file name."})
    return _as(model, {**given, **{name: file.read() for name, file in request.files.items()}})


def query_as(model: type[M]) -> M:
    """What stands behind the ? as `model`. Raises Refused."""
    given: dict[str, str] = {}
    for name, values in request.args.lists():
        if len(values) > 1:
            raise Refused({name: "This is given more than once. Give it once."})
        given[name] = values[0]
    return _as(model, given)


def _as(model: type[M], value: Any) -> M:
    if found := next(_not_text(value), None):
        raise Refused(
            {found: "This holds something that is not a character (NUL or half a pair). Take it out."}
        )
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise Refused(_told(error)) from None


def _parsed(raw: bytes) -> Any:
    try:
        value = json.loads(
            raw.decode("utf-8"), parse_int=_whole, parse_float=_number, parse_constant=_no_number,
            object_pairs_hook=_object,
        )  # fmt: skip
    except UnicodeDecodeError:
        _unreadable("The body is not UTF-8.")
    except json.JSONDecodeError as error:
        _unreadable(f"The body is not JSON: line {error.lineno}, column {error.colno}.")
    except RecursionError:
        _unreadable("The body is nested too deeply.")
    if _depth(value) > DEEPEST:
        _unreadable("The body is nested too deeply.")
    return value


def _unreadable(sentence: str) -> Any:
    abort(problem(400, sentence))


def _whole(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        _unreadable("The body holds a number that is far too long.")
    return int(digits)


def _number(text: str) -> float:
    value = float(text)
    if len(text) > LONGEST_NUMBER * 2 or value in {float("inf"), float("-inf")}:
        _unreadable("The body holds a number that is far too large or too long.")
    return value


def _no_number(name: str) -> Any:
    _unreadable(f"The body holds {name}, which is not JSON.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        _unreadable("The body names a field twice in one object.")
    return found


def _depth(value: Any) -> int:
    """How many lists and objects stand inside each other; found without recursion."""
    level, deep = [value], 0
    while level := [inner for outer in level for inner in _inside(outer)]:
        deep += 1
        if deep > DEEPEST:
            break
    return deep


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _not_text(value: Any, path: str = "") -> Iterator[str]:
    """Paths of texts that no database and no XML can hold: NUL, and surrogates without their other half."""
    if isinstance(value, str) and _NOT_TEXT.search(value):
        yield path or "body"
    elif isinstance(value, dict):
        for name, inner in value.items():
            if _NOT_TEXT.search(name):
                yield path or "body"
            yield from _not_text(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _not_text(inner, f"{path}.{number}" if path else str(number))


def _told(error: ValidationError) -> dict[str, str]:
    told: dict[str, str] = {}
    for found in error.errors(include_url=False, include_input=False)[:MOST_ERRORS]:
        path = ".".join(str(part)[:60] for part in found["loc"] if part != "[key]")
        told.setdefault(path or "body", _sentence(found))
    return told


def _sentence(found: ErrorDetails) -> str:
    context = found.get("ctx", {})
    if found["type"] == "value_error":
        return str(context["error"])
    if sentence := _SENTENCES.get(found["type"]):
        return sentence.format(**context)
    return f"{found['msg']}."

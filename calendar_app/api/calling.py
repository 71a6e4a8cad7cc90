"""The table of calls: each line says what an address takes and gives. Routes and document are both made from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import BaseModel

PREFIX = "/api/v1"


@dataclass(frozen=True)
class Answer:
    """What a call gives back, and what is to happen after its commit (`then`)."""

    content: BaseModel | None = None
    location: str = ""
    then: tuple[Callable[[], object], ...] = ()


@dataclass(frozen=True)
class Call:
    """One line: a method, an address in Flask's words, the schemas, and the function that carries it out."""

    method: str
    rule: str
    carry_out: Callable[..., Answer]
    gives: type[BaseModel] | None = None
    status: int = 200
    body: type[BaseModel] | None = None
    body_optional: bool = False
    form: type[BaseModel] | None = None
    query: type[BaseModel] | None = None

    @property
    def tag(self) -> str:
        """The noun: the name of the module."""
        return self.carry_out.__module__.rpartition(".")[2]

    @property
    def name(self) -> str:
        return f"{self.tag}_{self.carry_out.__name__}"


CALLS: list[Call] = []


def call(method: str, rule: str, **facts: Any) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    """Put a function into the table; `facts` are fields of Call. Its docstring is what the document says of it.

    The function takes the actor, then by name what stands in the rule, and `body` and `query` where it has them.
    `form` is a body that comes as multipart/form-data, because it holds a file.
    It changes rows but does not commit.
    """

    def put(function: Callable[..., Answer]) -> Callable[..., Answer]:
        CALLS.append(Call(method, rule, function, **facts))
        return function

    return put

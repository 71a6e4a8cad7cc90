"""A mail composed once for many readers: what differs is left blank and filled in for each. Pure."""

from __future__ import annotations

import re
from secrets import token_hex
from typing import TYPE_CHECKING

from calendar_app.mailing.composing import checked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SOFT_BREAK = b"=\r\n"
# An encoded line has at most 76 characters with the mark of its break, and an encoded one takes three.
LONGEST_PIECE = 24


def blank(kind: str) -> str:
    """Words that stand for what is filled in later; no text has them by chance."""
    return f"{kind}{token_hex(12)}"


class Stencil:
    """`mail` is composed with words that `blank` made (blanks: name → words), its parts in quoted-printable."""

    def __init__(self, mail: bytes, blanks: Mapping[str, str]) -> None:
        head, _, body = mail.partition(b"\r\n\r\n")
        self._head = list(_pieces(head + b"\r\n\r\n", blanks))
        self._body = list(_pieces(body, blanks, broken=True))

    def filled(self, values: Mapping[str, str]) -> bytes:
        """The mail with each blank's value (name → ASCII in one line). Raises ValueError for any other."""
        raw = {name: checked(value).encode("ascii") for name, value in values.items()}
        encoded = {name: _encoded(value) for name, value in raw.items()}
        head = [raw[piece] if isinstance(piece, str) else piece for piece in self._head]
        body = [encoded[piece] if isinstance(piece, str) else piece for piece in self._body]
        return b"".join(head + body)


def _pieces(data: bytes, blanks: Mapping[str, str], *, broken: bool = False) -> Iterator[bytes | str]:
    """The bytes between the blanks, and the blanks' names. In a body a line may be broken in mid word."""
    between = f"(?:{SOFT_BREAK.decode()})?" if broken else ""
    found = {name: between.join(map(re.escape, words)) for name, words in blanks.items()}
    places = re.compile("|".join(f"(?P<{name}>{words})" for name, words in found.items()).encode("ascii"))
    end = 0
    for place in places.finditer(data):
        yield data[end : place.start()]
        yield str(place.lastgroup)
        end = place.end()
    yield data[end:]


def _encoded(value: bytes) -> bytes:
    """In quoted-printable, between breaks of the line that no reader sees."""
    pieces = (value[at : at + LONGEST_PIECE] for at in range(0, len(value), LONGEST_PIECE))
    return b"".join((SOFT_BREAK, *(piece.replace(b"=", b"=3D") + SOFT_BREAK for piece in pieces)))

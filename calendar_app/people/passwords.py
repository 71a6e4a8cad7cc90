"""Passwords: long enough, not among the common ones, kept as argon2id."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type
from flask_babel import gettext as _

from calendar_app.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable

SHORTEST, LONGEST = 12, 256
# RFC 9106, section 4, second recommended choice (64 MiB, three passes).
_hasher = PasswordHasher(
    time_cost=3, memory_cost=65536, parallelism=4, hash_len=32, salt_len=16, type=Type.ID
)
# Of a password nobody knows: checked where there is no person, so that the answer takes as long.
NOBODYS_HASH = (
    "$argon2id$v=19$m=65536,t=3,p=4$Sc8/188PlcguLBzvRJf82Q$p39ppa8hqLWI64jNGti+n0NRAQLX9tXLoI+mwuFRdA4"
)
_COMMON = Path(__file__).with_name("common_passwords.txt")
_LETTERS_FOR = str.maketrans("013457@$!€", "oleastasie")


def hash_new(password: str, *, about: Iterable[str] = ()) -> str:
    """The argon2id hash of a password fit for use. `about`: names and addresses it must not just repeat.

    Raises Refused with a sentence for the field `password`. It is taken as typed: nothing is cut or changed.
    """
    check_new(password, about=about)
    return _hasher.hash(password)


def check_new(password: str, *, about: Iterable[str] = ()) -> None:
    """Raises Refused unless the password is long enough, and neither common nor made of what anyone knows."""
    if len(password) < SHORTEST:
        raise Refused(
            {"password": _("Use at least 12 characters. A sentence of four or more words is good.")}
        )
    if len(password) > LONGEST:
        raise Refused({"password": _("Use at most 256 characters.")})
    if len(set(password)) < 5:
        raise Refused({"password": _("This password repeats the same few characters. Choose another.")})
    if is_common(password):
        raise Refused(
            {"password": _("This password is among the common ones, which are tried first. Choose another.")}
        )
    if _is_about(password, about):
        raise Refused({"password": _("This password is made of your own name or address. Choose another.")})


def fits(password_hash: str | None, password: str) -> bool:
    """Whether this is the password. Takes as long when there is none."""
    try:
        _hasher.verify(password_hash or NOBODYS_HASH, password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with weaker settings than today's."""
    return _hasher.check_needs_rehash(password_hash)


def rehash(password: str) -> str:
    """A hash with today's settings, of a password that was just found to fit."""
    return _hasher.hash(password)


def is_common(password: str) -> bool:
    """Whether the list holds it, whatever the case, and whatever digits and signs stand at its end."""
    folded = password.casefold()
    whole = {folded, _half(folded)}
    tried = whole | {_half(_core(text)) for text in whole} | {_core(text) for text in whole}
    tried |= {re.sub(r"[\W_]+", "", text.translate(_LETTERS_FOR)) for text in tried}
    return not tried.isdisjoint(_common())


@cache
def _common() -> frozenset[str]:
    return frozenset(_COMMON.read_text(encoding="utf-8").split())


def _core(text: str) -> str:
    return re.sub(r"[\W\d_]+$", "", text)


def _half(text: str) -> str:
    """`dragondragon` is no better than `dragon`."""
    middle = len(text) // 2
    return text[:middle] if text[:middle] == text[middle:] else text


def _is_about(password: str, about: Iterable[str]) -> bool:
    left = password.casefold()
    words = {word for text in about for word in re.split(r"[\W_]+", text.casefold()) if len(word) >= 3}
    for word in sorted(words | {"sluice"}, key=len, reverse=True):
        left = left.replace(word, "")
    return len(re.sub(r"[\W\d_]+", "", left)) < 4 and left != password.casefold()

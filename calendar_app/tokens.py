"""Secrets that people and programs carry: random tokens, kept as digests, and signed links."""

import hmac
from collections.abc import Sequence
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

from itsdangerous import BadData, SignatureExpired, URLSafeTimedSerializer

RANDOM_BYTES = 32
LONGEST_LINK = 4096


class BadLink(ValueError):
    """A signed link that we did not make for this purpose, or that was cut or changed on its way."""

    sentence = (
        "This link is incomplete or no longer valid. Copy it whole from the message, or ask for a new one."
    )

    def __init__(self) -> None:
        super().__init__(self.sentence)


class ExpiredLink(BadLink):
    """A signed link of ours that is older than its purpose allows."""

    sentence = "This link has expired. Ask for a new one."


def make(prefix: str = "") -> str:
    """A new secret: the prefix, then 43 characters that are safe in an address (256 random bits)."""
    return prefix + token_urlsafe(RANDOM_BYTES)


def digest(token: str) -> str:
    """What the database keeps and looks up instead of the token: 64 hex characters of SHA-256.

    Without salt, because a token of 256 random bits cannot be guessed from its digest.
    """
    return sha256(_bytes(token)).hexdigest()


def same(a: str, b: str) -> bool:
    """Whether two secrets are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(_bytes(a), _bytes(b))


def sign(secret_key: str, purpose: str, value: Any) -> str:
    """A token that carries a JSON value, readable by all, for `unsign` with the same purpose alone."""
    return str(_serializer(secret_key, purpose, ()).dumps(value))


def unsign(
    secret_key: str,
    purpose: str,
    token: str,
    max_age_seconds: int | None = None,
    *,
    fallback_keys: Sequence[str] = (),
) -> Any:
    """The value inside a token that `sign` made with this key, or with one it replaced, for this purpose.

    Raises ExpiredLink when the token is older than `max_age_seconds`, BadLink for everything else.
    """
    if len(token) > LONGEST_LINK or not token.isascii():
        raise BadLink
    try:
        return _serializer(secret_key, purpose, fallback_keys).loads(token, max_age=max_age_seconds)
    except SignatureExpired:
        raise ExpiredLink from None
    except BadData:
        raise BadLink from None


def _serializer(secret_key: str, purpose: str, fallback_keys: Sequence[str]) -> URLSafeTimedSerializer:
    if not secret_key or not purpose:
        raise ValueError("A signed link needs a secret key and a purpose.")
    oldest_first = [*(key for key in reversed(fallback_keys) if key), secret_key]
    return URLSafeTimedSerializer(
        oldest_first,
        salt=f"sluice.link.{purpose}",
        signer_kwargs={"digest_method": sha256, "key_derivation": "hmac"},
    )


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")

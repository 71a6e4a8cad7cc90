"""Standard Webhooks 1.0 signatures: HMAC-SHA256 over `id.timestamp.body`, secret as `whsec_` + base64.

Source: the Standard Webhooks specification 1.0.0, "Verifying webhook authenticity".
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets

PREFIX = "whsec_"
LEAST_BYTES, MOST_BYTES = 24, 64


def make_secret() -> str:
    """A new secret with 32 random bytes."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def key_of(secret: str) -> bytes:
    """The signing key. Raises ValueError when the secret is not base64 of 24 to 64 bytes."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if not LEAST_BYTES <= len(key) <= MOST_BYTES:
        raise ValueError("wrong length")
    return key


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of the `webhook-signature` header. `timestamp` in whole Unix seconds."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key_of(secret), signed, hashlib.sha256).digest()).decode()

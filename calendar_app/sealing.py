"""Secrets at rest: AES-256-GCM, bound to the field they stand in, under a key that can be changed."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from os import urandom

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FORMAT = "v1"
KEY_BYTES = 32
NONCE_BYTES = 12
KEY_LABEL = b"sluice.sealing.v1"


class CannotOpen(ValueError):
    """A sealed value that none of our keys opens in this place; `sentence` says what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class UnknownKey(CannotOpen):
    """It names a key that is not among ours."""


class Sealer:
    """Seals with the current key, opens with every key it was given.

    `keys`: key id → 32 bytes. `where` is always "table:row:field"; a value that is moved to another
    row or field does not open there.
    """

    def __init__(self, keys: Mapping[str, bytes], current: str) -> None:
        if current not in keys:
            raise ValueError(f"The current key {current!r} is not among the keys.")
        if any(len(key) != KEY_BYTES for key in keys.values()):
            raise ValueError(f"Every sealing key is {KEY_BYTES} bytes long.")
        self.current = current
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}

    def seal(self, plain: str, *, where: str) -> str:
        """`v1.<key id>.<base64url of nonce and ciphertext>`, different at every call."""
        nonce = urandom(NONCE_BYTES)
        sealed = nonce + self._ciphers[self.current].encrypt(nonce, plain.encode(), where.encode())
        return f"{FORMAT}.{self.current}.{urlsafe_b64encode(sealed).decode().rstrip('=')}"

    def open(self, sealed: str, *, where: str) -> str:
        """The text that was sealed for this place. Raises CannotOpen."""
        key_id, content = _take_apart(sealed)
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise UnknownKey(
                f"This secret was sealed with a key ({key_id}) that this installation does not have. "
                "Add the earlier SLUICE_SECRET_KEY as a fallback, or enter the secret again."
            )
        try:
            return cipher.decrypt(content[:NONCE_BYTES], content[NONCE_BYTES:], where.encode()).decode()
        except (InvalidTag, ValueError):
            raise _damaged() from None

    def is_current(self, sealed: str) -> bool:
        """False when a value should be opened and sealed again, because its key has been replaced."""
        return sealed.startswith(f"{FORMAT}.{self.current}.")


def keys_from(secret_key: str, fallbacks: Sequence[str] = ()) -> Sealer:
    """A sealer whose keys are derived from the secret key and from those it replaced."""
    derived = [_derived(secret) for secret in (secret_key, *fallbacks)]
    keys = {sha256(key).hexdigest()[:8]: key for key in reversed(derived)}
    return Sealer(keys, current=sha256(derived[0]).hexdigest()[:8])


def _take_apart(sealed: str) -> tuple[str, bytes]:
    form, _, rest = sealed.partition(".")
    key_id, _, encoded = rest.partition(".")
    if form != FORMAT or not encoded:
        raise _damaged()
    try:
        content = urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
    except (binascii.Error, ValueError):
        raise _damaged() from None
    return key_id, content


def _damaged() -> CannotOpen:
    return CannotOpen("This secret is damaged or belongs to another place. Enter the secret again.")


def _derived(secret: str) -> bytes:
    """HKDF-SHA256 (RFC 5869) under a label of its own, so that no other use of the secret shares the key."""
    if not secret:
        raise ValueError("A sealing key cannot be derived from an empty secret.")
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=KEY_LABEL).derive(secret.encode())

"""Where the bytes of pictures are, named by what they hold: files below the data folder, or a bucket."""

from __future__ import annotations

import os
import re
import secrets
import time
from typing import TYPE_CHECKING, Protocol

from flask import current_app

from calendar_app.media.place import bucket_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = re.compile(r"[0-9a-f]{64}(-[0-9a-z]{1,40})?\.(jpg|png|webp)")
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
TYPES = {ending: media_type for media_type, ending in ENDINGS.items()}


class StoreAway(OSError):
    """The place of the pictures does not answer, or refuses us; the text says so to the operator."""


class Store(Protocol):
    """Bytes by name. Safe in threads; as text it is what people call it ("folder /srv/media").

    Raises OSError when it is away, ValueError for what is no name of a picture.
    """

    def put(self, name: str, content: bytes) -> None:
        """Complete or not at all. What is there already is the same, and counts as new."""

    def get(self, name: str) -> bytes | None: ...

    def has(self, name: str) -> bool: ...

    def delete(self, name: str) -> None:
        """What is not there is deleted already."""

    def names(self, *, older_than: float = 0.0) -> Iterator[str]:
        """All names, or those untouched for so many seconds."""

    def open_to_all(self, name: str) -> bool:
        """Whether anybody who knows the name can read it past this site."""


class Disk:
    """A folder with 256 folders in it, so that none grows long."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __str__(self) -> str:
        return f"folder {self.folder}"

    def put(self, name: str, content: bytes) -> None:
        path = self._path(name)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f".{secrets.token_hex(8)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise

    def get(self, name: str) -> bytes | None:
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            return None

    def has(self, name: str) -> bool:
        return self._path(name).is_file()

    def delete(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def names(self, *, older_than: float = 0.0) -> Iterator[str]:
        before = time.time() - older_than
        for path in sorted(self.folder.glob("??/*")):
            if NAME.fullmatch(path.name) and path.stat().st_mtime <= before:
                yield path.name

    def open_to_all(self, name: str) -> bool:
        return bool(self._path(name).stat().st_mode & 0o004)

    def _path(self, name: str) -> Path:
        return self.folder / name[:2] / checked_name(name)


def store() -> Store:
    """The store of this application. Needs an app context; what it returns does not."""
    found: Store | None = current_app.extensions.get("sluice_pictures")
    if found is None:
        found = current_app.extensions["sluice_pictures"] = _chosen()
    return found


def folder() -> Disk:
    """The data folder's own store, whichever is in use."""
    return Disk(current_app.config["SETTINGS"].data / "media")


def checked_name(name: str) -> str:
    """The name itself. Raises ValueError: nothing else ever reaches a file or an object."""
    if not NAME.fullmatch(name):
        raise ValueError(f"{name[:100]!r} is no name of a picture.")
    return name


def kept_name(digest: str, media_type: str) -> str:
    return f"{digest}.{ENDINGS[media_type]}"


def kept_of(place: Store, digest: str) -> tuple[bytes, str] | None:
    """The kept bytes and their media type, whichever of the two it is."""
    for media_type in ("image/jpeg", "image/png"):
        content = place.get(kept_name(digest, media_type))
        if content is not None:
            return content, media_type
    return None


def _chosen() -> Store:
    place = bucket_of(current_app.config["SETTINGS"].media_url)
    if place is None:
        return folder()
    # Only who keeps pictures in a bucket pays for its client.
    from calendar_app.media.bucket import Bucket

    return Bucket(place)

"""Whether the place of the pictures can be written, read and deleted: tried, not guessed."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from calendar_app.media.keeping import Store


def try_out(place: Store) -> str | None:
    """What is wrong with it, as a sentence that says what to do; None when all is well. Leaves nothing behind."""
    content = secrets.token_bytes(32)
    name = f"{hashlib.sha256(content).hexdigest()}-trial.png"
    try:
        place.put(name, content)
        try:
            if place.get(name) != content:
                return f"The {place} gives back something else than was put there."
            if place.open_to_all(name):
                return f"Strangers can read the {place}. Make it private: pictures of drafts are in it."
        finally:
            place.delete(name)
        if place.has(name):
            return f"The {place} keeps what was deleted. Sluice must be able to delete there."
    except OSError as problem:
        return f"Pictures cannot be kept: {problem}"
    return None

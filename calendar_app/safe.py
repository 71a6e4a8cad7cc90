"""What this installation seals and opens: with its secret key, and with those that it replaced.

Where the key is the data folder's own, one that was put there since this process began counts at once.
"""

from __future__ import annotations

from flask import current_app

from calendar_app import keys, sealing

PLACE = "sluice_sealer"
SEEN = "sluice_key_seen"


def seal(plain: str, *, where: str) -> str:
    """`where` is "table:row:field"."""
    learn_keys()
    return sealer().seal(plain, where=where)


def unseal(sealed: str, *, where: str) -> str:
    """Raises sealing.CannotOpen."""
    try:
        return sealer().open(sealed, where=where)
    except sealing.UnknownKey:
        if not learn_keys():
            raise
        return sealer().open(sealed, where=where)


def sealer() -> sealing.Sealer:
    """Made on first use; deriving its keys takes longer than most of what it is asked to do."""
    found: sealing.Sealer | None = current_app.extensions.get(PLACE)
    if found is None:
        settings = current_app.config["SETTINGS"]
        found = sealing.keys_from(settings.secret_key, settings.secret_key_fallbacks)
        current_app.extensions[PLACE] = found
    return found


def learn_keys() -> bool:
    """Take over what the data folder holds by now; whether that is news. Never where the key comes from elsewhere."""
    settings = current_app.config["SETTINGS"]
    if not settings.key_in_folder:
        return False
    edition = keys.edition(settings.data)
    if edition is None or edition == current_app.extensions.get(SEEN):
        return False
    present, others = keys.current(settings.data) or "", keys.earlier(settings.data)
    learned = sealing.keys_from(present, (*others, settings.secret_key, *settings.secret_key_fallbacks))
    news = learned.current != sealer().current
    current_app.extensions |= {PLACE: learned, SEEN: edition}
    return news

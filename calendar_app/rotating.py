"""`sluice keys`: a new secret key takes the place of the present one, and everything that was sealed follows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from calendar_app import keys, migrating, safe
from calendar_app.resealing import look, reseal

if TYPE_CHECKING:
    from calendar_app.config import Settings
    from calendar_app.resealing import Found


def rotate(settings: Settings) -> str:
    """Seal everything with the present key; a new one is made first where it is ours to make and no earlier turn
    is unfinished. Returns what was done. Raises click.ClickException with a sentence.
    """
    _need_database()
    try:
        with keys.held(settings.data):
            made = settings.key_in_folder and not look().earlier
            if made:
                keys.change(settings.data)
            safe.learn_keys()
            return _told(settings, reseal(), made=made)
    except keys.Busy:
        raise click.ClickException("Another `sluice keys` is at work in this data folder.") from None


def forget(settings: Settings) -> str:
    """Let earlier keys go. Raises click.ClickException while something is still sealed with one."""
    _need_database()
    if left := look().earlier:
        raise click.ClickException(
            f"{left} secrets are still sealed with an earlier key. Run: sluice keys rotate"
        )
    if not settings.key_in_folder:
        return "Nothing needs an earlier key. Take SLUICE_SECRET_KEY_FALLBACKS away and restart all parts."
    keys.forget_earlier(settings.data)
    return (
        "Earlier keys are forgotten. Parts that have not been restarted since the change: restart them now."
    )


def _told(settings: Settings, found: Found, *, made: bool) -> str:
    if made:
        said = (
            f"A new secret key is in place, and {found.all - len(found.lost)} secrets are sealed with it. Keep a copy "
            f"of {settings.data / keys.CURRENT} apart from backups.\n"
            "Parts that run seal with it from now on; restart them when it suits, so that they sign links with it too. "
            f"The earlier key is kept in {settings.data / keys.EARLIER} for links that are still about: "
            "`sluice keys forget` lets it go."
        )
    elif found.earlier:
        said = f"{found.earlier} secrets were under an earlier key and are sealed with the present one now."
    else:
        said = (
            f"All {found.present} secrets are sealed with SLUICE_SECRET_KEY. How to change it: docs/operating.md, "
            "“Changing the secret key”."
        )
    if found.lost:
        names = ", ".join(dict.fromkeys(found.lost))
        raise click.ClickException(
            f"{said}\nNo key that is known opens the secrets of {names}. Enter them again on their pages, or add the "
            "earlier key to SLUICE_SECRET_KEY_FALLBACKS and run this once more."
        )
    return said


def _need_database() -> None:
    if migrating.current() != migrating.newest():
        raise click.ClickException("The database is not of this version. Run: sluice migrate")

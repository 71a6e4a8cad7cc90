"""Noticing that the database was put back from a copy: then nothing goes out until the operator says so.

The database and the data folder each keep the instance's name and count its starts. A database that is another
one, or lags behind the folder, is a restored copy; what it calls due may have gone out long ago.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from calendar_app.extensions import db
from calendar_app.people.models import Site

if TYPE_CHECKING:
    from pathlib import Path

    from calendar_app.config import Settings

REASON = "the database was put back from an earlier copy, and what it calls due may have gone out already."


def note_start(settings: Settings, site: Site) -> None:
    """Count this start in both places, and hold the site if the database lags behind. The caller commits."""
    path = settings.data / "instance.json"
    known = _read(path)
    name, starts = known or (site.instance, 0)
    if (name != site.instance or starts > site.starts) and not site.hold_reason:
        site.hold_reason = REASON
    site.starts = max(site.starts, starts) + 1
    db.session.flush()
    _write(path, site)


def _read(path: Path) -> tuple[str, int] | None:
    try:
        found = json.loads(path.read_text())
        return str(found["instance"]), int(found["starts"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(path: Path, site: Site) -> None:
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps({"instance": site.instance, "starts": site.starts}))
    draft.replace(path)

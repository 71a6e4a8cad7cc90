"""A backup: every table as lines of JSON, and the pictures, in one compressed archive, taken at one instant.

It can be read by any version's tools and moves between SQLite and PostgreSQL. The secret key is not in it.
"""

from __future__ import annotations

import base64
import io
import json
import os
import tarfile
import tempfile
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click
import sqlalchemy as sa

from calendar_app import migrating
from calendar_app.extensions import db
from calendar_app.media.keeping import StoreAway, kept_name, store
from calendar_app.media.models import Medium
from calendar_app.times import rfc3339, utcnow

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMAT = 1
PICTURES = "media/"
# Caches and pulses come back by themselves.
LEFT_OUT = {"feed_part", "plan_change", "presence", "pulse", "replay"}
ROWS_AT_ONCE = 500


def write_backup(file: str) -> str:
    """Write the archive (mode 0600, complete or not at all); returns a sentence with what is in it.

    Raises click.ClickException where the pictures cannot be read: a backup without them is none.
    """
    counts: dict[str, int] = {}
    draft = f"{file}.{os.getpid()}.part"
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as target, tarfile.open(fileobj=target, mode="w:gz") as archive:
            _snapshot()
            for table in tables():
                counts[table.name] = _add_table(archive, table)
            lost = _add_pictures(archive)
            manifest = {
                "format": FORMAT,
                "revision": migrating.current(),
                "made": rfc3339(utcnow()),
                "rows": counts,
            }
            _add(archive, "manifest.json", json.dumps(manifest, indent=1).encode())
        os.replace(draft, file)
    except StoreAway as problem:
        os.unlink(draft)
        raise click.ClickException(f"{problem} No backup was written.") from problem
    except BaseException:
        os.unlink(draft)
        raise
    finally:
        db.session.rollback()
    total = sum(counts.values())
    said = f"Wrote {total} rows to {file}. Keep the secret key too, in another place: sealed secrets need it."
    return said if not lost else f"{said}\nPictures whose file is missing, and which are not in it: {lost}."


def tables() -> list[sa.Table]:
    """What is backed up, in an order in which it can be put back."""
    return [table for table in db.metadata.sorted_tables if table.name not in LEFT_OUT]


def _snapshot() -> None:
    """All tables as of one instant: a read transaction on SQLite is one, PostgreSQL must be asked for it."""
    db.session.rollback()
    if db.engine.dialect.name == "postgresql":
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    else:
        db.session.execute(sa.select(sa.literal(1)))


def _add_table(archive: tarfile.TarFile, table: sa.Table) -> int:
    count = 0
    with tempfile.SpooledTemporaryFile(max_size=8_000_000) as lines:
        for row in _rows(table):
            lines.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
            count += 1
        size = lines.tell()
        lines.seek(0)
        info = tarfile.TarInfo(f"{table.name}.jsonl")
        info.size = size
        archive.addfile(info, lines)
    return count


def _add_pictures(archive: tarfile.TarFile) -> int:
    """Each kept file once; what was made of it to fit comes back by itself. Returns how many are missing."""
    place, lost = store(), 0
    kept = sa.select(Medium.digest, Medium.media_type).distinct().order_by(Medium.digest)
    for digest, media_type in db.session.execute(kept).all():
        content = place.get(kept_name(digest, media_type))
        if content is None:
            lost += 1
        else:
            _add(archive, PICTURES + kept_name(digest, media_type), content)
    return lost


def _rows(table: sa.Table) -> Iterator[dict[str, Any]]:
    order = list(table.primary_key.columns)
    found = db.session.execute(sa.select(table).order_by(*order).execution_options(yield_per=ROWS_AT_ONCE))
    for row in found.mappings():
        yield {name: _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"$at": value.isoformat()}
    if isinstance(value, bytes):
        return {"$bytes": base64.b64encode(value).decode()}
    return value


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    archive.addfile(info, io.BytesIO(content))

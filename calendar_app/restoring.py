"""Putting a backup in place, and letting the site publish again once its operator has looked."""

from __future__ import annotations

import base64
import hashlib
import json
import tarfile
import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click
import sqlalchemy as sa

from calendar_app import migrating
from calendar_app.backing_up import FORMAT, PICTURES, tables
from calendar_app.extensions import db, writing
from calendar_app.media.keeping import StoreAway, store
from calendar_app.people.audit import record
from calendar_app.people.models import ApiToken, Link, Session, Site
from calendar_app.sharing.models import ShareLink
from calendar_app.times import UTCDateTime, utcnow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Connection

HOLD = "it was restored from a backup, and what the backup calls due may have gone out already."
ROWS_AT_ONCE = 500


def restore_backup(file: str) -> str:
    """Fill an empty database from the archive, in one transaction. Raises click.ClickException with a sentence.

    Everybody is signed out, and nothing is published until `release`.
    """
    with writing():
        migrating.migrate()
        if db.session.scalar(sa.select(sa.func.count()).select_from(sa.table("person"))):
            raise click.ClickException(
                "This database holds a site already. Restore into an empty one (SLUICE_DATA, SLUICE_DATABASE_URL)."
            )
        db.session.rollback()
        try:
            with tarfile.open(file, "r:gz") as archive, db.engine.begin() as connection:
                manifest = _manifest(archive)
                count = _fill(archive, connection)
                _put_pictures(archive)
                _hold(connection)
        except StoreAway as error:
            raise click.ClickException(
                f"{error} Nothing was restored; run it again when it answers."
            ) from error
        except (tarfile.TarError, EOFError, KeyError, ValueError, OSError) as error:
            raise click.ClickException(
                f"{file} is no complete backup of Sluice ({error}). Nothing was changed."
            ) from error
        except sa.exc.SQLAlchemyError as error:
            raise click.ClickException(
                f"{file} does not fit together ({type(error).__name__}). Nothing was changed."
            ) from error
    return (
        f"Restored {count} rows, as of {manifest['made']}. Nothing goes out for now: look through the plan, "
        "take back what has gone out already, then run: sluice resume\n"
        "Everybody signs in anew, and every API key is revoked: make new ones. Addresses of private feeds work as "
        "they did when the backup was made: switch off again what was switched off since."
    )


def release() -> str:
    """The operator has looked: publish again. What is past its grace becomes missed, the rest goes out late."""
    with writing():
        site = db.session.get(Site, 1)
        if site is None or not site.hold_reason:
            return "Nothing is held back; there is nothing to confirm."
        site.hold_reason = None
        record("site resumed")
        db.session.commit()
    return "Confirmed. Sluice publishes again."


def _manifest(archive: tarfile.TarFile) -> dict[str, Any]:
    found = json.loads(_file(archive, "manifest.json").read())
    if found.get("format") != FORMAT or found.get("revision") != migrating.newest():
        raise ValueError(
            f"made by another version: {found.get('revision')}; restore it with that version, then migrate"
        )
    return dict(found)


def _fill(archive: tarfile.TarFile, connection: Connection) -> int:
    count = 0
    for table in tables():
        # `ensure_site` may have made the first row already; the backup's takes its place.
        if table.name == "site":
            connection.execute(table.delete())
        for rows in _batches(archive, table):
            connection.execute(table.insert(), rows)
            count += len(rows)
        _continue_numbers(connection, table)
    return count


def _put_pictures(archive: tarfile.TarFile) -> None:
    """Each under the name of what it holds: a file that holds something else was changed on its way."""
    place = store()
    for member in archive.getmembers():
        if member.name.startswith(PICTURES):
            name, content = member.name.removeprefix(PICTURES), _file(archive, member.name).read()
            if name[:64] != hashlib.sha256(content).hexdigest():
                raise ValueError(f"the picture {name[:80]} is damaged")
            place.put(name, content)


def _batches(archive: tarfile.TarFile, table: sa.Table) -> Iterator[list[dict[str, Any]]]:
    rows: list[dict[str, Any]] = []
    for line in _file(archive, f"{table.name}.jsonl"):
        rows.append({name: _value(value) for name, value in json.loads(line).items()})
        if len(rows) == ROWS_AT_ONCE:
            yield rows
            rows = []
    if rows:
        yield rows


def _value(value: Any) -> Any:
    if isinstance(value, dict) and set(value) == {"$at"}:
        return datetime.fromisoformat(value["$at"])
    if isinstance(value, dict) and set(value) == {"$bytes"}:
        return base64.b64decode(value["$bytes"])
    return value


def _continue_numbers(connection: Connection, table: sa.Table) -> None:
    """PostgreSQL's counters must go on after the highest number that came in."""
    if connection.dialect.name == "postgresql" and isinstance(table.columns.get("id"), sa.Column):
        name = table.name
        connection.exec_driver_sql(
            f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), "  # noqa: S608  (names of our own tables)
            f'(SELECT coalesce(max(id), 0) + 1 FROM "{name}"), false) '
            f"WHERE pg_get_serial_sequence('{name}', 'id') IS NOT NULL"
        )


def _hold(connection: Connection) -> None:
    """A new instance; all signed out; no key, and no single-use link open, as it may have been used since.

    What was being sent when the backup was made is honestly unknown.
    """
    held = connection.execute(sa.update(Site).values(hold_reason=HOLD, instance=uuid.uuid4().hex))
    if held.rowcount != 1:
        raise ValueError("the site itself is missing, and with it the place to hold everything back")
    connection.execute(sa.update(Session).where(Session.ended_at.is_(None)).values(ended_at=utcnow()))
    # A key that was revoked after the backup would live again, and nobody could tell which: new ones are soon made.
    connection.execute(sa.update(ApiToken).where(ApiToken.revoked_at.is_(None)).values(revoked_at=utcnow()))
    # What was switched off since would open again, to people outside.
    connection.execute(sa.update(ShareLink).where(ShareLink.revoked_at.is_(None)).values(revoked_at=utcnow()))
    connection.execute(sa.update(Link).where(Link.used_at.is_(None)).values(expires_at=utcnow()))
    connection.execute(
        sa.text(
            "UPDATE delivery SET state = 'unknown', lease_until = NULL, fence = fence + 1, "
            "reason = 'It was being sent when the backup was made: look, then say sent or send again.' "
            "WHERE state = 'sending'"
        )
    )
    # Of mails that were on their way some have gone out since: none of them goes out by itself.
    for table in ("mailing", "letter"):
        connection.execute(
            sa.text(
                f"UPDATE {table} SET state = 'unknown', finished_at = :now, "  # noqa: S608
                "reason = 'It was being sent when the backup was made: look, then say sent or send again.' "
                "WHERE state IN ('waiting', 'sending')"
            ).bindparams(sa.bindparam("now", utcnow(), UTCDateTime()))
        )


def _file(archive: tarfile.TarFile, name: str) -> Any:
    found = archive.extractfile(name)
    if found is None:
        raise KeyError(name)
    return found

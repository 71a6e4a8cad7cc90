"""Idempotency-Key: a POST that is sent again gets the first answer again, and the thing is done once.

The key is taken in a transaction of its own, so that a second sender sees it; the answer is written in the
transaction that does the thing, so that both stand or both fall. Whoever stalled for so long that another took
the key over finds it changed, and undoes its work.
"""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask import Response, request

from calendar_app import safe, sealing
from calendar_app.api.models import Replay
from calendar_app.api.reading import FORM
from calendar_app.errors import Conflict, Refused
from calendar_app.extensions import database_now, db

if TYPE_CHECKING:
    from collections.abc import Callable

HEADER = "Idempotency-Key"
KEPT_FOR = timedelta(days=1)
# Longer than any request lives: after this its process is taken for dead.
BUSY_FOR = timedelta(minutes=2)
KEY = re.compile(r"[!-~](?:[ -~]{0,253}[!-~])?")


class StillBusy(Conflict):
    """The first request with this key has not ended yet (409)."""

    def __init__(self) -> None:
        super().__init__(
            "The first request with this Idempotency-Key is still being worked on. Ask again in a moment."
        )


@dataclass(frozen=True)
class Prepared:
    """An answer before it is sent. `then` happens after the commit, and not when it is only repeated."""

    status: int
    text: str
    location: str = ""
    then: tuple[Callable[[], object], ...] = ()
    repeated: bool = False

    def response(self) -> Response:
        response = Response(self.text, self.status, content_type="application/json" if self.text else None)
        if not self.text:
            del response.headers["Content-Type"]
        if self.location:
            response.headers["Location"] = self.location
        if self.repeated:
            response.headers["Idempotency-Replayed"] = "true"
        return response


@dataclass(frozen=True)
class _Claim:
    """A key that is ours since `taken_at`."""

    id: int
    taken_at: datetime


def once(token_id: int, work: Callable[[], Prepared]) -> Prepared:
    """Do the work and commit it, unless this token has sent the same request with the same key within a day.

    What fails leaves the key free. Raises Refused (another request had this key), StillBusy, Conflict.
    """
    claim = _take(token_id, _key(), _digest())
    if isinstance(claim, Prepared):
        return claim
    try:
        prepared = work()
        _keep(claim, prepared)
        db.session.commit()
    except BaseException:
        _let_go(claim)
        raise
    return prepared


def forget_old_replays(now: datetime | None = None) -> int:
    """Delete answers that are older than a day (for the upkeep job); how many. The caller commits."""
    gone: Any = db.session.execute(
        sa.delete(Replay).where(Replay.created_at < (now or database_now()) - KEPT_FOR)
    )
    return int(gone.rowcount)


def where(number: int) -> str:
    """The place that a kept answer is bound to."""
    return f"replay:{number}:body"


def _key() -> str:
    key = request.headers.get(HEADER, "")
    if not KEY.fullmatch(key):
        raise Refused({HEADER: "Send 1 to 255 printable ASCII characters, a UUID for instance."})
    return key


def _digest() -> str:
    """What makes a request the same: its address and its body, byte for byte.

    Of a form its fields and files: what parts them is made anew each time it is sent.
    """
    address = json.dumps([request.method, request.full_path, request.mimetype]).encode()
    body = _of_form() if request.mimetype == FORM else request.get_data()
    return hashlib.sha256(address + b"\n" + body).hexdigest()


def _of_form() -> bytes:
    files = []
    for name, file in sorted(request.files.items()):
        file.stream.seek(0)
        files.append([name, hashlib.sha256(file.stream.read()).hexdigest()])
    return json.dumps([sorted(request.form.items()), files]).encode()


def _take(token_id: int, key: str, digest: str) -> _Claim | Prepared:
    now = database_now()
    row = _find(token_id, key)
    if row is None:
        return _insert(token_id, key, digest, now)
    if row.created_at < now - KEPT_FOR:
        return _take_over(row, digest, now)
    if row.request_digest != digest:
        raise Refused(
            {HEADER: "This key came with another request before. Send a new key with a new request."}
        )
    if row.status is not None:
        return _kept(row)
    if row.created_at > now - BUSY_FOR:
        raise StillBusy
    return _take_over(row, digest, now)


def _find(token_id: int, key: str) -> Replay | None:
    found: Replay | None = db.session.execute(
        sa.select(Replay).where(Replay.token_id == token_id, Replay.key == key)
    ).scalar_one_or_none()
    return found


def _insert(token_id: int, key: str, digest: str, now: datetime) -> _Claim:
    row = Replay(token_id=token_id, key=key, request_digest=digest, created_at=now)
    db.session.add(row)
    try:
        db.session.flush()
        claim = _Claim(row.id, now)
        db.session.commit()
    except sa.exc.IntegrityError:
        # Another request with this key came first, in this very moment.
        db.session.rollback()
        raise StillBusy from None
    return claim


def _take_over(row: Replay, digest: str, now: datetime) -> _Claim:
    """The key of a request that is long over, or that died: one of those who try gets it."""
    claim = _Claim(row.id, now)
    change = sa.update(Replay).where(Replay.id == row.id, Replay.created_at == row.created_at)
    taken = _run(change.values(created_at=now, request_digest=digest, status=None, body=None))
    db.session.commit()
    if not taken:
        raise StillBusy
    return claim


def _kept(row: Replay) -> Prepared:
    try:
        location, text = json.loads(safe.unseal(row.body or "", where=where(row.id)))
    except sealing.CannotOpen:
        raise Conflict(
            "This request was carried out, but its answer can no longer be read. Look at what it made."
        ) from None
    return Prepared(row.status or 200, text, location, repeated=True)


def _keep(claim: _Claim, prepared: Prepared) -> None:
    """Sealed, because an answer may show a secret that was just made."""
    db.session.flush()
    body = safe.seal(json.dumps([prepared.location, prepared.text]), where=where(claim.id))
    if not _run(_ours(sa.update(Replay), claim).values(status=prepared.status, body=body)):
        db.session.rollback()
        raise StillBusy


def _let_go(claim: _Claim) -> None:
    """If even this fails the key is free again after BUSY_FOR."""
    with suppress(sa.exc.SQLAlchemyError):
        db.session.rollback()
        _run(_ours(sa.delete(Replay), claim))
        db.session.commit()


def _ours(statement: Any, claim: _Claim) -> Any:
    return statement.where(
        Replay.id == claim.id, Replay.created_at == claim.taken_at, Replay.status.is_(None)
    )


def _run(statement: Any) -> bool:
    result: Any = db.session.execute(statement.execution_options(synchronize_session=False))
    return bool(result.rowcount == 1)

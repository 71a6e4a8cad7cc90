"""F12 on PostgreSQL: a disk that is really full, below a server of its own. Never a false "scheduled"."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import sqlalchemy as sa

from calendar_app.channels.delivering import drain
from calendar_app.channels.models import Delivery
from calendar_app.extensions import database_now, db
from calendar_app.people import api_tokens
from calendar_app.posts.models import Post
from tests.conftest import wait_until
from tests.factories import make_actor, make_person, make_scheduled
from tests.faults.own_servers import answers, own_postgres, start_again
from tests.faults.world import LONG, all_settled, connected, verdict

pytestmark = [pytest.mark.faults, pytest.mark.timeout(240)]

MEGABYTE = 1024 * 1024
ROOM = 160 * MEGABYTE
AWAY = "The database is busy or away. Nothing was changed: try again in a moment."


@pytest.fixture
def small_disk():
    """A folder that holds so much and no more."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("a full disk below PostgreSQL needs root, who may mount a small one")
    folder = Path(tempfile.mkdtemp(prefix="sl-"))
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", folder],  # noqa: S607
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if mounted.returncode != 0:
        folder.rmdir()
        pytest.skip(f"no small disk can be mounted here, and so none filled: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=False)  # noqa: S607
        with suppress(OSError):
            folder.rmdir()


@contextmanager
def filled_up(folder, *, but):
    """Something else has taken the room, all but so many bytes."""
    free = os.statvfs(folder)
    filler = folder / "filler"
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(free.f_bavail * free.f_frsize - but, 1))
    try:
        yield
    finally:
        filler.unlink()


@pytest.mark.skipif(not LONG, reason="takes a server of its own: only in the long runs (make faults)")
def test_on_a_full_disk_an_answer_never_says_more_than_the_database_holds(small_disk, receiver):
    with own_postgres(small_disk) as (server, app):
        stream = connected(receiver, handle="roads")
        actor, client = make_actor(stream.team), app.test_client()
        key = {"Authorization": f"Bearer {api_tokens.create(make_person(stream.team), 'calendar')}"}
        for _ in range(6):
            make_scheduled(stream, due_in=-1, actor=actor, text=noise())
        said, told = {}, set()
        with filled_up(small_disk, but=2 * MEGABYTE):
            for _ in range(120):
                uuid = one_more(client, key, said)
                told |= {uuid} if uuid else set()
            with suppress(sa.exc.SQLAlchemyError):
                drain(budget_seconds=3)
            with suppress(sa.exc.SQLAlchemyError):
                db.session.rollback()
        if not answers():
            start_again(server)
            wait_until(answers, 60)
        assert said == {503: AWAY}, "one sentence, and never a page that broke"
        scheduled = db.session.scalars(sa.select(Post.uuid).where(Post.state == "scheduled")).all()
        db.session.rollback()
        assert told <= set(scheduled), "what was said to be scheduled stands there"
        assert one_more(client, key, {}), "with room again all goes on"
        let_all_come_due()
        for _ in range(30):
            drain(budget_seconds=4)
            if all_settled():
                break
        verdict(receiver, "F12: disk full below the server")


def one_more(client, key, said):
    """A post drafted and scheduled through the API: its id if that was said to be done, else what was said."""
    body = {
        "text": noise(),
        "streams": ["roads"],
        "publish_at": "2030-03-04T09:00:00",
        "timezone": "Europe/Oslo",
    }
    answer = client.post("/api/v1/posts", json=body, headers=key)
    if answer.status_code == 201:
        uuid = answer.json["id"]
        answer = client.post(f"/api/v1/posts/{uuid}/schedule", headers=key)
        if answer.status_code == 200:
            return uuid
    said[answer.status_code] = answer.json["detail"]
    return None


def let_all_come_due():
    now = database_now()
    db.session.execute(sa.update(Post).where(Post.state == "scheduled").values(due_at=now))
    db.session.execute(sa.update(Delivery).where(Delivery.state == "pending").values(due_at=now, next_at=now))
    db.session.commit()


def noise():
    """Nothing that a database could make smaller."""
    return secrets.token_hex(20_000)

"""Bulk rows for the benchmarks: what people and years of use would leave behind, written in one go."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

import sqlalchemy as sa

from calendar_app.channels.models import Account, Delivery
from calendar_app.channels.packing import seal_secrets
from calendar_app.extensions import db, writing
from calendar_app.people.models import Team
from calendar_app.posts.models import Post, PostStream
from calendar_app.streams.models import Stream

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

Row = TypeVar("Row")
SECRET = "whsec_c2x1aWNlLWJlbmNobWFya3Mtc2x1aWNlLWJlbmNobWFya3M="
TEXT = (
    "Notice {number}: the bridge over the river is **closed** from Monday to Wednesday while the joints are renewed. "
    "Buses 12 and 14 go by the ring road; the [map](https://example.org/map) shows every stop.\n\n"
    "Thank you for your patience.\n"
)


def add_streams(count: int, address: str, *, accounts: int = 1) -> list[Stream]:
    """So many streams of one team, which share so many webhook accounts (each stream has one)."""
    team = _kept(Team(name="Town hall"))
    places = [_account(team, number, address) for number in range(accounts)]
    streams = []
    for number in range(count):
        stream = Stream(team_id=team.id, handle=f"stream-{number}", name=f"Stream {number}", hue="tide",
                        timezone="Europe/Oslo")  # fmt: skip
        stream.accounts.append(places[number % accounts])
        streams.append(_kept(stream))
    db.session.commit()
    return streams


def schedule_posts(streams: Sequence[Stream], due: Sequence[datetime]) -> dict[str, datetime]:
    """One scheduled post for each instant, in turns over the streams; the keys of its deliveries → due."""
    db.session.rollback()
    with writing():
        return _schedule(streams, due)


def spread(start: datetime, count: int, seconds: float) -> list[datetime]:
    return [start + timedelta(seconds=seconds * number / count) for number in range(count)]


def _schedule(streams: Sequence[Stream], due: Sequence[datetime]) -> dict[str, datetime]:
    first = (db.session.scalar(sa.select(sa.func.max(Post.id))) or 0) + 1
    posts, places, deliveries = [], [], []
    for number, at in enumerate(due):
        stream = streams[number % len(streams)]
        post_id = first + number
        posts.append({"id": post_id, "uuid": str(uuid.uuid4()), "team_id": stream.team_id, "state": "scheduled",
                      "title": f"Notice {number}", "text": TEXT.format(number=number),
                      "timezone": stream.timezone, "due_at": at})  # fmt: skip
        places.append({"post_id": post_id, "stream_id": stream.id, "position": 0})
        deliveries += [
            {"key": str(uuid.uuid4()), "post_id": post_id, "account_id": account.id, "serial": False,
             "due_at": at, "next_at": at}
            for account in stream.accounts
        ]  # fmt: skip
    db.session.execute(sa.insert(Post), posts)
    db.session.execute(sa.insert(PostStream), places)
    db.session.execute(sa.insert(Delivery), deliveries)
    if db.engine.dialect.name == "postgresql":
        db.session.execute(sa.text("SELECT setval('post_id_seq', (SELECT max(id) FROM post))"))
    db.session.commit()
    return {row["key"]: row["due_at"] for row in deliveries}


def _account(team: Team, number: int, address: str) -> Account:
    account = _kept(
        Account(team_id=team.id, channel="webhook", name=f"Screen {number}", settings={"url": address})
    )
    seal_secrets(account, {"secret": SECRET})
    return account


def _kept(row: Row) -> Row:
    db.session.add(row)
    db.session.flush()
    return row

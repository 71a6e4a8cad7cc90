"""Things to begin a test with. Each is complete by itself; what matters to a test it names."""

from __future__ import annotations

import itertools
from datetime import timedelta

from calendar_app.channels.models import Account
from calendar_app.channels.packing import seal_secrets
from calendar_app.extensions import database_now, db
from calendar_app.people.models import Member, Person, Team
from calendar_app.people.roles import actor_for
from calendar_app.posts.models import Post, PostStream
from calendar_app.posts.scheduling import schedule
from calendar_app.streams.models import Stream
from calendar_app.times import to_wall

_numbers = itertools.count(1)


def make_team(name=None):
    return _keep(Team(name=name or f"Team {next(_numbers)}"))


def make_person(team=None, role="owner", *, email=None, name="Kari Nordmann"):
    person = _keep(Person(email=email or f"person{next(_numbers)}@example.org", name=name))
    if team is not None:
        _keep(Member(team_id=team.id, person_id=person.id, role=role))
    return person


def make_actor(team=None, role="owner"):
    return actor_for(make_person(team or make_team(), role))


def make_stream(team=None, handle=None, **values):
    team = team or make_team()
    number = next(_numbers)
    defaults = {"name": f"Stream {number}", "hue": "tide", "timezone": "Europe/Oslo", "cadence": []}
    return _keep(Stream(team_id=team.id, handle=handle or f"stream-{number}", **{**defaults, **values}))


def make_account(team, channel="log", *, settings=None, secrets=None, name=None, streams=()):
    account = _keep(Account(team_id=team.id, channel=channel, name=name or f"Account {next(_numbers)}",
                            settings=settings or {}))  # fmt: skip
    seal_secrets(account, secrets or {})
    for stream in streams:
        stream.accounts.append(account)
    db.session.commit()
    return account


def make_post(stream, *streams, title="Bridge closed", text="The bridge is closed on *Monday*.", **values):
    """A draft in the given streams, the first being its home."""
    post = Post(team_id=stream.team_id, title=title, text=text, timezone=stream.timezone, **values)
    post.in_streams.extend(
        PostStream(stream_id=one.id, position=n) for n, one in enumerate([stream, *streams])
    )
    return _keep(post)


def make_scheduled(stream, *streams, due_in=3600.0, actor=None, **values):
    """A post scheduled `due_in` seconds from now; negative: it was due then and nobody has looked since."""
    post = make_post(stream, *streams, **values)
    now = database_now()
    plan_for(post, now + timedelta(seconds=max(due_in, 60)))
    schedule(post, actor=actor or make_actor(stream.team), now=now)
    if due_in < 60:
        at = now + timedelta(seconds=due_in)
        plan_for(post, at)
        for row in post.deliveries:
            row.due_at = row.next_at = at
    db.session.commit()
    return post


def plan_for(post, instant):
    post.publish_at = to_wall(instant, post.timezone).isoformat(timespec="milliseconds")
    post.due_at = instant


def _keep(row):
    db.session.add(row)
    db.session.commit()
    return row

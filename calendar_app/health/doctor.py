"""`sluice doctor`: what is wrong, in sentences, and what to do about each."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click
import redis
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from calendar_app import create_app, keys, migrating, resealing
from calendar_app.config import Settings, WrongSetting, read_settings
from calendar_app.extensions import database_now, db, start_writing, stop_writing
from calendar_app.feeds.parts import left_out
from calendar_app.health import questions
from calendar_app.health.views import metrics_token
from calendar_app.mailing.link import ServerAway
from calendar_app.mailing.server import server_of
from calendar_app.mailing.smtp import Mailer
from calendar_app.media.keeping import store
from calendar_app.media.trying import try_out
from calendar_app.posts.publishing import on_hold
from calendar_app.streams.models import Stream
from calendar_app.supervising.ports import port_taken
from calendar_app.times import LostZone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True)
class Finding:
    """`wrong` counts for the exit code; the others are good news or advice."""

    text: str
    wrong: bool = False
    advice: bool = False


def examine() -> int:
    """Print all findings; 1 if anything is wrong, else 0."""
    try:
        app = create_app(read_settings())
    except WrongSetting as problem:
        _say(Finding(str(problem), wrong=True))
        return 1
    with app.app_context():
        found = list(findings(app.config["SETTINGS"]))
        for finding in found:
            _say(finding)
        click.echo(f"The key for /metrics from elsewhere: {metrics_token()}")
    return 1 if any(finding.wrong for finding in found) else 0


def findings(settings: Settings) -> Iterator[Finding]:
    """All that can be said of this installation. Needs an app context; never raises for what is merely broken."""
    yield from _key(settings)
    yield from _place(settings)
    asked = [_database, _redis]
    ok = True
    for ask in asked:
        for finding in _guarded(ask, settings):
            ok = ok and not (finding.wrong and ask is _database)
            yield finding
    if ok:
        for ask in (_clock, _overdue, _hold, _left_out, _zones, _sealed):
            yield from _guarded(ask, settings)
    yield from _pictures(settings)
    yield from _mail(settings)


def _guarded(ask: Callable[[Settings], Iterator[Finding]], settings: Settings) -> list[Finding]:
    try:
        return list(ask(settings))
    except (SQLAlchemyError, redis.RedisError) as error:
        db.session.rollback()
        return [
            Finding(
                f"A question could not be answered ({type(error).__name__}): {ask.__name__[1:]}.", wrong=True
            )
        ]


def _key(settings: Settings) -> Iterator[Finding]:
    if "SLUICE_SECRET_KEY" in os.environ:
        yield Finding("The secret key comes from the environment and is long enough.")
        return
    paths = [settings.data / name for name in (keys.CURRENT, keys.EARLIER)]
    seen = [path for path in paths if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077]
    for path in seen:
        yield Finding(f"Others can read the secret key. Run: chmod 600 {path}", wrong=True)
    if not seen:
        yield Finding("The secret key is kept in the data folder, readable by this user alone.")


def _sealed(settings: Settings) -> Iterator[Finding]:
    found = resealing.look()
    if found.lost:
        names = ", ".join(list(dict.fromkeys(found.lost))[:3])
        yield Finding(
            f"{len(found.lost)} secrets cannot be opened with any key that is known ({names}). "
            "Enter them again on their pages, or add the earlier key to SLUICE_SECRET_KEY_FALLBACKS.",
            wrong=True,
        )
    if found.earlier:
        yield Finding(
            f"{found.earlier} secrets are still sealed with an earlier key. Run: sluice keys rotate",
            advice=True,
        )
    elif not found.lost:
        yield Finding(f"All secrets at rest are sealed with the present key ({found.present}).")


def _place(settings: Settings) -> Iterator[Finding]:
    if settings.plain_loopback:
        yield Finding(
            "SLUICE_BASE_URL is this machine only; readers elsewhere need the public https:// address.",
            advice=True,
        )
    elif settings.base_url.startswith("http://"):
        yield Finding(
            "SLUICE_BASE_URL begins with http://. Put Sluice behind HTTPS: without it nobody can sign in.",
            wrong=True,
        )
    taken = port_taken("127.0.0.1", 8000)
    if taken and _clock_silent():
        yield Finding(
            f"{taken} Another program may hold it: `sluice up --port 8001` takes another.", advice=True
        )


def _clock_silent() -> bool:
    """Whether no clock of ours is at work, so that whoever holds the port is somebody else."""
    try:
        silence = questions.clock_silence()
    except SQLAlchemyError:
        db.session.rollback()
        return True
    return silence is None or silence > questions.CLOCK_SILENCE


def _database(settings: Settings) -> Iterator[Finding]:
    stop_writing()
    db.session.rollback()
    try:
        have, need = migrating.current(), migrating.newest()
        db.session.rollback()
    except OperationalError as error:
        yield Finding(
            f"The database does not answer: {_first_line(error)} Is it running, and is SLUICE_DATABASE_URL right?",
            wrong=True,
        )
        return
    if have != need:
        yield Finding(
            f"The database is at {have or 'nothing'}, this version needs {need}. Run: sluice migrate",
            wrong=True,
        )
        return
    try:
        start_writing()
        db.session.execute(sa.text("SELECT 1"))
    except OperationalError:
        db.session.rollback()
        yield Finding(
            "The database is locked by another program. Close whatever holds it (a database browser, a copy).",
            wrong=True,
        )
        return
    finally:
        db.session.rollback()
        stop_writing()
    yield Finding(f"The database answers and is at {have}.")


def _redis(settings: Settings) -> Iterator[Finding]:
    try:
        policy = questions.redis_policy()
    except redis.RedisError:
        yield Finding(
            "Redis does not answer. Posts still go out, the clock sends them itself; start Redis (or `sluice up`).",
            wrong=True,
        )
        return
    if policy not in {None, "noeviction"}:
        yield Finding(
            f"Redis may throw wake-up calls away (maxmemory-policy {policy}). "
            "Run: redis-cli config set maxmemory-policy noeviction",
            wrong=True,
        )
    else:
        yield Finding("Redis answers and keeps what it is given.")


def _clock(settings: Settings) -> Iterator[Finding]:
    silence = questions.clock_silence()
    if silence is None or silence > questions.CLOCK_SILENCE:
        yield Finding(
            "The clock is not running, so nothing goes out. Start `sluice up`, or `sluice clock` beside the workers.",
            wrong=True,
        )
    else:
        yield Finding("The clock is running.")


def _overdue(settings: Settings) -> Iterator[Finding]:
    since = questions.oldest_overdue()
    if since and database_now() - since > questions.OVERDUE:
        minutes = (database_now() - since).total_seconds() / 60
        yield Finding(
            f"The oldest work should have been done {minutes:.0f} minutes ago. "
            "Are workers running? Look at their output.",
            wrong=True,
        )
    else:
        yield Finding("Nothing is overdue.")


def _hold(settings: Settings) -> Iterator[Finding]:
    if reason := on_hold():
        yield Finding(
            f"Nothing goes out: {reason} Look through the plan, then run: sluice resume", wrong=True
        )


def _left_out(settings: Settings) -> Iterator[Finding]:
    posts = left_out()
    if posts:
        yield Finding(
            f"{len(posts)} of the posts cannot be shown in a feed and are left out of it; the log says why. "
            f"Look at {', '.join(f'{settings.base_url}/posts/{post}/edit' for post in posts[:3])}",
            wrong=True,
        )


def _zones(settings: Settings) -> Iterator[Finding]:
    for handle, zone in db.session.execute(sa.select(Stream.handle, Stream.timezone).order_by(Stream.handle)):
        if isinstance(zone, LostZone):
            yield Finding(
                f"The stream {handle} has a time zone that this machine does not know ({zone.written[:40]!r}): "
                f"its times are shown in UTC and it promises none. Choose one at "
                f"{settings.base_url}/streams/{handle}/edit#timezone",
                wrong=True,
            )


def _pictures(settings: Settings) -> Iterator[Finding]:
    place = store()
    if problem := try_out(place):
        yield Finding(problem, wrong=True)
    else:
        yield Finding(f"The {place} takes pictures, gives them back and lets go of them.")


def _mail(settings: Settings) -> Iterator[Finding]:
    if settings.mail_url == "log:":
        yield Finding(
            "No mail server is set (SLUICE_MAIL_URL); links for new members are shown on the page instead.",
            advice=True,
        )
        return
    server = server_of(settings.mail_url)
    if server is None:
        return
    try:
        with Mailer(server, settings.host, seconds=10) as mailer:
            mailer.greet()
    except ServerAway as trouble:
        yield Finding(
            f"{trouble.reason} Mails wait until it answers. Is SLUICE_MAIL_URL right, and does the server let us in?",
            wrong=True,
        )
    else:
        yield Finding(f"The mail server {server.host} answers.")
    yield from _guarded(_waiting_mail, settings)
    if not settings.mail_from:
        yield Finding(
            f"SLUICE_MAIL_FROM is not set: mails come from sluice@{settings.host}. Name one that may be answered.",
            advice=True,
        )


def _waiting_mail(settings: Settings) -> Iterator[Finding]:
    since = questions.oldest_mail()
    db.session.rollback()
    if since and database_now() - since > questions.MAIL_OVERDUE:
        yield Finding(
            "Mails wait that should have gone out. Is a worker of their lane running? Start: sluice worker --lane mail",
            wrong=True,
        )


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0][:160].rstrip(".") + "."


def _say(finding: Finding) -> None:
    mark = (
        click.style("wrong ", fg="red")
        if finding.wrong
        else click.style("advice", fg="yellow")
        if finding.advice
        else click.style("ok    ", fg="green")
    )
    click.echo(f"{mark}  {finding.text}")

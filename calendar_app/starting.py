"""`sluice up`: look whether it can work, prepare the database, then hand the parts to the supervisor."""

from __future__ import annotations

import sys
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import click

from calendar_app.config import Settings, read_settings
from calendar_app.supervising import CannotStart, folder_lock, private_redis
from calendar_app.supervising.parts import Part
from calendar_app.supervising.ports import port_taken

if TYPE_CHECKING:
    from collections.abc import Callable

SIGN_IN_HOURS = 24


def start_everything(*, demo: bool, host: str, port: int) -> int:
    """Run all parts until told to stop; returns the exit code. Raises CannotStart, WrongSetting."""
    from calendar_app import supervisor

    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    settings = read_settings()
    env = _environment(settings, address)
    with folder_lock.hold(settings.data) as lock:
        if sentence := port_taken(host, port):
            raise CannotStart(sentence)
        if not _os_environ().get("SLUICE_REDIS_URL"):
            private_redis.find_server()
        letter = _prepare(read_settings({**_os_environ(), **env}), demo=demo)
        return supervisor.run(
            _parts(settings, env, host, port),
            on_ready=lambda: _say_ready(env["SLUICE_BASE_URL"], letter),
            lock=lock,
        )


def _environment(settings: Settings, address: str) -> dict[str, str]:
    """What every part must agree on; where no public address is set it is the one we listen at."""
    given = _os_environ().get("SLUICE_BASE_URL")
    return {
        "SLUICE_DATA": str(settings.data),
        "SLUICE_BASE_URL": given or address.replace("0.0.0.0", "127.0.0.1"),  # noqa: S104  (replaced, not bound)
        "PYTHONUNBUFFERED": "1",
    }


def _os_environ() -> dict[str, str]:
    import os

    return dict(os.environ)


def _prepare(settings: Settings, *, demo: bool) -> str:
    """Migrate, make the site, fill the demo; returns the letter that is shown once all is ready."""
    from calendar_app import create_app, migrating
    from calendar_app.demo.filling import fill
    from calendar_app.extensions import db, writing
    from calendar_app.instance import note_start
    from calendar_app.people.setting_up import ensure_site

    app = create_app(settings)
    with app.app_context(), writing():
        migrating.migrate()
        note_start(settings, ensure_site(settings))
        db.session.commit()
        if demo:
            fill()
        letter = _letter(demo=demo)
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    return letter


def _letter(*, demo: bool) -> str:
    """The way in: the demo's sign-in link, or the set-up link while nobody has been set up."""
    from calendar_app import links
    from calendar_app.demo.filling import demo_owner
    from calendar_app.people.setting_up import first_link, make_link

    owner = demo_owner() if demo else None
    if owner is not None:
        return f"Sign in, once, within a day:  {links.let_in('sign-in', make_link(owner, 'sign-in', SIGN_IN_HOURS))}"
    token = first_link()
    return f"Set up the first account, once:  {links.let_in('set-up', token)}" if token else ""


def _parts(settings: Settings, env: dict[str, str], host: str, port: int) -> list[Part]:
    command = [sys.executable, "-m", "calendar_app"]
    parts = []
    if not _os_environ().get("SLUICE_REDIS_URL"):
        private_redis.prepare(settings.data)
        argv, url = private_redis.argv(settings.data)
        parts.append(Part("redis", argv, ready=lambda: private_redis.answers(url), quiet_start=True))
    web = [*command, "web", "--host", host, "--port", str(port)]
    alive, all_well = _answers(host, port, "/healthz"), _answers(host, port, "/readyz")
    parts.append(Part("web", web, env, ready=alive, turn=1, quiet_start=True))
    parts.append(Part("clock", [*command, "clock"], env, ready=all_well, turn=2))
    for number in range(1, settings.workers + 1):
        parts.append(Part(f"publish {number}", [*command, "worker", "--lane", "publish"], env, turn=2))
    if settings.mail_url != "log:":
        parts.append(Part("mail", [*command, "worker", "--lane", "mail"], env, turn=2))
    parts.append(Part("upkeep", [*command, "worker", "--lane", "upkeep"], env, turn=2))
    return parts


def _answers(host: str, port: int, path: str) -> Callable[[], bool]:
    place = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104  (looked at, not bound)
    address = f"http://{place}:{port}{path}"

    def answers() -> bool:
        try:
            with urllib.request.urlopen(address, timeout=1) as answer:  # noqa: S310  (our own server)
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    return answers


def _say_ready(address: str, letter: str) -> None:
    click.echo(
        f"\nSluice is running. Ctrl-C ends it.\n\n  Readers:  {address}/\n  Members:  {address}/calendar"
    )
    if letter:
        click.echo(f"  {letter}")
    sys.stdout.flush()

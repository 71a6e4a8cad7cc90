"""The `sluice` command. Each is an envelope: the work is done where its name says."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from calendar_app import logs
from calendar_app.config import WrongSetting, read_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from calendar_app.config import Settings


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sluice-calendar", prog_name="sluice")
def sluice() -> None:
    """Sluice: plan posts per stream, publish on time, let readers follow only what they want."""
    # Drafts, addresses and digests are for nobody else on this machine, even where the data folder is open to all.
    os.umask(0o077)


@sluice.command()
@click.option("--demo", is_flag=True, help="Fill an empty site with a demo organisation.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def up(demo: bool, host: str, port: int) -> None:
    """Run everything on this machine: web, clock, workers and, where none is given, a private Redis."""
    from calendar_app.starting import start_everything

    sys.exit(start_everything(demo=demo, host=host, port=port))


@sluice.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def web(host: str, port: int) -> None:
    """Run the web server alone."""
    from calendar_app.serving import serve

    logs.set_up()
    read_settings()
    serve(host, port)


@sluice.command()
def clock() -> None:
    """Run the clock alone. Any number of copies may run."""
    logs.set_up()
    from importlib import import_module

    import_module("jobs.clock").main()


@sluice.command()
@click.option(
    "--lane", type=click.Choice(["publish", "mail", "upkeep"]), default="publish", show_default=True
)
def worker(lane: str) -> None:
    """Run one worker of one lane."""
    logs.set_up()
    from importlib import import_module

    import_module("jobs.worker").main(lane)


@sluice.command()
def migrate() -> None:
    """Bring the database to the shape that this version needs."""
    from calendar_app import migrating

    with _app().app_context():
        migrating.migrate()
        click.echo(f"The database is at {migrating.current()}.")


@sluice.command()
def demo() -> None:
    """Fill an empty site with a demo organisation."""
    from calendar_app import migrating
    from calendar_app.demo.filling import fill

    with _app().app_context():
        migrating.migrate()
        click.echo(fill())


@sluice.command()
def doctor() -> None:
    """Say what is wrong and what to do; exit 1 if anything is."""
    from calendar_app.health.doctor import examine

    sys.exit(examine())


@sluice.command()
@click.argument("file", type=click.Path(dir_okay=False))
def backup(file: str) -> None:
    """Write everything this site knows into FILE."""
    from calendar_app.backing_up import write_backup

    with _app().app_context():
        click.echo(write_backup(file))


@sluice.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
def restore(file: str) -> None:
    """Put a backup in place. Nothing is published until `sluice resume` confirms it."""
    from calendar_app.restoring import restore_backup

    with _app().app_context():
        click.echo(restore_backup(file))


@sluice.command()
def resume() -> None:
    """Confirm a restored site: from now on it publishes again."""
    from calendar_app.restoring import release

    with _app().app_context():
        click.echo(release())


@sluice.group()
def keys() -> None:
    """The secret key: put a new one in its place, forget earlier ones."""


@keys.command()
def rotate() -> None:
    """Put a new secret key in place (where Sluice made it) and seal all secrets with it; go on where it stopped."""
    from calendar_app import rotating

    _answer(rotating.rotate)


@keys.command()
def forget() -> None:
    """Forget earlier keys. Links that were signed with them, in old mails for instance, are then no longer valid."""
    from calendar_app import rotating

    _answer(rotating.forget)


def _answer(work: Callable[[Settings], str]) -> None:
    """Print its sentence."""
    app = _app()
    with app.app_context():
        click.echo(work(app.config["SETTINGS"]))


def main() -> None:
    """Entry point: a setting that is wrong, or a start that is refused, is one sentence and exit 2."""
    from calendar_app.supervising import CannotStart

    _add_groups()
    try:
        sluice(prog_name="sluice")
    except (WrongSetting, CannotStart) as problem:
        click.echo(f"sluice: {problem}", err=True)
        sys.exit(2)


def _add_groups() -> None:
    from calendar_app.media.commands import pictures
    from calendar_app.people.commands import people, token

    sluice.add_command(pictures)
    sluice.add_command(people)
    sluice.add_command(token)


def _app() -> Flask:
    from calendar_app import create_app

    return create_app()

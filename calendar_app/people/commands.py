"""`sluice people …` and `sluice token …`, for whoever runs the machine."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
import sqlalchemy as sa

from calendar_app.people.models import ROLES

if TYPE_CHECKING:
    from collections.abc import Iterator


@click.group()
def people() -> None:
    """Let people in."""


@people.command("add")
@click.argument("email")
@click.option("--team", required=True, help="Name of the team; made if there is none of this name.")
@click.option("--role", required=True, type=click.Choice(ROLES))
@click.option("--name", help="The person's name; they can change it.")
def add(email: str, team: str, role: str, name: str | None) -> None:
    """Make the person a member of TEAM, and print a set-up link that can be used once.

    For a person who is here already it gives the role and prints a link to choose a new password.
    """
    from calendar_app import links
    from calendar_app.people.setting_up import SET_UP_HOURS, add_person

    with _changing():
        person, key = add_person(email, team, role, name=name)
        letter = f"{person.email} is {role} of {team}."
        address = links.let_in("set-up", key)
    click.echo(f"{letter} This link can be used once, within {SET_UP_HOURS} hours:\n{address}")


@click.group()
def token() -> None:
    """Keys for programs that use the API."""


@token.command("create")
@click.option("--email", required=True, help="The person as whom the program acts.")
@click.option("--name", required=True, help="What the key is for.")
@click.option("--scope", type=click.Choice(["read", "write"]), default="write", show_default=True)
@click.option("--days", default=365, show_default=True, type=click.IntRange(1, 730))
def create_token(email: str, name: str, scope: str, days: int) -> None:
    """Make a key and print it once, alone on the last line."""
    from calendar_app.errors import Refused
    from calendar_app.extensions import db
    from calendar_app.people import api_tokens
    from calendar_app.people.models import Person

    with _changing():
        query = sa.select(Person).where(Person.email == email.strip().lower())
        person = db.session.execute(query).scalar_one_or_none()
        if person is None:
            raise Refused({"email": f"Nobody here has the address {email}. Add them with: sluice people add"})
        key = api_tokens.create(person, name, scope, days=days)
    click.echo(key)


@contextmanager
def _changing() -> Iterator[None]:
    """An app on a migrated database, one transaction, and refusals as a sentence with exit code 1."""
    from calendar_app import create_app, migrating
    from calendar_app.errors import Refused
    from calendar_app.extensions import db, writing
    from calendar_app.people.setting_up import ensure_site

    app = create_app()
    with app.app_context(), writing():
        migrating.migrate()
        ensure_site(app.config["SETTINGS"])
        try:
            yield
        except Refused as refused:
            db.session.rollback()
            raise click.ClickException(" ".join(refused.errors.values())) from None
        db.session.commit()

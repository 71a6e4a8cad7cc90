"""`sluice people add` and `sluice token create`, on a data folder of their own."""

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from calendar_app import create_app
from calendar_app.config import read_settings
from calendar_app.extensions import db
from calendar_app.people import api_tokens
from calendar_app.people.commands import people, token
from calendar_app.people.models import ApiToken, Person
from tests.browsing import link_in


@pytest.fixture
def environ(tmp_path, redis_url, monkeypatch):
    for name in ("SLUICE_DATABASE_URL", "SLUICE_SECRET_KEY", "SLUICE_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SLUICE_DATA", str(tmp_path))
    monkeypatch.setenv("SLUICE_REDIS_URL", redis_url)
    return tmp_path


@pytest.fixture
def site(environ):
    made = create_app(read_settings())
    with made.app_context():
        yield made
        db.session.remove()
        db.engine.dispose()


def run(command, *words):
    return CliRunner().invoke(command, words)


def add(email="kari@example.org", role="owner", team="Fjord team"):
    return run(people, "add", email, "--team", team, "--role", role)


def test_adding_a_person_prints_a_link_that_opens_the_set_up_page(environ, site):
    result = add()
    assert result.exit_code == 0, result.output
    assert "kari@example.org is owner of Fjord team." in result.output
    page = site.test_client().get(link_in(result.output, "set-up"))
    assert page.status_code == 200
    assert "Choose a password for kari@example.org." in page.text


def test_a_key_stands_alone_on_the_last_line(environ, site):
    add()
    result = run(token, "create", "--email", "Kari@example.org", "--name", "Website", "--scope", "read")
    assert result.exit_code == 0, result.output
    key = result.output.rstrip("\n").split("\n")[-1]
    actor = api_tokens.actor_from(key)
    assert (actor.person.email, actor.scope) == ("kari@example.org", "read")


def test_a_key_may_write_unless_told_otherwise(environ, site):
    add()
    run(token, "create", "--email", "kari@example.org", "--name", "Website")
    assert db.session.execute(sa.select(ApiToken.scope)).scalar_one() == "write"


def test_a_key_for_nobody_is_refused_with_the_remedy(environ, site):
    result = run(token, "create", "--email", "kari@example.org", "--name", "Website")
    assert result.exit_code == 1
    assert result.output == (
        "Error: Nobody here has the address kari@example.org. Add them with: sluice people add\n"
    )


def test_an_address_that_cannot_be_one_is_refused_and_nothing_is_kept(environ, site):
    result = add("kari")
    assert result.exit_code == 1
    assert result.output == "Error: This is no e-mail address. Write it as name@example.org.\n"
    assert db.session.execute(sa.select(sa.func.count(Person.id))).scalar_one() == 0

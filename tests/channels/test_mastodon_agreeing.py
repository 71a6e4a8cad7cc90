"""Connecting a Mastodon account by agreeing on its server, in a browser."""

from __future__ import annotations

import html
import re
import threading
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa

from calendar_app.channels.mastodon import agreeing
from calendar_app.channels.models import Account
from calendar_app.channels.packing import open_secrets
from calendar_app.extensions import db, writing
from calendar_app.people.models import Team
from tests.channels.mastodon_steps import mastodon_place
from tests.channels.steps import delivery_of, due_post, send_due
from tests.factories import make_account, make_person, make_stream, make_team
from tests.fake_mastodon import TOKEN, FakeMastodon
from tests.receiver import answer

ASK, BACK = "/accounts/mastodon/agreement", "/accounts/mastodon/agreed"


@pytest.fixture
def server():
    with FakeMastodon() as found:
        yield found


@pytest.fixture
def owner(signed_in):
    return signed_in(make_person(make_team()))


def agree(browser, server, query=""):
    """Ask, and agree there: the path by which the server sends the person back."""
    page = browser.send(ASK + query, {"server": server.server})
    assert page.status_code == 200, page.text
    asked = parse_qs(
        urlsplit(html.unescape(re.search(r'href="([^"]*/oauth/authorize[^"]*)"', page.text)[1])).query
    )
    assert asked["redirect_uri"] == [f"http://127.0.0.1:8000{BACK}"]
    assert asked["scope"] == ["read:accounts read:statuses write:statuses write:media"]
    return f"{BACK}?code=code-1&state={asked['state'][0]}"


def confirm(browser, path, **form):
    code, state = (parse_qs(urlsplit(path).query).get(name, [""])[0] for name in ("code", "state"))
    return browser.send(BACK, {"code": code, "state": state, **form}, page=path)


def accounts():
    return db.session.scalars(sa.select(Account)).all()


def test_who_agrees_has_an_account(owner, server):
    path = agree(owner, server)
    assert accounts() == []
    answered = confirm(owner, path, name="City")
    (account,) = accounts()
    assert (answered.status_code, answered.location) == (303, f"/accounts/{account.id}")
    assert (account.channel, account.name, account.settings["server"]) == ("mastodon", "City", server.server)
    assert account.settings["learnt"]["most"] == 500
    assert open_secrets(account) == {"token": TOKEN}
    page = owner.get(answered.location).text
    assert "“City” is connected." in page and "500 characters" in page and TOKEN not in page


def test_coming_back_changes_nothing_until_it_is_confirmed(owner, server):
    path = agree(owner, server)
    asked = len(server.ledger)
    assert owner.get(path).status_code == 200
    assert (accounts(), len(server.ledger)) == ([], asked)


def test_the_client_secret_is_not_to_be_read_in_the_cookie(owner, server):
    agree(owner, server)
    assert "hush-1" not in str([cookie.value for cookie in owner._cookies.values()])


def test_it_can_be_used_once(owner, server):
    path = agree(owner, server)
    token = owner.form_token(path)
    form = {
        "code": "code-1",
        "state": parse_qs(urlsplit(path).query)["state"][0],
        "name": "City",
        "csrf_token": token,
    }
    owner.post(BACK, data=form)
    owner.post(BACK, data=form)
    assert len(accounts()) == 1


@pytest.mark.parametrize(
    "query", ["", "?code=code-1", "?code=code-1&state=other", "?error=access_denied&state=x", "?state=%00"]
)
def test_who_comes_back_with_nothing_good_is_told_to_begin_again(owner, server, query):
    agree(owner, server)
    answered = owner.get(BACK + query)
    if "%00" in query:
        assert answered.status_code == 404
        return
    assert (answered.status_code, answered.location) == (303, "/accounts")
    assert "Begin again." in owner.get("/accounts").text


def test_somebody_elses_state_opens_nothing(owner, signed_in, server):
    path = agree(owner, server)
    other = signed_in(make_person(make_team()))
    assert other.get(path).location == "/accounts"


def test_the_same_browser_with_another_sign_in_has_forgotten_it(app, owner, server):
    path = agree(owner, server)
    owner.sign_in(make_person(make_team()))
    assert owner.get(path).location == "/accounts"


def test_it_is_forgotten_after_a_quarter_of_an_hour(owner, server, monkeypatch):
    path = agree(owner, server)
    monkeypatch.setattr(agreeing, "KEPT", timedelta(seconds=-1))
    assert owner.get(path).location == "/accounts"


def test_a_code_that_the_server_does_not_take_is_told_in_its_words(owner, server):
    path = agree(owner, server)
    answered = confirm(owner, path, code="code-2", name="City")
    assert answered.location == "/accounts"
    assert "The code has expired." in owner.get("/accounts").text
    assert accounts() == []


def test_an_account_without_a_name_is_asked_for_one_and_nothing_is_lost(owner, server):
    path = agree(owner, server)
    answered = confirm(owner, path, name=" ")
    assert (answered.status_code, 'id="name-error"' in answered.text) == (422, True)
    assert confirm(owner, path, name="City").location == f"/accounts/{accounts()[0].id}"


@pytest.mark.parametrize(
    "address", ["", "http://10.0.0.1", "https://169.254.169.254/", "javascript:alert(1)"]
)
def test_an_address_that_must_not_be_called_is_refused(owner, server, address):
    answered = owner.send(ASK, {"server": address})
    assert (answered.status_code, 'id="server-error"' in answered.text) == (422, True)


def test_a_server_that_is_away_is_told(owner, server):
    server.refuse()
    answered = owner.send(ASK, {"server": server.server})
    assert answered.status_code == 422
    assert "127.0.0.1 refused the connection." in answered.text


@pytest.mark.parametrize("role", ["editor", "author", "viewer"])
def test_only_owners_ask(signed_in, server, role):
    browser = signed_in(make_person(make_team(), role))
    assert browser.get(ASK).status_code == 403
    assert server.ledger == []


def test_a_revoked_account_gets_a_new_token_and_sends_what_waited(signed_in, server):
    team = make_team()
    place = mastodon_place(server, make_stream(team))
    post = due_post(place.stream)
    server.token = "tests-token-2"  # noqa: S105
    send_due()
    assert (place.account.state, delivery_of(post).state) == ("paused", "retry")
    browser = signed_in(make_person(team))
    path = agree(browser, server, f"?account={place.account.id}")
    assert confirm(browser, path).location == f"/accounts/{place.account.id}"
    assert (place.account.state, open_secrets(place.account)) == ("ok", {"token": "tests-token-2"})
    send_due()
    assert (delivery_of(post).state, len(server.statuses)) == ("delivered", 1)


def test_another_teams_account_or_another_channels_is_not_there(owner, server):
    others = make_account(make_team(), "mastodon", settings={"server": server.server})
    for number in (others.id, 987654, "x"):
        assert owner.get(f"{ASK}?account={number}").status_code == 404


def test_the_page_of_the_channel_leads_here(owner):
    page = owner.get("/accounts/new?channel=mastodon").text
    assert ASK in page and '<select class="input" id="settings.visibility"' in page


@pytest.mark.parametrize(
    ("path", "form", "slow"),
    [
        (ASK, {}, "/api/v1/apps"),
        ("/accounts/new?channel=mastodon", {"name": "City", "secrets.token": TOKEN}, "/api/v2/instance"),
    ],
)
def test_while_a_server_takes_its_time_others_can_write(app, owner, server, path, form, slow):
    """On SQLite there is one writer at a time: a slow server must not keep the publisher from its turn."""
    team = make_team("Before")
    number = team.id
    server.plan(answer(200, delay=1.0), path=slow)
    seen = []

    def write_meanwhile():
        with app.app_context(), writing():
            db.session.execute(sa.update(Team).where(Team.id == number).values(name="Meanwhile"))
            db.session.commit()
            seen.append(len(server.ledger))
            db.session.remove()

    timer = threading.Timer(0.5, write_meanwhile)
    timer.start()
    owner.send(path, {"server": server.server, "settings.server": server.server, **form})
    timer.join(10)
    assert seen == [1]
    assert team.name == "Meanwhile"

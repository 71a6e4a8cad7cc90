"""The pages of accounts as people meet them."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from standardwebhooks import Webhook

from calendar_app.channels.models import Account
from calendar_app.channels.packing import open_secrets
from calendar_app.extensions import db
from calendar_app.people.models import Audit, Member
from tests.channels.steps import SECRET, connected, delivery_of, due_post, send_due
from tests.factories import make_account, make_person, make_scheduled, make_stream, make_team
from tests.receiver import answer


def only_account():
    return db.session.scalars(sa.select(Account)).one()


def shown_secret(page):
    return re.search(r'<code id="made-secret">(whsec_[^<]+)</code>', page)[1]


def test_without_an_account_the_page_says_what_one_is_for(signed_in):
    team = make_team()
    page = signed_in(make_person(team)).get("/accounts")
    assert (page.status_code, page.text.count("<h1")) == (200, 1)
    assert "No other place yet" in page.text and "/accounts/new" in page.text
    page = signed_in(make_person(team, "editor")).get("/accounts").text
    assert "An owner of your team connects places" in page and "/accounts/new" not in page


def test_one_chooses_among_the_channels(signed_in):
    page = signed_in(make_person(make_team())).get("/accounts/new").text
    assert "/accounts/new?channel=webhook" in page and "/accounts/new?channel=log" in page


def test_a_made_secret_is_shown_once_and_only_once(signed_in, receiver):
    browser = signed_in(make_person(make_team()))
    answered = browser.send(
        "/accounts/new?channel=webhook",
        {"name": "City website", "settings.url": receiver.address(), "secrets.secret": ""},
    )
    assert answered.status_code == 200
    secret = shown_secret(answered.text)
    account = only_account()
    assert open_secrets(account) == {"secret": secret}
    assert answered.headers["Cache-Control"] == "no-store"
    for path in ("/accounts", f"/accounts/{account.id}"):
        assert secret not in browser.get(path).text


def test_with_a_secret_of_ones_own_the_page_moves_on(signed_in, receiver):
    browser = signed_in(make_person(make_team()))
    form = {"name": "City website", "settings.url": receiver.address(), "secrets.secret": SECRET}
    answered = browser.send("/accounts/new?channel=webhook", form)
    assert (answered.status_code, answered.location) == (303, f"/accounts/{only_account().id}")
    page = browser.get(answered.location).text
    assert "“City website” is connected." in page and SECRET not in page


def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(signed_in):
    browser = signed_in(make_person(make_team()))
    form = {"name": "", "settings.url": 'http://10.0.0.1/"><b>', "secrets.secret": "weak-secret"}
    answered = browser.send("/accounts/new?channel=webhook", form)
    assert answered.status_code == 422
    for name in ("name", "settings.url", "secrets.secret"):
        assert f'id="{name}-error"' in answered.text
        assert f'href="#{name}"' in answered.text
    assert "http://10.0.0.1/" in answered.text
    assert (
        "weak-secret" not in answered.text
        and "<b>" not in answered.text.split("<main")[1].split("settings.url")[1][:200]
    )
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Account)) == 0


def test_an_unknown_channel_has_no_form(signed_in):
    browser = signed_in(make_person(make_team()))
    assert browser.get("/accounts/new?channel=pigeon").status_code == 404


@pytest.mark.parametrize(
    ("state", "reason", "word"),
    [
        ("ok", None, "In order"),
        ("paused", "Paused by Kari.", "Paused"),
        ("broken", "Answered 410.", "Out of order"),
    ],
)
def test_the_list_tells_the_state_by_icon_word_and_reason(signed_in, state, reason, word):
    stream = make_stream(name="Roads")
    account = make_account(stream.team, name="Town <screen>", streams=[stream])
    account.state, account.state_reason = state, reason
    db.session.commit()
    page = signed_in(make_person(stream.team, "viewer")).get("/accounts").text
    mark = page.split('<span class="account-state"')[1].split("</span></span>")[0]
    assert f'data-account-state="{state}"' in mark and "<svg" in mark and word in mark
    assert reason is None or reason in page
    assert "Town &lt;screen&gt;" in page and "Roads" in page and "nothing yet" in page


def test_the_list_tells_the_last_delivery_and_what_waits(signed_in, receiver):
    stream, account = connected(receiver)
    receiver.plan(answer(422))
    due_post(stream)
    send_due()
    account.state = "paused"
    due_post(stream)
    send_due()
    page = signed_in(make_person(stream.team)).get("/accounts").text
    assert 'data-state="failed"' in page
    assert "One delivery waits." in page


def test_the_page_of_an_account_lists_its_latest_deliveries(signed_in, receiver):
    stream, account = connected(receiver)
    receiver.plan(answer(200), answer(422))
    for number in (2, 1):
        due_post(stream, ago=number, title=f"Post {number}")
        send_due()
    make_scheduled(stream, title="Only planned")
    page = signed_in(make_person(stream.team, "viewer")).get(f"/accounts/{account.id}").text
    latest = page.split('id="recent-h"')[1]
    assert latest.index("Post 1") < latest.index("Post 2")
    assert "The receiver refused the post (422)." in latest
    assert "Only planned" not in latest
    assert "<form" not in page.split("<main")[1].split("</main>")[0]


def test_an_account_is_changed_and_its_secret_replaced(signed_in, receiver):
    stream, account = connected(receiver)
    browser = signed_in(make_person(stream.team))
    path = f"/accounts/{account.id}"
    form = {"name": "New name", "settings.url": receiver.address("/new"), "secrets.secret": ""}
    assert browser.send(path, form).status_code == 303
    assert (account.name, account.settings["url"]) == ("New name", receiver.address("/new"))
    assert open_secrets(account) == {"secret": SECRET}

    answered = browser.send(path, {**form, "drop_secrets": "secret"})
    assert answered.status_code == 200
    assert open_secrets(account) == {"secret": shown_secret(answered.text)}
    assert browser.send(path, {**form, "settings.url": "nonsense"}).status_code == 422


def test_a_test_is_sent_by_a_button_and_its_answer_shown(signed_in, receiver):
    stream, account = connected(receiver)
    browser = signed_in(make_person(stream.team))
    path = f"/accounts/{account.id}"
    browser.send(f"{path}/test", page=path)
    (call,) = receiver.ledger
    assert Webhook(SECRET).verify(call.body, call.headers)["type"] == "test"
    assert "The address answered 200" in browser.get(path).text
    receiver.plan(answer(410))
    browser.send(f"{path}/test", page=path)
    assert "410" in browser.get(path).text
    assert account.state == "ok"


def test_nothing_is_called_or_changed_by_looking(signed_in, receiver):
    stream, account = connected(receiver)
    browser = signed_in(make_person(stream.team))
    for path in ("test", "pause", "resume", "disconnection"):
        assert browser.get(f"/accounts/{account.id}/{path}").status_code == 405
    assert browser.post(f"/accounts/{account.id}/disconnection").status_code == 400
    assert (receiver.ledger, account.deleted_at) == ([], None)


def test_pause_resume_and_disconnect(signed_in, receiver):
    stream, account = connected(receiver)
    person = make_person(stream.team, name="Ola Vik")
    browser = signed_in(person)
    path = f"/accounts/{account.id}"
    browser.send(f"{path}/pause", page=path)
    assert (account.state, account.state_reason) == ("paused", "Paused by Ola Vik.")
    post = due_post(stream)
    send_due()
    assert delivery_of(post).state == "pending"

    browser.send(f"{path}/resume", page=path)
    assert account.state == "ok"
    send_due()
    assert delivery_of(post).state == "delivered"

    answered = browser.send(f"{path}/disconnection", page=path)
    assert answered.location == "/accounts"
    assert account.deleted_at is not None
    assert browser.get(path).status_code == 404
    assert "No other place yet" in browser.get("/accounts").text


@pytest.mark.parametrize("role", ["editor", "author", "viewer"])
def test_who_does_not_own_the_team_only_looks(signed_in, receiver, role):
    stream, account = connected(receiver)
    browser = signed_in(make_person(stream.team, role))
    path = f"/accounts/{account.id}"
    assert browser.get(path).status_code == 200
    assert browser.get("/accounts/new").status_code == 403
    for step in ("", "/test", "/pause", "/resume", "/disconnection"):
        assert browser.send(f"{path}{step}", {"name": "Mine"}, page="/team").status_code == 403
    form = {"name": "Mine", "settings.url": receiver.address()}
    assert browser.send("/accounts/new?channel=webhook", form, page="/team").status_code == 403
    assert receiver.ledger == []


def test_a_strangers_account_does_not_exist(signed_in, receiver):
    _, account = connected(receiver)
    browser = signed_in(make_person(make_team()))
    assert browser.get(f"/accounts/{account.id}").status_code == 404
    for step in ("", "/test", "/pause", "/resume", "/disconnection"):
        assert browser.send(f"/accounts/{account.id}{step}", page="/team").status_code == 404
    assert account.name not in browser.get("/accounts").text


def unknown_delivery(receiver):
    stream, _ = connected(receiver)
    receiver.plan(answer(422))
    post = due_post(stream)
    send_due()
    return delivery_of(post)


@pytest.mark.parametrize("named_by", ["key", "id"])
def test_a_delivery_is_marked_as_sent_from_its_posts_page(signed_in, receiver, named_by):
    row = unknown_delivery(receiver)
    browser = signed_in(make_person(row.post.team, "editor", name="Ola Vik"))
    path = f"/deliveries/{getattr(row, named_by)}/resolution"
    answered = browser.send(path, {"outcome": "sent"}, page="/team")
    assert answered.location == f"/posts/{row.post.uuid}/edit"
    assert (row.state, row.reason) == ("delivered", "Marked as sent by Ola Vik.")


def test_a_delivery_is_sent_again_from_its_posts_page(signed_in, receiver):
    row = unknown_delivery(receiver)
    browser = signed_in(make_person(row.post.team, "editor"))
    browser.send(f"/deliveries/{row.key}/resolution", {"outcome": "send again"}, page="/team")
    assert row.state == "pending"
    send_due()
    assert delivery_of(row.post).state == "delivered"
    browser.send(f"/deliveries/{row.key}/resolution", {"outcome": "send again"}, page="/team")
    assert "there is nothing to decide" in browser.get("/accounts").text


def test_resolutions_are_for_editors_of_the_team(signed_in, receiver):
    row = unknown_delivery(receiver)
    path = f"/deliveries/{row.key}/resolution"
    author, stranger = (
        signed_in(person) for person in (make_person(row.post.team, "author"), make_person(make_team()))
    )
    assert author.send(path, {"outcome": "sent"}, page="/team").status_code == 403
    assert stranger.send(path, {"outcome": "sent"}, page="/team").status_code == 404
    assert (
        stranger.send("/deliveries/nonsense/resolution", {"outcome": "sent"}, page="/team").status_code == 404
    )
    assert row.state == "failed"


def test_an_account_goes_to_the_team_of_the_address(signed_in, receiver):
    north, south = make_team("North"), make_team("South")
    person = make_person(north, "viewer")
    db.session.add(Member(team_id=south.id, person_id=person.id, role="owner"))
    db.session.commit()
    browser = signed_in(person)
    form = {"name": "Log", "secrets.secret": ""}
    assert browser.send(f"/accounts/new?channel=log&team={north.id}", form, page="/team").status_code == 403
    assert browser.send("/accounts/new?channel=log", {"name": "Log"}).status_code == 303
    assert only_account().team_id == south.id


def test_what_was_done_on_the_pages_is_on_record_without_secrets(signed_in, receiver):
    browser = signed_in(make_person(make_team()))
    form = {"name": "City website", "settings.url": receiver.address(), "secrets.secret": SECRET}
    browser.send("/accounts/new?channel=webhook", form)
    row = db.session.scalars(sa.select(Audit).where(Audit.action == "account connected")).one()
    assert row.after["settings"] == {"url": receiver.address()}
    assert SECRET not in str((row.before, row.after))


def test_a_secret_of_the_channels_own_is_taken_away_not_made(signed_in, receiver):
    """A webhook's address comes from Slack: Sluice can make none, and a bot needs none."""
    stream = make_stream()
    bot = {"channel": "C0123456789", "server": receiver.address("/api")}
    both = {"address": receiver.address("/hook"), "token": "xoxb-tests-tests-tests"}
    account = make_account(stream.team, "slack", settings=bot, secrets=both, streams=[stream])
    browser = signed_in(make_person(stream.team))
    path = f"/accounts/{account.id}"
    page = browser.get(path).text
    assert "Take it away" in page
    assert "Make a new one" not in page
    form = {
        "name": "Slack",
        "drop_secrets": "address",
        **{f"settings.{name}": value for name, value in bot.items()},
    }
    assert browser.send(path, form).status_code == 303
    assert open_secrets(account) == {"token": both["token"]}

"""Streams and accounts in a browser: every page in any light, and what the form of a stream answers while one types."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from calendar_app.channels.models import Account
from calendar_app.extensions import database_now, db
from calendar_app.streams.editing import archive
from calendar_app.streams.models import Stream
from tests.browser.looking import look_at, look_through
from tests.browser.worlds import busy_town_hall, make_town_hall
from tests.factories import make_account, make_actor, make_person, make_stream, make_team
from tests.receiver import Receiver

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def send_as_typed(page):
    """Without the browser's own checks: the server's sentences are what we want to see."""
    page.locator("main form").first.evaluate("form => { form.noValidate = true; form.requestSubmit() }")


def test_pages_of_streams(site):
    hall = busy_town_hall()
    hall.roads.visibility, hall.roads.responsible_id, hall.roads.needs_approval = (
        "unlisted",
        hall.kari.id,
        True,
    )
    hall.roads.approval_steps, hall.roads.checklist = ["editor", "owner"], "Is the road named?\nUntil when?"
    hall.roads.pauses = [{"first": "2031-07-01", "last": "2031-07-31", "note": "Summer", "told": False}]
    archive(make_stream(hall.team, "old", name="Old news"), actor=make_actor(hall.team), now=database_now())
    page = site.open(hall.kari)
    found = look_through(
        page, [("streams", "/streams"), ("stream-new", "/streams/new"), ("stream", "/streams/roads/edit")]
    )
    for closed in page.locator("main details:not([open]) > summary").all():
        closed.evaluate("summary => { summary.parentElement.open = true }")
    found += look_at(page, "stream-all-open")
    page.goto("/streams/new")
    page.get_by_label("How often is it heard?").fill("whenever")
    send_as_typed(page)
    expect(page.get_by_role("alert")).to_be_focused()
    found += look_at(page, "stream-refused")
    site.watch(page).expect("status of 422")
    assert found == []


def test_streams_before_the_first(site):
    page = site.open(make_person(make_team()))
    assert look_through(page, [("streams-empty", "/streams"), ("accounts-empty", "/accounts")]) == []


def test_pages_of_accounts(site):
    hall = busy_town_hall()
    states = {"paused": "Paused by Kari Nordmann.", "broken": "The receiver answered 410 Gone."}
    for state, reason in states.items():
        account = make_account(hall.team, name=f"Screen, {state}", streams=[hall.roads, hall.culture])
        account.state, account.state_reason = state, reason
    bots = {"slack": {"channel": "C0123456789"}, "discord": {"channel": "123456789012345678"}}
    made = [
        make_account(
            hall.team, kind, name=f"The bot of {kind}", settings=settings, secrets={"token": "xoxb-1"}
        )
        for kind, settings in bots.items()
    ]
    page = site.open(hall.kari)
    with Receiver() as receiver:
        found = look_through(
            page,
            [
                ("accounts", "/accounts"),
                ("account-choose", "/accounts/new"),
                ("account", f"/accounts/{account.id}"),
            ]
            + [(f"account-{bot.channel}", f"/accounts/{bot.id}") for bot in made]
            + [(f"account-new-{kind}", f"/accounts/new?channel={kind}") for kind in (*bots, "webhook")],
        )
        page.get_by_label("Name").fill("City website")
        page.get_by_role("textbox", name="Address").fill("http://10.0.0.1/hook")
        send_as_typed(page)
        expect(page.get_by_role("alert")).to_be_focused()
        found += look_at(page, "account-refused")
        site.watch(page).expect("status of 422")
        page.get_by_role("textbox", name="Address").fill(receiver.address())
        page.get_by_role("button", name="Connect").click()
        expect(page.locator("#made-secret")).to_be_visible()
        found += look_at(page, "account-secret")
        page.get_by_role("button", name="Send a test").click()
        expect(page.get_by_text("The address answered 200")).to_be_visible()
        assert len(receiver.ledger) == 1
    assert found == []


def test_the_name_offers_a_handle_until_one_writes_ones_own(site):
    hall = make_town_hall()
    page = site.open(hall.kari)
    page.goto("/streams/new")
    name, handle = page.get_by_label("Name"), page.get_by_label("Handle")
    name.press_sequentially("Vei- og brøytemeldinger, Ås")
    expect(handle).to_have_value("vei-og-broytemeldinger-as")
    handle.fill("plough")
    name.press_sequentially(" kommune")
    expect(handle).to_have_value("plough")


def test_the_promise_answers_with_its_next_slots_while_one_types(site):
    hall = make_town_hall()
    page = site.open(hall.kari)
    page.goto("/streams/new")
    preview = page.locator("#slots")
    expect(preview).to_contain_text("No promise")
    height = preview.bounding_box()["height"]
    page.get_by_label("How often is it heard?").fill("weekly on Tue at 10:00")
    expect(preview.locator("li")).to_have_count(5)
    expect(preview).to_contain_text("Times in Europe/Oslo.")
    assert abs(preview.bounding_box()["height"] - height) < 1
    page.get_by_label("Time zone").fill("Asia/Tokyo")
    expect(preview).to_contain_text("Times in Asia/Tokyo.")
    page.get_by_label("How often is it heard?").fill("whenever at 10:00")
    expect(preview).to_contain_text("not a cadence we understand")


def test_a_stream_is_made_by_keyboard_alone(site):
    hall = make_town_hall()
    page = site.open(hall.kari)
    page.goto("/streams")
    page.get_by_role("link", name="New stream").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/streams/new")
    page.get_by_label("Name").focus()
    page.keyboard.type("Harbour")
    page.get_by_role("radio", name="Moss").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Open the stream").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("“Harbour” is open")).to_be_visible()
    made = db.session.execute(sa.select(Stream.name, Stream.hue).where(Stream.handle == "harbour")).one()
    assert tuple(made) == ("Harbour", "moss")


def test_without_scripts_everything_works_as_well(site):
    hall = make_town_hall()
    page = site.open(hall.kari, java_script_enabled=False)
    page.goto("/streams/new")
    page.get_by_label("Name").fill("Harbour")
    page.get_by_label("Handle").fill("harbour")
    page.get_by_label("How often is it heard?").fill("daily at 07:00")
    page.get_by_role("button", name="Open the stream").click()
    expect(page.get_by_text("“Harbour” is open")).to_be_visible()
    page.goto("/accounts/new?channel=log")
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_text("“Log” is connected.")).to_be_visible()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Account)) == 1

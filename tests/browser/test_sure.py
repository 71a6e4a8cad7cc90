"""What cannot be taken back is asked about once, in place: the first press says what ends, the second ends it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from calendar_app.channels.models import Account
from calendar_app.extensions import db
from calendar_app.people import api_tokens
from calendar_app.people.models import ApiToken
from tests.browser.conftest import NARROW, meanwhile
from tests.browser.looking import look_at
from tests.browser.worlds import busy_town_hall, make_town_hall
from tests.factories import make_account

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_a_key_and_an_account_end_with_the_second_press(site):
    hall = make_town_hall()
    with meanwhile():
        api_tokens.create(hall.kari, "Screen", "read")
        account = make_account(hall.team, name="Town hall screen", streams=[hall.roads])
    page = site.open(hall.kari, size=NARROW)
    page.goto("/settings")
    revoke = page.locator(".sure", has_text="Revoke Screen")
    revoke.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(revoke).to_contain_text("This cannot be undone.")
    found = look_at(page, "settings-sure")
    assert db.session.scalars(sa.select(ApiToken.revoked_at)).all() == [None]
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".sure", has_text="Revoke Screen")).to_have_count(0)

    page.goto(f"/accounts/{account.id}")
    page.locator(".sure summary").click()
    found += look_at(page, "account-sure")
    page.get_by_role("button", name="Yes, for good").click()
    expect(page.locator("#main")).to_contain_text("is disconnected")
    db.session.rollback()
    assert db.session.scalars(sa.select(Account.deleted_at)).one() is not None
    assert found == []


def test_a_post_is_withdrawn_with_the_second_press(site):
    hall = busy_town_hall()
    post = hall.posts["delivered"]
    page = site.open(hall.kari)
    page.goto(f"/posts/{post.uuid}/edit")
    page.locator(".acts-more > summary").click()
    page.locator(".sure summary").click()
    expect(page.locator(".sure")).to_contain_text("This cannot be undone.")
    page.get_by_role("button", name="Yes, withdraw it").click()
    expect(page.locator("#main")).to_contain_text("Withdrawn. Places that can take it back are being told.")

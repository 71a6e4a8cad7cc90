"""What needs a person and what one was told, as people meet them: every look, and the way to an empty board."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from calendar_app.channels.email.leaving import leave_address
from calendar_app.extensions import db
from calendar_app.notices.noticing import notice_all
from tests.browser.looking import look_through
from tests.browser.worlds import busy_town_hall, make_town_hall
from tests.factories import make_account

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_the_board_the_notices_and_a_list_of_addresses(site):
    hall = busy_town_hall()
    paused = make_account(hall.team, name="Old screen", streams=[hall.roads])
    paused.state, paused.state_reason = "paused", "Paused by Kari Nordmann."
    letter = make_account(hall.team, "email", name="Newsletter", settings={"addresses": "ola@example.org"})
    notice_all()
    db.session.commit()
    leave = leave_address(letter.id, "ola@example.org").removeprefix("http://127.0.0.1:8000")
    leave = leave[leave.index("/mail/") :]
    paths = [
        ("needs", "/needs"),
        ("needs-one-stream", "/needs?stream=culture"),
        ("notices", "/notices"),
        ("account-email", f"/accounts/{letter.id}"),
        ("account-email-new", "/accounts/new?channel=email"),
        ("mail-leave", leave),
    ]
    assert look_through(site.open(hall.kari), paths) == []


def test_nothing_needs_anybody(site):
    assert (
        look_through(
            site.open(make_town_hall().kari), [("needs-none", "/needs"), ("notices-none", "/notices")]
        )
        == []
    )


def test_one_looks_decides_and_the_count_goes_down(site):
    hall = busy_town_hall()
    page = site.open(hall.kari)
    page.goto("/calendar")
    link = page.get_by_role("navigation", name="Main", exact=True).get_by_role("link", name="Needs a person")
    expect(link).to_contain_text("3")
    link.click()
    page.get_by_role("region", name="May have gone out").get_by_role("button", name="It is there").click()
    expect(page).to_have_url(re.compile("/needs$"))
    expect(page.get_by_role("status")).to_contain_text(["Marked as sent."])
    expect(link).to_contain_text("2")

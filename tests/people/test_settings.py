"""What a person changes about themselves, on the settings page."""

import re

import pytest
import sqlalchemy as sa

from calendar_app.extensions import db
from calendar_app.people import api_tokens, personal_feeds
from calendar_app.people.models import ApiToken, PersonalFeed
from calendar_app.times import utcnow
from tests.people.steps import PASSWORD, actions, member_of, sessions_of, sign_in, somebody

NEW = "other herons fly away"


def send(browser, path, form=None):
    return browser.send(path, form, page="/settings")


def test_name_zone_and_language_are_saved(browser):
    kari = somebody()
    browser.sign_in(kari)
    send(browser, "/settings/profile", {"name": "Kari Lie", "timezone": "oslo", "locale": "nb"})
    assert (kari.name, kari.timezone, kari.locale) == ("Kari Lie", "Europe/Oslo", "nb")


def test_the_answer_speaks_the_language_that_was_chosen(browser):
    browser.sign_in(somebody())
    send(browser, "/settings/profile", {"name": "Kari Lie", "timezone": "Europe/Oslo", "locale": "nb"})
    page = browser.get("/settings").text
    assert '<html lang="nb">' in page
    assert "Navn, tidssone og språk er lagret." in page


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"timezone": "Olso"}, "“Olso” is not a time zone we know. Write one such as Europe/Oslo."),
        ({"name": ""}, "Write your name, as colleagues know it."),
        ({"name": "x" * 121}, "Use at most 120 characters."),
        ({"name": "Kari\x07Lie"}, "Leave out line breaks and control characters."),
        ({"locale": "tlh"}, "Choose one of the languages in the list."),
    ],
)
def test_what_cannot_be_saved_is_explained_and_kept_in_the_form(browser, change, sentence):
    kari = somebody()
    browser.sign_in(kari)
    form = {"name": "Typed Name", "timezone": "Europe/Oslo", "locale": "nb", **change}
    answer = send(browser, "/settings/profile", form)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert ('value="Typed Name"' in answer.text) == ("name" not in change)
    assert (kari.name, kari.timezone, kari.locale) == ("Kari Moe", "UTC", "en")


def test_a_new_password_ends_all_other_sessions_and_renews_this_one(browser, new_browser):
    kari = somebody(email="kari@example.org", password=PASSWORD)
    elsewhere = new_browser().sign_in(kari)
    browser.sign_in(kari)
    old_token = browser.get_cookie("sluice").value
    answer = send(browser, "/settings/password", {"current": PASSWORD, "password": NEW})
    assert answer.location == "/settings"
    assert elsewhere.get("/settings").status_code == 303
    assert browser.get("/settings").status_code == 200
    assert browser.get_cookie("sluice").value != old_token
    assert [row.ended_at is None for row in sessions_of(kari)] == [False, False, True]
    assert sign_in(new_browser(), "kari@example.org", PASSWORD).status_code == 422
    assert sign_in(new_browser(), "kari@example.org", NEW).status_code == 303


def test_the_password_is_not_changed_without_the_one_before(browser, new_browser):
    kari = somebody(email="kari@example.org", password=PASSWORD)
    browser.sign_in(kari)
    before = kari.password_hash
    answer = send(browser, "/settings/password", {"current": "wrong", "password": NEW})
    assert answer.status_code == 422
    assert "This is not the password you have now. Try again." in answer.text
    assert NEW not in answer.text
    assert kari.password_hash == before


def test_guessing_the_password_on_the_settings_page_ends_too(browser):
    browser.sign_in(somebody(password=PASSWORD))
    form = {"current": "wrong", "password": NEW}
    assert [send(browser, "/settings/password", form).status_code for _ in range(11)] == [422] * 10 + [429]


def test_whoever_came_by_a_link_chooses_a_first_password(browser, new_browser):
    kari = somebody(email="kari@example.org")
    browser.sign_in(kari)
    assert send(browser, "/settings/password", {"password": "kari@example.org"}).status_code == 422
    assert send(browser, "/settings/password", {"password": NEW}).status_code == 303
    assert sign_in(new_browser(), "kari@example.org", NEW).status_code == 303


def test_one_sees_where_one_is_signed_in_and_ends_it(browser, new_browser):
    kari = somebody()
    other = new_browser()
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    other.environ_base["HTTP_USER_AGENT"] = firefox
    other.come_in(kari)
    browser.come_in(kari)
    assert "Firefox on Linux" in browser.get("/settings").text
    first = sessions_of(kari)[0]
    send(browser, f"/settings/sessions/{first.id}/end")
    assert other.get("/settings").status_code == 303
    assert browser.get("/settings").status_code == 200
    assert "Firefox on Linux" not in browser.get("/settings").text


def test_one_ends_all_other_sessions_at_once(browser, new_browser):
    kari = somebody()
    others = [new_browser().sign_in(kari) for _ in range(2)]
    browser.sign_in(kari)
    send(browser, "/settings/sessions/others/end")
    assert [one.get("/settings").status_code for one in [*others, browser]] == [303, 303, 200]


def test_a_key_is_shown_once_and_works_until_it_is_revoked(browser):
    kari = somebody()
    browser.sign_in(kari)
    page = send(browser, "/settings/tokens", {"token_name": "Website", "scope": "read", "days": "30"})
    token = re.search(r"slc_[\w-]{43}", page.text)[0]
    assert token not in browser.get("/settings").text
    actor = api_tokens.actor_from(token)
    assert (actor.person, actor.scope) == (kari, "read")
    row = db.session.execute(sa.select(ApiToken)).scalar_one()
    send(browser, f"/settings/tokens/{row.id}/revocation")
    assert api_tokens.actor_from(token) is None
    assert actions()[-2:] == ["token made", "token revoked"]


@pytest.mark.parametrize(
    "form", [{"scope": "all"}, {"days": "0"}, {"days": "731"}, {"days": "x"}, {"token_name": ""}]
)
def test_a_key_that_cannot_be_made_is_explained(browser, form):
    browser.sign_in(somebody())
    answer = send(
        browser, "/settings/tokens", {"token_name": "Website", "scope": "read", "days": "30", **form}
    )
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert db.session.execute(sa.select(sa.func.count(ApiToken.id))).scalar_one() == 0


def test_a_private_calendar_address_is_shown_once_with_a_button(browser):
    kari = somebody()
    browser.sign_in(kari)
    page = send(browser, f"/settings/feeds/{member_of(kari).id}").text
    token = re.search(r"http://127.0.0.1:8000/team/([\w-]{43})\.ics", page)[1]
    assert f'href="webcal://127.0.0.1:8000/team/{token}.ics"' in page
    assert token not in browser.get("/settings").text
    assert personal_feeds.find(token).member_id == member_of(kari).id


def test_a_new_address_switches_the_old_one_off_and_one_may_have_none(browser):
    kari = somebody()
    browser.sign_in(kari)
    old = personal_feeds.create(member_of(kari))
    page = send(browser, f"/settings/feeds/{member_of(kari).id}").text
    new = re.search(r"/team/([\w-]{43})\.ics", page)[1]
    with pytest.raises(personal_feeds.SwitchedOff):
        personal_feeds.find(old)
    row = db.session.execute(sa.select(PersonalFeed).where(PersonalFeed.revoked_at.is_(None))).scalar_one()
    send(browser, f"/settings/feeds/{row.id}/revocation")
    with pytest.raises(personal_feeds.SwitchedOff):
        personal_feeds.find(new)
    assert personal_feeds.find("A" * 43) is None


def test_the_feed_of_a_disabled_person_is_off(app):
    kari = somebody()
    token = personal_feeds.create(member_of(kari))
    kari.disabled_at = utcnow()
    with pytest.raises(personal_feeds.SwitchedOff):
        personal_feeds.find(token)


def test_what_belongs_to_colleagues_is_not_there(browser):
    jon = somebody()
    api_tokens.create(jon, "Website")
    personal_feeds.create(member_of(jon))
    browser.sign_in(somebody())
    key = db.session.execute(sa.select(ApiToken.id)).scalar_one()
    feed = db.session.execute(sa.select(PersonalFeed.id)).scalar_one()
    browser.sign_in(jon)
    session = sessions_of(jon)[-1].id
    browser.sign_in(somebody())
    for path in (
        f"/settings/tokens/{key}/revocation",
        f"/settings/feeds/{feed}/revocation",
        f"/settings/feeds/{member_of(jon).id}",
        f"/settings/sessions/{session}/end",
    ):
        assert send(browser, path).status_code == 404


@pytest.mark.parametrize("number", ["2147483648", "99999999999999999999999"])
def test_a_number_beyond_all_rows_is_not_there(browser, number):
    browser.sign_in(somebody())
    for path in (
        f"/settings/feeds/{number}",
        f"/settings/sessions/{number}/end",
        f"/team/members/{number}/role",
    ):
        assert send(browser, path).status_code == 404

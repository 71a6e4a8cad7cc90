"""Signing in and out through the pages, and what ends a session."""

from datetime import timedelta
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_app import create_app
from calendar_app.extensions import db
from calendar_app.people import sessions, signing_in
from calendar_app.times import utcnow
from calendar_app.tokens import digest
from tests.browsing import Browser
from tests.conftest import settings_for
from tests.people.steps import PASSWORD, actions, member_of, sessions_of, sign_in, somebody


def token_of(browser, name="sluice"):
    cookie = browser.get_cookie(name)
    return cookie.value if cookie else None


def test_the_right_password_opens_the_calendar(browser):
    kari = somebody(email="kari@example.org", password=PASSWORD)
    answer = sign_in(browser, " Kari@Example.org ", PASSWORD)
    assert (answer.status_code, answer.location) == (303, "/calendar")
    assert browser.get("/settings").status_code == 200
    assert [row.digest for row in sessions_of(kari)] == [digest(token_of(browser))]


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(browser):
    somebody(email="kari@example.org", password=PASSWORD)
    cookies = sign_in(browser, "kari@example.org", PASSWORD).headers.getlist("Set-Cookie")
    line = next(cookie for cookie in cookies if cookie.startswith("sluice="))
    assert line.split("; ")[2:] == ["Max-Age=604800", "HttpOnly", "Path=/", "SameSite=Lax"]


def test_on_https_the_cookies_are_bound_to_the_host(app, new_browser):
    person = somebody()
    https = create_app(settings_for(
        app.config["SETTINGS"].data, app.config["SETTINGS"].database_url, app.config["SETTINGS"].redis_url,
        base_url="https://news.example.org",
    ))  # fmt: skip
    https.test_client_class = Browser
    with https.app_context():
        browser = https.test_client()
        browser.get("/sign-in", base_url="https://news.example.org")
        form = browser.get_cookie("__Host-sluice-form", domain="news.example.org")
        assert (form.secure, form.http_only, form.path, form.same_site) == (True, True, "/", "Lax")
        from calendar_app.people.setting_up import make_link

        link = make_link(db.session.merge(person), "sign-in", 1)
        db.session.commit()
        path = f"/enter/sign-in/{link}"
        page = browser.get(path, base_url="https://news.example.org").text
        token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
        answer = browser.post(path, data={"csrf_token": token}, base_url="https://news.example.org")
        line = next(one for one in answer.headers.getlist("Set-Cookie") if one.startswith("__Host-sluice="))
        assert line.split("; ")[2:] == ["Max-Age=604800", "Secure", "HttpOnly", "Path=/", "SameSite=Lax"]
        db.session.remove()
        db.engine.dispose()


def test_a_wrong_password_an_unknown_address_and_a_disabled_person_get_one_answer(new_browser):
    somebody(email="kari@example.org", password=PASSWORD)
    gone = somebody(email="gone@example.org", password=PASSWORD)
    gone.disabled_at = utcnow()
    db.session.commit()
    tries = [("kari@example.org", "wrong"), ("nobody@example.org", PASSWORD), ("gone@example.org", PASSWORD)]
    pages = []
    for email, password in tries:
        browser = new_browser()
        answer = sign_in(browser, email, password)
        token = browser.form_token("/sign-in")
        assert answer.status_code == 422
        pages.append(
            answer.text.replace(email, "EMAIL").replace(token, "TOKEN").split('name="csrf_token"')[0]
        )
        assert f'value="{email}"' in answer.text and "wrong" not in answer.text.replace("not right", "")
        assert "The e-mail address or the password is not right. Try again." in answer.text
        assert token_of(browser) is None
    assert len(set(pages)) == 1


def test_an_empty_form_says_what_is_missing(browser):
    answer = sign_in(browser, "", "")
    assert answer.status_code == 422
    assert "Write your e-mail address." in answer.text
    assert "Write your password." in answer.text


def test_signing_in_again_begins_a_new_session_and_ends_the_old(browser):
    kari = somebody()
    browser.come_in(kari)
    first = token_of(browser)
    browser.come_in(kari)
    assert token_of(browser) != first
    assert [row.ended_at is None for row in sessions_of(kari)] == [False, True]


def test_a_token_chosen_by_somebody_else_is_never_taken_over(browser):
    kari = somebody()
    browser.set_cookie("sluice", "A" * 43)
    browser.come_in(kari)
    assert token_of(browser) != "A" * 43


def test_signing_out_ends_the_session_and_takes_the_cookie_back(browser, new_browser):
    kari = somebody()
    browser.come_in(kari)
    stolen = token_of(browser)
    assert browser.send("/sign-out", page="/settings").location == "/sign-in"
    assert token_of(browser) is None
    thief = new_browser()
    thief.set_cookie("sluice", stolen)
    assert thief.get("/settings").status_code == 303


@pytest.mark.parametrize(
    ("column", "age", "status"),
    [
        ("last_seen_at", timedelta(hours=11, minutes=59), 200),
        ("last_seen_at", timedelta(hours=12, minutes=1), 303),
        ("created_at", timedelta(days=6, hours=23), 200),
        ("created_at", timedelta(days=7, minutes=1), 303),
    ],
)
def test_a_session_ends_after_twelve_idle_hours_and_after_seven_days(browser, column, age, status):
    kari = somebody()
    browser.come_in(kari)
    setattr(sessions_of(kari)[0], column, utcnow() - age)
    db.session.commit()
    assert browser.get("/settings").status_code == status


def test_using_the_pages_keeps_a_session_awake(browser):
    kari = somebody()
    browser.come_in(kari)
    sessions_of(kari)[0].last_seen_at = utcnow() - timedelta(hours=11)
    db.session.commit()
    browser.get("/settings")
    assert utcnow() - sessions_of(kari)[0].last_seen_at < timedelta(minutes=1)


def test_old_sessions_are_forgotten_and_open_ones_kept(app):
    kari, now = somebody(), utcnow()
    sessions.start(kari, now=now - timedelta(days=60))
    sessions.start(kari, now=now - timedelta(days=1))
    assert sessions.forget_old(now) == 1
    assert len(sessions_of(kari)) == 1


def test_whoever_is_disabled_is_out_at_once(browser):
    kari = somebody()
    browser.come_in(kari)
    kari.disabled_at = utcnow()
    db.session.commit()
    assert browser.get("/settings").status_code == 303


def test_whoever_left_the_team_is_out_of_it_at_once(browser):
    kari = somebody()
    browser.come_in(kari)
    db.session.delete(member_of(kari))
    db.session.commit()
    answer = browser.get("/team")
    assert answer.status_code == 403
    assert "You are in no team at the moment." in answer.text


def test_after_signing_in_one_is_where_one_wanted_to_be(browser):
    somebody(email="kari@example.org", password=PASSWORD)
    asked = browser.get("/team?view=list")
    assert asked.location == "/sign-in?next=/team?view%3Dlist"
    token = browser.form_token(asked.location)
    form = {"email": "kari@example.org", "password": PASSWORD, "csrf_token": token}
    assert browser.post(asked.location, data=form).location == "/team?view=list"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)",
     "/\t/evil.example", "evil", "", None, "/ok\r\nSet-Cookie: a=b", "/" + "a" * 2001],
)  # fmt: skip
def test_nobody_is_sent_elsewhere_after_signing_in(elsewhere):
    assert signing_in.local_path(elsewhere) == "/calendar"


@given(st.text(max_size=60))
def test_wherever_one_is_sent_it_is_on_this_site(text):
    here = "https://news.example.org/sign-in"
    assert urlsplit(urljoin(here, signing_in.local_path(text)))[:2] == ("https", "news.example.org")


def test_a_script_signs_in_over_the_page_and_gets_a_token_that_works(browser):
    somebody(email="kari@example.org", password=PASSWORD)
    token = browser.form_token("/sign-in")
    answer = browser.post(
        "/sign-in",
        json={"email": "kari@example.org", "password": PASSWORD},
        headers={"Accept": "application/json", "X-CSRFToken": token},
    )
    assert answer.status_code == 200
    assert answer.json["ok"] is True
    saved = browser.post("/sign-out", data={"csrf_token": answer.json["csrf"]})
    assert saved.status_code == 303


def test_a_script_that_sends_the_wrong_password_gets_the_sentence(browser):
    somebody(email="kari@example.org", password=PASSWORD)
    answer = browser.post(
        "/sign-in",
        data={"email": "kari@example.org", "password": "wrong", "csrf_token": browser.form_token("/sign-in")},
        headers={"Accept": "application/json"},
    )
    assert answer.status_code == 422
    assert answer.json == {
        "ok": False,
        "errors": {"password": "The e-mail address or the password is not right. Try again."},
    }


def test_when_the_session_has_run_out_a_script_is_told_and_nothing_else_happens(browser):
    kari = somebody()
    browser.come_in(kari)
    token = browser.form_token("/settings")
    sessions_of(kari)[0].ended_at = utcnow()
    db.session.commit()
    form = {"csrf_token": token, "name": "Other", "timezone": "UTC", "locale": "en"}
    answer = browser.post("/settings/profile", data=form, headers={"Accept": "application/json"})
    assert answer.status_code == 401
    assert answer.json["error"] == "You have been signed out. Sign in again: nothing on this page is lost."
    fragment = browser.post("/settings/profile", data=form, headers={"HX-Request": "true"})
    assert fragment.status_code == 401
    assert "<html" not in fragment.text and 'href="/sign-in"' in fragment.text
    assert kari.name == "Kari Moe"


def test_the_same_person_signing_in_again_keeps_forms_of_other_tabs_good(browser):
    kari = somebody()
    browser.come_in(kari)
    old_tab = browser.form_token("/settings")
    sessions_of(kari)[0].ended_at = utcnow()
    db.session.commit()
    browser.come_in(kari)
    form = {"csrf_token": old_tab, "name": "Kari M. Moe", "timezone": "Europe/Oslo", "locale": "nb"}
    assert browser.post("/settings/profile", data=form).status_code == 303
    assert kari.name == "Kari M. Moe"


def test_a_form_of_before_somebody_else_signed_in_is_refused(browser):
    kari, jon = somebody(), somebody()
    browser.come_in(kari)
    old_tab = browser.form_token("/settings")
    browser.come_in(jon)
    answer = browser.post("/sign-out", data={"csrf_token": old_tab})
    assert answer.status_code == 400
    assert "Load it again, then send it once more." in answer.text


def test_without_its_token_no_form_is_taken(browser):
    kari = somebody()
    browser.come_in(kari)
    assert browser.post("/sign-out").status_code == 400
    assert browser.get("/settings").status_code == 200


def test_nothing_changes_by_looking(browser):
    kari = somebody()
    browser.come_in(kari)
    before = actions()
    for path in ("/team", "/settings", "/sign-in"):
        browser.get(path)
    assert browser.get("/sign-out").status_code == 405
    assert actions() == before


def test_pages_of_members_are_not_kept_by_browsers(browser):
    browser.come_in(somebody())
    for path in ("/team", "/settings"):
        assert browser.get(path).headers["Cache-Control"] == "no-store"


def test_the_record_tells_of_coming_and_going(browser):
    somebody(email="kari@example.org", password=PASSWORD)
    before = len(actions())
    sign_in(browser, "kari@example.org", "wrong password")
    sign_in(browser, "kari@example.org", PASSWORD)
    browser.send("/sign-out", page="/settings")
    assert actions()[before:] == [
        "sign-in tried",
        "sign-in failed",
        "sign-in tried",
        "signed in",
        "signed out",
    ]


def test_every_page_of_a_member_offers_to_sign_out(browser):
    browser.come_in(somebody())
    for path in ("/team", "/settings", "/calendar"):
        assert (
            browser.get(path).text.count('action="/sign-out"') == 2
        )  # in the rail, and below on narrow screens

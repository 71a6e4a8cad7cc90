"""Set-up and sign-in links: looked at as often as one likes, used once."""

import contextvars
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from calendar_app.errors import Refused
from calendar_app.extensions import db, writing
from calendar_app.people import api_tokens, personal_feeds, setting_up
from calendar_app.people.models import Link, Person, Site, Team
from calendar_app.people.setting_up import (
    DeadLink,
    add_person,
    ensure_site,
    first_link,
    make_link,
    use_link,
    welcome_links,
)
from calendar_app.times import utcnow
from tests.browsing import link_in, path_of
from tests.people.steps import PASSWORD, actions, member_of, sessions_of, sign_in, somebody, team_named

FIRST = {
    "site_name": "Fjordvik kommune",
    "team_name": "Communications",
    "email": "Ingrid@Fjordvik.example",
    "name": "Ingrid Solheim",
    "timezone": "Europe/Oslo",
    "password": PASSWORD,
}
DEAD = "This link has been used, has expired or was taken back. Ask whoever sent it for a new one."


def set_up(browser, path, **changes):
    return browser.send(
        path, {"name": "Kari Moe", "timezone": "Europe/Oslo", "password": PASSWORD, **changes}
    )


def test_looking_at_a_link_does_not_use_it_up(browser):
    _kari, token = add_person("kari@example.org", "Fjord team", "editor")
    for _ in range(3):
        assert browser.get(f"/enter/set-up/{token}").status_code == 200
    assert set_up(browser, f"/enter/set-up/{token}").status_code == 303


def test_a_set_up_link_sets_the_password_and_signs_in_once(browser, new_browser):
    kari, token = add_person("kari@example.org", "Fjord team", "editor")
    path = f"/enter/set-up/{token}"
    assert set_up(browser, path, name="Kari Lie").location == "/calendar"
    assert (kari.name, kari.timezone) == ("Kari Lie", "Europe/Oslo")
    assert browser.get("/settings").status_code == 200
    again = new_browser().get(path)
    assert again.status_code == 410
    assert DEAD in again.text
    assert sign_in(new_browser(), "kari@example.org", PASSWORD).status_code == 303


def test_a_weak_password_leaves_the_link_good_and_the_typed_name_there(browser):
    _kari, token = add_person("kari@example.org", "Fjord team", "editor")
    answer = set_up(browser, f"/enter/set-up/{token}", name="Kari Lie", password="short")
    assert answer.status_code == 422
    assert "Use at least 12 characters." in answer.text
    assert 'value="Kari Lie"' in answer.text
    assert "short" not in answer.text.replace("shortcut", "")
    assert set_up(browser, f"/enter/set-up/{token}").status_code == 303


def test_a_used_set_up_link_signs_the_person_out_elsewhere(browser, new_browser):
    kari = somebody(email="kari@example.org", password=PASSWORD)
    elsewhere = new_browser().sign_in(kari)
    _kari, token = add_person("kari@example.org", "Fjord team", "owner")
    set_up(browser, f"/enter/set-up/{token}", password="other herons fly away")
    assert elsewhere.get("/settings").status_code == 303
    assert browser.get("/settings").status_code == 200


def test_a_link_that_is_too_old_opens_nothing(browser):
    kari = somebody()
    token = make_link(kari, "sign-in", 1, now=utcnow() - timedelta(minutes=61))
    answer = browser.get(f"/enter/sign-in/{token}")
    assert answer.status_code == 410
    assert DEAD in answer.text


def test_a_link_opens_nothing_under_another_purpose(browser):
    kari = somebody()
    token = make_link(kari, "sign-in", 1)
    assert browser.get(f"/enter/set-up/{token}").status_code == 410
    assert browser.get(f"/enter/gift/{token}").status_code == 404


def test_a_disabled_person_cannot_come_in_by_link(browser):
    kari = somebody()
    token = make_link(kari, "sign-in", 1)
    kari.disabled_at = utcnow()
    assert browser.get(f"/enter/sign-in/{token}").status_code == 410
    with pytest.raises(DeadLink):
        use_link(token)


def test_a_new_link_takes_the_place_of_the_one_before(app):
    kari = somebody()
    first = make_link(kari, "sign-in", 1)
    second = make_link(kari, "sign-in", 1)
    with pytest.raises(DeadLink):
        use_link(first)
    assert use_link(second) == kari


def test_the_database_holds_no_link_in_clear(app):
    token = make_link(somebody(), "sign-in", 1)
    assert token not in str(db.session.execute(sa.select(Link.digest)).scalars().all())


def test_of_two_who_use_a_link_at_once_one_comes_in(app):
    token = make_link(somebody(), "sign-in", 1)
    db.session.commit()

    def attempt(_number):
        with app.app_context(), writing():
            try:
                use_link(token)
                db.session.commit()
            except DeadLink:
                return 0
            finally:
                db.session.remove()
            return 1

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(lambda n: contextvars.Context().run(attempt, n), range(6))) == 1


def test_the_first_start_prints_one_link_by_which_everything_gets_its_name(browser, new_browser):
    letter = welcome_links()
    assert letter.startswith("Set up:   http://127.0.0.1:8000/enter/set-up/")
    path = path_of(letter.split()[-1])
    assert browser.send(path, FIRST).location == "/calendar"
    assert db.session.get(Site, 1).name == "Fjordvik kommune"
    ingrid = db.session.execute(sa.select(Person)).scalar_one()
    assert (ingrid.email, ingrid.name) == ("ingrid@fjordvik.example", "Ingrid Solheim")
    assert member_of(ingrid, "Communications").role == "owner"
    assert new_browser().get(path).status_code == 410
    assert welcome_links() == ""
    assert sign_in(new_browser(), "ingrid@fjordvik.example", PASSWORD).status_code == 303


def test_every_start_before_the_set_up_prints_a_new_link_and_ends_the_old(browser):
    first, second = first_link(), first_link()
    assert browser.get(f"/enter/set-up/{first}").status_code == 410
    assert browser.get(f"/enter/set-up/{second}").status_code == 200
    assert len(db.session.execute(sa.select(Person)).scalars().all()) == 1


def test_the_first_owner_is_told_field_by_field_what_is_missing(browser):
    path = f"/enter/set-up/{first_link()}"
    answer = browser.send(path, {**FIRST, "site_name": "", "email": "ingrid", "timezone": "Olso"})
    assert answer.status_code == 422
    assert "Write the name of your organisation, as readers know it." in answer.text
    assert "Write one such as Europe/Oslo." in answer.text
    assert "This is no e-mail address. Write it as name@example.org." in answer.text
    answer = browser.send(path, {**FIRST, "email": "ingrid", "password": "short"})
    assert "2 things to put right" in answer.text
    assert answer.text.count("Use at least 12 characters.") == 2
    assert "This is no e-mail address. Write it as name@example.org." in answer.text
    assert 'value="Fjordvik kommune"' in answer.text


def test_once_somebody_was_added_no_first_link_is_made(app):
    somebody()
    assert first_link() is None


def test_a_demo_without_passwords_prints_a_link_that_signs_in(browser):
    kari = somebody()
    somebody(role="viewer")
    letter = welcome_links(24)
    assert letter.startswith("Sign in:  http://127.0.0.1:8000/enter/sign-in/")
    assert browser.send(link_in(letter, "sign-in")).location == "/calendar"
    assert len(sessions_of(kari)) == 1


def test_people_are_added_to_the_team_of_a_name_which_is_made_once(app):
    kari, _ = add_person("Kari.Nordmann@Example.org", "Fjord  team", "editor")
    jon, _ = add_person("jon@example.org", "Fjord team", "viewer")
    assert (kari.email, kari.name) == ("kari.nordmann@example.org", "Kari Nordmann")
    assert [member_of(kari).role, member_of(jon).role] == ["editor", "viewer"]
    assert db.session.execute(sa.select(sa.func.count(Team.id))).scalar_one() == 1


def test_adding_a_person_again_changes_the_role(app):
    kari, _ = add_person("kari@example.org", "Fjord team", "editor")
    again, _ = add_person("KARI@example.org", "Fjord team", "viewer")
    assert again == kari
    assert member_of(kari).role == "viewer"
    assert actions().count("joined team") == 2


@pytest.mark.parametrize(
    ("email", "role", "team", "field"),
    [
        ("kari", "owner", "Team", "email"),
        ("kari@", "owner", "Team", "email"),
        ("a b@example.org", "owner", "Team", "email"),
        ("k@example.org\nBcc: x@example.org", "owner", "Team", "email"),
        ("k" * 250 + "@example.org", "owner", "Team", "email"),
        ("kari@example.org", "king", "Team", "role"),
        ("kari@example.org", "owner", " ", "team"),
        ("kari@example.org", "owner", "T" * 121, "team"),
    ],
)
def test_what_cannot_be_added_is_refused_by_field(app, email, role, team, field):
    with pytest.raises(Refused) as refused:
        add_person(email, team, role)
    assert list(refused.value.errors) == [field]


def test_the_site_keeps_its_first_host_and_year(app):
    site = db.session.get(Site, 1)
    before = (site.host, site.install_year, site.instance)
    assert ensure_site(app.config["SETTINGS"]) == site
    assert before == ("127.0.0.1", utcnow().year, site.instance)
    assert team_count() == 0


def team_count():
    return db.session.execute(sa.select(sa.func.count(Team.id))).scalar_one()


def test_a_link_needs_a_purpose_we_know(app):
    with pytest.raises(ValueError, match="There is no link for “gift”."):
        make_link(somebody(), "gift", 1)
    assert team_named("Fjord team").name == "Fjord team"
    assert setting_up.SET_UP_HOURS == 72


def test_who_recovers_an_account_switches_its_keys_and_private_feed_off(browser):
    kari = somebody(email="kari@example.org", password=PASSWORD)
    key, feed = api_tokens.create(kari, "made by whoever was in"), personal_feeds.create(member_of(kari))
    _kari, token = add_person("kari@example.org", "Fjord team", "owner")
    set_up(browser, f"/enter/set-up/{token}", password="other herons fly away")
    assert api_tokens.actor_from(key) is None
    with pytest.raises(personal_feeds.SwitchedOff):
        personal_feeds.find(feed)

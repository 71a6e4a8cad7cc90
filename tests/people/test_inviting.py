"""Who comes into a team and who leaves it, through the team's page."""

import contextvars
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from calendar_app.errors import NotAllowed, Refused
from calendar_app.extensions import db, writing
from calendar_app.people import inviting, personal_feeds
from calendar_app.people.models import Audit, Link, Member, Person
from calendar_app.people.roles import actor_for
from calendar_app.people.setting_up import DeadLink
from calendar_app.times import utcnow
from tests.browsing import link_in
from tests.people.steps import PASSWORD, actions, member_of, sign_in, somebody, team_named


def invite(browser, email="jon@example.org", role="editor", **kwargs):
    return browser.send("/team/invitations", {"email": email, "role": role}, page="/team", **kwargs)


def person_of(email):
    return db.session.execute(sa.select(Person).where(Person.email == email)).scalar_one()


def test_an_owner_invites_and_the_link_is_shown_once(browser):
    browser.sign_in(somebody())
    answer = invite(browser, "Jon@Example.org")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    path = link_in(answer.text, "invitation")
    assert path not in browser.get("/team").text
    assert "jon@example.org" in browser.get("/team").text


def test_the_page_with_the_link_leads_to_the_team_when_its_address_is_opened_anew(browser):
    browser.sign_in(somebody())
    invite(browser)
    answer = browser.get("/team/invitations")
    assert (answer.status_code, answer.location) == (303, "/team")


def test_who_is_invited_has_no_right_before_the_link_is_used(browser, new_browser):
    browser.sign_in(somebody())
    path = link_in(invite(browser).text, "invitation")
    jon = person_of("jon@example.org")
    assert member_of(jon) is None
    guest = new_browser()
    page = guest.get(path)
    assert "You have been invited to Fjord team as jon@example.org." in page.text
    assert member_of(jon) is None
    form = {"name": "Jon Aune", "timezone": "Europe/Oslo", "password": PASSWORD}
    assert guest.send(path, form).location == "/calendar"
    assert (member_of(jon).role, jon.name) == ("editor", "Jon Aune")
    assert guest.get("/team").status_code == 200


def test_an_invitation_does_not_hand_its_maker_the_password_of_somebody_who_has_one(browser, new_browser):
    jon = somebody("Other team", email="jon@example.org", password=PASSWORD)
    browser.sign_in(somebody())
    path = link_in(invite(browser).text, "invitation")
    taken = new_browser().send(path, {"name": "Mine", "timezone": "UTC", "password": "chosen by the inviter"})
    assert taken.status_code == 422
    assert "The e-mail address or the password is not right." in taken.text
    assert sign_in(new_browser(), "jon@example.org", PASSWORD).status_code == 303
    assert (jon.name, member_of(jon)) == ("Kari Moe", None)


def test_somebody_with_a_password_joins_by_proving_it(browser, new_browser):
    jon = somebody("Other team", email="jon@example.org", password=PASSWORD)
    browser.sign_in(somebody())
    path = link_in(invite(browser).text, "invitation")
    assert new_browser().send(path, {"password": PASSWORD}).status_code == 303
    assert (member_of(jon).role, member_of(jon, "Other team").role) == ("editor", "owner")


def test_somebody_who_is_signed_in_joins_with_one_press(browser, new_browser):
    jon = somebody("Other team", email="jon@example.org", password=PASSWORD)
    browser.sign_in(somebody())
    path = link_in(invite(browser).text, "invitation")
    signed_in = new_browser().sign_in(jon)
    assert 'type="password"' not in signed_in.get(path).text
    assert signed_in.send(path).status_code == 303
    assert member_of(jon).role == "editor"


def test_an_invitation_that_was_taken_back_opens_nothing(browser, new_browser):
    browser.sign_in(somebody())
    path = link_in(invite(browser).text, "invitation")
    link = db.session.execute(sa.select(Link).where(Link.purpose == "invitation")).scalar_one()
    answer = browser.send(f"/team/invitations/{link.id}/removal", page="/team")
    assert answer.location == "/team"
    assert "The invitation of jon@example.org opens nothing any more." in browser.get("/team").text
    assert new_browser().get(path).status_code == 410


def test_an_invitation_ends_after_seven_days(app):
    kari = somebody()
    now = utcnow() - timedelta(days=7, minutes=1)
    token = inviting.invite(actor_for(kari), team_named("Fjord team"), "jon@example.org", "author", now=now)
    from calendar_app.people.setting_up import use_link

    with pytest.raises(DeadLink):
        use_link(token)


def test_who_is_in_the_team_is_not_invited_again(browser):
    browser.sign_in(somebody())
    somebody(email="jon@example.org")
    answer = invite(browser)
    assert answer.status_code == 422
    assert "jon@example.org is in this team already." in answer.text
    assert 'value="jon@example.org"' in answer.text


@pytest.mark.parametrize(
    ("email", "role", "sentence"),
    [
        ("jon", "editor", "This is no e-mail address. Write it as name@example.org."),
        ("", "editor", "Write the e-mail address of the person."),
        ("jon@example.org", "king", "There is no role “king”. Choose owner, editor, author or viewer."),
    ],
)
def test_a_wrong_invitation_is_explained_at_its_field(browser, email, role, sentence):
    browser.sign_in(somebody())
    answer = invite(browser, email, role)
    assert answer.status_code == 422
    assert sentence in answer.text


@pytest.mark.parametrize("role", ["editor", "author", "viewer"])
def test_only_owners_manage_people(browser, role):
    owner = somebody()
    browser.sign_in(somebody(role=role))
    page = browser.get("/team").text
    assert "Invite somebody" not in page
    forms = {
        "/team/invitations": {"email": "jon@example.org", "role": "viewer"},
        f"/team/members/{member_of(owner).id}/role": {"role": "viewer"},
        f"/team/members/{member_of(owner).id}/removal": {},
    }
    for path, form in forms.items():
        answer = browser.send(path, form, page="/settings")
        assert answer.status_code == 403
        assert "For this you must be owner. Ask an owner of your team." in answer.text
    assert member_of(owner).role == "owner"
    record = sa.select(Audit.subject).where(Audit.action == "refused").order_by(Audit.id)
    refused = db.session.execute(record).scalars().all()
    assert refused == [f"POST {path}" for path in forms]


def test_an_owner_changes_a_role_and_the_record_keeps_both(browser):
    browser.sign_in(somebody())
    jon = somebody(role="author")
    browser.send(f"/team/members/{member_of(jon).id}/role", {"role": "editor"}, page="/team")
    assert member_of(jon).role == "editor"
    row = db.session.execute(sa.select(Audit).where(Audit.action == "role changed")).scalar_one()
    assert (row.before, row.after, row.subject) == (
        {"role": "author"},
        {"role": "editor"},
        f"person {jon.id}",
    )


def test_the_last_owner_stays(browser):
    kari = somebody()
    somebody(role="editor")
    browser.sign_in(kari)
    member_id = member_of(kari).id
    for path, form in (
        (f"/team/members/{member_id}/role", {"role": "viewer"}),
        (f"/team/members/{member_id}/removal", {}),
    ):
        answer = browser.send(path, form, page="/team")
        assert answer.status_code == 422
        assert "A team needs an owner. Make somebody else owner first." in answer.text
    assert member_of(kari).role == "owner"


def test_of_two_owners_who_step_down_at_once_one_stays(app):
    owners = [somebody(), somebody()]
    ids = [member_of(one).id for one in owners]
    db.session.commit()

    def step_down(member_id):
        with app.app_context(), writing():
            member = db.session.get(Member, member_id)
            try:
                inviting.change_role(actor_for(member.person), member, "viewer")
                db.session.commit()
            except Refused:
                db.session.rollback()
            finally:
                db.session.remove()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda one: contextvars.Context().run(step_down, one), ids))
    assert sorted(member_of(one).role for one in owners) == ["owner", "viewer"]


def test_removing_takes_pages_and_the_private_feed_away_at_once(browser, new_browser):
    browser.sign_in(somebody())
    jon = somebody(role="author")
    his = new_browser().sign_in(jon)
    token = personal_feeds.create(member_of(jon))
    db.session.commit()
    assert personal_feeds.find(token).member_id == member_of(jon).id
    browser.send(f"/team/members/{member_of(jon).id}/removal", page="/team")
    assert member_of(jon) is None
    assert his.get("/team").status_code == 403
    with pytest.raises(personal_feeds.SwitchedOff):
        personal_feeds.find(token)


def test_whoever_put_somebody_out_takes_that_back_for_an_hour_and_addresses_stay_off(browser, new_browser):
    kari, other, jon = somebody(), somebody(role="owner"), somebody(role="author")
    way = f"/team/people/{jon.id}/restoration"
    token = personal_feeds.create(member_of(jon))
    assert browser.sign_in(kari).turn(way, page="/team").status_code == 404
    browser.send(f"/team/members/{member_of(jon).id}/removal", page="/team")
    page = browser.get("/team").text
    assert "is no longer in the team." in page and f'action="{way}" data-way-back' in page
    assert new_browser().sign_in(other).turn(way, page="/team").status_code == 404
    assert browser.turn(way, page="/team").json["back"] == f"/team/members/{member_of(jon).id}/removal"
    assert member_of(jon).role == "author"
    with pytest.raises(personal_feeds.SwitchedOff):
        personal_feeds.find(token)
    assert browser.turn(way, page="/team").status_code == 404
    inviting.remove(actor_for(kari), member_of(jon))
    db.session.commit()
    assert inviting.removed_by(actor_for(kari), jon.id, utcnow() + timedelta(minutes=61)) is None
    member_of(kari).role = "viewer"
    assert browser.turn(way, page="/calendar").status_code == 403


def test_whoever_left_by_themselves_is_not_brought_back(browser, new_browser):
    kari, jon = somebody(), somebody(role="viewer")
    new_browser().sign_in(jon).send(f"/team/members/{member_of(jon).id}/removal", page="/team")
    assert browser.sign_in(kari).turn(f"/team/people/{jon.id}/restoration", page="/team").status_code == 404
    assert member_of(jon) is None


def test_anybody_may_leave_by_themselves(browser):
    somebody()
    jon = somebody(role="viewer")
    browser.sign_in(jon)
    assert browser.send(f"/team/members/{member_of(jon).id}/removal", page="/team").location == "/settings"
    assert member_of(jon) is None
    assert actions()[-1] == "left team"


def test_a_strangers_member_and_invitation_are_not_there(browser):
    browser.sign_in(somebody())
    other = somebody("Other team")
    inviting.invite(actor_for(other), team_named("Other team"), "x@example.org", "viewer")
    link = db.session.execute(sa.select(Link).where(Link.purpose == "invitation")).scalar_one()
    for path in (
        f"/team/members/{member_of(other, 'Other team').id}/role",
        f"/team/members/{member_of(other, 'Other team').id}/removal",
        f"/team/invitations/{link.id}/removal",
        f"/team/invitations?team={team_named('Other team').id}",
    ):
        assert (
            browser.send(path, {"role": "viewer", "email": "y@example.org"}, page="/team").status_code == 404
        )


def test_whoever_is_in_two_teams_chooses_by_the_address(browser):
    kari = somebody()
    from calendar_app.people.setting_up import add_person

    add_person(kari.email, "Harbour team", "viewer")
    browser.sign_in(kari)
    assert "<h1" in browser.get("/team").text and ">Fjord team</h1>" in browser.get("/team").text
    second = team_named("Harbour team").id
    assert ">Harbour team</h1>" in browser.get(f"/team?team={second}").text
    for wrong in ("999999", "x", "-1", "²", "9" * 40):
        assert browser.get(f"/team?team={wrong}").status_code == 404


def test_a_program_may_never_invite(app):
    kari = somebody()
    with pytest.raises(NotAllowed):
        inviting.invite(actor_for(kari, scope="write"), team_named("Fjord team"), "x@example.org", "owner")


@pytest.mark.parametrize("how", ["removal", "role"])
def test_invitations_end_with_the_right_to_invite(browser, new_browser, how):
    browser.sign_in(somebody())
    jon = somebody(role="owner")
    path = link_in(invite(new_browser().sign_in(jon), "friend@example.org").text, "invitation")
    kept = link_in(invite(browser, "colleague@example.org").text, "invitation")
    browser.send(f"/team/members/{member_of(jon).id}/{how}", {"role": "editor"}, page="/team")
    assert [new_browser().get(one).status_code for one in (path, kept)] == [410, 200]

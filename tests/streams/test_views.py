"""The pages of streams as people meet them."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from calendar_app.extensions import db
from calendar_app.people.models import Member
from calendar_app.streams.cadence import parse_cadence
from calendar_app.streams.listing import rows
from calendar_app.streams.models import HUES, Stream
from calendar_app.times import utcnow
from tests.factories import (
    make_account,
    make_actor,
    make_person,
    make_post,
    make_scheduled,
    make_stream,
    make_team,
    plan_for,
)

GOOD = {
    "name": "Road works", "handle": "road-works", "colour": "plum", "description": "Closed roads.", "language": "nb",
    "timezone": "Europe/Oslo", "visibility": "unlisted", "public_schedule": "times", "cadence": "Tuesdays at 10:00",
    "grace_minutes": "30", "guidelines": "Be brief.", "responsible": "",
}  # fmt: skip


def kept(handle):
    return db.session.scalar(sa.select(Stream).where(Stream.handle == handle))


def test_without_a_stream_the_list_teaches_the_first_step(signed_in):
    page = signed_in(make_person(make_team(), "editor")).get("/streams")
    assert (page.status_code, page.text.count("<h1")) == (200, 1)
    assert "Make the first stream" in page.text
    page = signed_in(make_person(make_team(), "author")).get("/streams")
    assert "An editor or owner of your team makes the first stream" in page.text
    assert "/streams/new" not in page.text


def test_the_list_tells_what_a_stream_is_and_promises(signed_in):
    team = make_team()
    person = make_person(team, "editor", name="Ola Vik")
    stream = make_stream(
        team, "roads", name="Roads <&>", hue="plum", visibility="unlisted", responsible_id=person.id,
        cadence=parse_cadence("daily at 07:00").to_json(),
    )  # fmt: skip
    make_account(team, name="Town screen", streams=[stream])
    page = signed_in(person).get("/streams").text
    for told in ("Roads &lt;&amp;&gt;", "/roads", 'data-hue="plum"', "Whoever knows the address", "Ola Vik",
                 "Town screen", ", 07:00, Europe/Oslo", "nothing planned yet", "/streams/roads/edit"):  # fmt: skip
        assert told in page
    assert "Make the first stream" not in page


def test_the_list_says_when_the_next_slot_has_its_post(app):
    stream = make_stream(cadence=parse_cadence("daily at 07:00").to_json())
    actor, now = make_actor(stream.team), utcnow()
    (row,) = rows(actor, now)
    assert row.filled is False
    post = make_post(stream)
    plan_for(post, row.slot)
    db.session.commit()
    assert rows(actor, now)[0].filled is True
    post.state = "missed"
    db.session.commit()
    assert rows(actor, now)[0].filled is False


def test_a_stream_whose_cadence_cannot_be_read_takes_no_list_down(signed_in):
    stream = make_stream(cadence=["FREQ=EVERY;WHENEVER=1"])
    page = signed_in(make_person(stream.team)).get("/streams")
    assert page.status_code == 200
    assert "FREQ=EVERY" in page.text


def test_the_number_of_questions_does_not_grow_with_the_streams(app):
    team = make_team()
    actor = make_actor(team)

    def asked(count):
        for _ in range(count):
            make_account(team, streams=[make_stream(team, cadence=parse_cadence("daily at 07:00").to_json())])
        db.session.commit()
        seen = []

        def see(_connection, _cursor, statement, *_rest):
            seen.append(statement)

        sa.event.listen(db.engine, "before_cursor_execute", see)
        rows(actor, utcnow())
        sa.event.remove(db.engine, "before_cursor_execute", see)
        return len(seen)

    assert asked(2) == asked(10)


def test_a_stream_is_opened_through_the_form(signed_in):
    team = make_team()
    account = make_account(team)
    person = make_person(team, "editor")
    browser = signed_in(person)
    form = {**GOOD, "responsible": str(person.id), "needs_approval": "1", "default_accounts": [str(account.id)],
            "team": str(team.id)}  # fmt: skip
    answer = browser.send("/streams/new", form)
    assert (answer.status_code, answer.location) == (303, "/streams")
    stream = kept("road-works")
    assert (stream.name, stream.hue, stream.timezone, stream.grace_minutes) == (
        "Road works",
        "plum",
        "Europe/Oslo",
        30,
    )
    assert (stream.needs_approval, stream.responsible_id, stream.accounts) == (True, person.id, [account])
    assert stream.cadence == parse_cadence("Tuesdays at 10:00").to_json()
    assert "“Road works” is open" in browser.get("/streams").text


def test_language_and_time_zone_may_be_named_as_people_say_them(signed_in):
    browser = signed_in(make_person(make_team(), "editor"))
    for handle, language, code in [
        ("one", "Norsk", "nb"), ("two", " swedish ", "sv"), ("three", "davvisámegiella", "se"),
    ]:  # fmt: skip
        sent = {**GOOD, "name": handle, "handle": handle, "language": language, "timezone": "oslo"}
        assert browser.send("/streams/new", sent).status_code == 303
        assert (kept(handle).language, kept(handle).timezone) == (code, "Europe/Oslo")


def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(signed_in):
    make_stream(handle="roads")
    browser = signed_in(make_person(make_team(), "editor"))
    answer = browser.send(
        "/streams/new", {**GOOD, "handle": "roads", "cadence": "whenever", "name": " <b>My name"}
    )
    assert answer.status_code == 422
    assert "The handle “roads” is taken. Choose another." in answer.text
    assert 'id="handle-error"' in answer.text and 'id="cadence-error"' in answer.text
    assert 'href="#handle"' in answer.text and "data-focus-first" in answer.text
    assert "&lt;b&gt;My name" in answer.text and "whenever</textarea>" in answer.text
    assert re.search(r'value="plum" checked', answer.text)
    assert kept("road-works") is None


def test_the_form_offers_what_is_likely(signed_in):
    team = make_team()
    for hue in HUES[:2]:
        make_stream(team, hue=hue)
    person = make_person(team, "editor")
    person.timezone = "Europe/Stockholm"
    db.session.commit()
    page = signed_in(person).get("/streams/new").text
    assert f'value="{HUES[2]}" checked' in page
    assert 'value="Europe/Stockholm"' in page
    assert page.count('name="colour"') == len(HUES)
    assert '<option value="Europe/Oslo" label="Oslo (UTC+0' in page
    assert 'style="' not in page and "onclick" not in page


def test_a_stream_is_changed_through_the_form_and_ticks_can_be_taken_away(signed_in):
    team = make_team()
    account = make_account(team)
    stream = make_stream(team, "road-works", needs_approval=True)
    stream.accounts.append(account)
    db.session.commit()
    browser = signed_in(make_person(team, "editor"))
    page = browser.get("/streams/road-works/edit").text
    assert "Permanent, because readers" in page and 'name="handle"' not in page
    assert f'value="{account.id}" checked' in page

    answer = browser.send("/streams/road-works/edit", {**GOOD, "handle": "other", "name": "Roads"})
    assert answer.status_code == 303
    stream = kept("road-works")
    assert (stream.name, stream.needs_approval, stream.accounts) == ("Roads", False, [])
    assert "“Roads” is saved." in browser.get("/streams").text


def test_a_form_sent_as_it_is_shown_changes_nothing(signed_in):
    cadence = parse_cadence("monthly on the first Monday at 09:00; daily at 07:00").to_json()
    stream = make_stream(handle="road-works", cadence=cadence, guidelines="\nTwo lines\nof text.")
    browser = signed_in(make_person(stream.team, "editor"))
    page = browser.get("/streams/road-works/edit").text
    shown = {
        name: re.search(rf'<textarea[^>]*name="{name}"[^>]*>\n(.*?)</textarea>', page, re.S)[1]
        for name in ("cadence", "guidelines", "description")
    }
    version = stream.feed_version
    form = {**shown, "name": stream.name, "colour": stream.hue, "language": "en", "timezone": stream.timezone,
            "visibility": "public", "public_schedule": "titles", "grace_minutes": "60", "responsible": ""}  # fmt: skip
    assert browser.send("/streams/road-works/edit", form).status_code == 303
    stream = kept("road-works")
    assert (stream.cadence, stream.feed_version) == (cadence, version)


@pytest.mark.parametrize("role", ["author", "viewer"])
def test_who_may_not_edit_sees_the_list_without_buttons_and_no_form(signed_in, role):
    stream = make_stream(handle="roads")
    browser = signed_in(make_person(stream.team, role))
    page = browser.get("/streams")
    assert page.status_code == 200 and "/streams/roads/edit" not in page.text
    assert browser.get("/streams/roads/edit").status_code == 403
    assert browser.get("/streams/new").status_code == 403
    assert browser.send("/streams/roads/archive", page="/team").status_code == 403
    assert browser.send("/streams/roads/edit", GOOD, page="/team").status_code == 403
    assert browser.send("/streams/new", GOOD, page="/team").status_code == 403


def test_a_strangers_stream_does_not_exist(signed_in):
    make_stream(handle="roads")
    browser = signed_in(make_person(make_team()))
    assert browser.get("/streams/roads/edit").status_code == 404
    for path in ("edit", "archive", "revival"):
        assert browser.send(f"/streams/roads/{path}", GOOD, page="/team").status_code == 404
    assert "/roads" not in browser.get("/streams").text


def test_without_the_forms_token_nothing_changes(signed_in):
    stream = make_stream(handle="roads")
    browser = signed_in(make_person(stream.team))
    assert browser.post("/streams/roads/archive").status_code == 400
    assert kept("roads").archived_at is None


def test_archive_and_revival(signed_in):
    stream = make_stream(handle="roads", name="Roads")
    browser = signed_in(make_person(stream.team, "editor"))
    browser.send("/streams/roads/archive", page="/streams/roads/edit")
    assert kept("roads").archived_at is not None
    page = browser.get("/streams").text
    assert "“Roads” is archived" in page and "/streams/roads/revival" in page
    browser.send("/streams/roads/revival", page="/streams")
    assert kept("roads").archived_at is None


def test_planned_posts_keep_a_stream_from_being_archived_and_the_page_says_so(signed_in):
    stream = make_stream(handle="roads", name="Roads")
    make_scheduled(stream)
    browser = signed_in(make_person(stream.team, "editor"))
    browser.send("/streams/roads/archive", page="/streams/roads/edit")
    assert "One scheduled post is still to go out in “Roads”" in browser.get("/streams").text
    assert kept("roads").archived_at is None


def test_the_preview_names_the_next_five_slots_in_words(signed_in):
    browser = signed_in(make_person(make_team()))
    page = browser.get(
        "/streams/slots", query_string={"cadence": "tuesdays at 10:00", "timezone": "Europe/Oslo"}
    ).text
    assert page.count("<li") == 5
    assert len(re.findall(r"Tue \d+ \w+(?: \d{4})?, 10:00", page)) == 5
    assert "Times in Europe/Oslo." in page
    assert "<html" not in page


@pytest.mark.parametrize(
    ("cadence", "zone", "told"),
    [
        ("", "Europe/Oslo", "No promise"),
        ("whenever", "Europe/Oslo", "whenever"),
        ("daily at 07:00", "Europe/Olso", "Write one such as Europe/Oslo"),
        ("RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;BYHOUR=9", "UTC", "slots-note"),
        ("<script>", "UTC", "&lt;script&gt;"),
    ],
)
def test_the_preview_says_what_is_missing(signed_in, cadence, zone, told):
    browser = signed_in(make_person(make_team()))
    answer = browser.get("/streams/slots", query_string={"cadence": cadence, "timezone": zone})
    assert answer.status_code == 200
    assert told in answer.text
    assert "<script>" not in answer.text


def test_who_is_not_signed_in_is_asked_to(app):
    client = app.test_client()
    for path in ("/streams", "/streams/new", "/streams/slots"):
        assert client.get(path).location.startswith("/sign-in")


def test_in_several_teams_one_chooses_and_sees_that_teams_people(signed_in):
    north, south = make_team("North"), make_team("South")
    person = make_person(north, "viewer")
    db.session.add(Member(team_id=south.id, person_id=person.id, role="owner"))
    make_person(south, "author", name="Somebody South")
    db.session.commit()
    browser = signed_in(person)
    page = browser.get("/streams/new").text
    assert "Somebody South" in page and f'name="team" value="{south.id}"' in page
    assert browser.get(f"/streams/new?team={north.id}").status_code == 403
    assert browser.send("/streams/new", {**GOOD, "team": str(south.id)}).status_code == 303
    assert kept("road-works").team_id == south.id


def test_the_examples_on_the_form_are_understood(signed_in):
    page = signed_in(make_person(make_team())).get("/streams/new").text
    hint = re.search(r'id="cadence-help">(.*?)</p>', page, re.S)[1]
    examples = re.findall(r"“(.*?)”", hint)
    assert len(examples) == 3
    assert all(parse_cadence(example) for example in examples)

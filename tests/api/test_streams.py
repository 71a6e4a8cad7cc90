import pytest

from calendar_app.extensions import database_now, db
from calendar_app.people.models import Member
from calendar_app.snippets.models import PostTemplate
from tests.api.program import Program, fields_of, is_problem, program_of, token_for
from tests.factories import make_account, make_person, make_scheduled, make_stream, make_team

FULL = {
    "handle": "road-works", "name": "Road works", "description": "What is closed, and when.", "colour": "amber",
    "language": "nb", "timezone": "Europe/Oslo", "visibility": "unlisted", "public_schedule": "times",
    "grace_minutes": 15, "guidelines": "Be brief.", "needs_approval": True,
}  # fmt: skip


def test_a_stream_is_made_and_read_back(api, team):
    account = make_account(team)
    made = api.post(
        "/streams", {**FULL, "default_accounts": [account.id], "cadence": ["weekly on Mon at 09:00"]}
    )
    assert made.status_code == 201, made.json
    assert {name: made.json[name] for name in FULL} == FULL
    assert (made.json["default_accounts"], made.json["archived"]) == ([account.id], False)
    assert made.json["cadence"] == ["RRULE:FREQ=WEEKLY;BYDAY=MO;BYHOUR=9;BYMINUTE=0"]
    assert made.json["url"] == "http://127.0.0.1:8000/streams/road-works"
    assert made.headers["Location"] == "http://127.0.0.1:8000/api/v1/streams/road-works"
    assert api.get("/streams/road-works").json == made.json


def test_what_a_stream_says_about_writing_is_set_and_a_template_that_is_gone_is_none(api, team, stream):
    template = PostTemplate(team_id=team.id, name="Closed road", streams=[])
    db.session.add(template)
    db.session.commit()
    wanted = {"template": template.id, "checklist": "Map\nPhone number", "links_as": "short"}
    told = api.patch("/streams/road-works", wanted).json
    assert {name: told[name] for name in wanted} == wanted
    sent = {"first_comment": "More", "ticked": ["Map", "Else"]}
    post = api.post("/posts", {"streams": ["road-works"], **sent}).json
    assert (post["first_comment"], post["ticked"]) == ("More", ["Map"])
    post = api.patch(f"/posts/{post['id']}", {"version": 1, "first_comment": "", "ticked": []}).json
    assert (post["first_comment"], post["ticked"]) == ("", [])
    db.session.get_one(PostTemplate, template.id).removed_at = database_now()
    db.session.commit()
    assert api.get("/streams/road-works").json["template"] is None
    assert list(fields_of(api.patch("/streams/road-works", {"template": 999}))) == ["template"]


def test_a_handle_and_a_name_are_enough(api, team):
    made = api.post("/streams", {"handle": "aa", "name": "A"}).json
    told = {
        "team": team.id, "visibility": "public", "public_schedule": "titles", "cadence": [], "grace_minutes": 60,
        "needs_approval": False, "language": "en", "timezone": "UTC",
    }  # fmt: skip
    assert {name: made[name] for name in told} == told


def test_a_cadence_as_told_may_be_sent_back(api, stream):
    first = api.patch(
        "/streams/road-works", {"cadence": ["every weekday at 08:30", "FREQ=DAILY;BYHOUR=18;BYMINUTE=0"]}
    )
    assert first.status_code == 200, first.json
    again = api.patch("/streams/road-works", {"cadence": first.json["cadence"]})
    assert again.json["cadence"] == first.json["cadence"] != []


def test_a_change_leaves_alone_what_is_not_sent(api, stream):
    before = api.get("/streams/road-works").json
    after = api.patch("/streams/road-works", {"colour": "plum", "handle": "road-works"}).json
    assert after == {**before, "colour": "plum", "updated_at": after["updated_at"]}


def test_new_default_accounts_are_taken_on_by_scheduled_posts(api, team, stream):
    post = make_scheduled(stream)
    account = make_account(team)
    assert api.patch("/streams/road-works", {"default_accounts": [account.id]}).status_code == 200
    assert [row["account"] for row in api.get(f"/posts/{post.uuid}/deliveries").json["items"]] == [account.id]


def test_a_stream_is_archived_and_taken_up_again(api, stream):
    assert api.patch("/streams/road-works", {"archived": True}).json["archived"] is True
    assert api.get("/streams").json["items"] == []
    assert [item["handle"] for item in api.get("/streams?archived=true").json["items"]] == ["road-works"]
    assert list(fields_of(api.post("/posts", {"streams": ["road-works"]}))) == ["streams"]
    assert api.patch("/streams/road-works", {"archived": False, "name": "Roads"}).json["name"] == "Roads"
    assert [item["name"] for item in api.get("/streams").json["items"]] == ["Roads"]


def test_a_stream_with_posts_to_come_is_not_archived(api, stream):
    make_scheduled(stream)
    is_problem(api.patch("/streams/road-works", {"archived": True}), 409)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"handle": "Road Works"}, "handle"), ({"handle": "x"}, "handle"), ({"handle": "x" * 41}, "handle"),
        ({"handle": "api"}, "handle"), ({"handle": "-x-"}, "handle"), ({"handle": "år"}, "handle"),
        ({"name": ""}, "name"), ({"name": "x" * 81}, "name"), ({"description": "x" * 501}, "description"),
        ({"colour": "pink"}, "colour"), ({"language": "Norsk"}, "language"), ({"timezone": "Oslo/Norway"}, "timezone"),
        ({"visibility": "secret"}, "visibility"), ({"public_schedule": "all"}, "public_schedule"),
        ({"cadence": ["whenever"]}, "cadence"), ({"cadence": "daily"}, "cadence"),
        ({"cadence": ["FREQ=SECONDLY"]}, "cadence"), ({"cadence": ["x" * 501]}, "cadence.0"),
        ({"grace_minutes": 0}, "grace_minutes"), ({"grace_minutes": 10_081}, "grace_minutes"),
        ({"grace_minutes": 1.5}, "grace_minutes"), ({"grace_minutes": True}, "grace_minutes"),
        ({"default_accounts": [99]}, "default_accounts"), ({"default_accounts": [2**31]}, "default_accounts.0"),
        ({"guidelines": "x" * 4001}, "guidelines"), ({"needs_approval": "yes"}, "needs_approval"),
        ({"responsible": 99}, "responsible"), ({"team": 99}, "team"), ({"team": 2**70}, "team"),
        ({"hue": "tide"}, "hue"), ({"feed_version": 7}, "feed_version"),
    ],
)  # fmt: skip
def test_each_wrong_field_gets_its_sentence(api, team, wrong, field):
    assert list(fields_of(api.post("/streams", {"handle": "road-works", "name": "Road works", **wrong}))) == [
        field
    ]


def test_handle_and_name_are_needed(api, team):
    assert set(fields_of(api.post("/streams", {}))) == {"handle", "name"}


def test_a_handle_is_taken_once_on_the_whole_site(api, stream):
    make_stream(make_team(), "elsewhere")
    for handle in ("road-works", "elsewhere"):
        assert "taken" in fields_of(api.post("/streams", {"handle": handle, "name": "Mine"}))["handle"]


def test_a_handle_never_changes(api, stream):
    assert list(fields_of(api.patch("/streams/road-works", {"handle": "roads"}))) == ["handle"]


def test_who_is_in_two_teams_says_which(app, team):
    person, other = make_person(team), make_team()
    db.session.add(Member(team_id=other.id, person_id=person.id, role="editor"))
    db.session.commit()
    api, body = Program(app, token_for(person)), {"handle": "aa", "name": "A"}
    assert list(fields_of(api.post("/streams", body))) == ["team"]
    assert api.post("/streams", {**body, "team": other.id}).json["team"] == other.id


def test_editors_make_streams_and_authors_do_not(app, team):
    body = {"handle": "aa", "name": "A"}
    is_problem(program_of(app, team, role="author").post("/streams", body), 403)
    assert program_of(app, team, role="editor").post("/streams", body).status_code == 201


@pytest.mark.parametrize("handle", ["nobody", "x", "%00", "ROAD-WORKS", "x" * 300])
def test_a_handle_that_leads_nowhere_is_404(api, stream, handle):
    is_problem(api.get(f"/streams/{handle}"), 404)

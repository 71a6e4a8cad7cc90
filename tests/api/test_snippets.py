"""Templates and snippets, for programs."""

import pytest

from calendar_app.extensions import db
from calendar_app.people.models import Member
from calendar_app.snippets import keeping
from tests.api.program import Program, fields_of, is_problem, program_of, token_for
from tests.factories import make_person, make_stream, make_team

TEMPLATE = {
    "name": "Morning",
    "title": "Good morning",
    "text": "Today:",
    "kind": "useful",
    "streams": ["road-works"],
}
SNIPPET = {"name": "Number", "text": "Call 110."}
BOTH = pytest.mark.parametrize(("path", "body"), [("/templates", TEMPLATE), ("/snippets", SNIPPET)])


@BOTH
def test_one_is_made_read_changed_thrown_away_and_brought_back(api, team, stream, path, body):
    made = api.post(path, body)
    assert made.status_code == 201 and made.headers["Location"].endswith(f"{path}/{made.json['id']}")
    one = f"{path}/{made.json['id']}"
    told = api.get(one).json
    assert {name: told[name] for name in body} == body and told["team"] == team.id
    assert api.get(path).json == {"items": [told], "next": None}
    changed = api.patch(one, {"name": "Another"}).json
    assert {name: changed[name] for name in body} == {**body, "name": "Another"}
    assert api.delete(one).status_code == 204
    assert api.get(path).json["items"] == []
    for method in ("GET", "DELETE"):
        is_problem(api.send(method, one), 404)
    is_problem(api.patch(one, {"name": "Gone"}), 404)
    assert api.post(f"{one}/return").json["name"] == "Another"
    assert [row["id"] for row in api.get(path).json["items"]] == [made.json["id"]]


@BOTH
def test_they_come_page_by_page(api, stream, path, body):
    for number in range(3):
        api.post(path, {**body, "name": str(number)})
    first = api.get(f"{path}?limit=2").json
    rest = api.get(first["next"]).json
    assert [one["name"] for one in [*first["items"], *rest["items"]]] == ["0", "1", "2"] and rest[
        "next"
    ] is None


@BOTH
def test_viewers_read_and_authors_write(app, team, stream, path, body):
    author, viewer = (program_of(app, team, role) for role in ("author", "viewer"))
    one = f"{path}/{author.post(path, body).json['id']}"
    assert viewer.get(one).status_code == 200
    is_problem(viewer.post(path, body), 403)
    is_problem(viewer.patch(one, {"name": "Mine"}), 403)
    is_problem(viewer.delete(one), 403)
    is_problem(viewer.post(f"{one}/return"), 403)


def test_what_is_wrong_is_told_at_its_field(api, stream):
    theirs = make_stream(make_team())
    for changes, field in (({"name": ""}, "name"), ({"name": " "}, "name"), ({"name": "x" * 81}, "name"),
                           ({"kind": "party"}, "kind"), ({"streams": [theirs.handle]}, "streams"),
                           ({"team": 9**9}, "team"),
                           ({"removed_at": None}, "removed_at")):  # fmt: skip
        assert list(fields_of(api.post("/templates", {**TEMPLATE, **changes}))) == [field]
    assert list(fields_of(api.post("/snippets", {**SNIPPET, "text": "x" * 4001}))) == ["text"]
    assert list(fields_of(api.post("/snippets", {"name": "Only"}))) == ["text"]


def test_no_team_keeps_more_than_fit(api, stream, monkeypatch):
    monkeypatch.setattr(keeping, "MOST_KEPT", 1)
    assert api.post("/snippets", SNIPPET).status_code == 201
    assert list(fields_of(api.post("/snippets", SNIPPET))) == ["name"]


def test_who_is_in_several_teams_says_which(app, team):
    person, other = make_person(team), make_team()
    db.session.add(Member(team_id=other.id, person_id=person.id, role="author"))
    api = Program(app, token_for(person))
    assert list(fields_of(api.post("/snippets", SNIPPET))) == ["team"]
    assert api.post("/snippets", {**SNIPPET, "team": other.id}).json["team"] == other.id

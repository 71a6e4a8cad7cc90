from calendar_app.extensions import db
from calendar_app.people.models import Member
from tests.api.program import Program, program_of, token_for
from tests.factories import make_person, make_team


def test_a_token_tells_who_it_acts_as(app, team):
    person, other = make_person(team, "editor", email="kari@example.org"), make_team("Aa")
    db.session.add(Member(team_id=other.id, person_id=person.id, role="viewer"))
    db.session.commit()
    told = Program(app, token_for(person)).get("/me").json
    assert told["person"] == {
        "id": person.id, "name": "Kari Nordmann", "email": "kari@example.org", "language": "en", "timezone": "UTC",
    }  # fmt: skip
    assert told["teams"] == [
        {"id": other.id, "name": "Aa", "role": "viewer"},
        {"id": team.id, "name": team.name, "role": "editor"},
    ]
    assert told["roles"] == {str(team.id): "editor", str(other.id): "viewer"}
    assert told["scopes"] == ["read", "write"]
    assert told["token"]["name"] == "Test"


def test_a_reading_token_has_one_scope(app, team):
    assert program_of(app, team, scope="read").get("/me").json["scopes"] == ["read"]


def test_a_person_in_no_team_sees_nothing(app, stream):
    api = Program(app, token_for(make_person()))
    assert api.get("/me").json["teams"] == []
    assert api.get("/streams").json == {"items": [], "next": None}
    assert api.get("/posts").json == {"items": [], "next": None}
    assert api.post("/streams", {"handle": "aa", "name": "A"}).status_code == 403

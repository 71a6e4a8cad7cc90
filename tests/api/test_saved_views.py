"""Saved views of the calendar, for programs."""

import pytest

from calendar_app.planner import keeping
from tests.api.program import fields_of, is_problem, program_of

LIST = {"name": "Drafts", "query": "view=list&date=2026-12-01&streams=road-works&states=draft&page=3"}


def test_a_view_is_saved_read_changed_and_deleted(api, team, stream):
    made = api.post("/views", {**LIST, "opens": True})
    assert made.status_code == 201, made.json
    view, one = made.json, f"/views/{made.json['id']}"
    # Neither day nor page is kept: it opens at today.
    assert view["query"] == "view=list&states=draft&sort=time"
    assert view["url"].endswith(f"/calendar?{view['query']}")
    assert (view["name"], view["team"], view["shared"], view["mine"], view["opens"]) == (
        *("Drafts", team.id, False, True, True),
    )
    assert api.get("/views").json == {"items": [view], "next": None} and api.get(one).json == view
    assert api.patch(one, {"name": "Mine", "opens": False}).json == {**view, "name": "Mine", "opens": False}
    assert api.patch(one, {"shared": True}).json["name"] == "Mine"
    assert api.delete(one).status_code == 204
    is_problem(api.get(one), 404)
    assert api.post(f"{one}/return", {}).json == api.get(one).json
    is_problem(api.post(f"{one}/return", {}), 409)


def test_a_shared_view_is_seen_by_the_team_and_changed_by_its_maker(app, team, stream):
    owner, viewer = program_of(app, team), program_of(app, team, "viewer")
    one = f"/views/{owner.post('/views', LIST).json['id']}"
    is_problem(viewer.get(one), 404)
    is_problem(viewer.patch(one, {"opens": True}), 404)
    owner.patch(one, {"shared": True})
    assert viewer.get(one).json["mine"] is False
    assert viewer.patch(one, {"opens": True}).json["opens"] is True
    assert owner.get(one).json["opens"] is False
    is_problem(viewer.patch(one, {"name": "Ours"}), 403)
    is_problem(viewer.delete(one), 403)
    assert viewer.post("/views", LIST).status_code == 201
    is_problem(program_of(app, team, scope="read").post("/views", LIST), 403)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("changes", "field"),
    [({"name": ""}, "name"), ({"name": " \t "}, "name"), ({"query": "view=year"}, "query"),
     ({"query": "states=dead"}, "query"), ({"query": "person=x"}, "query"),
     ({"query": "&".join(["a=b"] * 200)}, "query"),
     ({"query": "x" * 2001}, "query"), ({"team": 9**9}, "team"), ({"person_id": 1}, "person_id")],
)  # fmt: skip
def test_what_is_wrong_is_told_at_its_field(api, stream, changes, field):
    assert list(fields_of(api.post("/views", {**LIST, **changes}))) == [field]


def test_one_name_is_used_once_and_there_is_an_end(api, stream, monkeypatch):
    assert api.post("/views", LIST).status_code == 201
    assert list(fields_of(api.post("/views", LIST))) == ["name"]
    monkeypatch.setattr(keeping, "MOST", 1)
    assert list(fields_of(api.post("/views", {**LIST, "name": "More"}))) == ["name"]

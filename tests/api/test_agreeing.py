"""Approval in steps and wishes, as programs see them."""

from __future__ import annotations

import pytest

from calendar_app.times import utcnow
from tests.api.program import Program, is_problem, token_for
from tests.factories import make_person, make_post, make_stream


@pytest.fixture
def database():
    return "sqlite"


def test_a_post_tells_who_approved_it_and_what_is_wanted(api, team):
    stream = make_stream(team, "guarded", needs_approval=True, approval_steps=["editor", "editor"])
    path = f"/posts/{make_post(stream).uuid}"
    first = api.post(f"{path}/approval", {}).json
    assert (first["state"], [one["step"] for one in first["approvals"]]) == ("in_review", [1])
    is_problem(api.post(f"{path}/approval", {}), 403)
    wanted = api.post(f"{path}/wish", {"text": "Shorter."}).json
    assert (wanted["state"], wanted["changes_wanted"], wanted["approvals"]) == ("draft", "Shorter.", [])
    is_problem(api.post(f"{path}/wish", {"text": "Shorter."}), 409)
    is_problem(api.post(f"{path}/wish", {"text": ""}), 422)


def test_a_stream_tells_its_rules_and_takes_them(api, stream):
    changed = api.patch(f"/streams/{stream.handle}", {"approval_steps": ["owner"], "approve_again": "always"})
    assert (changed.json["approval_steps"], changed.json["approve_again"]) == (["owner"], "always")
    is_problem(api.patch(f"/streams/{stream.handle}", {"approval_steps": ["boss"]}), 422)
    is_problem(api.patch(f"/streams/{stream.handle}", {"approval_steps": [999]}), 422)


def test_how_far_a_team_has_agreed_is_told_step_by_step(app, api, team):
    chief = make_person(team, "viewer", name="Cleo Chief")
    stream = make_stream(team, "guarded", needs_approval=True, approval_steps=["editor", chief.id])
    path = f"/posts/{make_post(stream).uuid}"
    told = api.get(f"{path}/approval").json
    assert (told["needed"], told["stream"], told["next"], told["hindrance"]) == (True, "guarded", [], None)
    assert told["steps"] == [
        {"who": "editor", "words": "an editor or owner", "given": False},
        {"who": chief.id, "words": "Cleo Chief", "given": False},
    ]
    api.post(f"{path}/approval")
    told = api.get(f"{path}/approval").json
    assert ([one["given"] for one in told["steps"]], told["next"]) == ([True, False], [chief.id])
    assert "Cleo Chief" in told["hindrance"]
    assert Program(app, token_for(chief)).get(f"{path}/approval").json["hindrance"] is None
    api.post(f"{path}/wish", {"text": "Shorter."})
    told = api.get(f"{path}/approval").json
    assert [(one["outcome"], one["text"], one["counts"]) for one in told["reviews"]] == [
        ("changes", "Shorter.", True),
        ("approved", "", False),
    ]
    out = make_post(stream, state="published", published_at=utcnow())
    assert "published" in api.get(f"/posts/{out.uuid}/approval").json["hindrance"]

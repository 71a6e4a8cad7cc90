"""Approval in steps and wishes, as programs see them."""

from __future__ import annotations

import pytest

from tests.api.program import is_problem
from tests.factories import make_post, make_stream


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

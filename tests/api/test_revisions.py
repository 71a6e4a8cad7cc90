"""Revisions of a post, for programs."""

import pytest

from tests.api.program import fields_of, is_problem, program_of
from tests.factories import make_post, make_stream


@pytest.fixture
def path(app, api, team, stream):
    """Two people have written: two revisions."""
    post = api.post(
        "/posts", {"streams": ["road-works"], "title": "One", "text": "The bridge is closed."}
    ).json
    path = f"/posts/{post['id']}"
    program_of(app, team, "author").patch(path, {"version": 1, "title": "Two", "text": "The bridge is open."})
    return path


def test_revisions_are_listed_read_and_compared(api, path):
    told = api.get(f"{path}/revisions").json
    assert [(one["number"], one["version"], one["restored"]) for one in told["items"]] == [
        (2, 2, None),
        (1, 1, None),
    ]
    assert told["next"] is None and "values" not in told["items"][0]
    first = api.get(f"{path}/revisions?limit=1").json
    assert [one["number"] for one in api.get(first["next"]).json["items"]] == [1]
    assert api.get(f"{path}/revisions/1").json["values"]["title"] == "One"
    compared = api.get(f"{path}/revisions/2/comparison").json
    assert (compared["earlier"], compared["later"]) == (1, 2)
    assert [one["label"] for one in compared["changes"]] == ["Title", "Text"]
    assert compared["changes"][1]["parts"] == [
        {"kind": "same", "text": "The bridge is "},
        {"kind": "removed", "text": "closed."},
        {"kind": "added", "text": "open."},
    ]
    assert api.get(f"{path}/revisions/1/comparison").json["changes"] == []
    assert api.get(f"{path}/revisions/2/comparison?from=2").json["changes"] == []
    for wrong in ("/1/comparison?from=2", "/2/comparison?from=9"):
        assert list(fields_of(api.get(f"{path}/revisions{wrong}"))) == ["from"]


def test_a_revision_is_brought_back_on_the_version_that_was_read(app, api, team, path):
    is_problem(program_of(app, team, "viewer").post(f"{path}/revisions/1/restoration", {"version": 2}), 403)
    is_problem(api.post(f"{path}/revisions/1/restoration", {"version": 1}), 409)
    told = api.post(f"{path}/revisions/1/restoration", {"version": 2})
    assert told.status_code == 200, told.json
    assert (told.json["post"]["title"], told.json["post"]["version"], told.json["problems"]) == ("One", 3, {})
    newest = api.get(f"{path}/revisions").json["items"][0]
    assert (newest["number"], newest["restored"]) == (3, 1)
    assert list(fields_of(api.post(f"{path}/revisions/1/restoration", {}))) == ["version"]


def test_what_no_longer_fits_is_told(api, team, stream, path):
    make_stream(team, "later")
    api.patch(path, {"version": 2, "streams": ["later"]})
    api.patch("/streams/road-works", {"archived": True})
    told = api.post(f"{path}/revisions/1/restoration", {"version": 3}).json
    assert told["post"]["title"] == "One" and told["post"]["streams"] == ["later"]
    assert list(told["problems"]) == ["streams"]


def test_revisions_of_another_post_are_not_there(api, stream, path):
    other = f"/posts/{make_post(stream).uuid}/revisions"
    assert api.get(other).json["items"] == []
    is_problem(api.get(f"{other}/1"), 404)
    is_problem(api.get(f"{other}/1/comparison"), 404)
    is_problem(api.post(f"{other}/1/restoration", {"version": 1}), 404)
    is_problem(api.get(f"{path}/revisions/{2**40}"), 404)

"""Links for outsiders, for programs."""

import pytest

from calendar_app.sharing import letting_in
from tests.api.program import fields_of, is_problem, program_of
from tests.factories import make_post


@pytest.fixture
def path(stream):
    return f"/posts/{make_post(stream).uuid}/links"


def test_a_link_is_made_opened_listed_and_switched_off(app, api, path):
    made = api.post(path, {"days": 7, "label": "For the mayor", "may_comment": True})
    assert made.status_code == 201, made.json
    address = made.json["url"].removeprefix("http://127.0.0.1:8000")
    assert address.startswith("/shared/")
    assert "Bridge closed" in app.test_client().get(address).text
    listed = api.get(path)
    token = address.rpartition("/")[2]
    assert token not in listed.text and "url" not in listed.json["items"][0]
    assert {**listed.json["items"][0], "last_used_at": None} == {
        name: value for name, value in made.json.items() if name != "url"
    }
    one = f"{path}/{made.json['id']}"
    assert api.delete(one).json["open"] is False
    assert app.test_client().get(address).status_code == 410
    assert api.delete(one).json["revoked_at"] == api.get(path).json["items"][0]["revoked_at"]
    assert api.post(path).json["may_comment"] is False


def test_viewers_see_links_and_authors_make_them(app, api, team, path):
    one = f"{path}/{api.post(path).json['id']}"
    for program in (program_of(app, team, "viewer"), program_of(app, team, scope="read")):
        assert len(program.get(path).json["items"]) == 1
        is_problem(program.post(path, {}), 403)
        is_problem(program.delete(one), 403)
    assert program_of(app, team, "author").delete(one).status_code == 200


def test_links_of_another_post_are_not_there(api, stream, path):
    number = api.post(path).json["id"]
    other = f"/posts/{make_post(stream).uuid}/links"
    assert api.get(other).json["items"] == []
    is_problem(api.delete(f"{other}/{number}"), 404)
    is_problem(api.delete(f"{path}/{2**40}"), 404)


def test_what_is_wrong_is_told_and_there_is_an_end(api, path, monkeypatch):
    for body, field in (({"days": 2}, "days"), ({"label": "x" * 81}, "label"), ({"post": 1}, "post")):
        assert list(fields_of(api.post(path, body))) == [field]
    monkeypatch.setattr(letting_in, "MOST_LINKS", 1)
    assert api.post(path).status_code == 201
    is_problem(api.post(path), 409)


def test_sent_again_with_its_key_the_same_address_is_told(api, path):
    answers = [api.post(path, {"days": 1}, key="k").json for _ in range(2)]
    assert answers[0] == answers[1] and len(api.get(path).json["items"]) == 1

"""Pictures through the API: uploaded once, shown by posts, told with their addresses."""

from __future__ import annotations

import io

import pytest

from calendar_app.extensions import db
from calendar_app.media.models import Medium
from tests.api.program import Program, fields_of, is_problem, program_of, token_for
from tests.factories import make_person, make_team
from tests.media.pictures import make_medium, png


def upload(api, content=None, name="bridge.png", key=None, **fields):
    form = {"file": (io.BytesIO(content or png(40, 30)), name), **fields}
    headers = {"Idempotency-Key": key} if key else {}
    return api.send("POST", "/media", data=form, content_type="multipart/form-data", headers=headers)


def test_a_picture_is_uploaded_and_shown_by_a_post(api, team, stream, client):
    answer = upload(api, alt="A bridge", rights="licensed until 2031-01-31", credit="Kari Foto")
    assert answer.status_code == 201
    medium = answer.json
    assert (medium["width"], medium["height"], medium["team"]) == (40, 30, team.id)
    assert (medium["rights"], medium["licensed_until"], medium["credit"]) == (
        "licensed",
        "2031-01-31",
        "Kari Foto",
    )
    assert answer.headers["Location"] == medium["url"]
    made = api.post(
        "/posts", {"streams": ["road-works"], "title": "A", "pictures": [{"media": medium["id"]}]}
    )
    assert made.status_code == 201
    (picture,) = made.json["pictures"]
    assert picture == {
        "media": medium["id"], "url": medium["url"], "alt": "A bridge", "width": 40, "height": 30, "focus_x": 0.0,
        "focus_y": 0.0, "credit": "Kari Foto", "crop": "",
    }  # fmt: skip
    path = medium["url"].removeprefix("http://127.0.0.1:8000")
    assert client.get(path).status_code == 404
    assert api.post(f"/posts/{made.json['id']}/publication").status_code == 200
    assert client.get(path).content_type == "image/png"


def test_pictures_change_with_the_version_of_the_post(api, team, stream):
    one, two = make_medium(team).id, make_medium(team, colour=(1, 1, 1)).id
    post = api.post("/posts", {"streams": ["road-works"], "pictures": [{"media": one}]}).json
    sent = {
        "version": 1,
        "pictures": [{"media": two, "alt": "Two", "focus_x": -1, "focus_y": 0.25}, {"media": one}],
    }
    answer = api.patch(f"/posts/{post['id']}", sent)
    assert answer.json["version"] == 2
    assert [(one["media"], one["alt"], one["focus_x"]) for one in answer.json["pictures"]] == [
        (two, "Two", -1.0), (one, "", 0.0),
    ]  # fmt: skip
    assert api.patch(f"/posts/{post['id']}", sent).status_code == 409
    assert (
        api.patch(f"/posts/{post['id']}", {"version": 2, "title": "Other"}).json["pictures"]
        == answer.json["pictures"]
    )
    assert api.patch(f"/posts/{post['id']}", {"version": 3, "pictures": []}).json["pictures"] == []


def test_the_same_upload_with_the_same_key_is_one_picture(api):
    first, again = upload(api, key="k1"), upload(api, key="k1")
    assert (first.status_code, again.status_code, again.json) == (201, 201, first.json)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert db.session.query(Medium).count() == 1


def test_another_upload_with_the_same_key_is_refused(api):
    first, other, words = upload(api, key="k"), upload(api, png(5, 5), key="k"), upload(api, key="k", alt="A")
    assert first.status_code == 201
    assert list(fields_of(other)) == list(fields_of(words)) == ["Idempotency-Key"]


@pytest.mark.parametrize(
    ("content", "fields", "field", "words"),
    [
        (b"<svg/>", {}, "file", "SVG"),
        (b"<html></html>", {}, "file", "web page"),
        (png(header=(20_000, 20_000)), {}, "file", "50 million"),
        (png()[:50], {}, "file", "damaged"),
        (None, {"rights": "licensed until 2026-02-30"}, "licensed_until", "last day"),
        (None, {"alt": "a" * 1501}, "alt", "1,500"),
        (None, {"colour": "red"}, "colour", "no such field"),
        (None, {"team": "12345"}, "team", "no team"),
        (None, {"team": "x"}, "team", "whole number"),
    ],
)
def test_what_is_not_taken_gets_a_sentence(api, content, fields, field, words):
    answer = upload(api, content, "picture.jpg", **fields)
    assert answer.status_code == 422
    assert words in fields_of(answer)[field]
    assert db.session.query(Medium).count() == 0


def test_a_form_without_a_file_and_no_form_at_all_are_told_so(api):
    form = api.send("POST", "/media", data={"alt": "A"}, content_type="multipart/form-data")
    assert fields_of(form) == {"file": "This field is needed."}
    text = api.send("POST", "/media", data={"file": "GIF89a"}, content_type="multipart/form-data")
    assert "as a file" in fields_of(text)["file"]
    assert is_problem(api.post("/media", {"file": "x"}), 415)


def test_what_is_far_too_large_is_not_even_read(api):
    body = b"\0" * (23 * 1024 * 1024)
    answer = api.send("POST", "/media", data=body, content_type="multipart/form-data; boundary=b")
    assert is_problem(answer, 413)


def test_reading_tokens_and_viewers_upload_nothing(app, team):
    assert upload(program_of(app, team, scope="read")).status_code == 403
    assert upload(program_of(app, team, role="viewer")).status_code == 403


def test_the_pictures_of_others_are_not_there(api, stream):
    theirs = make_medium(make_team())
    answer = api.post("/posts", {"streams": ["road-works"], "pictures": [{"media": theirs.id}]})
    unknown = api.post("/posts", {"streams": ["road-works"], "pictures": [{"media": theirs.id + 1000}]})
    assert (answer.status_code, unknown.status_code) == (422, 422)
    assert fields_of(answer)["pictures"].replace(str(theirs.id), "N") == fields_of(unknown)[
        "pictures"
    ].replace(str(theirs.id + 1000), "N")


def test_who_is_in_several_teams_says_which(app, team):
    from calendar_app.people.models import Member

    person, other = make_person(team), make_team()
    db.session.add(Member(team_id=other.id, person_id=person.id, role="author"))
    api = Program(app, token_for(person))
    assert "several teams" in fields_of(upload(api))["team"]
    assert upload(api, team=str(other.id)).json["team"] == other.id

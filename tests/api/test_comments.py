"""Comments on a post, for programs."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from calendar_app.comments.models import Comment
from calendar_app.extensions import database_now, db
from calendar_app.notices.models import Notice
from tests.api.program import fields_of, is_problem, program_of
from tests.factories import make_person, make_post


@pytest.fixture
def path(team, stream):
    post = make_post(stream, text="The bridge is closed.", author_id=make_person(team).id)
    return f"/posts/{post.uuid}/comments"


def test_a_remark_is_made_answered_changed_and_settled(app, api, team, path):
    made = api.post(path, {"text": "Which one?", "quote": "bridge", "at": 4})
    assert made.status_code == 201, made.json
    first, one = made.json, f"{path}/{made.json['id']}"
    assert (first["thread"], first["at"], first["name"], first["outside"]) == (
        first["id"],
        4,
        "Kari Nordmann",
        False,
    )
    assert api.patch(one, {"text": "Which bridge?"}).json["edited_at"]
    viewer = program_of(app, team, "viewer")
    answer = viewer.post(path, {"text": "The old one.", "answers": first["id"]}).json
    assert (answer["thread"], answer["quote"], answer["at"]) == (first["id"], "", None)
    is_problem(api.patch(one, {"text": "Too late"}), 409)
    assert viewer.post(f"{path}/{answer['id']}/settlement").json["settled"] is True
    told = api.get(path).json["items"]
    assert [(row["text"], row["settled"]) for row in told] == [
        ("Which bridge?", True),
        ("The old one.", True),
    ]
    assert api.get(one).json == told[0]
    assert api.delete(f"{one}/settlement").json["settled"] is False
    api.post(f"{one}/settlement")
    viewer.post(path, {"text": "Or not.", "answers": answer["id"]})
    assert {row["settled"] for row in api.get(path).json["items"]} == {False}
    assert db.session.scalar(sa.select(sa.func.count(Notice.id)).where(Notice.kind == "reply")) == 2


def test_what_is_removed_says_nothing_and_comes_back_within_an_hour(app, api, team, path):
    author = program_of(app, team, "author")
    one = f"{path}/{author.post(path, {'text': 'Secret', 'quote': 'closed', 'at': 14}).json['id']}"
    is_problem(program_of(app, team, "viewer").delete(one), 403)
    assert api.delete(one).status_code == 204
    assert "Secret" not in api.get(path).text + api.get(one).text
    told = api.get(one).json
    assert (told["removed"], told["text"], told["quote"], told["at"]) == (True, "", "", None)
    is_problem(author.post(f"{one}/return"), 409)
    assert api.post(f"{one}/return").json["text"] == "Secret"
    api.delete(one)
    db.session.execute(sa.update(Comment).values(removed_at=database_now() - timedelta(hours=2)))
    db.session.commit()
    is_problem(api.post(f"{one}/return"), 409)


def test_comments_come_page_by_page_and_only_those_of_the_post(api, stream, path):
    for text in "abc":
        api.post(path, {"text": text})
    other = f"/posts/{make_post(stream).uuid}/comments"
    first = api.get(f"{path}?limit=2").json
    assert [one["text"] for one in [*first["items"], *api.get(first["next"]).json["items"]]] == [
        "a",
        "b",
        "c",
    ]
    number = first["items"][0]["id"]
    assert api.get(other).json["items"] == []
    for method, ending in (("GET", ""), ("DELETE", ""), ("POST", "/return"), ("POST", "/settlement")):
        is_problem(api.send(method, f"{other}/{number}{ending}"), 404)
    assert list(fields_of(api.post(other, {"text": "x", "answers": number}))) == ["answers"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "text"), ({"text": ""}, "text"), ({"text": " \n"}, "text"), ({"text": "x" * 2001}, "text"),
     ({"text": "x", "quote": "q" * 501}, "quote"), ({"text": "x", "at": -1}, "at"),
     ({"text": "x", "answers": 0}, "answers"),
     ({"text": "x", "answers": 1, "quote": "q"}, "body"), ({"text": "x", "guest": "Me"}, "guest")],
)  # fmt: skip
def test_what_is_wrong_is_told_at_its_field(api, path, body, field):
    assert list(fields_of(api.post(path, body))) == [field]


def test_sent_again_with_its_key_it_is_said_once(api, path):
    assert api.post(path, {"text": "Once"}, key="k").json == api.post(path, {"text": "Once"}, key="k").json
    assert len(api.get(path).json["items"]) == 1


def test_a_key_that_may_only_read_says_nothing(app, api, team, path):
    number = api.post(path, {"text": "Here"}).json["id"]
    reader = program_of(app, team, scope="read")
    assert len(reader.get(path).json["items"]) == 1
    for method, ending in (("POST", ""), ("PATCH", f"/{number}"), ("DELETE", f"/{number}"),
                           ("POST", f"/{number}/settlement"), ("DELETE", f"/{number}/settlement")):  # fmt: skip
        is_problem(
            reader.send(method, path + ending, json={"text": "Mine"} if method != "DELETE" else None), 403
        )

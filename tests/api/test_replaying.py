from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from calendar_app.api.models import Replay
from calendar_app.api.replaying import BUSY_FOR, KEPT_FOR, forget_old_replays
from calendar_app.extensions import database_now, db
from calendar_app.posts.models import Post
from tests.api.program import fields_of, is_problem, program_of
from tests.factories import make_post

DRAFT = {"streams": ["road-works"], "title": "Once"}


def count(model):
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


def the_replay():
    return db.session.scalars(sa.select(Replay).execution_options(populate_existing=True)).one()


def test_a_repeat_gets_the_first_answer_and_nothing_happens_twice(api, stream):
    first, second = (api.post("/posts", DRAFT, key="k") for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert (second.json, second.headers["Location"]) == (first.json, first.headers["Location"])
    assert (first.headers.get("Idempotency-Replayed"), second.headers["Idempotency-Replayed"]) == (
        None,
        "true",
    )
    assert count(Post) == 1


def test_without_a_key_each_request_is_its_own(api, stream):
    api.post("/posts", DRAFT)
    api.post("/posts", DRAFT)
    assert count(Post) == 2


def test_the_first_answer_stays_also_when_the_thing_has_changed(api, stream):
    first = api.post("/posts", DRAFT, key="k").json
    api.patch(f"/posts/{first['id']}", {"version": 1, "title": "Changed"})
    assert api.post("/posts", DRAFT, key="k").json == first


def test_a_key_belongs_to_one_request(api, stream):
    api.post("/posts", DRAFT, key="k")
    post = make_post(stream)
    for answer in (
        api.post("/posts", {**DRAFT, "title": "Other"}, key="k"),
        api.post(f"/posts/{post.uuid}/approval", key="k"),
    ):
        assert list(fields_of(answer)) == ["Idempotency-Key"]
    assert api.get(f"/posts/{post.uuid}").json["state"] == "draft"
    assert count(Post) == 2


def test_a_key_belongs_to_one_token(app, api, team, stream):
    api.post("/posts", DRAFT, key="k")
    assert program_of(app, team).post("/posts", DRAFT, key="k").status_code == 201
    assert count(Post) == 2


def test_a_request_that_is_still_being_worked_on_is_not_begun_again(api, stream):
    api.post("/posts", DRAFT, key="k")
    row = the_replay()
    row.status = row.body = None
    db.session.commit()
    answer = api.post("/posts", DRAFT, key="k")
    is_problem(answer, 409)
    assert answer.headers["Retry-After"] == "1"
    assert count(Post) == 1


def test_the_key_of_a_process_that_died_is_taken_over(api, stream):
    api.post("/posts", DRAFT, key="k")
    row = the_replay()
    row.status = row.body = None
    row.created_at = database_now() - BUSY_FOR - timedelta(seconds=1)
    db.session.commit()
    assert api.post("/posts", DRAFT, key="k").status_code == 201
    assert api.post("/posts", DRAFT, key="k").headers["Idempotency-Replayed"] == "true"
    assert count(Post) == 2


def test_what_failed_leaves_the_key_free(api, stream):
    late = {"streams": ["road-works"], "title": "x" * 300}
    assert list(fields_of(api.post("/posts", late, key="k"))) == ["title"]
    post = make_post(stream)
    is_problem(api.delete(f"/posts/{post.uuid}/publication"), 409)
    assert list(fields_of(api.post(f"/posts/{post.uuid}/schedule", {}, key="k"))) == ["publish_at"]
    nowhere = "/deliveries/00000000-0000-4000-8000-000000000000/resolution"
    is_problem(api.post(nowhere, {"outcome": "sent"}, key="k"), 404)
    assert count(Replay) == 0
    assert api.post("/posts", DRAFT, key="k").status_code == 201


def test_after_a_day_a_key_is_new(api, stream):
    api.post("/posts", DRAFT, key="k")
    the_replay().created_at = database_now() - KEPT_FOR - timedelta(seconds=1)
    db.session.commit()
    assert api.post("/posts", {**DRAFT, "title": "Next day"}, key="k").json["title"] == "Next day"
    assert count(Post) == 2


def test_old_answers_are_forgotten_and_young_ones_kept(api, stream):
    api.post("/posts", DRAFT, key="old")
    the_replay().created_at = database_now() - KEPT_FOR - timedelta(seconds=1)
    db.session.commit()
    api.post("/posts", DRAFT, key="young")
    assert forget_old_replays() == 1
    db.session.commit()
    assert the_replay().key == "young"


def test_a_kept_answer_does_not_show_the_secret_in_it(api, team):
    body = {"channel": "webhook", "name": "Screen", "settings": {"url": "http://127.0.0.1:9/hook"}}
    first, second = (api.post("/accounts", body, key="k").json for _ in range(2))
    assert second["secrets"] == first["secrets"] and first["secrets"]["secret"].startswith("whsec_")
    assert first["secrets"]["secret"] not in the_replay().body
    assert the_replay().body.startswith("v1.")


def test_only_posts_take_a_key(api, stream):
    post = make_post(stream)
    path = f"/posts/{post.uuid}"
    for version in (1, 2):
        answer = api.send(
            "PATCH", path, json={"version": version, "title": "x"}, headers={"Idempotency-Key": "k"}
        )
        assert answer.json["version"] == version + 1
    assert count(Replay) == 0


@pytest.mark.parametrize("key", ["", "x" * 256, "æ", "a\tb"])
def test_a_key_that_cannot_be_kept_is_refused(api, stream, key):
    assert list(fields_of(api.post("/posts", DRAFT, key=key))) == ["Idempotency-Key"]
    assert count(Post) == 0


@pytest.mark.parametrize(
    "key", ["x" * 255, "a b", "8e03978e-40d5-43dd-bc93-6894a57f9324", "'; DROP TABLE replay; --"]
)
def test_any_printable_key_is_kept(api, stream, key):
    api.post("/posts", DRAFT, key=key)
    assert api.post("/posts", DRAFT, key=key).headers["Idempotency-Replayed"] == "true"


def test_many_at_once_with_one_key_do_it_once(app, api, stream):
    db.session.remove()

    def send(_):
        answer = app.test_client().post(
            "/api/v1/posts", json=DRAFT, headers={**api.headers, "Idempotency-Key": "k"}
        )
        return answer.status_code, answer.json.get("id")

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(16)))
    assert count(Post) == 1
    [post] = db.session.scalars(sa.select(Post))
    assert set(answers) <= {(201, post.uuid), (409, None)}
    assert (201, post.uuid) in answers
    assert api.post("/posts", DRAFT, key="k").json["id"] == post.uuid

import pytest

from calendar_app.extensions import db
from tests.api.program import fields_of, is_problem, program_of
from tests.factories import make_account, make_scheduled, make_stream, make_team


@pytest.fixture
def delivery(team, stream):
    make_account(team, streams=[stream], name="Log")
    return make_scheduled(stream).deliveries[0]


def unknown(delivery):
    delivery.state, delivery.attempts = "unknown", 1
    delivery.post.state, delivery.post.published_at = "published", delivery.due_at
    db.session.commit()
    return f"/deliveries/{delivery.key}/resolution"


def test_deliveries_are_told_with_all_that_is_known(api, delivery):
    key, account, post = delivery.key, delivery.account_id, delivery.post.uuid
    answer = api.get(f"/posts/{post}/deliveries")
    due = api.get(f"/posts/{post}").json["due_at"]
    assert answer.json == {
        "items": [
            {
                "id": key, "post": post, "account": account, "channel": "log", "action": "publish",
                "state": "pending", "attempts": 0, "due_at": due, "next_at": due, "sent_at": None, "late_ms": None,
                "external_url": None, "reason": None, "outcome": f"Waiting for its time: {due}.",
            }
        ],
        "next": None,
    }  # fmt: skip


def test_an_unknown_delivery_is_settled_as_sent(api, delivery):
    answer = api.post(unknown(delivery), {"outcome": "sent"})
    assert (answer.status_code, answer.json["state"], answer.json["next_at"]) == (200, "delivered", None)
    assert answer.json["reason"] == "Marked as sent by Kari Nordmann."


def test_a_delivery_that_waits_has_nothing_to_settle(api, delivery):
    is_problem(api.post(f"/deliveries/{delivery.key}/resolution", {"outcome": "sent"}), 409)


@pytest.mark.parametrize("body", [{}, {"outcome": "lost"}, {"outcome": None}, {"outcome": ["sent"]}])
def test_an_outcome_is_one_of_two(api, delivery, body):
    assert list(fields_of(api.post(unknown(delivery), body))) == ["outcome"]


def test_an_author_does_not_decide(app, team, delivery):
    is_problem(program_of(app, team, role="author").post(unknown(delivery), {"outcome": "sent"}), 403)


def test_deliveries_of_others_are_not_there(app, api, delivery):
    stranger = make_team()
    make_stream(stranger)
    path = unknown(delivery)
    is_problem(program_of(app, stranger).post(path, {"outcome": "sent"}), 404)
    is_problem(
        api.post("/deliveries/00000000-0000-4000-8000-000000000000/resolution", {"outcome": "sent"}), 404
    )
    assert api.post(path, {"outcome": "sent"}).status_code == 200

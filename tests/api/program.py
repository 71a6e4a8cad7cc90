"""A program that talks to the API with one token."""

from __future__ import annotations

from calendar_app.extensions import db, start_writing
from calendar_app.people import api_tokens
from tests.factories import make_person

BASE = "/api/v1"


def token_for(person, scope="write", **options):
    token = api_tokens.create(person, "Test", scope, **options)
    db.session.commit()
    return token


class Program:
    """Paths are those behind /api/v1. Answers are werkzeug's, with `.status_code` and `.json`."""

    def __init__(self, app, token):
        self.client = app.test_client()
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, path, **options):
        return self.send("GET", path, **options)

    def post(self, path, body=None, *, key=None, **options):
        headers = {"Idempotency-Key": key} if key is not None else {}
        return self.send("POST", path, json=body, headers=headers, **options)

    def patch(self, path, body):
        return self.send("PATCH", path, json=body)

    def delete(self, path):
        return self.send("DELETE", path)

    def send(self, method, path, *, headers=(), json=None, **options):
        if json is not None:
            options["json"] = json
        # What the test has read meanwhile must not hold the lock that the request needs.
        db.session.rollback()
        answer = self.client.open(
            path if path.startswith("http") else BASE + path,
            method=method,
            headers={**self.headers, **dict(headers)},
            **options,
        )
        # The request has ended; what the test does next is the test's own, and may write.
        start_writing()
        db.session.rollback()
        return answer


def program_of(app, team, role="owner", scope="write"):
    return Program(app, token_for(make_person(team, role), scope))


def fields_of(answer):
    """The fields that a 422 names, each with its sentence."""
    assert answer.status_code == 422, answer.json
    return {error["field"]: error["message"] for error in answer.json["errors"]}


def is_problem(answer, status):
    """The answer is a well-formed problem of this status; its sentence."""
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    assert answer.json["status"] == status
    assert answer.json["type"] == "about:blank"
    assert answer.json["detail"].endswith(".") and answer.json["title"]
    return answer.json["detail"]

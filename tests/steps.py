"""Verbs of the journeys: what a program does through the API, in one line each."""

from __future__ import annotations

from tests.conftest import wait_until


def make_stream(live, handle, **values):
    body = {"handle": handle, "name": handle.title(), "timezone": "Europe/Oslo", **values}
    answer = live.program.post("/streams", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def connect_webhook(live, receiver, path="/hook"):
    """The account's id and the secret that is shown once."""
    body = {"channel": "webhook", "name": "Town screen", "settings": {"url": receiver.address(path)}}
    answer = live.program.post("/accounts", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"], answer.json()["secrets"]["secret"]


def draft_post(live, **values):
    body = {"title": "A post", "text": "Some words.", **values}
    answer = live.program.post("/posts", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def wait_for_state(live, post, state, *, seconds=15):
    def there():
        found = live.program.get(f"/posts/{post['id']}").json()
        return found if found["state"] == state else None

    return wait_until(there, seconds)

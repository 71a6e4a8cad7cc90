"""A shelf of feeds whose application can be counted and broken."""

from __future__ import annotations

import sqlalchemy as sa


class Counted:
    """The application, which counts how often it is asked; it can be told to fail."""

    def __init__(self, app):
        self.app = app
        self.asked = 0
        self.failing = False

    def __call__(self, environ, start_response):
        self.asked += 1
        if self.failing:
            start_response("500 INTERNAL SERVER ERROR", [("Content-Type", "text/plain")])
            return [b"broken"]
        return self.app(environ, start_response)


def break_database(app, monkeypatch):
    """From now on nobody gets a connection, as when the server is gone."""

    def refuse(*_args, **_kwargs):
        raise sa.exc.OperationalError("connect", {}, OSError("connection refused"))

    question = app.wsgi_app.question
    monkeypatch.setattr(question, "_borrow", refuse)
    app.wsgi_app.app.failing = True

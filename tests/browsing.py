"""A browser for tests: each request has a context of its own, as on a server; forms carry their token."""

from __future__ import annotations

import contextvars
import re
from urllib.parse import urlsplit

from flask.testing import FlaskClient

from calendar_app.extensions import db, start_writing, stop_writing
from calendar_app.people import sessions
from calendar_app.people.setting_up import make_link
from calendar_app.people.signing_in import cookie_name
from calendar_app.times import utcnow

_TOKEN = re.compile(r'name="csrf(?:_token|-token)" (?:value|content)="([^"]+)"')


class Browser(FlaskClient):
    """What the test holds open is committed before a request, and read anew after it."""

    def open(self, *args, **kwargs):
        db.session.commit()
        try:
            return contextvars.Context().run(super().open, *args, **kwargs)
        finally:
            db.session.expire_all()

    def sign_in(self, person):
        """As somebody who has signed in a while ago; the ways in have tests of their own (tests/people)."""
        start_writing()
        token = sessions.start(person, now=utcnow())
        name = cookie_name()
        db.session.commit()
        stop_writing()
        self.set_cookie(name, token)
        return self

    def come_in(self, person):
        """Through a sign-in link, as on the page: look, then press."""
        start_writing()
        token = make_link(person, "sign-in", 1)
        db.session.commit()
        stop_writing()
        answer = self.send(f"/enter/sign-in/{token}")
        assert answer.status_code == 303, answer.text
        return self

    def send(self, path, form=None, *, page=None, **kwargs):
        """POST a form with the token of `page` (by default of the page at the same path)."""
        data = {"csrf_token": self.form_token(page or path), **(form or {})}
        return self.post(path, data=data, **kwargs)

    def turn(self, path, *, page):
        """POST as a script does that takes a step back, with the token of `page`; the answer as JSON."""
        headers = {"X-CSRFToken": self.form_token(page), "Accept": "application/json"}
        return self.post(path, json={}, headers=headers)

    def form_token(self, path):
        shown = self.get(path)
        found = _TOKEN.search(shown.text)
        assert found, f"{path} answers {shown.status_code} and holds no form"
        return found[1]


def path_of(address):
    """The path and query of an absolute address."""
    parts = urlsplit(address)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def link_in(text, purpose):
    """The path of the single-use link that a page or a command printed."""
    found = re.search(rf"(/enter/{purpose}/[\w-]+)", text)
    assert found, f"there is no {purpose} link in {text[:400]!r}"
    return found[1]

"""Several people who do something at the very same moment."""

from __future__ import annotations

import contextvars
from threading import Barrier, Thread

from calendar_app.extensions import db
from tests.browsing import Browser


def at_once(app, acts):
    """What each act answers, all done in threads of their own at the same moment.

    An act takes a browser, makes ready what it needs, and calls `browser.together.wait(20)` before it acts.
    """
    together, found = Barrier(len(acts)), []

    def run(act):
        browser = Browser(app, app.response_class)
        browser.raise_on_error, browser.together = False, together
        with app.app_context():
            found.append(act(browser))
            db.session.remove()

    db.session.commit()
    threads = [Thread(target=contextvars.Context().run, args=(run, act)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    db.session.expire_all()
    return found

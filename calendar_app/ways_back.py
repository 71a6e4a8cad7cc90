"""What was done says how it is taken back: an address to post to, whose answer says how that is taken back.

A page shows the sentence with a button; with scripts it becomes a toast, a key and a line in the history of the session
(static/js/ways_back.js), as for steps in the calendar.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, cast

from flask import flash, jsonify, redirect

from calendar_app.people.signing_in import wants_json

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


def done(said: str, page: str, *, back: str) -> ResponseReturnValue:
    """The answer to a step that is committed: `page` comes next, and `back` is the address that takes it back.

    A script that goes back and forth itself is told as data.
    """
    if wants_json():
        return jsonify(ok=True, sentence=said, page=page, back=back)
    # The key tells a page that is shown once more (Back) from a step that is taken once more.
    way = {"said": said, "ways": (), "back": back, "key": secrets.token_hex(4)}
    flash(cast("str", way), "good")
    return redirect(page, 303)

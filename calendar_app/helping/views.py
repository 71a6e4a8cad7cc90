"""Help for members: the search behind the commands (Ctrl-K), and a page that explains the others."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from calendar_app.helping import topics
from calendar_app.helping.finding import find
from calendar_app.people.signing_in import current_actor, member_required

helping = Blueprint("helping", __name__)


@helping.get("/find")
@member_required
def search() -> ResponseReturnValue:
    """`?q=` as JSON: what the words may mean, the nearest first."""
    return jsonify(items=[asdict(one) for one in find(current_actor(), request.args.get("q", ""))])


@helping.get("/help")
@member_required
def show() -> ResponseReturnValue:
    return render_template("helping/help.html", topics=topics.TOPICS)

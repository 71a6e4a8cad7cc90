"""The document for programs, and the same for people to read. Neither needs a token."""

from __future__ import annotations

import json

from flask import Blueprint, Response, render_template

from calendar_app.api.calling import PREFIX
from calendar_app.api.describing import chapters, shapes
from calendar_app.api.openapi import document
from calendar_app.api.reading import JSON
from calendar_app.posts.text import to_html

pages = Blueprint("api_docs", __name__)


@pages.get(f"{PREFIX}/openapi.json", provide_automatic_options=False)
def openapi() -> Response:
    return Response(json.dumps(document(), ensure_ascii=False), content_type=JSON)


@pages.get("/api/docs")
def read() -> str:
    told = document()
    return render_template(
        "api/docs.html", document=told, chapters=chapters(told), shapes=shapes(told), to_html=to_html
    )

"""What browsers are told about installing Sluice, and what they may keep of it."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image

from calendar_app.extensions import db
from calendar_app.people.models import Site


@pytest.fixture
def database():
    return "sqlite"


def test_the_manifest_names_the_site_and_pictures_that_are_there(client):
    db.session.get(Site, 1).name = "Fjordvik"
    db.session.commit()
    answer = client.get("/manifest.webmanifest")
    assert answer.mimetype == "application/manifest+json"
    told = answer.json
    assert (told["name"], told["start_url"], told["display"]) == (
        "Sluice: Fjordvik",
        "/calendar",
        "standalone",
    )
    for icon in told["icons"]:
        with client.get(icon["src"]) as file:
            picture = Image.open(io.BytesIO(file.data))
        assert icon["sizes"] == f"{picture.width}x{picture.height}"
    assert {icon.get("purpose", "any") for icon in told["icons"]} == {"any", "maskable"}


def test_the_worker_keeps_only_files_that_are_there_and_its_mark_follows_them(client, app):
    answer = client.get("/sw.js")
    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("text/javascript", "no-cache")
    names = re.findall(r'"((?:css|js|vendor)/[^"]+)"', answer.text)
    assert len(names) > 40
    release = re.search(r'RELEASE = "(/static/[0-9a-f]{12}/)"', answer.text)[1]
    for name in names:
        with client.get(release + name) as file:
            assert (file.status_code, "immutable" in file.headers["Cache-Control"]) == (200, True), name


def test_the_page_without_a_connection_is_the_same_for_everybody(client):
    answer = client.get("/offline")
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers

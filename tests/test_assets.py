"""Static files are kept by browsers for a year, by the hash of what all of them hold."""

import re
import shutil
from pathlib import Path

import pytest
from flask import render_template_string

from calendar_app import assets
from calendar_app.assets import asset, content_hash, files_in


@pytest.fixture
def database():
    return "sqlite"


def test_an_address_carries_the_hash_of_the_release(app, client):
    with app.test_request_context():
        address = asset("css/base.css")
    assert re.fullmatch(r"/static/[0-9a-f]{12}/css/base\.css", address)
    answer = client.get(address, buffered=True)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (
        200,
        "public, max-age=31536000, immutable",
    )


@pytest.mark.parametrize("path", ["css/base.css", "css/base.css?v=000000000000", "000000000000/css/base.css"])
def test_a_file_asked_for_by_another_hash_is_checked_at_each_visit(client, path):
    for _ in range(2):
        answer = client.get(f"/static/{path}", buffered=True)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-cache")


@pytest.mark.parametrize("name", ["css/none.css", "", "../pyproject.toml", "%2e%2e/pyproject.toml", "css"])
def test_a_file_that_is_not_there_is_not_kept(app, client, name):
    with app.test_request_context():
        release = asset("css/base.css").removesuffix("/css/base.css")
    answer = client.get(f"{release}/{name}")
    assert answer.status_code == 404
    assert "max-age" not in answer.headers.get("Cache-Control", "")


def test_other_bytes_have_another_hash(tmp_path):
    path = tmp_path / "a.css"
    path.write_text("a")
    first = content_hash(path)
    path.write_text("b")
    assert content_hash(path) != first


def test_any_other_file_makes_another_release_within_a_second(tmp_path, monkeypatch):
    (tmp_path / "js").mkdir()
    (tmp_path / "js" / "a.js").write_text("import './b.js'")
    (tmp_path / "js" / "b.js").write_text("1")
    first = files_in(tmp_path)
    assert set(first.hashes) == {"js/a.js", "js/b.js"}
    (tmp_path / "js" / "b.js").write_text("2")
    assert files_in(tmp_path) is first
    monkeypatch.setattr(assets, "LOOK_SECONDS", 0)
    second = files_in(tmp_path)
    assert second.release != first.release
    assert second.hashes["js/a.js"] == first.hashes["js/a.js"]
    (tmp_path / "js" / "b.js").write_text("1")
    assert files_in(tmp_path) == first


def test_bytes_that_have_just_changed_are_pinned_under_no_hash(app, client, tmp_path, monkeypatch):
    folder = Path(shutil.copytree(app.static_folder, tmp_path / "static"))
    (folder / "a.css").write_text("a{}")
    monkeypatch.setattr(app, "static_folder", str(folder))
    with app.test_request_context():
        address = asset("a.css")
    assert "immutable" in client.get(address, buffered=True).headers["Cache-Control"]
    (folder / "a.css").write_text("b{}")
    answer = client.get(address, buffered=True)
    assert (answer.text, answer.headers["Cache-Control"]) == ("b{}", "no-cache")


def test_a_template_that_names_a_missing_file_fails_while_it_is_written(app):
    with app.test_request_context(), pytest.raises(FileNotFoundError):
        render_template_string("{{ asset('css/none.css') }}")

"""A file from memory is what the application would have answered, and what is no plain question reaches it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from calendar_app import assets
from calendar_app.file_shelf import FileShelf

NAME = "css/base.css"


@pytest.fixture
def database():
    return "sqlite"


@pytest.fixture
def shelf(app, monkeypatch):
    """A new one around the app; `asked` holds what it passed on."""
    found = FileShelf(app)
    found.asked = []
    # Without the shelves that stand there already.
    inner = type(app).wsgi_app.__get__(app)

    def counted(environ, start):
        found.asked.append((environ["REQUEST_METHOD"], environ["PATH_INFO"]))
        return inner(environ, start)

    found.app = counted
    monkeypatch.setattr(app, "wsgi_app", found)
    return found


def address(app, name=NAME):
    with app.test_request_context():
        return assets.asset(name)


def told(answer):
    return answer.status_code, dict(answer.headers), answer.data


@pytest.mark.parametrize("accepted", ["gzip, br", "gzip;q=0", ""])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("name", [NAME, "icons/192.png", "js/words.js", "favicon.svg"])
def test_from_memory_comes_what_the_application_answers(app, client, shelf, accepted, method, name):
    headers = {"Accept-Encoding": accepted}
    path = address(app, name)
    with client.open(path, method=method, headers=headers) as first:
        made = told(first)
    kept = client.open(path, method=method, headers=headers)
    assert (told(kept), len(shelf.asked)) == (made, 1)
    # As the application answers without a shelf.
    with client.open(f"{path}?", method=method, headers=headers, query_string="x=1") as without:
        assert told(without) == made
    assert kept.data if method == "GET" else kept.data == b""
    again = client.get(path, headers={**headers, "If-None-Match": f'"x", {kept.headers["ETag"]}'})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", kept.headers["ETag"])
    assert again.headers["Cache-Control"] == kept.headers["Cache-Control"]
    assert len(shelf.asked) == 2


@pytest.mark.parametrize(
    ("asked", "status"),
    [({"method": "POST"}, 405), ({"headers": {"Range": "bytes=0-9"}}, 206), ({"query_string": "a=1"}, 200),
     ({"headers": {"Host": "evil.example"}}, 400), ({"query_string": "a=%00"}, 404), ({"method": "OPTIONS"}, 200)],
)  # fmt: skip
def test_what_is_no_plain_question_reaches_the_application(app, client, shelf, asked, status):
    path = address(app)
    client.get(path, buffered=True)
    with client.open(path, **asked) as answer:
        assert answer.status_code == status
    assert len(shelf.asked) == 2


def test_a_changed_file_is_asked_for_anew_and_made_up_hashes_take_no_room(
    app, client, shelf, tmp_path, monkeypatch
):
    folder = Path(shutil.copytree(app.static_folder, tmp_path / "static"))
    monkeypatch.setattr(app, "static_folder", str(folder))
    monkeypatch.setattr(assets, "LOOK_SECONDS", 0)
    shelf.folder = folder
    (folder / "a.css").write_text("a{}")
    path = address(app, "a.css")
    assert [client.get(path, buffered=True).text for _ in range(2)] == ["a{}", "a{}"]
    (folder / "a.css").write_text("b{}")
    assert client.get(path, buffered=True).text == "b{}"
    assert client.get(address(app, "a.css"), buffered=True).text == "b{}"
    for number in range(20):
        answer = client.get(f"/static/{number:012x}/a.css", buffered=True)
        assert (answer.text, answer.headers["Cache-Control"]) == ("b{}", "no-cache")
    assert len(shelf.kept) == 2
    (folder / "a.css").unlink()
    assert client.get(path).status_code == 404

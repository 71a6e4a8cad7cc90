"""Files are complete or not there, private, and named only as pictures are named: in a folder and in a bucket alike."""

from __future__ import annotations

import os
import time

import pytest

from calendar_app.media.keeping import Disk

NAME = "ab" * 32 + ".jpg"


@pytest.fixture(params=["folder", "bucket"])
def place(request, tmp_path):
    """An empty store of each kind; `age(name, seconds)` lets that much time pass over a file of it."""
    if request.param == "folder":
        made, folder = Disk(tmp_path / "media"), tmp_path / "media" / "ab"
    else:
        server = request.getfixturevalue("s3_server")
        made, folder = server.emptied(), server.folder / "pictures"

    def age(name, seconds):
        past = time.time() - seconds
        os.utime(folder / name, (past, past))

    made.age = age
    return made


def test_what_is_put_is_found_again_until_it_is_deleted(place):
    place.put(NAME, b"one")
    place.put(NAME, b"one")
    assert place.get(NAME) == b"one" and place.has(NAME)
    assert list(place.names()) == [NAME]
    assert not place.open_to_all(NAME)
    place.delete(NAME)
    place.delete(NAME)
    assert place.get(NAME) is None and not place.has(NAME)
    assert list(place.names()) == []


def test_a_large_picture_comes_back_whole(place):
    content = os.urandom(1000) * 12_000
    place.put(NAME, content)
    assert place.get(NAME) == content


def test_putting_it_again_makes_it_young(place):
    place.put(NAME, b"one")
    place.age(NAME, 1000)
    assert list(place.names(older_than=500)) == [NAME]
    place.put(NAME, b"one")
    assert list(place.names(older_than=500)) == []


@pytest.mark.parametrize(
    "name", ["../secret_key", "ab.jpg", NAME.upper(), f"{NAME}/x", NAME.replace(".jpg", ".svg"), ""]
)
def test_no_other_name_reaches_a_file(place, name):
    for act in (place.get, place.has, place.delete, lambda name: place.put(name, b"")):
        with pytest.raises(ValueError, match="no name of a picture"):
            act(name)


def test_a_file_on_disk_is_nobody_elses(tmp_path):
    disk = Disk(tmp_path / "media")
    disk.put(NAME, b"one")
    path = tmp_path / "media" / "ab" / NAME
    assert path.stat().st_mode & 0o077 == 0 and path.parent.stat().st_mode & 0o077 == 0
    assert os.listdir(path.parent) == [NAME]

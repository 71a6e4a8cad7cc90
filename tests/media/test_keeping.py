"""Files are complete or not there, private, and named only as pictures are named."""

from __future__ import annotations

import os
import time

import pytest

from calendar_app.media.keeping import Disk

NAME = "ab" * 32 + ".jpg"


def test_what_is_put_is_found_again_and_is_nobody_elses(tmp_path):
    disk = Disk(tmp_path / "media")
    disk.put(NAME, b"one")
    disk.put(NAME, b"one")
    assert disk.get(NAME) == b"one"
    assert list(disk.names()) == [NAME]
    path = tmp_path / "media" / "ab" / NAME
    assert path.stat().st_mode & 0o077 == 0 and path.parent.stat().st_mode & 0o077 == 0
    assert os.listdir(path.parent) == [NAME]


def test_what_is_not_there_is_nothing(tmp_path):
    disk = Disk(tmp_path)
    assert disk.get(NAME) is None
    disk.delete(NAME)
    assert list(disk.names()) == []


def test_putting_it_again_makes_it_young(tmp_path):
    disk = Disk(tmp_path)
    disk.put(NAME, b"one")
    past = time.time() - 1000
    os.utime(tmp_path / "ab" / NAME, (past, past))
    assert list(disk.names(older_than=500)) == [NAME]
    disk.put(NAME, b"one")
    assert list(disk.names(older_than=500)) == []


@pytest.mark.parametrize(
    "name", ["../secret_key", "ab.jpg", NAME.upper(), f"{NAME}/x", NAME.replace(".jpg", ".svg"), ""]
)
def test_no_other_name_reaches_a_file(tmp_path, name):
    for act in (Disk(tmp_path).get, Disk(tmp_path).delete, lambda name: Disk(tmp_path).put(name, b"")):
        with pytest.raises(ValueError, match="no name of a picture"):
            act(name)

"""A kept picture goes out as it is where it fits, is made to fit where not, and is missed when it is gone."""

from __future__ import annotations

import threading

import pytest

from calendar_app.channels.adapter import Fit, NotSent, Rejected
from calendar_app.media import preparing
from calendar_app.media.fitting import NOT_THERE, fit_name, picture
from calendar_app.media.keeping import Disk, store
from tests.media.pictures import make_medium, png

ROOMY = Fit(1_000_000, 4000)
TIGHT = Fit(1_000_000, 100, ("image/jpeg",))


def test_what_fits_goes_out_as_it_is_kept(team):
    medium = make_medium(team)
    assert picture(medium.digest, ROOMY, store=store()) == (png(), "image/png")


def test_a_thread_without_an_application_gets_it_too(team):
    digest, place, found = make_medium(team).digest, store(), []
    thread = threading.Thread(target=lambda: found.append(picture(digest, ROOMY, store=place)))
    thread.start()
    thread.join(5)
    assert found == [(png(), "image/png")]


def test_a_picture_that_is_gone_is_not_tried_again(tmp_path):
    with pytest.raises(Rejected, match=NOT_THERE):
        picture("a" * 64, ROOMY, store=Disk(tmp_path))


def test_what_was_made_to_fit_once_is_not_made_again(team):
    medium = make_medium(team, width=200, height=120)
    store().put(fit_name(medium.digest, TIGHT, "image/jpeg"), b"made before")
    assert picture(medium.digest, TIGHT, store=store()) == (b"made before", "image/jpeg")


def test_without_a_decoder_the_delivery_waits(team, monkeypatch):
    medium = make_medium(team, width=201, height=120)
    monkeypatch.setattr(preparing, "PROGRAM", preparing.PROGRAM.with_name("missing.py"))
    monkeypatch.setattr(preparing.sys, "executable", "/nowhere/python")
    with pytest.raises(NotSent, match="next attempt"):
        picture(medium.digest, TIGHT, store=store())


def test_each_fit_has_a_name_of_its_own():
    names = {fit_name("a" * 64, fit, "image/jpeg") for fit in (ROOMY, TIGHT, Fit(999_999, 4000))}
    assert len(names) == 3


def test_what_does_not_fit_is_made_smaller_and_is_the_same_each_time(team, tmp_path):
    from PIL import Image

    medium = make_medium(team, width=300, height=150)
    content, media_type = picture(medium.digest, TIGHT, store=store())
    store().delete(fit_name(medium.digest, TIGHT, "image/jpeg"))
    assert (content, media_type) == picture(medium.digest, TIGHT, store=store())
    file = tmp_path / "one.jpg"
    file.write_bytes(content)
    with Image.open(file) as seen:
        assert (seen.format, seen.size) == ("JPEG", (100, 50))


def test_what_can_never_fit_is_rejected(team):
    medium = make_medium(team, width=300, height=150)
    with pytest.raises(Rejected, match="cannot be made small enough"):
        picture(medium.digest, Fit(10, 100), store=store())

"""Uploads that no post shows are kept for a week; files go with the last row that names them."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest

from calendar_app.extensions import database_now, db
from calendar_app.media.forgetting import KEPT_UNUSED, YOUNG, forget_unused, sweep_files
from calendar_app.media.keeping import kept_name, store
from calendar_app.media.models import Medium
from tests.factories import make_post, make_team
from tests.media.pictures import attach, make_medium


@pytest.fixture
def old(each_store, request):
    """old(medium) lets more time pass over it than unused pictures are kept; the name of its file."""

    def pass_time(medium):
        medium.created_at = database_now() - KEPT_UNUSED - timedelta(minutes=1)
        name = kept_name(medium.digest, medium.media_type)
        past = (database_now() - timedelta(seconds=YOUNG + 60)).timestamp()
        in_bucket = each_store == "bucket"
        path = (
            request.getfixturevalue("s3_server").folder / "pictures" / name
            if in_bucket
            else store()._path(name)
        )
        os.utime(path, (past, past))
        db.session.commit()
        return name

    return pass_time


def rows():
    return sorted(db.session.query(Medium.id).all())


def test_what_a_post_shows_stays_and_the_rest_goes_after_a_week(old, team, stream):
    shown, unused, young = (make_medium(team, colour=(n, n, n)) for n in (1, 2, 3))
    attach(make_post(stream), shown)
    names = old(shown), old(unused)
    assert forget_unused() == 1
    db.session.commit()
    assert rows() == [(shown.id,), (young.id,)]
    assert sweep_files() >= 1
    assert store().get(names[0]) is not None and store().get(names[1]) is None
    assert store().get(kept_name(young.digest, "image/png")) is not None


def test_a_file_stays_while_another_team_has_the_picture(old, team):
    ours, theirs = make_medium(team), make_medium(make_team())
    assert ours.digest == theirs.digest
    name = old(ours)
    assert forget_unused() == 1
    db.session.commit()
    sweep_files()
    assert store().get(name) is not None


def test_a_file_that_is_about_to_get_its_row_stays(each_store, team):
    store().put("c" * 64 + ".jpg", b"just written")
    sweep_files()
    assert store().get("c" * 64 + ".jpg") == b"just written"
    store().delete("c" * 64 + ".jpg")

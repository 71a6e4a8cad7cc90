"""Pictures in a bucket: found by the doctor when they cannot be, copied there and back, and patient with a server."""

from __future__ import annotations

import os
import time

import click
import pytest
from click.testing import CliRunner

from calendar_app.backing_up import write_backup
from calendar_app.channels.adapter import Fit, NotSent
from calendar_app.errors import Conflict
from calendar_app.extensions import db, stop_writing
from calendar_app.health import doctor
from calendar_app.media.bucket import Bucket
from calendar_app.media.commands import pictures
from calendar_app.media.fitting import picture
from calendar_app.media.keeping import StoreAway, folder, kept_name, store
from calendar_app.media.place import bucket_of
from calendar_app.media.storing import store_picture
from calendar_app.media.trying import try_out
from tests.factories import make_person, make_post
from tests.media import s3_server as s3
from tests.media.pictures import attach, make_medium, png
from tests.processes import environment
from tests.receiver import Receiver, answer

NAME = "cd" * 32 + ".png"


@pytest.fixture
def away(app, monkeypatch):
    """The application's pictures are in a bucket, and its server is not there."""
    made = Bucket(bucket_of("s3://key:secret@127.0.0.1:9/pictures?tls=0"))
    monkeypatch.setitem(app.extensions, "sluice_pictures", made)
    return made


def test_a_bucket_that_works_is_told_and_nothing_is_left_behind(s3_server):
    bucket = s3_server.emptied()
    assert try_out(bucket) is None
    assert list(bucket.names()) == []


def test_whatever_is_wrong_with_it_is_said(s3_server, tmp_path):
    assert "has no bucket nowhere. Make it, private" in try_out(s3_server.bucket("nowhere"))
    wrong_key = try_out(s3_server.bucket(secret="another"))
    assert "does not let our key use pictures (SignatureDoesNotMatch)" in wrong_key
    assert "another" not in wrong_key
    for_everybody = s3.start(tmp_path, open_to_all=True)
    try:
        assert "Strangers can read the bucket pictures" in try_out(for_everybody.emptied())
        assert list((tmp_path / "pictures").iterdir()) == []
    finally:
        for_everybody.stop()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_doctor_tries_the_place_of_the_pictures(app, each_store, monkeypatch):
    def said():
        return [
            (one.wrong, one.text)
            for one in doctor.findings(app.config["SETTINGS"])
            if "picture" in one.text.lower()
        ]

    kind = {"folder": "The folder ", "bucket": "The bucket pictures at 127.0.0.1:"}[each_store]
    ((wrong, text),) = said()
    assert not wrong and text.startswith(kind)
    monkeypatch.setitem(
        app.extensions, "sluice_pictures", Bucket(bucket_of("s3://key:secret@127.0.0.1:9/pictures?tls=0"))
    )
    ((wrong, text),) = said()
    assert wrong and "127.0.0.1:9 does not answer" in text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_while_it_is_away_nothing_is_lost_and_everybody_gets_a_sentence(
    app, away, client, team, stream, actor, tmp_path, monkeypatch
):
    monkeypatch.delitem(app.extensions, "sluice_pictures")
    medium = make_medium(team, width=900, height=700)
    attach(make_post(stream, state="published", published_at=medium.created_at), medium)
    monkeypatch.setitem(app.extensions, "sluice_pictures", away)
    assert client.get(f"/media/{medium.digest}.png").status_code == 503
    assert client.get(f"/media/{medium.digest}-640.png").status_code == 503
    with pytest.raises(NotSent, match="next attempt"):
        picture(medium.digest, Fit(100_000, 500), store=store())
    with pytest.raises(Conflict, match="cannot be kept at the moment"):
        store_picture(png(), alt="", rights={}, team_id=team.id, actor=actor, now=medium.created_at)
    with pytest.raises(click.ClickException, match="No backup was written"):
        write_backup(str(tmp_path / "backup.tar.gz"))
    assert list(tmp_path.glob("backup*")) == []


def test_a_server_that_stumbles_is_asked_again_and_a_silent_one_not_for_ever(monkeypatch):
    with Receiver() as server:
        bucket = Bucket(bucket_of(f"s3://key:secret@127.0.0.1:{server.port}/pictures?tls=0"))
        path = f"/pictures/{NAME}"
        server.plan(answer(503), answer(200, body=b"bytes"), path=path)
        assert bucket.get(NAME) == b"bytes"
        monkeypatch.setattr("calendar_app.media.bucket.READ_SECONDS", 0.2)
        silent = Bucket(bucket.place)
        server.plan(*[answer(200, delay=5)] * 9, path=path)
        began = time.monotonic()
        with pytest.raises(StoreAway, match="does not answer"):
            silent.get(NAME)
        assert time.monotonic() - began < 4


def test_a_forked_process_has_connections_of_its_own(s3_server):
    bucket = s3_server.emptied()
    bucket.put(NAME, b"one")
    parents = bucket._client()
    child = os.fork()
    if child == 0:
        os._exit(0 if bucket.get(NAME) == b"one" and bucket._client() is not parents else 1)
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_pictures_move_into_a_bucket_and_back(app, s3_server, team, monkeypatch):
    make_person(team)
    for colour in ((1, 1, 1), (2, 2, 2), (3, 3, 3)):
        medium = make_medium(team, colour=colour)
    name = kept_name(medium.digest, medium.media_type)
    damaged = make_medium(team, colour=(4, 4, 4))
    folder().put(kept_name(damaged.digest, "image/png"), b"something else")
    bucket = s3_server.emptied()
    for key, value in environment(app, SLUICE_MEDIA_URL=s3_server.address()).items():
        monkeypatch.setenv(key, value)
    db.session.rollback()
    stop_writing()

    there = CliRunner().invoke(pictures, ["copy"])
    assert f"Copied 3 pictures to the {bucket}; 0 were there already." in there.output
    assert "and not copied: 1." in there.output and there.exit_code == 1
    assert len(list(bucket.names())) == 3 and bucket.get(name) == folder().get(name)
    assert "Copied 0 pictures" in CliRunner().invoke(pictures, ["copy"]).output

    folder().delete(name)
    back = CliRunner().invoke(pictures, ["copy", "--back"])
    assert "Copied 1 pictures to the folder" in back.output
    assert folder().get(name) == bucket.get(name)

    monkeypatch.setenv("SLUICE_MEDIA_URL", "")
    assert "names no bucket" in CliRunner().invoke(pictures, ["copy"]).output

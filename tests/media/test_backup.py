"""A backup holds the pictures, and a restored site shows them."""

from __future__ import annotations

import hashlib
import io
import tarfile

import click
import pytest

from calendar_app import create_app
from calendar_app.backing_up import write_backup
from calendar_app.extensions import db
from calendar_app.media.keeping import kept_name, store
from calendar_app.media.models import Medium
from calendar_app.restoring import restore_backup
from tests.conftest import settings_for
from tests.factories import make_person, make_post
from tests.media.pictures import attach, make_medium, png


@pytest.fixture
def medium(team, stream):
    make_person(team)
    medium = make_medium(team, alt="A bridge")
    attach(make_post(stream), medium, make_medium(team, colour=(9, 9, 9)))
    return medium


@pytest.fixture
def elsewhere(app, tmp_path):
    folder = tmp_path / "other"
    folder.mkdir()
    url = f"sqlite:///{folder / 'other.db'}"
    other = create_app(settings_for(folder, url, app.config["SETTINGS"].redis_url))
    with other.app_context():
        yield other
        db.session.remove()
        db.engine.dispose()


def test_pictures_come_back(app, each_store, medium, elsewhere, tmp_path):
    file = str(tmp_path / "backup.tar.gz")
    with app.app_context():
        write_backup(file)
        name = kept_name(medium.digest, "image/png")
    with elsewhere.app_context():
        assert store().get(name) is None
        restore_backup(file)
        assert store().get(name) == png()
        assert db.session.query(Medium).count() == 2


def test_a_backup_is_the_way_into_a_bucket_too(app, medium, elsewhere, s3_server, tmp_path, monkeypatch):
    file = str(tmp_path / "backup.tar.gz")
    with app.app_context():
        write_backup(file)
    bucket = s3_server.emptied()
    monkeypatch.setitem(elsewhere.extensions, "sluice_pictures", bucket)
    with elsewhere.app_context():
        restore_backup(file)
    assert bucket.get(kept_name(medium.digest, "image/png")) == png()


def test_a_missing_file_is_told_and_the_rest_is_backed_up(app, medium, tmp_path):
    store().delete(kept_name(medium.digest, "image/png"))
    assert "are not in it: 1." in write_backup(str(tmp_path / "backup.tar.gz"))


def test_a_picture_that_was_changed_on_its_way_stops_the_restore(app, medium, elsewhere, tmp_path):
    file, changed = tmp_path / "backup.tar.gz", tmp_path / "changed.tar.gz"
    with app.app_context():
        write_backup(str(file))
    with tarfile.open(file) as source, tarfile.open(changed, "w:gz") as target:
        for member in source.getmembers():
            content = source.extractfile(member).read()
            if member.name.startswith("media/"):
                content = b"something else"
            member.size = len(content)
            target.addfile(member, io.BytesIO(content))
    with elsewhere.app_context():
        with pytest.raises(click.ClickException, match="is damaged"):
            restore_backup(str(changed))
        assert list(store().names()) == []


def test_a_name_that_leads_out_of_the_folder_stops_the_restore(app, medium, elsewhere, tmp_path):
    file, changed = tmp_path / "backup.tar.gz", tmp_path / "changed.tar.gz"
    with app.app_context():
        write_backup(str(file))
    content = b"mine"
    with tarfile.open(file) as source, tarfile.open(changed, "w:gz") as target:
        for member in source.getmembers():
            target.addfile(member, source.extractfile(member))
        evil = tarfile.TarInfo(f"media/{hashlib.sha256(content).hexdigest()}/../../x.png")
        evil.size = len(content)
        target.addfile(evil, io.BytesIO(content))
    with elsewhere.app_context(), pytest.raises(click.ClickException, match="no name of a picture"):
        restore_backup(str(changed))

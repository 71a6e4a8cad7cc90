"""A backup holds all and no key; restored, it holds still until its operator says so."""

from __future__ import annotations

import json
import tarfile

import click
import pytest
import sqlalchemy as sa

from calendar_app import create_app, instance, migrating
from calendar_app.backing_up import tables, write_backup
from calendar_app.channels.delivering import drain
from calendar_app.channels.models import Account, Delivery
from calendar_app.channels.packing import open_secrets
from calendar_app.extensions import db, writing
from calendar_app.people.models import Audit, Session, Site
from calendar_app.people.setting_up import ensure_site
from calendar_app.posts.models import Post
from calendar_app.restoring import release, restore_backup
from tests.conftest import settings_for
from tests.factories import make_account, make_person, make_scheduled, make_stream

SECRET = "whsec_c2x1aWNlLXRlc3RzLXNsdWljZS10ZXN0cy0wMDAx"


@pytest.fixture
def filled(app):
    """A site with a plan: one post due an hour ago's worth from now, one being sent."""
    stream = make_stream(handle="roads")
    make_account(
        stream.team,
        "webhook",
        settings={"url": "http://127.0.0.1:9/"},
        secrets={"secret": SECRET},
        streams=[stream],
    )
    make_person(stream.team)
    make_scheduled(stream, due_in=-5, title="Æ 🙂 was due")
    make_scheduled(stream, due_in=3600)
    db.session.commit()
    return app


@pytest.fixture
def elsewhere(filled, tmp_path):
    """Another, empty installation: always SQLite, so that a backup of PostgreSQL moves house as well."""
    folder = tmp_path / "other"
    folder.mkdir()
    settings = filled.config["SETTINGS"]
    other = create_app(settings_for(folder, f"sqlite:///{folder / 'other.db'}", settings.redis_url))
    with other.app_context():
        yield other
        db.session.remove()
        db.engine.dispose()


def counts():
    return {
        table.name: db.session.scalar(sa.select(sa.func.count()).select_from(table)) for table in tables()
    }


def test_all_rows_come_back_and_nothing_goes_out_until_confirmed(filled, elsewhere, tmp_path):
    file = str(tmp_path / "backup.tar.gz")
    with filled.app_context():
        before = counts()
        assert "Keep the secret key too" in write_backup(file)
    with elsewhere.app_context():
        said = restore_backup(file)
        assert "sluice resume" in said
        assert counts() == before
        assert db.session.scalar(sa.select(Post.title).where(Post.title.like("Æ%"))) == "Æ 🙂 was due"
        account = db.session.scalars(sa.select(Account)).one()
        assert open_secrets(account) == {"secret": SECRET}

        assert set(db.session.scalars(sa.select(Post.state))) == {"scheduled"}
        assert db.session.scalar(sa.select(Site.hold_reason))
        drain()
        assert set(db.session.scalars(sa.select(Post.state))) == {"scheduled"}
        release()
        drain(budget_seconds=1)
        assert sorted(db.session.scalars(sa.select(Post.state))) == ["published", "scheduled"]
        assert "nothing to confirm" in release()


def test_what_was_being_sent_is_honestly_unknown_and_all_are_signed_out(filled, elsewhere, tmp_path):
    file = str(tmp_path / "backup.tar.gz")
    with filled.app_context():
        person = db.session.scalar(sa.text("SELECT id FROM person LIMIT 1"))
        db.session.add(Session(person_id=person, digest="d" * 64))
        moment = db.session.scalar(sa.select(sa.func.max(Delivery.due_at)))
        first = db.session.scalar(sa.select(sa.func.min(Delivery.id)))
        db.session.execute(
            sa.update(Delivery).where(Delivery.id == first).values(state="sending", lease_until=moment)
        )
        db.session.commit()
        write_backup(file)
    with elsewhere.app_context():
        restore_backup(file)
        assert sorted(db.session.scalars(sa.select(Delivery.state))) == ["pending", "unknown"]
        assert db.session.scalar(sa.select(Session.ended_at)) is not None


def test_the_key_is_not_in_the_backup(filled, tmp_path):
    file = tmp_path / "backup.tar.gz"
    write_backup(str(file))
    assert file.stat().st_mode & 0o077 == 0
    with tarfile.open(file) as archive:
        content = b"".join(archive.extractfile(member).read() for member in archive.getmembers())
        manifest = json.loads(archive.extractfile("manifest.json").read())
    assert filled.config["SETTINGS"].secret_key.encode() not in content
    assert SECRET.encode() not in content
    assert manifest["revision"] == migrating.newest()


def test_a_site_with_people_is_never_overwritten(filled, tmp_path):
    file = str(tmp_path / "backup.tar.gz")
    write_backup(file)
    with pytest.raises(click.ClickException, match="holds a site already"):
        restore_backup(file)
    db.session.rollback()
    assert db.session.scalar(sa.select(Site.hold_reason)) is None


@pytest.mark.parametrize("damage", ["cut", "empty", "text"])
def test_a_damaged_backup_changes_nothing_and_says_so(filled, elsewhere, tmp_path, damage):
    file = tmp_path / "backup.tar.gz"
    with filled.app_context():
        write_backup(str(file))
    whole = file.read_bytes()
    file.write_bytes({"cut": whole[: len(whole) // 2], "empty": b"", "text": b"hello"}[damage])
    with elsewhere.app_context():
        with pytest.raises(click.ClickException, match="no complete backup"):
            restore_backup(str(file))
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Audit)) == 0


def test_a_backup_in_which_nothing_could_be_held_back_is_not_restored(filled, elsewhere, tmp_path):
    file = str(tmp_path / "backup.tar.gz")
    with filled.app_context():
        db.session.execute(sa.delete(Site))
        db.session.commit()
        write_backup(file)
    with elsewhere.app_context():
        with pytest.raises(click.ClickException, match="the site itself is missing"):
            restore_backup(file)
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Post)) == 0


def test_a_database_put_back_by_other_means_is_noticed(app, tmp_path):
    settings = settings_for(tmp_path, "sqlite://", "redis://")
    with writing():
        site = ensure_site(app.config["SETTINGS"])
        instance.note_start(settings, site)
        instance.note_start(settings, site)
        assert (site.starts, site.hold_reason) == (2, None)
        site.starts = 1
        instance.note_start(settings, site)
        assert site.hold_reason == instance.REASON
        assert site.starts == 3


def test_the_database_of_another_instance_is_noticed(app, tmp_path):
    settings = settings_for(tmp_path, "sqlite://", "redis://")
    with writing():
        site = ensure_site(app.config["SETTINGS"])
        instance.note_start(settings, site)
        site.instance = "another"
        instance.note_start(settings, site)
        assert site.hold_reason == instance.REASON

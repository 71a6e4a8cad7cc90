"""`sluice keys`: a new secret key, and every secret under it; whatever happens in between, none is lost."""

from __future__ import annotations

import re
import stat

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from calendar_app import commands, create_app, keys, migrating, resealing, safe, sealing
from calendar_app.api import replaying
from calendar_app.api.models import Replay
from calendar_app.channels.models import Account
from calendar_app.channels.packing import open_secrets, seal_secrets
from calendar_app.config import read_settings
from calendar_app.extensions import database_now, db, start_writing, stop_writing
from calendar_app.health.doctor import findings
from calendar_app.people import api_tokens
from calendar_app.people.models import ApiToken, Audit
from calendar_app.people.setting_up import ensure_site
from tests.factories import make_account, make_person, make_team

SECRETS = {"token": "tk_æøå", "second": "s3cret"}


@pytest.fixture
def folder(tmp_path, redis_url, monkeypatch):
    for name in (
        "SLUICE_DATABASE_URL",
        "SLUICE_SECRET_KEY",
        "SLUICE_SECRET_KEY_FALLBACKS",
        "SLUICE_BASE_URL",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SLUICE_DATA", str(tmp_path))
    monkeypatch.setenv("SLUICE_REDIS_URL", redis_url)
    return tmp_path


@pytest.fixture
def site(folder):
    """A site whose key Sluice made, with five accounts that hold two secrets each, and an answer that is kept."""
    made = create_app(read_settings())
    with made.app_context():
        migrating.migrate()
        start_writing()
        ensure_site(made.config["SETTINGS"])
        team = make_team()
        for number in range(5):
            make_account(team, "webhook", name=f"Place {number}", secrets=SECRETS)
        api_tokens.create(make_person(team), "program", "write")
        kept = Replay(token_id=db.session.scalar(sa.select(ApiToken.id)), key="k", request_digest="d", status=200,
                      created_at=database_now())  # fmt: skip
        db.session.add(kept)
        db.session.flush()
        kept.body = safe.seal("an answer", where=replaying.where(kept.id))
        db.session.commit()
        stop_writing()
        yield made
        db.session.remove()
        db.engine.dispose()


def keys_command(word, code=0):
    """What `sluice keys WORD` says, as a process of its own would."""
    db.session.rollback()
    ran = CliRunner().invoke(commands.sluice, ["keys", word])
    assert ran.exit_code == code, ran.output
    return ran.output


def key_ids():
    db.session.expire_all()
    values = [
        value for account in db.session.scalars(sa.select(Account)) for value in account.sealed.values()
    ]
    values += db.session.scalars(sa.select(Replay.body)).all()
    db.session.rollback()
    return [value.split(".")[1] for value in values]


def all_open():
    found = [open_secrets(account) for account in db.session.scalars(sa.select(Account))]
    db.session.rollback()
    return found == [SECRETS] * 5


def told(app):
    db.session.rollback()
    return [finding for finding in findings(app.config["SETTINGS"]) if "secret" in finding.text.lower()]


def test_a_new_key_takes_the_place_of_the_old_one_and_everything_is_under_it(site, folder):
    old = keys.current(folder)
    said = keys_command("rotate")
    assert "11 secrets are sealed with it" in said
    assert (keys.earlier(folder), keys.current(folder) != old) == ((old,), True)
    assert old not in said
    assert keys.current(folder) not in said
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.glob("secret_key*")} == {0o600}
    new = sealing.keys_from(keys.current(folder))
    assert set(key_ids()) == {new.current}
    assert db.session.scalar(sa.select(Audit.after).where(Audit.action == "secrets sealed anew")) == {
        "values": 11
    }
    (kept,) = db.session.scalars(sa.select(Replay)).all()
    assert new.open(kept.body, where=replaying.where(kept.id)) == "an answer"
    assert read_settings().secret_key_fallbacks == (old,)


def test_what_runs_meanwhile_opens_and_seals_with_the_new_key_without_a_restart(site, folder):
    assert all_open()
    keys_command("rotate")
    assert all_open(), "this process began with the old key"
    account = db.session.scalars(sa.select(Account)).first()
    seal_secrets(account, {"token": "entered just now"})
    assert account.sealed["token"].split(".")[1] == sealing.keys_from(keys.current(folder)).current
    db.session.rollback()


def test_a_process_that_has_opened_nothing_yet_seals_with_the_new_key_too(site, folder):
    other = create_app(read_settings())
    keys_command("rotate")
    with other.app_context():
        assert sealing.keys_from(keys.current(folder)).is_current(safe.seal("x", where="a:1:b"))


@pytest.mark.parametrize("sealed_before", [0, 1, 5, 10])
def test_interrupted_in_the_middle_it_goes_on_with_the_same_key(site, folder, monkeypatch, sealed_before):
    monkeypatch.setattr(resealing, "ROWS_AT_ONCE", 1)
    seal, count = safe.seal, iter(range(100))

    def killed(plain, *, where):
        if next(count) == sealed_before:
            raise KeyboardInterrupt
        return seal(plain, where=where)

    with monkeypatch.context() as patched:
        patched.setattr(safe, "seal", killed)
        assert CliRunner().invoke(commands.sluice, ["keys", "rotate"]).exit_code != 0
    key = keys.current(folder)
    left = sum(number != sealing.keys_from(key).current for number in key_ids())
    assert left >= 11 - sealed_before
    assert all_open()
    assert any(f"{left} secrets are still sealed with an earlier key" in one.text for one in told(site))
    assert f"{left} secrets were under an earlier key" in keys_command("rotate")
    assert (keys.current(folder), set(key_ids())) == (key, {sealing.keys_from(key).current})


@pytest.mark.parametrize("dies_at", [keys.EARLIER, keys.CURRENT])
def test_killed_between_two_files_no_key_is_lost(site, folder, monkeypatch, dies_at):
    old, write = keys.current(folder), keys._write

    def killed(data, name, text):
        if name == dies_at:
            raise KeyboardInterrupt
        write(data, name, text)

    with monkeypatch.context() as patched:
        patched.setattr(keys, "_write", killed)
        assert CliRunner().invoke(commands.sluice, ["keys", "rotate"]).exit_code != 0
    assert keys.current(folder) == old
    assert all_open()
    keys_command("rotate")
    assert (keys.current(folder) != old, keys.earlier(folder)) == (True, (old,))
    assert all_open()


def test_two_at_once_is_one_too_many(site, folder):
    with keys.held(folder):
        assert "is at work in this data folder" in keys_command("rotate", 1)


def test_earlier_keys_are_forgotten_only_when_nothing_needs_them(site, folder, monkeypatch):
    keys.change(folder)
    assert "11 secrets are still sealed with an earlier key" in keys_command("forget", 1)
    keys_command("rotate")
    assert "forgotten" in keys_command("forget")
    assert (keys.earlier(folder), all_open()) == ((), True), (
        "also in this process, which began with the old key"
    )


def test_a_key_of_the_operators_own_is_not_made_but_sealed_with(site, folder, monkeypatch):
    old, new = keys.current(folder), "the-operators-own-key-0123456789-ABCDEF"
    monkeypatch.setenv("SLUICE_SECRET_KEY", new)
    monkeypatch.setenv("SLUICE_SECRET_KEY_FALLBACKS", old)
    assert "11 secrets were under an earlier key" in keys_command("rotate")
    assert set(key_ids()) == {sealing.keys_from(new).current}
    assert "All 11 secrets are sealed with SLUICE_SECRET_KEY" in keys_command("rotate")
    assert keys.current(folder) == old, "the folder's own key is left alone"
    assert "Take SLUICE_SECRET_KEY_FALLBACKS away" in keys_command("forget")


def test_what_no_key_opens_is_named_and_left_as_it_is(site, folder):
    account = db.session.scalars(sa.select(Account).order_by(Account.id)).first()
    lost = sealing.keys_from("a-key-that-is-gone-0123456789-ABCDEFGH").seal(
        "x", where=f"account:{account.id}:token"
    )
    account.sealed = {**account.sealed, "token": lost}
    db.session.commit()
    (wrong,) = [finding.text for finding in told(site) if finding.wrong]
    assert wrong.startswith("1 secrets cannot be opened with any key that is known (the account “Place 0”).")
    said = keys_command("rotate", 1)
    assert "10 secrets are sealed with it" in said
    assert "the account “Place 0”" in said
    db.session.expire_all()
    assert db.session.get(Account, account.id).sealed["token"] == lost


def test_every_sealed_value_names_its_key_and_is_bound_to_its_place(site):
    """AES-256-GCM with the place as associated data: what is moved to another row or field does not open there."""
    first, second = db.session.scalars(sa.select(Account).order_by(Account.id).limit(2)).all()
    for value in first.sealed.values():
        assert re.fullmatch(r"v1\.[0-9a-f]{8}\.[A-Za-z0-9_-]{40,}", value)
    for account, values in (
        (second, first.sealed),
        (first, {"token": first.sealed["second"], "second": first.sealed["token"]}),
    ):
        account.sealed = dict(values)
        with pytest.raises(sealing.CannotOpen):
            open_secrets(account)
        db.session.rollback()

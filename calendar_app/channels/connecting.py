"""A place to publish is connected, changed, tried out, paused and let go."""

from __future__ import annotations

import time
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask import current_app

from calendar_app.channels import fields
from calendar_app.channels.adapter import Call, Parcel, Revoked, Trouble
from calendar_app.channels.delivering import outbound
from calendar_app.channels.models import Account, Delivery
from calendar_app.channels.packing import open_secrets, seal_secrets
from calendar_app.channels.registry import ADAPTERS, adapter_for
from calendar_app.channels.websub.advertising import hub_changed
from calendar_app.errors import Conflict, Refused
from calendar_app.extensions import db
from calendar_app.languages import either, say
from calendar_app.people.audit import record
from calendar_app.posts import checking
from calendar_app.posts.checking import Findings
from calendar_app.reasons import retell
from calendar_app.sealing import CannotOpen
from calendar_app.streams.models import stream_account
from calendar_app.times import utcnow

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from calendar_app.channels.adapter import Adapter
    from calendar_app.people.roles import Actor

RIGHT = "manage accounts"
KEYS = {"channel", "name", "settings", "secrets", "state", "language", "links_as"}
# A person waits for the answer of a test.
TEST_SECONDS = 10.0
# How the reason of a pause begins that a person asked for; entering a new key does not end that one.
PAUSED_BY = "Paused by"


def connect(
    channel: str,
    name: str,
    settings: Mapping[str, Any] | None,
    secrets: Mapping[str, Any] | None,
    *,
    actor: Actor,
    team_id: int,
    now: datetime,
    language: str = "",
    links_as: str = "stream",
) -> tuple[Account, dict[str, str]]:
    """A new account in the session (flushed), and the secrets that Sluice made for it, to be shown this once.

    Raises Refused (`channel`, `name`, `settings.url`, `secrets.secret`, …) and NotAllowed.
    Ends the transaction so far.
    """
    actor.need(RIGHT, team_id)
    adapter = ADAPTERS.get(channel)
    if adapter is None:
        names = either(sorted(ADAPTERS))
        sentence = say("There is no channel “%(name)s”. Choose %(names)s.", name=channel[:40], names=names)
        raise Refused({"channel": sentence})
    found = Findings()
    name, language = fields.name(name, found), _language(language, found)
    links_as = fields.links_as(links_as, found)
    given = fields.settings(adapter, settings, found), _chosen(fields.secrets(adapter, secrets, found))
    checked, sealed = _checked(adapter, *given, found)
    checked = _learnt(adapter, checked, sealed, name)
    account = Account(team_id=team_id, channel=channel, name=name, settings=checked, language=language,
                      links_as=links_as, state="ok", state_since=now, created_at=now, updated_at=now)  # fmt: skip
    db.session.add(account)
    db.session.flush()
    seal_secrets(account, sealed)
    db.session.flush()
    record("account connected", _subject(account), actor=actor, team_id=team_id, after=_written(account))
    return account, _made(sealed, given[1])


def change(account: Account, changes: Mapping[str, Any], *, actor: Actor, now: datetime) -> dict[str, str]:
    """Change what is given and leave the rest; returns the secrets that Sluice made, to be shown this once.

    Keys: name, language (empty: the post's own), links_as (`stream`: as the stream says, `written`: never changed),
    settings, secrets (empty: stays; None: goes, and where Sluice makes them a new one comes), state (`paused`
    or `ok`). New settings or secrets bring back an account that its channel had stopped, not one that a person paused.
    Raises Refused, Conflict, NotAllowed. Ends the transaction so far.
    """
    _need(account, actor)
    adapter = ADAPTERS[account.channel]
    found = Findings()
    name = fields.name(changes["name"], found) if "name" in changes else account.name
    language = _language(changes.get("language", account.language), found)
    links_as = fields.links_as(changes.get("links_as", account.links_as), found)
    settings = fields.settings(adapter, changes.get("settings"), found)
    secrets = fields.secrets(adapter, changes.get("secrets"), found)
    _refuse_others(account, changes, found)
    kept, before = _kept_secrets(account), _written(account)
    known, sealed = dict(account.settings), kept
    if settings or secrets or found.errors:
        was = known
        known, sealed = _checked(adapter, {**known, **settings}, _chosen({**kept, **secrets}), found)
        if (known, sealed) != (was, kept):
            known = _learnt(adapter, known, sealed, name)
    _lock(account)
    reconnected = known != account.settings or sealed != kept
    if known != account.settings:
        hub_changed(account.id, now)
    account.name, account.settings, account.updated_at = name, known, now
    account.language, account.links_as = language, links_as
    if sealed != kept:
        seal_secrets(account, sealed)
    if reconnected and not _paused_by_person(account):
        _set_state(account, "ok", None, now)
    db.session.flush()
    record("account changed", _subject(account), actor=actor, team_id=account.team_id, before=before,
           after={**_written(account), "new secrets": sorted(secrets)})  # fmt: skip
    if changes.get("state") in {"paused", "ok"}:
        (pause if changes["state"] == "paused" else resume)(account, actor=actor, now=now)
    return _made(sealed, {**kept, **_chosen(secrets)})


def pause(account: Account, *, actor: Actor, now: datetime) -> None:
    """Nothing goes out here until `resume`; deliveries wait. Raises Conflict, NotAllowed."""
    _need(account, actor)
    _lock(account)
    if account.state == "paused":
        return
    if account.state == "broken":
        sentence = say("This account does not send as it is.")
        raise Conflict(f"{sentence} {retell(account.state_reason)}".strip())
    _set_state(account, "paused", f"{PAUSED_BY} {actor.person.name}.", now)
    record("account paused", _subject(account), actor=actor, team_id=account.team_id)


def resume(account: Account, *, actor: Actor, now: datetime) -> None:
    """In order again: what waited goes out, each once; the door wakes the publisher.

    Raises Conflict, NotAllowed.
    """
    _need(account, actor)
    _lock(account)
    if account.state == "ok":
        return
    before = {"state": account.state, "reason": account.state_reason}
    _set_state(account, "ok", None, now)
    record("account resumed", _subject(account), actor=actor, team_id=account.team_id, before=before)


def disconnect(account: Account, *, actor: Actor, now: datetime) -> None:
    """Let the account go: what waits for it is cancelled, its secrets are forgotten, its history stays.

    Raises NotAllowed.
    """
    actor.need(RIGHT, account.team_id)
    if account.deleted_at is not None:
        return
    reason = f"Disconnected by {actor.person.name}."
    before = _written(account)
    cancelled = db.session.execute(
        sa.update(Delivery)
        .where(Delivery.account_id == account.id, Delivery.is_waiting())
        .values(
            state=Delivery.ended_early(),
            reason=f"The account was disconnected. {reason}",
            finished_at=now,
        )
        .execution_options(synchronize_session="fetch")
    )
    _lock(account)
    hub_changed(account.id, now)
    db.session.execute(sa.delete(stream_account).where(stream_account.c.account_id == account.id))
    account.deleted_at = account.updated_at = now
    account.sealed = {}
    # Not "ok": whoever asks what is due need not know about disconnected accounts.
    _set_state(account, "broken", reason, now)
    record("account disconnected", _subject(account), actor=actor, team_id=account.team_id, before=before,
           after={"cancelled": cancelled.rowcount})  # type: ignore[attr-defined]  # fmt: skip
    db.session.expire_all()


def test_account(account: Account, *, actor: Actor, now: datetime) -> str:
    """One real, harmless call through the adapter; a sentence about what answered.

    Raises Refused at `test` with what went wrong, Conflict, NotAllowed. Ends the transaction so far.
    """
    _need(account, actor)
    adapter = adapter_for(account.channel, account.settings)
    parcel, call = trial(account.channel, account.settings, _opened(account), account.name)
    record("account tested", _subject(account), actor=actor, team_id=account.team_id)
    # The call may take seconds: no lock may be held meanwhile.
    db.session.commit()
    try:
        told = adapter.learn(parcel, call)
        sentence = retell(adapter.test(replace(parcel, settings={**parcel.settings, **told}), call))
    except Trouble as trouble:
        raise Refused({"test": retell(trouble.reason)}) from trouble
    _keep_learnt(account, parcel.settings, told)
    return sentence


def trial(
    channel: str, settings: Mapping[str, Any], secrets: Mapping[str, str], name: str
) -> tuple[Parcel, Call]:
    """What an adapter needs for calls that publish nothing, for as long as a person waits for an answer."""
    parcel = Parcel(
        id=0, key=str(uuid.uuid4()), fence=0, action="test", attempt=1, account_id=0, channel=channel,
        settings=dict(settings), secrets=dict(secrets), payload={"account": name}, notes={}, ambiguous=False,
        due_at=utcnow(), post_uuid="", deadline=time.monotonic() + TEST_SECONDS,
    )  # fmt: skip
    return parcel, Call(outbound(), before_first_byte=lambda: None, now=utcnow)


def _need(account: Account, actor: Actor) -> None:
    actor.need(RIGHT, account.team_id)
    if account.deleted_at is not None:
        raise Conflict(say("This account has been disconnected. Connect it anew."))


def _lock(account: Account) -> None:
    db.session.flush()
    db.session.refresh(account, with_for_update={"key_share": True})


def _checked(
    adapter: Adapter, settings: dict[str, str], secrets: dict[str, str], found: Findings
) -> tuple[dict[str, Any], dict[str, str]]:
    """Settings and secrets as the adapter wants them. Raises Refused with everything found so far as well."""
    networks = current_app.config["SETTINGS"].allow_private_hosts
    # Looking up a host may take seconds: no lock may be held meanwhile.
    db.session.commit()
    try:
        checked = adapter.check(settings, secrets, networks)
    except Refused as refused:
        for name, sentence in refused.errors.items():
            found.add(name, retell(sentence))
    found.settle()
    return checked


def _learnt(adapter: Adapter, settings: dict[str, Any], sealed: dict[str, str], name: str) -> dict[str, Any]:
    """Settings with what the place tells of itself. No transaction may be open: the answer may take seconds.

    Raises Refused at the field that is most likely wrong.
    """
    try:
        return {**settings, **adapter.learn(*trial(adapter.kind, settings, sealed, name))}
    except Trouble as trouble:
        raise Refused({_field_of(adapter, trouble): retell(trouble.reason)}) from trouble


def _field_of(adapter: Adapter, trouble: Trouble) -> str:
    secret = isinstance(trouble, Revoked)
    groups = [(field.secret is not secret, field) for field in adapter.fields]
    if not groups:
        return "channel"
    # The first of the right sort, else the first of all.
    field = min(groups, key=lambda group: group[0])[1]
    return f"{'secrets' if field.secret else 'settings'}.{field.name}"


def _refuse_others(account: Account, changes: Mapping[str, Any], found: Findings) -> None:
    if changes.get("channel", account.channel) != account.channel:
        found.add("channel", say("The channel of an account cannot be changed. Connect another account."))
    if changes.get("state", account.state) not in {account.state, "paused", "ok"}:
        found.add("state", say("Say “paused” to hold this account back, or “ok” to let it go on."))
    for name in sorted(set(changes) - KEYS):
        found.add(name[:60], say("An account has no such field. Leave it out."))


def _language(value: Any, found: Findings) -> str:
    return checking.language(value, found) if str(value or "").strip() else ""


def _chosen(secrets: Mapping[str, str | None]) -> dict[str, str]:
    """Without those that shall be made anew."""
    return {name: value for name, value in secrets.items() if value is not None}


def _kept_secrets(account: Account) -> dict[str, str]:
    """Empty when the key to them has been lost: they are then entered or made anew."""
    try:
        return open_secrets(account)
    except CannotOpen:
        return {}


def _made(sealed: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in sealed.items() if given.get(name) != value}


def _paused_by_person(account: Account) -> bool:
    return account.state == "paused" and (account.state_reason or "").startswith(PAUSED_BY)


def _set_state(account: Account, state: str, reason: str | None, now: datetime) -> None:
    if account.state != state:
        account.state_since = now
        hub_changed(account.id, now)
    account.state, account.state_reason = state, reason
    db.session.flush()


def _opened(account: Account) -> dict[str, str]:
    try:
        return open_secrets(account)
    except CannotOpen as problem:
        raise Refused({"test": retell(problem.sentence)}) from problem


def _keep_learnt(account: Account, asked_with: Mapping[str, Any], told: Mapping[str, Any]) -> None:
    """What the place told of itself, unless the account was changed while it was asked."""
    if not told or told.items() <= asked_with.items():
        return
    _lock(account)
    if account.settings == asked_with:
        account.settings = {**account.settings, **told}
    db.session.commit()


def _subject(account: Account) -> str:
    return f"account {account.id}"


def _settings_written(account: Account) -> dict[str, Any]:
    """What concerns people in numbers is counted: this record is kept for ever."""
    adapter = ADAPTERS.get(account.channel)
    counted = {field.name for field in adapter.fields if field.lines} if adapter else set()
    return {
        name: f"{len(str(value).split())} entries" if name in counted else value
        for name, value in account.settings.items()
    }


def _written(account: Account) -> dict[str, Any]:
    """What the record of changes keeps: never a secret."""
    return {
        "channel": account.channel,
        "name": account.name,
        "language": account.language,
        "links_as": account.links_as,
        "settings": _settings_written(account),
        "state": account.state,
    }

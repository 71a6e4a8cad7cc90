"""The log channel: the contract, with the log itself as the ledger."""

from __future__ import annotations

import logging
from types import SimpleNamespace

import pytest

from calendar_app.channels.connecting import connect
from calendar_app.channels.packing import open_secrets
from calendar_app.extensions import database_now, db
from tests.channels.contract import *  # noqa: F403
from tests.channels.contract import Place
from tests.channels.steps import due_post, send_due
from tests.factories import make_account, make_actor, make_stream, make_team


@pytest.fixture
def place(app, caplog):
    stream = make_stream()
    account = make_account(stream.team, streams=[stream])
    caplog.set_level(logging.INFO, logger="sluice.log_channel")

    def calls():
        records = [record for record in caplog.records if record.name == "sluice.log_channel"]
        return [
            SimpleNamespace(key=record.delivery, at=record.created, body=record.getMessage())
            for record in records
        ]

    return Place(account, stream, calls, lambda: {call.key: call.body for call in calls()})


def test_the_line_names_the_post(place):
    due_post(place.stream, title="Bridge closed")
    due_post(place.stream, title="", text="No title, only words.")
    send_due()
    assert sorted(call.body for call in place.calls()) == [
        "publish: Bridge closed",
        "publish: No title, only words.",
    ]


def test_it_needs_neither_settings_nor_secrets(app):
    team = make_team()
    account, shown = connect("log", "Trying out", None, None, actor=make_actor(team), team_id=team.id,
                             now=database_now())  # fmt: skip
    db.session.commit()
    assert (account.settings, shown, open_secrets(account)) == ({}, {}, {})

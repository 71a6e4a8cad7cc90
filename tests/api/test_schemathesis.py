"""Every call of the document, with made-up requests, good ones and bad ones: nothing breaks, every promise is kept."""

import re
from dataclasses import replace

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode, checks
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

import calendar_app.api.routing  # noqa: F401  (fills the table)
from calendar_app.api.calling import CALLS
from calendar_app.api.openapi import path_of
from calendar_app.extensions import db
from calendar_app.series.editing import begin
from calendar_app.times import utcnow
from tests.api.program import token_for
from tests.api.things import something_of_everything
from tests.factories import (
    make_account,
    make_actor,
    make_person,
    make_post,
    make_scheduled,
    make_stream,
    make_team,
)

CHECKS = [
    checks.not_a_server_error, content_type_conformance, negative_data_rejection, response_headers_conformance,
    response_schema_conformance, status_code_conformance, unsupported_method,
]  # fmt: skip
EXAMPLES = settings(
    max_examples=15,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def quick(app):
    """The application with a rate that no test reaches."""
    usual = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(usual, api_rate="1000000/minute")
    yield app
    app.config["SETTINGS"] = usual


@pytest.fixture(scope="session")
def documents():
    """The document of each application: to read one takes as long as all the requests of a test."""
    return {}


@pytest.fixture
def ids():
    """A team that has something of everything, and the ids by which it is reached."""
    team = make_team()
    stream = make_stream(team, "road-works", cadence=["RRULE:FREQ=DAILY;BYHOUR=9;BYMINUTE=0"])
    account = make_account(team, streams=[stream])
    post = make_scheduled(stream)
    first = {
        "rule": "FREQ=DAILY",
        "first": f"{utcnow():%Y-%m-%d}",
        "time": "09:00",
        "timezone": "UTC",
        "ahead_days": 2,
    }
    actor = make_actor(team)
    series = begin(make_post(stream), first, actor=actor, now=utcnow())
    kept = something_of_everything(post, actor, utcnow())
    return {
        **kept,
        "handle": "road-works", "account_id": account.id, "post_id": post.uuid,
        "series_id": series.id, "delivery_id": post.deliveries[0].key, "token": token_for(make_person(team)),
    }  # fmt: skip


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("row", CALLS, ids=lambda row: f"{row.method} {row.rule}")
def test_every_call_keeps_its_promises(quick, ids, documents, row, mode):
    db.session.remove()
    if quick not in documents:
        documents[quick] = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", quick)
    document = documents[quick]
    operation = document[path_of(row)][row.method]
    named = {name: ids[name] for name in re.findall(r"{(\w+)}", path_of(row))}
    # In a form everything is text: null and 5 are as good as any other words.
    kept = [one for one in CHECKS if not (row.form and one is negative_data_rejection)]
    made_up, existing = operation.as_strategy(mode), operation.as_strategy(mode, path_parameters=named)

    @EXAMPLES
    @given(st.one_of(made_up, existing) if named else made_up)
    def holds(case):
        case.call_and_validate(headers={"Authorization": f"Bearer {ids['token']}"}, checks=kept)

    holds()

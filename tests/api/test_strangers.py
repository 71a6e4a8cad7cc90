"""Every address with an id of others is 404, whatever the method: walked over the table of calls."""

import re

import pytest

import calendar_app.api.routing  # noqa: F401  (fills the table)
from calendar_app.api.calling import CALLS
from calendar_app.series.editing import begin
from calendar_app.times import utcnow
from tests.api.program import BASE, Program, is_problem, program_of
from tests.api.things import something_of_everything
from tests.factories import make_account, make_actor, make_scheduled, make_stream, make_team

POST = "1f6b1b0e-7d0c-4d6e-9c57-0a4c9a5d1c11"
BODIES = {
    "streams_change": {"name": "Mine"}, "accounts_change": {"name": "Mine"},
    "posts_change": {"version": 2, "title": "Mine"}, "steps_schedule": {"publish_at": "2027-06-01T09:00"},
    "deliveries_settle": {"outcome": "sent"}, "series_change": {"version": 1}, "steps_want_changes": {"text": "Mine"},
    "queue_reorder": {"order": []}, "queue_put": {"post": POST}, "gaps_empty": {"posts": [POST]},
    "comments_make": {"text": "Mine"}, "comments_change": {"text": "Mine"}, "revisions_bring_back": {"version": 2},
    "templates_change": {"name": "Mine"}, "snippets_change": {"name": "Mine"}, "saved_views_change": {"opens": True},
}  # fmt: skip
WITH_IDS = [row for row in CALLS if "<" in row.rule]


@pytest.fixture
def theirs():
    """The ids of another team, as they stand in addresses."""
    other = make_stream(make_team(), "elsewhere")
    account = make_account(other.team, streams=[other])
    post, actor, now = make_scheduled(other), make_actor(other.team), utcnow()
    first = {
        "rule": "FREQ=DAILY",
        "first": f"{now:%Y-%m-%d}",
        "time": "09:00",
        "timezone": "UTC",
        "ahead_days": 1,
    }
    series = begin(post, first, actor=actor, now=now)
    kept = {name: str(number) for name, number in something_of_everything(post, actor, now).items()}
    return {
        **kept, "handle": "elsewhere", "account_id": str(account.id), "post_id": post.uuid,
        "delivery_id": post.deliveries[0].key, "team": other.team, "series_id": str(series.id),
    }  # fmt: skip


def address_of(row, ids):
    return re.sub(r"<[^>]*?([a-z_]+)>", lambda found: ids[found[1]], row.rule)


@pytest.mark.parametrize("row", WITH_IDS, ids=lambda row: f"{row.method} {row.rule}")
def test_what_belongs_to_others_is_not_there(app, api, theirs, row):
    answer = api.send(row.method, address_of(row, theirs), json=BODIES.get(row.name))
    is_problem(answer, 404)
    owner = program_of(app, theirs["team"])
    known = owner.send(row.method, address_of(row, theirs), json=BODIES.get(row.name))
    assert known.status_code != 404


@pytest.mark.parametrize("row", CALLS, ids=lambda row: f"{row.method} {row.rule}")
def test_no_call_is_open_to_those_without_a_token(app, theirs, row):
    answer = app.test_client().open(BASE + address_of(row, theirs), method=row.method)
    is_problem(answer, 401)


def test_ids_of_others_are_refused_inside_a_body_too(api: Program, theirs, stream):
    account = int(theirs["account_id"])
    for path, body in (
        ("/posts", {"streams": ["elsewhere"]}),
        ("/posts", {"streams": ["road-works"], "accounts": [account]}),
        ("/posts", {"streams": ["road-works"], "variants": {str(account): {"text": "x"}}}),
        ("/streams", {"handle": "mine", "name": "Mine", "default_accounts": [account]}),
        ("/streams", {"handle": "mine", "name": "Mine", "team": theirs["team"].id}),
        ("/accounts", {"channel": "log", "name": "Mine", "team": theirs["team"].id}),
        ("/templates", {"name": "Mine", "team": theirs["team"].id}),
        ("/templates", {"name": "Mine", "streams": ["elsewhere"]}),
        ("/snippets", {"name": "Mine", "text": "Mine", "team": theirs["team"].id}),
        ("/views", {"name": "Mine", "query": "", "team": theirs["team"].id}),
        ("/streams/road-works/queue", {"post": theirs["post_id"]}),
    ):
        assert is_problem(api.post(path, body), 422)

from datetime import timedelta

import pytest
import sqlalchemy as sa

from calendar_app.errors import Refused
from calendar_app.extensions import db
from calendar_app.people import api_tokens
from calendar_app.people.models import ApiToken
from calendar_app.times import utcnow
from calendar_app.tokens import digest
from tests.people.steps import member_of, somebody, team_named


def test_a_key_acts_as_its_person_with_the_rights_of_now(app):
    kari = somebody(role="editor")
    token = api_tokens.create(kari, "Website", "write")
    team = team_named("Fjord team").id
    assert api_tokens.actor_from(token).may("publish posts", team)
    member_of(kari).role = "viewer"
    db.session.flush()
    assert not api_tokens.actor_from(token).may("publish posts", team)
    db.session.delete(member_of(kari))
    db.session.flush()
    assert api_tokens.actor_from(token).team_ids == []


def test_a_key_that_reads_may_not_write_and_none_may_manage_people(app):
    kari = somebody()
    team = team_named("Fjord team").id
    reader = api_tokens.actor_from(api_tokens.create(kari, "Reader", "read"))
    writer = api_tokens.actor_from(api_tokens.create(kari, "Writer", "write"))
    assert (reader.may("see plan", team), reader.may("write posts", team)) == (True, False)
    assert (writer.may("write posts", team), writer.may("manage people", team)) == (True, False)


def test_only_the_digest_of_a_key_is_kept(app):
    token = api_tokens.create(somebody(), "Website")
    assert token.startswith("slc_")
    assert db.session.execute(sa.select(ApiToken.digest)).scalar_one() == digest(token)


def test_a_key_ends_when_its_time_is_over_or_its_person_is_disabled(app):
    kari, now = somebody(), utcnow()
    token = api_tokens.create(kari, "Website", days=30, now=now)
    assert api_tokens.actor_from(token, now=now + timedelta(days=29, hours=23)) is not None
    assert api_tokens.actor_from(token, now=now + timedelta(days=30)) is None
    kari.disabled_at = now
    db.session.flush()
    assert api_tokens.actor_from(token, now=now) is None


@pytest.mark.parametrize(
    "wrong", ["", "slc_", "slc_" + "A" * 43, "A" * 43, "slc_" + "A" * 5000, "slc_ÿ\ud800"]
)
def test_what_is_no_key_opens_nothing(app, wrong):
    assert api_tokens.actor_from(wrong) is None


def test_the_last_use_is_noted(app):
    token = api_tokens.create(somebody(), "Website")
    now = utcnow()
    api_tokens.actor_from(token, now=now)
    assert db.session.execute(sa.select(ApiToken.last_used_at)).scalar_one() == now


@pytest.mark.parametrize(
    ("name", "scope", "days", "field"),
    [
        ("", "read", 1, "name"),
        ("x" * 121, "read", 1, "name"),
        ("a\x00b", "read", 1, "name"),
        ("Website", "all", 1, "scope"),
        ("Website", "read", 0, "days"),
        ("Website", "read", 731, "days"),
    ],
)
def test_a_key_needs_a_name_a_scope_and_an_end(app, name, scope, days, field):
    with pytest.raises(Refused) as refused:
        api_tokens.create(somebody(), name, scope, days=days)
    assert list(refused.value.errors) == [field]


def test_nobody_has_more_than_fifty_keys(app):
    kari = somebody()
    for number in range(50):
        api_tokens.create(kari, f"Program {number}")
    with pytest.raises(Refused) as refused:
        api_tokens.create(kari, "One more")
    assert refused.value.errors == {"name": "You have 50 keys already. Revoke one first."}

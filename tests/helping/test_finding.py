"""A few letters find posts and streams of the own teams, whatever their case, and never more than is shown."""

from __future__ import annotations

import pytest

from calendar_app.extensions import db
from calendar_app.helping.finding import MOST, find
from calendar_app.people.roles import actor_for
from tests.factories import make_person, make_post, make_stream, make_team


@pytest.fixture
def kari(app):
    return make_person(make_team("Town hall"), "author")


def titles(person, words):
    db.session.commit()
    return [found.title for found in find(actor_for(person), words)]


def test_streams_come_first_then_titles_then_texts(kari):
    team = kari.memberships[0].team
    stream = make_stream(team, "bridge", name="Bridge news")
    make_post(stream, title="Something else", text="The bridge is open.")
    make_post(stream, title="Bridge closed")
    assert titles(kari, "bridge") == ["Bridge news", "Bridge closed", "Something else"]


def test_the_case_of_letters_does_not_matter_not_even_of_those_sqlite_does_not_know(kari):
    stream = make_stream(kari.memberships[0].team, "roads")
    make_post(stream, title="Årets konsert")
    assert titles(kari, "årets") == titles(kari, "ÅRETS") == ["Årets konsert"]


@pytest.mark.parametrize("words", ["%", "_", "  ", "", "\x00", "100%"])
def test_signs_of_the_database_are_plain_letters(kari, words):
    make_post(make_stream(kari.memberships[0].team, "roads"), title="Plain")
    assert titles(kari, words) == []


def test_other_teams_are_not_found_and_the_list_is_short(kari):
    make_post(make_stream(make_team(), "theirs", name="Bridge of others"), title="Bridge of others")
    stream = make_stream(kari.memberships[0].team, "roads")
    for number in range(MOST + 3):
        make_post(stream, title=f"Bridge {number}")
    found = titles(kari, "bridge")
    assert len(found) == MOST
    assert "Bridge of others" not in found

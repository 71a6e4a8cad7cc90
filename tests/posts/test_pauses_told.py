"""What followers read of a pause: from when, until when, why; on the stream's page and where they choose."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask_babel import force_locale
from lxml import html

from calendar_app.extensions import db
from calendar_app.posts.pausing import pause_told
from calendar_app.times import to_wall, utcnow
from tests.factories import make_stream

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)


@pytest.fixture
def database():
    return "sqlite"


def pausing(first, last="", note="", *, told=True, **values):
    pauses = [{"first": first, "last": last, "note": note, "told": told}]
    return make_stream(pauses=pauses, timezone="Europe/Oslo", **values)


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        ("2026-11-20", "2026-12-24", "This stream pauses until 24 December 2026, since 20 November 2026."),
        ("2026-12-01", "", "This stream pauses for now, since 1 December 2026."),
        ("2026-12-22", "2027-01-04", "This stream pauses from 22 December 2026 until 4 January 2027."),
        ("2026-12-22", "", "This stream pauses from 22 December 2026, for now."),
        ("2026-12-24", "2026-12-24", "This stream pauses on 24 December 2026."),
        ("2026-11-01", "2026-11-30", None),
        ("2027-01-01", "2027-02-01", None),
    ],
)
def test_each_pause_has_its_sentence(app, first, last, sentence):
    found = pause_told(pausing(first, last, "Winter"), NOW)
    assert found == ((sentence, "Winter") if sentence else None)


@pytest.mark.parametrize(
    ("locale", "sentence"),
    [
        ("nb", "Denne strømmen tar pause fra 22. desember 2026 til og med 4. januar 2027."),
        ("sv", "Den här strömmen gör en paus från 22 december 2026 till och med 4 januari 2027."),
    ],
)
def test_days_are_written_as_the_reader_writes_them(app, locale, sentence):
    stream = pausing("2026-12-22", "2027-01-04")
    with app.test_request_context(headers={"Accept-Language": locale}), force_locale(locale):
        assert pause_told(stream, NOW).sentence == sentence


def test_what_is_not_told_is_not_told_and_the_first_of_several_is(app):
    assert pause_told(pausing("2026-11-20", "2026-12-24", told=False), NOW) is None
    stream = pausing("2026-12-20", "2026-12-24", "Second")
    stream.pauses = [
        *stream.pauses,
        {"first": "2026-12-05", "last": "2026-12-06", "note": "First", "told": True},
    ]
    assert pause_told(stream, NOW).note == "First"


def test_both_pages_tell_it_with_its_reason_in_the_language_of_the_stream(client, app):
    today = to_wall(utcnow(), "Europe/Oslo").date().isoformat()
    pausing(today, "", "Sommerferie", handle="roads", language="nb")
    pausing(today, "", "Secret", told=False, handle="schools")
    db.session.commit()
    page = html.fromstring(client.get("/streams/roads").text)
    (note,) = page.xpath("//p[contains(., 'This stream pauses for now')]//span[@lang='nb']")
    assert note.text_content() == "Sommerferie"
    follow = html.fromstring(client.get("/").text)
    told = [one.text_content() for one in follow.xpath("//span[contains(@class, 'opt-pause')]")]
    assert (
        len(told) == 1
        and told[0].startswith("This stream pauses for now, since")
        and "Sommerferie" in told[0]
    )
    assert "Secret" not in client.get("/").text + client.get("/streams/schools").text

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from ical.calendar_stream import IcsCalendarStream
from icalendar import Calendar

from calendar_app.feeds.entry import BadEntry, EventTime, etag
from calendar_app.feeds.ical import COLOURS, render_calendar, render_event
from calendar_app.streams.models import HUES
from tests.feeds.entries import CONCERT, HEAD, HOST, HOSTILE, NINE, OSLO, PLAN, POST, TEN, UUID, WITHDRAWN


def lines(content):
    """Unfolded content lines."""
    return content.decode().replace("\r\n ", "").removesuffix("\r\n").split("\r\n")


def line(content, name):
    return next(line for line in lines(content) if line.startswith((f"{name}:", f"{name};")))


def names(content):
    return [re.split("[:;]", line)[0] for line in lines(content)]


def read(content):
    """The events as both libraries read the calendar; they must agree on how many there are."""
    lenient = Calendar.from_ical(content)
    strict = IcsCalendarStream.calendar_from_ics(content.decode())
    assert len(lenient.events) == len(strict.events)
    assert [event.errors for event in lenient.events] == [[]] * len(strict.events)
    return lenient, strict


def read_event(*args, **options):
    lenient, strict = read(render_calendar(HEAD, [render_event(*args, **options)]))
    return lenient.events[0], strict.events[0]


def test_a_published_post_stands_at_its_time_for_a_quarter_of_an_hour_and_blocks_nothing():
    lenient, strict = read_event(POST)
    assert lenient.start == strict.start == NINE
    assert lenient.end == strict.end == NINE + timedelta(minutes=15)
    assert (lenient["STATUS"], lenient["TRANSP"]) == ("CONFIRMED", "TRANSPARENT")
    assert (lenient["UID"], lenient["SEQUENCE"]) == (f"{UUID}@{HOST}", 3)
    assert lenient["URL"] == POST.url


def test_words_are_plain_text_with_links_and_the_address_of_the_page():
    _, strict = read_event(replace(POST, link="https://roads.example/bridge"))
    assert strict.summary == "The bridge is closed"
    assert strict.description == (
        "Take the ferry. Times (https://ferry.example/times).\n\n"
        f"https://roads.example/bridge\n\nhttps://{HOST}/posts/{UUID}"
    )


def test_a_post_with_an_event_stands_at_the_event_and_blocks_its_time():
    lenient, strict = read_event(CONCERT)
    assert lenient.start == strict.start == datetime(2026, 12, 1, 17, tzinfo=UTC)
    assert lenient.end == datetime(2026, 12, 1, 19, tzinfo=UTC)
    assert (lenient["TRANSP"], strict.location) == ("OPAQUE", "Town hall; room 2")


@pytest.mark.parametrize("ends_at", [None, CONCERT.event.starts_at])
def test_an_event_without_a_length_takes_an_hour(ends_at):
    lenient, _ = read_event(replace(CONCERT, event=replace(CONCERT.event, ends_at=ends_at)))
    assert lenient.end - lenient.start == timedelta(hours=1)


def test_the_team_sees_the_same_post_at_its_publish_time_with_everything():
    lenient, strict = read_event(CONCERT, at="team", member_note="Asks Ingrid")
    assert lenient.start == NINE
    assert (lenient["TRANSP"], strict.location) == ("TRANSPARENT", None)
    assert strict.summary == "Published: Concert"
    assert strict.description.startswith(
        "Asks Ingrid\n\n2026-12-01 18:00–20:00 Europe/Oslo, Town hall; room 2\n\nTake the ferry."
    )


@pytest.mark.parametrize(
    ("stage", "summary"),
    [("", "Planned: The bridge is closed"), ("In review", "In review: The bridge is closed")],
)
def test_the_team_reads_its_own_word_for_the_state_before_the_title(stage, summary):
    _, strict = read_event(replace(PLAN, stage=stage, show="time"), at="team")
    assert strict.summary == summary
    assert strict.description.endswith(POST.url)


def test_a_note_for_members_never_gets_into_a_public_calendar():
    with pytest.raises(BadEntry, match="note for members"):
        render_event(POST, member_note="Asks Ingrid")


@pytest.mark.parametrize(
    ("show", "summary"), [("title", "Planned: The bridge is closed"), ("time", "Planned post")]
)
def test_a_plan_is_tentative_and_shows_no_more_than_it_may(show, summary):
    rendered = render_event(
        replace(CONCERT, title=PLAN.title, state="planned", published_at=None, due_at=NINE, show=show)
    )
    assert line(rendered, "SUMMARY") == f"SUMMARY:{summary}"
    assert line(rendered, "STATUS") == "STATUS:TENTATIVE"
    assert line(rendered, "DTSTART") == "DTSTART:20261001T090000Z"
    assert {"DESCRIPTION", "LOCATION", "URL"}.isdisjoint(names(rendered))


@pytest.mark.parametrize("show", ["title", "time"])
@pytest.mark.parametrize("post", [PLAN, WITHDRAWN])
def test_where_there_is_no_title_the_text_does_not_take_its_place(post, show):
    rendered = render_event(replace(post, title="", show=show))
    assert line(rendered, "SUMMARY") == f"SUMMARY:{'Planned' if post is PLAN else 'Withdrawn'} post"
    assert b"ferry" not in rendered


def test_a_plan_that_may_show_all_has_its_text_but_not_the_address_of_a_page_that_is_not_there():
    rendered = render_event(PLAN)
    assert line(rendered, "SUMMARY") == "SUMMARY:Planned: The bridge is closed"
    assert line(rendered, "DESCRIPTION") == "DESCRIPTION:Take the ferry. Times (https://ferry.example/times)."
    assert "URL" not in names(rendered)


@pytest.mark.parametrize(
    ("language", "summary"),
    [
        ("nb", "Planlagt innlegg"),
        ("no", "Planlagt innlegg"),
        ("sv-SE", "Planerat inlägg"),
        ("fi", "Planned post"),
    ],
)
def test_the_word_for_a_plan_is_in_the_language_of_the_post(language, summary):
    assert (
        line(render_event(replace(PLAN, language=language, show="time")), "SUMMARY") == f"SUMMARY:{summary}"
    )


def test_a_withdrawn_post_is_cancelled_where_it_stood_without_its_text():
    before, after = (
        render_event(CONCERT),
        render_event(replace(CONCERT, state="withdrawn", withdrawn_at=TEN, revision=4)),
    )
    assert [line(before, name) for name in ("UID", "DTSTART", "DTEND")] == [
        line(after, name) for name in ("UID", "DTSTART", "DTEND")
    ]
    assert (line(after, "STATUS"), line(after, "SEQUENCE")) == ("STATUS:CANCELLED", "SEQUENCE:4")
    assert (line(after, "SUMMARY"), line(after, "TRANSP")) == (
        "SUMMARY:Withdrawn: Concert",
        "TRANSP:TRANSPARENT",
    )
    assert {"DESCRIPTION", "LOCATION", "URL"}.isdisjoint(names(after))


def test_a_plan_that_was_called_off_is_cancelled_at_the_time_it_was_due():
    after = render_event(replace(PLAN, state="withdrawn", withdrawn_at=TEN, show="time", revision=5))
    assert line(after, "DTSTART") == "DTSTART:20261001T090000Z"
    assert line(after, "SUMMARY") == "SUMMARY:Withdrawn post"


def test_the_stamp_is_the_last_change_and_rises_with_a_withdrawal():
    for post, stamp in (
        (POST, "20261001T100000Z"),
        (replace(WITHDRAWN, withdrawn_at=TEN + timedelta(days=1)), "20261002T100000Z"),
    ):
        rendered = render_event(post)
        assert line(rendered, "DTSTAMP") == f"DTSTAMP:{stamp}"
        assert line(rendered, "LAST-MODIFIED") == f"LAST-MODIFIED:{stamp}"


@pytest.mark.parametrize(
    ("starts", "start"),
    [
        (datetime(2026, 3, 29, 1, 59, tzinfo=OSLO), "20260329T005900Z"),
        (datetime(2026, 3, 29, 3, 0, tzinfo=OSLO), "20260329T010000Z"),
        (datetime(2026, 10, 25, 2, 30, tzinfo=OSLO), "20261025T003000Z"),
        (datetime(2026, 10, 25, 2, 30, tzinfo=OSLO, fold=1), "20261025T013000Z"),
    ],
)  # fmt: skip
def test_around_a_change_of_clocks_an_event_keeps_its_instant(starts, start):
    rendered = render_event(replace(CONCERT, event=EventTime(starts, None, "Europe/Oslo")))
    assert line(rendered, "DTSTART") == f"DTSTART:{start}"


def test_an_event_from_the_first_to_the_second_half_past_two_takes_an_hour():
    first = datetime(2026, 10, 25, 2, 30, tzinfo=OSLO)
    rendered = render_event(replace(CONCERT, event=EventTime(first, first.replace(fold=1), "Europe/Oslo")))
    assert (line(rendered, "DTSTART"), line(rendered, "DTEND")) == (
        "DTSTART:20261025T003000Z",
        "DTEND:20261025T013000Z",
    )


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_stay_inside_their_own_line(words):
    post = replace(
        CONCERT,
        title=words,
        text=words,
        streams=((words, words),),
        event=replace(CONCERT.event, location=words),
    )
    head = replace(HEAD, title=words, description=words, owner=words)
    calm = render_calendar(HEAD, [render_event(CONCERT)])
    content = render_calendar(head, [render_event(post)])
    assert sorted(names(content)) == sorted(names(calm))
    lenient, strict = read(content)
    assert len(lenient.events) == 1
    assert strict.events[0].uid == f"{UUID}@{HOST}"


def test_a_backslash_before_a_capital_n_is_no_line_end():
    _, strict = read_event(replace(POST, title="C:\\New, D:\\new; E"))
    assert strict.summary == "C:\\New, D:\\new; E"


@pytest.mark.parametrize("words", ["å" * 300, "😀" * 100, "a" * 73 + "\\" * 40, "x" * 1000])
def test_no_line_is_longer_than_75_octets_and_no_character_is_split(words):
    content = render_calendar(replace(HEAD, title=words), [render_event(replace(POST, title=words))])
    folded = content.split(b"\r\n")
    assert max(len(part) for part in folded) <= 75
    assert [part for part in folded if part.decode() is None] == []
    _, strict = read(content)
    assert strict.events[0].summary == words[:300]


def test_the_same_post_gives_the_same_bytes_whatever_the_zone_its_times_come_in():
    moved = replace(
        POST, updated_at=TEN.astimezone(OSLO), published_at=NINE.astimezone(ZoneInfo("Asia/Tokyo"))
    )
    first = render_calendar(HEAD, [render_event(POST)])
    second = render_calendar(replace(HEAD, updated=TEN.astimezone(OSLO)), [render_event(moved)])
    assert first == second
    assert etag(first) == etag(second)


def test_the_head_says_what_calendars_ask_and_makes_no_invitation():
    content = render_calendar(HEAD, [render_event(POST)])
    assert lines(content)[:14] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Sluice//Sluice calendar//EN",
        "CALSCALE:GREGORIAN",
        "DESCRIPTION:Roads and ferries",
        "X-WR-CALDESC:Roads and ferries",
        "NAME:Traffic",
        "X-WR-CALNAME:Traffic",
        "COLOR:goldenrod",
        "LAST-MODIFIED:20261001T100000Z",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        f"SOURCE;VALUE=URI:https://{HOST}/streams/traffic.feed",
        f"URL:https://{HOST}/streams/traffic",
        "X-PUBLISHED-TTL:PT1H",
    ]
    assert "METHOD" not in names(content)
    assert content.endswith(b"END:VEVENT\r\nEND:VCALENDAR\r\n")
    assert content.count(b"\n") == content.count(b"\r\n") == content.count(b"\r")


def test_an_empty_calendar_still_holds_one_component():
    lenient, strict = read(render_calendar(HEAD, []))
    assert (lenient.events, strict.events) == ([], [])
    assert [part.name for part in lenient.subcomponents] == ["VTIMEZONE"]
    assert [zone.tz_id for zone in strict.timezones] == ["Etc/UTC"]


def test_streams_are_categories_and_a_comma_in_a_name_makes_no_second_one():
    lenient, strict = read_event(POST)
    assert strict.categories[0] == "Traffic"
    assert list(lenient["CATEGORIES"].cats) == ["Traffic", "Storms, floods"]


def test_every_hue_has_a_name_that_calendars_know():
    assert tuple(COLOURS) == HUES
    assert line(render_event(POST), "COLOR") == "COLOR:goldenrod"
    assert "COLOR" not in names(render_event(replace(POST, hue="no hue of ours")))


def test_a_long_text_is_cut_and_the_address_follows():
    _, strict = read_event(replace(POST, text="word " * 5_000))
    assert len(strict.description) < 4_200
    assert strict.description.endswith(f"word …\n\n{POST.url}")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"uuid": "1\r\nX:y"}, "its uuid is none"),
        ({"host": "blåbær.example"}, "the host 'blåbær.example' is no host name in ASCII"),
        ({"host": "a b"}, "the host 'a b' is no host name in ASCII"),
        ({"install_year": 26}, "the install year 26 has not four digits"),
        ({"language": "nb\n"}, "'nb\\n' is no language tag such as nb or en-GB"),
        ({"revision": -1}, "the revision -1 does not fit"),
        ({"updated_at": datetime(2026, 1, 1)}, "a time has no zone"),  # noqa: DTZ001
        ({"published_at": None}, "it is published without a time"),
        ({"state": "planned"}, "it is planned without a time"),
        ({"state": "withdrawn"}, "it is withdrawn, but when, or from what time, is not known"),
        ({"url": "/posts/1"}, "'/posts/1' is no address that begins with http:// or https://"),
        ({"url": ""}, "'-' is no address that begins with http:// or https://"),
        ({"link": "javascript:alert(1)"}, "'javascript:alert(1)' is no address that begins with http:// or https://"),
        ({"event": EventTime(TEN, NINE, "UTC")}, "the event ends before it starts"),
        ({"text": "x" * 100_001}, "The text is 100,001 characters long. Shorten it to 100,000 or fewer"),
        ({"published_at": datetime(9999, 12, 31, 23, 59, tzinfo=UTC)}, "date value out of range"),
    ],
)  # fmt: skip
def test_a_bad_entry_is_refused_whole_with_its_reason(change, reason):
    with pytest.raises(BadEntry) as refused:
        render_event(replace(POST, **change))
    assert str(refused.value).rstrip(".").endswith(f"cannot be shown: {reason}")

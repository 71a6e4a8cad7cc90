"""Entries and heads that the tests of all formats start from."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from calendar_app.feeds.entry import Entry, EventTime, Head, feed_id

UUID = "0b0e3a52-6a5c-4f3e-9a52-3c1f0d4be111"
HOST = "post.fjordvik.example"
NINE = datetime(2026, 10, 1, 9, tzinfo=UTC)
TEN = datetime(2026, 10, 1, 10, tzinfo=UTC)
OSLO = ZoneInfo("Europe/Oslo")

POST = Entry(
    uuid=UUID,
    host=HOST,
    install_year=2026,
    title="The bridge is closed",
    text="Take the **ferry**. [Times](https://ferry.example/times).",
    html="<p>Take the <strong>ferry</strong>.</p>",
    url=f"https://{HOST}/posts/{UUID}",
    language="en",
    streams=(("traffic", "Traffic"), ("crisis", "Storms, floods")),
    state="published",
    updated_at=TEN,
    revision=3,
    hue="amber",
    published_at=NINE,
)
CONCERT = replace(
    POST,
    title="Concert",
    event=EventTime(
        starts_at=datetime(2026, 12, 1, 18, tzinfo=OSLO),
        ends_at=datetime(2026, 12, 1, 20, tzinfo=OSLO),
        timezone="Europe/Oslo",
        location="Town hall; room 2",
    ),
)
PLAN = replace(POST, state="planned", published_at=None, due_at=NINE)
WITHDRAWN = replace(POST, state="withdrawn", withdrawn_at=TEN, revision=4)
HEAD = Head(
    title="Traffic",
    description="Roads and ferries",
    self_address=f"https://{HOST}/streams/traffic.feed",
    home_address=f"https://{HOST}/streams/traffic",
    language="en",
    feed_id=feed_id(HOST, 2026, "stream/traffic"),
    updated=TEN,
    owner="Fjordvik",
    hue="amber",
)

HOSTILE = (
    "two\nlines",
    "a lone\rreturn",
    "both\r\nBEGIN:VEVENT\r\nUID:other",
    "BEGIN:VEVENT",
    "END:VCALENDAR",
    "nothing\x00here",
    "bell\x07 and \x1b[31m",
    "next\x85line \u2028 and \u2029",
    "]]> and <![CDATA[",
    "<script>alert(1)</script>",
    "&amp; &lt;b&gt; &#0; &bogus;",
    "C:\\New\\nothing; a, b: c",
    "\"quoted\" 'and' ^n ^^",
    "😀👨‍👩‍👧‍👦🇳🇴" * 30,
    "æ" * 200,
    "\ud800 half a pair",
    "\ufffe\uffff no characters",
    "\u202eturned round\u202c",
    "=cmd|' /C calc'!A0",
    "tab\tand  spaces ",
    "\\",
    "x" * 74 + "\\n" + "y" * 80,
)


def times() -> st.SearchStrategy[datetime]:
    return st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1), timezones=st.timezones())  # noqa: DTZ001


def anything() -> st.SearchStrategy[str]:
    """Text of any characters there are, with those that formats live by more often than chance."""
    sharp = st.sampled_from(
        ["\r", "\n", "\r\n", "\x00", "]]>", "\\", ";", ",", "BEGIN:VEVENT", "\u202e", "<", "&"]
    )
    return st.lists(st.text(max_size=30) | sharp | st.characters(), max_size=12).map("".join)


def entries() -> st.SearchStrategy[Entry]:
    """Published posts whose every text may be anything."""
    streams = st.lists(st.tuples(anything(), anything()), max_size=3).map(tuple)
    event = st.none() | st.builds(
        EventTime,
        starts_at=times(),
        ends_at=st.none(),
        timezone=st.sampled_from(["Europe/Oslo", "UTC", "America/New_York"]),
        location=anything(),
    )
    return st.builds(
        replace,
        st.just(POST),
        title=anything(),
        text=anything(),
        html=anything(),
        streams=streams,
        published_at=times(),
        updated_at=times(),
        revision=st.integers(0, 10**6),
        event=event,
    )

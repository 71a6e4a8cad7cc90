"""What Bluesky is given, computed without any server: counts, parts, facets, record keys; and how sessions are kept."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_app.channels import graphemes
from calendar_app.channels.adapter import Picture
from calendar_app.channels.bluesky import facets, tids, writing
from calendar_app.channels.bluesky.adapter import BlueskyAdapter
from calendar_app.channels.bluesky.shelf import Shelf
from tests.channels.bluesky_steps import OUT_AT, content
from tests.fake_pds import TID

ADAPTER = BlueskyAdapter()
LONG = " ".join(f"This is sentence number {number} of a long text!" for number in range(15))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0), ("Bru", 3), ("Brua på Sørøya", 14), ("a\r\nb", 3), ("e\u0301", 1), ("👩‍👩‍👧‍👦", 1), ("👍🏽👍", 2),
        ("🇳🇴🇸🇪🇩", 3), ("🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f", 1), ("❤️", 1),
        ("👩‍❤️‍👨", 1), ("각", 1), ("\u1100\u1161\u11a8", 1), ("นำ", 1), ("हिन", 2), ("\u200d\u200d", 1), ("a\u00adb", 3),
    ],
)  # fmt: skip
def test_what_a_reader_sees_is_counted(text, count):
    assert graphemes.count(text) == count


@given(st.text(), st.text())
def test_two_texts_together_are_at_most_as_long_as_each_by_itself(first, second):
    together = graphemes.count(first + second)
    assert together <= graphemes.count(first) + graphemes.count(second)
    assert together >= max(graphemes.count(first), graphemes.count(second)) - 1


@given(st.text(alphabet=st.sampled_from("a é👩‍👧🏽å🇳🇴\u0301.#@\n"), max_size=1500))
def test_every_part_keeps_both_limits(text):
    for part in writing.texts(content(text)):
        assert graphemes.count(part) <= 300
        assert len(part.encode()) <= 3000


WORDS = st.sampled_from(
    ["bru", "Sørøya", "🚧👩‍👧", "#vei", "#ÆØÅ!", "https://example.org/a_(b).", "@mayor.example.org,", "@nobody",
     "a@b.no",     "(https://example.org)", "#1", "#", "HTTPS://EXAMPLE.ORG/Å", "\n"]
)  # fmt: skip


@given(st.lists(WORDS).map(" ".join))
def test_each_facet_covers_the_very_bytes_of_what_it_marks(text):
    raw = text.encode()
    found = facets.with_mentions(
        facets.links_and_tags(text), facets.mentions(text), {"mayor.example.org": "did:plc:mayor"}
    )
    ends = [0]
    for facet in found:
        start, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
        marked, (feature,) = raw[start:end].decode(), facet["features"]
        assert start >= ends[-1]
        ends.append(end)
        assert marked in (feature.get("uri"), f"#{feature.get('tag')}", "@mayor.example.org")
    assert text.count("@mayor") == sum("did" in facet["features"][0] for facet in found)


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("See https://example.org/a.", ["https://example.org/a"]),
        ("page (https://example.org/a)", ["https://example.org/a"]),
        ("https://en.wikipedia.org/wiki/Bridge_(structure)", ["https://en.wikipedia.org/wiki/Bridge_(structure)"]),
        ("«https://example.org», https://b.example/?q=1&r=2#x!", ["https://example.org", "https://b.example/?q=1&r=2#x"]),
        ("http:// and https://", []),
    ],
)  # fmt: skip
def test_an_address_ends_where_its_sentence_goes_on(text, addresses):
    assert [facet["features"][0]["uri"] for facet in facets.links_and_tags(text)] == addresses


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("#vei #bru.", ["vei", "bru"]), ("#2026 #2026valg", ["2026valg"]), ("a#b #", []), ("(#kultur)", ["kultur"]),
        ("#" + "a" * 64, ["a" * 64]), ("#" + "a" * 65, []), ("＃新聞", ["新聞"]), ("https://example.org/#top", []),
    ],
)  # fmt: skip
def test_tags_are_found_as_readers_expect(text, tags):
    found = [facet["features"][0] for facet in facets.links_and_tags(text)]
    assert [feature["tag"] for feature in found if "tag" in feature] == tags


@pytest.mark.parametrize(
    ("text", "handles"),
    [
        ("@Mayor.Example.org.", ["mayor.example.org"]), ("post@example.org", []), ("@mayor", []),
        ("(@a.bsky.social)", ["a.bsky.social"]), ("@user@mastodon.example", []), ("@a.b1.2", []),
    ],
)  # fmt: skip
def test_mentions_are_whole_handles(text, handles):
    assert [one["handle"] for one in facets.mentions(text)] == handles


INSTANTS = st.datetimes(datetime(2024, 1, 1), datetime(2150, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(st.uuids().map(str), INSTANTS, st.integers(0, 98))
def test_a_record_key_is_a_tid_that_never_changes_and_later_parts_sort_later(name, created, part):
    key = tids.record_key(name, created, part)
    assert TID.fullmatch(key)
    assert key == tids.record_key(name, created.replace(microsecond=0), part)
    assert (
        key < tids.record_key(name, created, part + 1) < tids.record_key(name, created + timedelta(seconds=1))
    )


def test_the_posts_of_one_second_have_keys_of_their_own():
    assert len({tids.record_key(f"post {number}", OUT_AT) for number in range(500)}) == 500


def test_a_record_key_tells_its_time():
    number = 0
    for character in tids.record_key("post", OUT_AT):
        number = number * 32 + tids.ALPHABET.index(character)
    assert (number >> 10) // 1_000_000 == int(OUT_AT.timestamp())
    assert tids.encoded(0) == "2222222222222"


def test_the_preview_shows_each_part_with_its_count():
    parts = ADAPTER.preview(ADAPTER.compose(content(LONG), "publish", {}), {})
    assert " ".join(part.text for part in parts) == LONG
    assert [(part.count, part.most, part.unit) for part in parts] == [
        (len(part.text), 300, "characters") for part in parts
    ]
    assert len(parts) == 3


def test_a_draft_can_be_previewed_before_it_has_a_time():
    payload = ADAPTER.compose(content(LONG, published_at=None), "publish", {})
    assert json.loads(json.dumps(payload)) == payload
    assert len(ADAPTER.preview(payload, {})) == 3


@pytest.mark.parametrize(
    ("title", "text", "link", "shown"),
    [
        ("Bridge closed", "Until *Monday*.", "", "Bridge closed\n\nUntil Monday."),
        ("Bridge closed", "Bridge closed until Monday.", "", "Bridge closed until Monday."),
        ("Bridge closed", "Until Monday.", "https://example.org", "Until Monday."),
        ("Bridge closed", "", "", "Bridge closed"),
        ("Bridge closed", "", "https://example.org", "Bridge closed"),
        ("", "See [the plan](https://example.org/plan).", "", "See the plan (https://example.org/plan)."),
    ],
)  # fmt: skip
def test_title_and_link_stand_in_the_text_only_where_no_card_shows_them(title, text, link, shown):
    assert writing.texts(content(text, title=title, link=link)) == (shown,)


def picture(number):
    return Picture(f"{number}", "image/jpeg", 10, 10, "")


@pytest.mark.parametrize(
    ("values", "problems"),
    [
        ({"text": "Fine."}, ()),
        ({"text": " "}, ("There is nothing to post. Write a text.",)),
        ({"text": "", "link": "https://example.org"}, ()),
        ({"text": "", "pictures": (picture(1),)}, ()),
        ({"text": "Five.", "pictures": tuple(map(picture, range(5)))},
         ("Bluesky takes four pictures. Take the others out of the post.",)),
        ({"text": "word " * 2000},
         ("This would be 34 posts on Bluesky. Shorten the text, or write one for this account.",)),
    ],
)  # fmt: skip
def test_what_cannot_go_out_is_told_beforehand(values, problems):
    assert ADAPTER.problems(content(**values), {}) == problems


@pytest.mark.parametrize(
    ("language", "langs"), [("nb", ["nb"]), ("en-GB", ["en-GB"]), ("", []), ("Norsk", [])]
)
def test_the_language_is_named_where_it_is_one(language, langs):
    assert writing.payload(content(language=language))["langs"] == langs


def test_a_shelf_keeps_the_newest_of_what_fits():
    shelf = Shelf(1000)
    for number in range(20):
        shelf.keep(f"account {number}", {"token": "x" * 100})
    assert shelf.take("account 19") == {"token": "x" * 100}
    assert shelf.take("account 0") == {}
    shelf.keep("account 19", {})
    assert shelf.take("account 19") == {}


def test_what_a_forked_child_keeps_its_siblings_find():
    """As a worker forks for each job: signing in for each would be too often."""
    program = """
import os
from calendar_app.channels.bluesky.shelf import Shelf
shelf = Shelf()
if not os.fork():
    shelf.keep("account", {"token": "good"})
    os._exit(0)
os.wait()
assert shelf.take("account") == {"token": "good"}
if not os.fork():
    os._exit(shelf.take("account") != {"token": "good"})
print(os.waitstatus_to_exitcode(os.wait()[1]))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("0\n", "")

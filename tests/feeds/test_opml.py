import pytest
from lxml import etree

from calendar_app.feeds.opml import render
from tests.feeds.entries import HOSTILE

HOME = "https://post.fjordvik.example/"
ROADS = ("Roads & ferries", HOME + "streams/roads.atom", HOME + "streams/roads")
SCHOOLS = ("Schools", HOME + "streams/schools.atom", HOME + "streams/schools")


def test_a_choice_lists_its_feeds_in_order_with_titles_for_people():
    opml = etree.fromstring(render("My choice", HOME, [ROADS, SCHOOLS]))
    assert (opml.tag, opml.get("version")) == ("opml", "2.0")
    assert (opml.findtext("head/title"), opml.findtext("head/ownerId")) == ("My choice", HOME)
    assert [dict(outline.attrib) for outline in opml.findall("body/outline")] == [
        {"type": "rss", "text": name, "title": name, "xmlUrl": feed, "htmlUrl": page}
        for name, feed, page in (ROADS, SCHOOLS)
    ]


def test_the_same_choice_gives_the_same_bytes():
    assert render("My choice", HOME, [ROADS]) == render("My choice", HOME, [ROADS])


def test_an_address_that_is_none_is_refused():
    with pytest.raises(ValueError, match="is no address that begins with http"):
        render("My choice", HOME, [("x", "javascript:alert(1)", HOME)])


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_titles_break_nothing(words):
    opml = etree.fromstring(render(words, HOME, [(words, *ROADS[1:]), SCHOOLS]))
    assert [outline.get("xmlUrl") for outline in opml.findall("body/outline")] == [ROADS[1], SCHOOLS[1]]

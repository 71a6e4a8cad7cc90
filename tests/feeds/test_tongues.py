"""Feeds in a language of the reader's choice: the posts that have it in it, and all else as it was."""

from __future__ import annotations

import feedparser
import pytest
import sqlalchemy as sa
from icalendar import Calendar
from lxml import html

from calendar_app.extensions import database_now, db
from calendar_app.feeds import parts
from calendar_app.feeds.models import FeedPart
from calendar_app.feeds.tongues import asked_language
from calendar_app.people import personal_feeds
from calendar_app.posts.drafting import edit
from calendar_app.streams.editing import edit_stream
from calendar_app.times import utcnow
from tests.factories import make_actor, make_person, make_scheduled, make_stream
from tests.feeds.reading import FORMS, make_published
from tests.feeds.shelves import break_database
from tests.media.pictures import attach, make_medium

pytestmark = pytest.mark.usefixtures("inner")

NB = {"title": "Broen er stengt", "text": "Til mandag."}


def told(post, **translations):
    changed = {"translations": translations}
    edit(post, changed, version=post.version, actor=make_actor(post.team), now=database_now())
    db.session.commit()
    return post


def titles(answer, form):
    assert answer.status_code == 200
    if form == "ics":
        return [str(one["SUMMARY"]) for one in Calendar.from_ical(answer.data).walk("VEVENT")]
    if form == "json":
        return [one["title"] for one in answer.json["items"]]
    return [one.title for one in feedparser.parse(answer.data).entries]


def kept():
    rows = db.session.execute(sa.select(FeedPart.format, FeedPart.language)).all()
    db.session.rollback()
    return sorted((row.format, row.language) for row in rows)


@pytest.mark.parametrize(
    ("query", "language"),
    [
        ("", ""), ("lang=nb", "nb"), ("a=1&lang=nb-NO", "nb-no"), ("%6Cang=sv", "sv"), ("lang=nb&lang=sv", "nb"),
        ("lang=", ""), ("lang=%22%3E", ""), ("lang=" + "a" * 17, ""), ("lang=nb%00", ""), ("lang=%FF", ""),
        ("language=nb", ""), ("lang=NB", "nb"), ("lang=../nb", ""),
    ],
)  # fmt: skip
def test_what_an_address_asks_for(query, language):
    assert asked_language(query) == language


@pytest.mark.parametrize("form", FORMS)
def test_posts_that_have_it_are_told_in_it_and_the_others_as_ever(reader, form):
    stream = make_stream(handle="roads")
    make_published(stream, title="Only English")
    told(make_published(stream, title="Bridge closed"), nb=NB, sv={"title": "Bron är stängd"})
    plain = reader.get(f"/streams/roads.{form}")
    assert titles(plain, form) == ["Bridge closed", "Only English"]
    norsk = reader.get(f"/streams/roads.{form}?lang=nb")
    assert titles(norsk, form) == [NB["title"], "Only English"]
    # As good as it, and differently written.
    for query in ("lang=no", "lang=NB", "x=1&lang=nn"):
        assert reader.get(f"/streams/roads.{form}?{query}").data == norsk.data
    for address in (f"/follow/roads.{form}", f"/everything.{form}"):
        assert titles(reader.get(f"{address}?lang=sv"), form) == ["Bron är stängd", "Only English"]
    assert reader.get(f"/streams/roads.{form}").data == plain.data
    assert f"/streams/roads.{form}?lang=nb>" in norsk.headers["Link"]


def test_it_says_in_which_language_it_speaks_and_leads_to_the_post_in_it(reader):
    stream = make_stream(handle="roads")
    post = told(make_published(stream), nb=NB)
    feed = reader.get("/streams/roads.json?lang=nb").json
    assert (feed["language"], feed["items"][0]["language"]) == ("nb", "nb")
    assert feed["feed_url"].endswith("/streams/roads.json?lang=nb")
    assert feed["items"][0]["url"].endswith(f"/posts/{post.uuid}?lang=nb")
    plain = reader.get("/streams/roads.json").json
    assert feed["items"][0]["id"] == plain["items"][0]["id"]
    atom = feedparser.parse(reader.get("/streams/roads.atom?lang=nb").data)
    assert atom.feed.id == feedparser.parse(reader.get("/streams/roads.atom").data).feed.id + "?lang=nb"


def test_a_feed_of_several_streams_describes_itself_in_the_language_it_names(reader):
    told(make_published(make_stream(handle="roads")), sv={"title": "Bron är stängd"})
    swedish, plain = (reader.get(f"/follow/roads.json{query}").json for query in ("?lang=sv", ""))
    assert (swedish["language"], swedish["description"]) == ("sv", "Strömmarna du valde, i ett flöde.")
    assert (plain["language"], plain["description"]) == ("en", "The streams you chose, in one feed.")
    calendar = Calendar.from_ical(reader.get("/everything.ics?lang=sv").data)
    assert str(calendar["DESCRIPTION"]) == "Allt vi delar, alla strömmar tillsammans."


def test_words_for_pictures_are_told_in_it_too(reader):
    stream = make_stream(handle="roads")
    post = make_published(stream)
    medium = make_medium(stream.team, alt="A bridge")
    attach(post, medium)
    told(post, nb={**NB, "alts": {str(medium.id): "En bro"}}, sv={"title": "Bro"})
    for language, alt in [("", "A bridge"), ("?lang=nb", "En bro"), ("?lang=sv", "A bridge")]:
        (item,) = reader.get(f"/streams/roads.json{language}").json["items"]
        assert item["attachments"][0]["title"] == alt
        assert f'alt="{alt}"' in item["content_html"]


@pytest.mark.parametrize("asked", ["lang=fi", "lang=%22%3E", "lang="])
def test_what_no_post_has_is_left_aside_and_takes_no_place_on_the_shelf(app, reader, inner, asked):
    told(make_published(make_stream(handle="roads")), nb=NB)
    plain = reader.get("/streams/roads.atom")
    other = reader.get(f"/streams/roads.atom?{asked}")
    assert (other.status_code, other.data) == (200, plain.data)
    assert "lang=" not in other.headers["Link"]
    fresh = reader.get(f"/streams/roads.atom?{asked}", headers={"If-None-Match": plain.headers["ETag"]})
    assert fresh.status_code == 304
    assert len(app.wsgi_app.kept) == 1


def test_while_the_database_is_away_each_language_goes_on_and_an_unknown_one_as_without(
    app, reader, monkeypatch
):
    told(make_published(make_stream(handle="roads")), nb=NB)
    good = {query: reader.get(f"/streams/roads.ics{query}").data for query in ("", "?lang=nb", "?lang=fi")}
    break_database(app, monkeypatch)
    for query, content in good.items():
        answer = reader.get(f"/streams/roads.ics{query}")
        assert (answer.status_code, answer.data) == (200, content)
    assert good["?lang=fi"] == good[""] != good["?lang=nb"]


def test_a_language_that_comes_or_goes_is_heard_of_with_the_feed(reader, inner):
    post = told(make_published(make_stream(handle="roads")), nb=NB)
    plain = reader.get("/streams/roads.json").json
    assert reader.get("/streams/roads.json?lang=sv").json == plain
    told(post, sv={"title": "Bron är stängd"})
    assert reader.get("/streams/roads.json?lang=sv").json["items"][0]["title"] == "Bron är stängd"
    told(post, sv=None)
    gone = reader.get("/streams/roads.json?lang=sv").json
    assert (gone["items"][0]["title"], gone["language"]) == ("Bridge closed", "en")


def test_while_the_database_is_away_what_is_as_good_as_a_language_goes_on_as_it(app, reader, monkeypatch):
    told(make_published(make_stream(handle="roads")), nb=NB)
    norsk = reader.get("/streams/roads.ics?lang=nb").data
    break_database(app, monkeypatch)
    for query in ("lang=no", "lang=NN", "lang=nb-NO"):
        assert reader.get(f"/streams/roads.ics?{query}").data == norsk
    # Nobody ever asked for it without a language.
    assert reader.get("/streams/roads.ics?lang=fi").status_code == 500


def test_a_stream_that_readers_lost_is_told_in_no_language_any_more(app, reader, monkeypatch):
    stream = make_stream(handle="roads")
    told(make_published(stream), nb=NB)
    assert [reader.get(f"/streams/roads.ics{query}").status_code for query in ("", "?lang=nb")] == [200, 200]
    edit_stream(stream, {"visibility": "internal"}, actor=make_actor(stream.team), now=utcnow())
    assert reader.get("/streams/roads.ics").status_code == 404
    assert len(app.wsgi_app.kept) == 0
    break_database(app, monkeypatch)
    assert reader.get("/streams/roads.ics?lang=nb").status_code == 500


def test_each_language_has_its_own_place_on_the_shelf_and_its_own_etag(reader, inner):
    post = told(make_published(make_stream(handle="roads")), nb=NB)
    tags = {}
    for query in ("", "?lang=nb"):
        first = reader.get(f"/streams/roads.ics{query}")
        tags[query] = first.headers["ETag"]
        asked = inner.asked
        assert reader.get(f"/streams/roads.ics{query}").data == first.data
        same = reader.get(f"/streams/roads.ics{query}", headers={"If-None-Match": tags[query]})
        assert (same.status_code, inner.asked) == (304, asked)
    other = reader.get("/streams/roads.ics", headers={"If-None-Match": tags["?lang=nb"]})
    assert (other.status_code, len(set(tags.values()))) == (200, 2)
    told(post, nb={"title": "Broen er åpen"})
    changed = reader.get("/streams/roads.ics?lang=nb", headers={"If-None-Match": tags["?lang=nb"]})
    assert changed.status_code == 200 and "Broen er åpen" in changed.text


def test_a_translation_is_rendered_once_and_the_rest_is_shared(reader, monkeypatch):
    stream = make_stream(handle="roads")
    make_published(stream)
    post = told(make_published(stream), nb=NB)
    rendered = []
    render = parts.PUBLIC_RENDERERS["atom"]
    monkeypatch.setitem(
        parts.PUBLIC_RENDERERS, "atom", lambda entry: rendered.append(entry.language) or render(entry)
    )
    reader.get("/streams/roads.atom")
    assert (rendered, kept()) == (["en", "en"], [("atom", ""), ("atom", "")])
    for address in ("/streams/roads.atom", "/follow/roads.atom", "/everything.atom"):
        reader.get(f"{address}?lang=nb")
    assert rendered == ["en", "en", "nb"]
    assert kept() == [("atom", ""), ("atom", ""), ("atom", "nb")]
    # Taken out again: what is left of it is asked for no more, and the doctor does not speak of it.
    db.session.execute(sa.update(FeedPart).where(FeedPart.language == "nb").values(content=b"12345678\0"))
    db.session.commit()
    told(post, nb=None, sv={"title": "Bron"})
    assert titles(reader.get("/streams/roads.atom?lang=nb"), "atom") == ["Bridge closed", "Bridge closed"]
    assert post.uuid not in parts.left_out()


def test_plans_are_told_in_it_as_far_as_the_stream_tells_them(reader):
    stream = make_stream(handle="roads", public_schedule="titles")
    told(make_published(stream, title="Out"), nb=NB)
    told(make_scheduled(stream, title="Soon"), nb={"title": "Snart"})
    assert set(titles(reader.get("/streams/roads.ics?lang=nb"), "ics")) == {NB["title"], "Planlagt: Snart"}


def test_the_teams_own_calendar_keeps_a_language_with_its_choice(app, reader):
    stream = make_stream(handle="roads")
    member = make_person(team=stream.team).memberships[0]
    token = personal_feeds.create(member)
    db.session.commit()
    told(make_scheduled(stream, title="Soon"), nb={"title": "Snart"})
    address = f"/team/{token}.ics?states=scheduled"
    assert "Soon" in reader.get(address).text
    norsk = reader.get(f"{address}&lang=nb")
    assert "Snart" in norsk.text and "Soon" not in norsk.text
    same = reader.get(f"{address}&lang=nb", headers={"If-None-Match": norsk.headers["ETag"]})
    assert same.status_code == 304


def test_pages_offer_what_there_is_and_lead_to_it(reader):
    roads, schools = make_stream(handle="roads"), make_stream(handle="schools")
    make_published(schools)
    told(make_published(roads), nb=NB)
    assert not html.fromstring(reader.get("/streams/schools").text).xpath("//nav[@class='tongues small']")
    page = html.fromstring(reader.get("/streams/roads?lang=nb").text)
    shown = [(one.get("hreflang"), one.get("aria-current")) for one in page.xpath("//nav//a[@hreflang]")]
    assert shown == [("en", None), ("nb", "true")]
    (link,) = page.xpath("//h3/a[@lang='nb']")
    assert link.text_content() == NB["title"] and link.get("href").endswith("?lang=nb")
    assert page.xpath("//a[text()='Atom']/@href")[0].endswith("/streams/roads.atom?lang=nb")
    follow = html.fromstring(reader.get("/?s=roads&lang=nb").text)
    assert follow.xpath("//select[@name='lang']/option/@value") == ["", "en", "nb"]
    assert follow.xpath("//select[@name='lang']/option[@selected]/@value") == ["nb"]
    (google,) = follow.xpath("//a[@data-door='google']/@href")
    assert google.endswith("%2Ffollow%2Froads.ics%3Flang%3Dnb")
    (address,) = follow.xpath("//a[@data-door='opml']/@href")
    outlines = reader.get(address[address.index("/follow") :]).text
    assert "/streams/roads.atom?lang=nb" in outlines
    assert "lang" not in "".join(html.fromstring(reader.get("/?s=roads&lang=fi").text).xpath("//a/@href"))

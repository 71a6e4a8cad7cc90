"""Readers' pages: they say what they may, set no cookie and work without a script."""

from __future__ import annotations

import gzip
import re
from datetime import timedelta

import pytest
from lxml import html

from calendar_app.extensions import database_now, db
from calendar_app.posts.public_views import curves
from calendar_app.posts.publishing import publish_now
from calendar_app.posts.withdrawing import withdraw
from tests.factories import make_actor, make_post, make_scheduled, make_stream, make_team

FORMS = ("application/atom+xml", "application/rss+xml", "application/feed+json", "text/calendar")


def published(stream, *others, **values):
    post = make_post(stream, *others, **values)
    publish_now(post, actor=make_actor(stream.team), now=database_now())
    db.session.commit()
    return post


def page(client, path, status=200):
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    return html.fromstring(answer.text)


def text_of(tree):
    return " ".join(tree.text_content().split())


def weight_of(client, source):
    with client.get(source) as answer:
        assert answer.status_code == 200
        return len(answer.data)


def hrefs(tree):
    return [link.get("href") for link in tree.iter("a")]


def test_the_follow_page_shows_each_public_stream_what_came_and_what_comes(client):
    team = make_team()
    roads = make_stream(team, "roads", name="Roads", description="What changes your way.", cadence=[])
    make_stream(team, "hidden", name="Hidden", visibility="unlisted")
    make_stream(team, "inside", name="Inside", visibility="internal")
    post = published(roads, title="Bridge closed")
    make_scheduled(roads, title="Bridge opens", due_in=3600)
    tree = page(client, "/")
    said = text_of(tree)
    assert "What changes your way." in said
    assert "Bridge closed" in said
    assert "Bridge opens" in said
    assert "Hidden" not in said
    assert "Inside" not in said
    assert f"/posts/{post.uuid}" in hrefs(tree)
    assert len(tree.findall(".//h1")) == 1


def test_without_a_script_the_form_answers_with_every_address(client):
    team = make_team()
    make_stream(team, "roads", name="Roads")
    make_stream(team, "schools", name="Schools & more")
    tree = page(client, "/?s=schools&s=roads&s=nonsense")
    found = hrefs(tree)
    stem = "http://127.0.0.1:8000/follow/roads+schools"
    assert {f"{stem}.{form}" for form in ("atom", "rss", "json", "opml")} <= set(found)
    assert "webcal://127.0.0.1:8000/follow/roads+schools.ics" in found
    google = "https://calendar.google.com/calendar/r?cid=webcal%3A%2F%2F127.0.0.1%3A8000%2Ffollow%2Froads%2Bschools.ics"
    assert google in found
    assert any(
        link.startswith("https://outlook.live.com/calendar/0/addfromweb?url=http%3A") for link in found
    )
    assert any("name=Roads%2C%20Schools%20%26%20more" in link for link in found)
    assert f"{stem}.ics" in text_of(tree)
    for form in ("ics", "atom", "rss", "json", "opml"):
        assert client.get(f"/follow/roads+schools.{form}").status_code == 200


@pytest.mark.parametrize(("schedule", "told"), [("titles", ["title"]), ("times", ["time"]), ("nothing", [])])
def test_coming_up_tells_what_the_stream_tells(client, schedule, told):
    roads = make_stream(make_team(), "roads", public_schedule=schedule)
    make_scheduled(roads, title="Secret plan", due_in=3600)
    said = text_of(page(client, "/streams/roads"))
    assert ("Secret plan" in said) == ("title" in told)
    assert ("Planned post" in said) == ("time" in told)


def test_an_event_ahead_is_told_with_its_place(client):
    roads = make_stream(make_team(), "roads")
    starts = database_now() + timedelta(days=3)
    published(
        roads,
        title="Concert",
        event_starts_at=starts,
        event_timezone="Europe/Oslo",
        event_location="Town hall",
    )
    assert "Town hall" in text_of(page(client, "/"))


def test_a_stream_page_has_its_feeds_and_its_open_graph(client):
    roads = make_stream(make_team(), "roads", name="Roads", description="Your way.")
    published(roads, title="Bridge closed", text="Take the *other* one.")
    tree = page(client, "/streams/roads")
    alternates = {link.get("type"): link.get("href") for link in tree.findall(".//link[@rel='alternate']")}
    assert set(alternates) == set(FORMS)
    for address in alternates.values():
        assert client.get(address.removeprefix("http://127.0.0.1:8000")).status_code == 200
    graph = {one.get("property"): one.get("content") for one in tree.findall(".//meta[@property]")}
    assert graph["og:title"] == "Roads"
    assert graph["og:url"] == "http://127.0.0.1:8000/streams/roads"
    assert "Take the other one." in text_of(tree)


def test_a_post_page_shows_the_text_and_can_be_shared(client):
    roads = make_stream(make_team(), "roads", name="Roads")
    post = published(
        roads, title="Bridge <closed>", text="Take the *other* one.", link="https://example.org/map"
    )
    tree = page(client, f"/posts/{post.uuid}")
    graph = {one.get("property"): one.get("content") for one in tree.findall(".//meta[@property]")}
    assert graph["og:type"] == "article"
    assert graph["og:title"] == "Bridge <closed>"
    assert graph["article:published_time"].endswith("+00:00")
    assert tree.find(".//link[@rel='canonical']").get("href") == f"http://127.0.0.1:8000/posts/{post.uuid}"
    assert tree.find(".//article//em").text == "other"
    assert "https://example.org/map" in hrefs(tree)


def test_what_is_not_published_has_no_page(client):
    roads = make_stream(make_team(), "roads")
    inside = make_stream(roads.team, "inside", visibility="internal")
    for post in (make_post(roads), make_scheduled(roads), published(inside)):
        assert client.get(f"/posts/{post.uuid}").status_code == 404
    assert client.get("/streams/inside").status_code == 404
    assert client.get("/streams/nowhere").status_code == 404


def test_a_post_of_an_internal_stream_too_names_only_the_public_one(client):
    roads = make_stream(make_team(), "roads", name="Roads")
    inside = make_stream(roads.team, "inside", name="Inside", visibility="internal")
    post = published(roads, inside)
    assert "Inside" not in text_of(page(client, f"/posts/{post.uuid}"))


def test_a_withdrawn_post_says_so_and_no_more(client):
    roads = make_stream(make_team(), "roads")
    post = published(roads, title="Wrong bridge")
    withdraw(post, actor=make_actor(roads.team), now=database_now())
    db.session.commit()
    assert "Wrong bridge" not in text_of(page(client, f"/posts/{post.uuid}", 410))


def test_an_unlisted_stream_is_open_to_who_knows_it_and_asks_not_to_be_found(client):
    hidden = make_stream(make_team(), "hidden", visibility="unlisted")
    post = published(hidden)
    for path in ("/streams/hidden", f"/posts/{post.uuid}"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers.get("X-Robots-Tag")) == (200, "noindex")


def test_readers_get_no_cookie_no_foreign_resource_and_a_light_page(client):
    team = make_team()
    for number in range(8):
        stream = make_stream(team, f"stream-{number}", description="What it is about. " * 3)
        post = published(stream, text="word " * 200)
    for path in ("/", "/streams/stream-1", f"/posts/{post.uuid}"):
        answer = client.get(path)
        assert "Set-Cookie" not in answer.headers
        assert "no-store" not in answer.headers["Cache-Control"]
        tree = html.fromstring(answer.text)
        sources = [one.get("src") for one in tree.iter("script", "img", "iframe")]
        sources += [one.get("href") for one in tree.findall(".//link[@rel='stylesheet']")]
        assert all(source.startswith("/static/") for source in sources)
        assert "import " not in "".join(client.get(one).text for one in sources if one.endswith(".js"))
        weight = len(answer.data) + sum(weight_of(client, source) for source in sources)
        assert weight <= 40 * 1024, f"{path} weighs {weight} bytes"


def test_a_site_without_streams_says_what_will_be_here(client):
    tree = page(client, "/")
    assert "Nothing to follow yet" in text_of(tree)
    assert "/sign-in" in hrefs(tree)


def test_hostile_words_stay_words(client):
    bad = "<script>alert(1)</script>\"'"
    roads = make_stream(make_team(), "roads", name=bad, description=bad)
    post = published(roads, title=bad, text=bad, event_starts_at=database_now() + timedelta(days=1),
                     event_timezone="UTC", event_location=bad)  # fmt: skip
    for path in ("/", "/?s=roads", "/streams/roads", f"/posts/{post.uuid}"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert not re.search(r"<script>", answer.text)


def test_every_link_has_words_also_to_a_post_without_a_title(client):
    roads = make_stream(make_team(), "roads")
    published(roads, title="", text="The *bridge* is closed until Monday.")
    starts = database_now() + timedelta(days=3)
    published(
        roads, title="", text="Concert in the hall.", event_starts_at=starts, event_timezone="Europe/Oslo"
    )
    published(make_stream(roads.team, "other"), title="", text="* * *")
    for path in ("/", "/streams/roads"):
        tree = page(client, path)
        assert all(text_of(link) for link in tree.iter("a"))
        assert "The bridge is closed until Monday." in text_of(tree)


def test_an_unlisted_stream_can_be_taken_together_with_others_by_who_knows_it(client):
    team = make_team()
    make_stream(team, "roads")
    make_stream(team, "club", name="The club", visibility="unlisted")
    make_stream(team, "staff", name="The staff", visibility="internal")
    assert "The club" not in text_of(page(client, "/"))
    tree = page(client, "/?s=roads&s=club&s=staff")
    assert "http://127.0.0.1:8000/follow/club+roads.atom" in hrefs(tree)
    assert [box.get("value") for box in tree.findall(".//input[@checked]")] == ["roads", "club", "cal"]
    assert "The staff" not in text_of(tree)
    assert "/?s=club#address" in hrefs(page(client, "/streams/club"))


def test_nothing_chosen_leads_nowhere(client):
    make_stream(handle="roads")
    tree = page(client, "/")
    assert "Tick at least one stream." in text_of(tree)
    assert not [link for link in hrefs(tree) if link and "/follow/" in link]


def test_silent_plans_do_not_crowd_out_what_is_told(client):
    team = make_team()
    silent = make_stream(team, "silent", public_schedule="nothing")
    for _ in range(8):
        make_scheduled(silent, due_in=600)
    make_scheduled(make_stream(team, "roads"), title="Road works", due_in=3600)
    assert "Road works" in text_of(page(client, "/"))


def test_a_cadence_that_cannot_be_read_takes_no_page_down(client):
    make_stream(handle="roads", cadence=["nonsense"])
    for path in ("/", "/streams/roads"):
        assert client.get(path).status_code == 200


def test_a_link_that_leads_elsewhere_is_not_shown(client):
    post = published(make_stream(handle="roads"), link="javascript:alert(1)")
    assert "javascript:" not in client.get(f"/posts/{post.uuid}").text


def test_times_say_their_zone(client):
    team = make_team()
    make_scheduled(make_stream(team, "roads", timezone="Europe/Oslo"), due_in=3600)
    assert "Times are for Europe/Oslo." in text_of(page(client, "/"))
    make_scheduled(make_stream(team, "paris", timezone="Europe/Paris"), due_in=3600)
    said = text_of(page(client, "/"))
    assert "Times are for" not in said
    assert "Europe/Oslo" in said
    assert "Europe/Paris" in said


def test_pages_are_sent_small_to_those_who_can_unpack(client):
    make_stream(handle="roads")
    plain = client.get("/")
    packed = client.get("/", headers={"Accept-Encoding": "gzip, br"})
    assert (plain.headers.get("Content-Encoding"), packed.headers["Content-Encoding"]) == (None, "gzip")
    assert gzip.decompress(packed.data) == plain.data
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert client.get("/", headers={"Accept-Encoding": "gzip;q=0"}).data == plain.data


def test_an_address_in_capitals_leads_to_the_same_page(client):
    post = published(make_stream(handle="roads"), title="Bridge closed")
    assert "Bridge closed" in text_of(page(client, "/streams/ROADS"))
    assert "Bridge closed" in text_of(page(client, f"/posts/{post.uuid.upper()}"))
    tree = page(client, "/streams/ROADS")
    assert tree.find(".//link[@rel='canonical']").get("href") == "http://127.0.0.1:8000/streams/roads"


def test_without_style_the_words_stand_apart(client):
    make_stream(handle="roads", name="Roads", description="What changes your way.")
    label = page(client, "/").find(".//label[@class='opt']")
    assert text_of(label) == "Roads What changes your way. When needed 0 posts in 12 weeks"


@pytest.mark.parametrize(("count", "meeting"), [(1, 140), (6, 276), (12, 330)])
def test_the_currents_meet_beside_the_address(count, meeting):
    drawn = curves(count)
    ends = [int(one["tall"].split()[-1]) for one in drawn]
    assert len(drawn) == count
    assert ends == sorted(ends)
    assert abs(sum(ends) / count - (meeting - 2)) <= 2

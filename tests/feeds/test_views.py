"""The public addresses that programs poll."""

from __future__ import annotations

from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest
from lxml import etree

from calendar_app.extensions import db
from calendar_app.people.models import Site
from calendar_app.streams.editing import edit_stream
from calendar_app.times import utcnow
from tests.factories import make_actor, make_post, make_scheduled, make_stream, make_team
from tests.feeds.reading import FORMS, make_published, titles

TYPES = {
    "ics": "text/calendar; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "rss": "application/rss+xml; charset=utf-8",
    "json": "application/feed+json; charset=utf-8",
}


@pytest.mark.parametrize("form", FORMS)
def test_a_stream_has_a_feed_in_every_format(reader, form):
    stream = make_stream(handle="roads", name="Roads")
    make_published(stream, title="Bridge closed")
    answer = reader.get(f"/streams/roads.{form}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == TYPES[form]
    assert titles(form, answer.data) == ["Bridge closed"]
    assert "Set-Cookie" not in answer.headers
    assert "Content-Disposition" not in answer.headers
    assert "Vary" not in answer.headers
    assert answer.headers["ETag"].startswith('"')
    assert parsedate_to_datetime(answer.headers["Last-Modified"]) == stream.feed_changed_at.replace(
        microsecond=0
    )


@pytest.mark.parametrize("form", FORMS)
def test_a_feed_without_a_post_is_whole(reader, form):
    make_stream(handle="quiet")
    answer = reader.get(f"/streams/quiet.{form}")
    assert answer.status_code == 200
    assert titles(form, answer.data) == []


@pytest.mark.parametrize("form", FORMS)
def test_a_choice_gives_each_post_once(reader, form):
    team = make_team()
    roads, schools, other = (make_stream(team, handle) for handle in ("roads", "schools", "other"))
    make_published(roads, schools, title="Both")
    make_published(roads, title="Roads only")
    make_published(other, title="Other")
    answer = reader.get(f"/follow/schools+roads.{form}")
    assert sorted(titles(form, answer.data)) == ["Both", "Roads only"]


@pytest.mark.parametrize("form", FORMS)
def test_everything_is_all_public_streams(reader, form):
    team = make_team()
    make_published(make_stream(team, "roads"), title="Public")
    make_published(make_stream(team, "hidden", visibility="unlisted"), title="Unlisted")
    make_published(make_stream(team, "staff", visibility="internal"), title="Internal")
    assert titles(form, reader.get(f"/everything.{form}").data) == ["Public"]


def test_everything_without_any_stream_is_a_feed_too(reader):
    first = [reader.get(f"/everything.{form}").data for form in FORMS]
    assert [titles(form, content) for form, content in zip(FORMS, first, strict=True)] == [[], [], [], []]
    assert [reader.get(f"/everything.{form}").data for form in FORMS] == first


@pytest.mark.parametrize("form", (*FORMS, "opml"))
def test_unknown_streams_are_not_found(reader, form):
    make_stream(handle="staff", visibility="internal")
    paths = ["/follow/nobody", "/follow/staff", "/follow/staff+nobody", "/follow/+", "/follow/a%00b"]
    if form != "opml":
        paths += ["/streams/nobody", "/streams/staff", "/streams/a%00b", "/streams/%C3%A6"]
    for path in paths:
        assert reader.get(f"{path}.{form}").status_code == 404, path


@pytest.mark.parametrize(
    "choice", ["roads+schools", "schools+roads", "ROADS+Schools", "roads%2Bschools", "roads%20schools",
               "roads++schools+", "roads+schools+gone", "roads+schools+staff", "roads+roads+schools"]
)  # fmt: skip
def test_however_a_choice_is_written_the_bytes_are_the_same(reader, choice):
    team = make_team()
    make_published(make_stream(team, "roads"), make_stream(team, "schools"), title="Both")
    make_stream(team, "staff", visibility="internal")
    assert reader.get(f"/follow/{choice}.ics").data == reader.get("/follow/roads+schools.ics").data


def test_an_unlisted_stream_is_followed_by_those_who_know_it(reader):
    make_published(make_stream(handle="club", visibility="unlisted"), title="For members")
    assert titles("atom", reader.get("/streams/club.atom").data) == ["For members"]
    assert titles("atom", reader.get("/follow/club.atom").data) == ["For members"]


def test_neither_of_two_unlisted_streams_is_named_in_the_other(reader):
    team = make_team()
    first = make_stream(team, "first", name="Erste", visibility="unlisted")
    make_published(first, make_stream(team, "second", name="Zweite", visibility="unlisted"), title="Both")
    answer = reader.get("/streams/first.json").get_json(force=True)
    assert answer["items"][0]["tags"] == []
    assert b"second" not in reader.get("/streams/first.ics").data.lower()


@pytest.mark.parametrize("form", FORMS)
def test_two_fetches_give_the_same_bytes(app, reader, form):
    stream = make_stream(handle="roads")
    make_published(stream)
    make_scheduled(stream, title="Later")
    first = reader.get(f"/streams/roads.{form}")
    app.wsgi_app.kept.clear()
    again = reader.get(f"/streams/roads.{form}")
    assert again.data == first.data
    assert again.headers["ETag"] == first.headers["ETag"]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("path", ["/streams/roads", "/follow/roads+schools", "/everything"])
def test_who_has_the_bytes_gets_none(app, reader, path, form):
    team = make_team()
    make_published(make_stream(team, "roads"), make_stream(team, "schools"))
    whole = reader.get(f"{path}.{form}")
    tag = whole.headers["ETag"]
    for offered in (tag, f"W/{tag}", f'"other", {tag}', f'"other",W/{tag}', "*"):
        for warm in (True, False):
            if not warm:
                app.wsgi_app.kept.clear()
            answer = reader.get(f"{path}.{form}", headers={"If-None-Match": offered})
            assert (answer.status_code, answer.data) == (304, b""), offered
            assert answer.headers["ETag"] == tag
            assert answer.headers["Last-Modified"] == whole.headers["Last-Modified"]
            assert answer.headers["Cache-Control"] == whole.headers["Cache-Control"]


def test_who_has_other_bytes_gets_these(reader):
    make_published(make_stream(handle="roads"))
    for offered in ('"other"', 'W/"other"', "nonsense", ""):
        assert reader.get("/streams/roads.ics", headers={"If-None-Match": offered}).status_code == 200


def test_the_date_decides_where_there_is_no_etag(reader):
    make_published(make_stream(handle="roads"))
    changed = reader.get("/streams/roads.ics").headers["Last-Modified"]
    answers = {
        since: reader.get("/streams/roads.ics", headers={"If-Modified-Since": since}).status_code
        for since in (changed, "Sat, 01 Jan 2000 00:00:00 GMT", "yesterday", "Fri, 31 Dec 9999 23:59:59 GMT")
    }
    assert list(answers.values()) == [304, 200, 200, 304]
    both = {"If-Modified-Since": changed, "If-None-Match": '"other"'}
    assert reader.get("/streams/roads.ics", headers=both).status_code == 200


@pytest.mark.parametrize("form", FORMS)
def test_head_says_the_same_without_the_bytes(app, reader, form):
    make_published(make_stream(handle="roads"))
    path = f"/streams/roads.{form}"
    cold = reader.head(path)
    whole = reader.get(path)
    warm = reader.head(path)
    app.wsgi_app.kept.clear()
    for answer in (cold, warm, reader.head(path)):
        assert (answer.status_code, answer.data) == (200, b"")
        assert answer.headers["Content-Length"] == str(len(whole.data))
        assert answer.headers["ETag"] == whole.headers["ETag"]
    assert reader.head("/streams/nobody.ics").status_code == 404


def test_last_modified_moves_when_a_post_leaves_by_age(reader):
    long_ago = utcnow() - timedelta(days=90)
    db.session.get_one(Site, 1).created_at = long_ago
    stream = make_stream(handle="roads", feed_changed_at=long_ago)
    gone = utcnow() - timedelta(days=40)
    make_post(stream, state="withdrawn", published_at=long_ago, revision=2, withdrawn_at=gone)
    left = (gone + timedelta(days=31)).replace(hour=0, minute=0, second=0, microsecond=0)
    for form in ("ics", "atom"):
        assert parsedate_to_datetime(reader.get(f"/streams/roads.{form}").headers["Last-Modified"]) == left
    rss = reader.get("/streams/roads.rss").headers["Last-Modified"]
    assert parsedate_to_datetime(rss) == long_ago.replace(microsecond=0)


def test_last_modified_moves_when_a_stream_leaves_a_choice(reader):
    team = make_team()
    long_ago = utcnow() - timedelta(days=90)
    db.session.get_one(Site, 1).created_at = long_ago
    roads = make_stream(team, "roads", feed_changed_at=long_ago, updated_at=long_ago)
    schools = make_stream(team, "schools", feed_changed_at=long_ago, updated_at=long_ago)
    db.session.commit()
    before = {path: reader.get(path) for path in ("/follow/roads+schools.ics", "/everything.ics")}
    edit_stream(schools, {"visibility": "internal"}, actor=make_actor(team), now=utcnow())
    for path, answer in before.items():
        known = answer.headers["Last-Modified"]
        assert parsedate_to_datetime(known) == long_ago.replace(microsecond=0)
        assert reader.get(path, headers={"If-Modified-Since": known}).status_code == 200, path
    assert roads.feed_changed_at == long_ago


@pytest.mark.parametrize("form", FORMS)
def test_a_poisonous_post_harms_no_other(reader, form):
    stream = make_stream(handle="roads")
    actor = make_actor(stream.team)
    for text in (
        "Line\x00\x08\x0b\x1b]0;\ufffe\ufffftitle".replace("\x00", ""),
        "[" * 50_000,
        "](" * 25_000,
        "> " * 25_000,
    ):
        make_published(stream, title="Poison \x07\x1f", text=text, actor=actor)
    make_published(stream, title="Fine", text="All is well.", actor=actor)
    answer = reader.get(f"/streams/roads.{form}")
    assert answer.status_code == 200
    assert "Fine" in titles(form, answer.data)
    assert len(titles(form, answer.data)) == 5


@pytest.mark.parametrize("form", FORMS)
def test_a_post_that_cannot_be_shown_is_left_out_and_logged(reader, form, caplog):
    stream = make_stream(handle="roads")
    make_published(stream, title="Fine")
    make_published(stream, title="Broken", language="no language at")
    answer = reader.get(f"/streams/roads.{form}")
    assert titles(form, answer.data) == ["Fine"]
    assert "left out" in caplog.text


def test_opml_lists_the_feeds_of_a_choice(reader):
    team = make_team()
    make_stream(team, "roads", name="Roads & <ferries>")
    make_stream(team, "schools", name="Schools")
    make_stream(team, "staff", visibility="internal")
    answer = reader.get("/follow/Schools+roads+staff.opml")
    assert answer.headers["Content-Type"] == "text/x-opml; charset=utf-8"
    tree = etree.fromstring(answer.data)
    assert [outline.get("title") for outline in tree.iter("outline")] == ["Roads & <ferries>", "Schools"]
    assert [outline.get("xmlUrl") for outline in tree.iter("outline")] == [
        "http://127.0.0.1:8000/streams/roads.atom", "http://127.0.0.1:8000/streams/schools.atom",
    ]  # fmt: skip
    again = reader.get("/follow/Schools+roads+staff.opml", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert len(list(etree.fromstring(reader.get("/everything.opml").data).iter("outline"))) == 2


def test_addresses_in_feeds_lead_to_this_site(reader):
    post = make_published(make_stream(handle="roads"))
    feed = reader.get("/streams/roads.json").get_json(force=True)
    assert feed["feed_url"] == "http://127.0.0.1:8000/streams/roads.json"
    assert feed["items"][0]["url"] == f"http://127.0.0.1:8000/posts/{post.uuid}"


@pytest.mark.parametrize("form", FORMS)
def test_a_feed_says_its_own_address_in_a_header_too(reader, form):
    team = make_team()
    make_stream(team, "roads")
    make_stream(team, "schools")
    for asked, own in (("streams/ROADS", "streams/roads"), ("follow/schools+roads+gone", "follow/roads+schools"),
                       ("everything", "everything")):  # fmt: skip
        answer = reader.get(f"/{asked}.{form}")
        assert answer.headers["Link"] == f'<http://127.0.0.1:8000/{own}.{form}>; rel="self"'


def test_an_archived_stream_stays_readable_and_leaves_everything(reader):
    stream = make_stream(handle="roads")
    make_published(stream, title="Old")
    stream.archived_at = utcnow()
    assert titles("rss", reader.get("/streams/roads.rss").data) == ["Old"]
    assert titles("rss", reader.get("/everything.rss").data) == []


@pytest.mark.parametrize(
    "path", ["/healthz", "/readyz", "/metrics", "/streams/roads.ics", "/everything.opml"]
)
def test_nothing_here_sets_a_cookie(reader, path):
    make_stream(handle="roads")
    assert "Set-Cookie" not in reader.get(path).headers

"""The demo organisation shows itself at a first look: posts, a plan, and pictures with words and rights."""

from __future__ import annotations

import json
from datetime import date

import pytest

from calendar_app.demo.filling import demo_owner, fill
from calendar_app.extensions import db
from calendar_app.media import preparing
from calendar_app.media.bucket import Bucket
from calendar_app.media.models import Medium, PostPicture
from calendar_app.media.place import bucket_of
from calendar_app.posts.models import Post
from calendar_app.streams.models import Stream

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def posts_with_pictures(state):
    return db.session.query(Post).join(PostPicture).filter(Post.state == state).all()


def test_pictures_stand_on_pages_in_feeds_and_in_the_composer(client, signed_in, monkeypatch):
    # Whatever a first look asks for has been made already: no decoder is started for it.
    monkeypatch.setattr(preparing, "_asked", lambda *_: pytest.fail("a decoder was started"))
    assert fill() == "The demo organisation is in place."
    shown = posts_with_pictures("published")
    assert {post.pictures[0].medium.alt[:10] for post in shown} == {"A white fe", "People wal", "The harbou"}
    assert {one.rights for one in db.session.query(Medium)} == {"own", "licensed"}
    for post in shown:
        medium = post.pictures[0].medium
        page = client.get(f"/posts/{post.uuid}").text
        assert medium.alt in page and medium.credit in page
        for name in (f"{medium.digest}.jpg", f"{medium.digest}-640.jpg"):
            assert client.get(f"/media/{name}").status_code == 200
    items = json.loads(client.get("/everything.json").data)["items"]
    assert len([one for one in items if "image" in one]) == len(shown)
    planned = posts_with_pictures("scheduled")[0]
    composer = signed_in(demo_owner()).get(f"/posts/{planned.uuid}/edit").text
    assert planned.pictures[0].medium.digest in composer


def test_without_a_place_for_pictures_the_demo_does_without(app, monkeypatch):
    away = Bucket(bucket_of("s3://key:secret@127.0.0.1:9/pictures?tls=0"))
    monkeypatch.setitem(app.extensions, "sluice_pictures", away)
    assert fill() == "The demo organisation is in place."
    assert (db.session.query(Medium).count(), db.session.query(Post).count() > 20) == (0, True)


def test_some_posts_speak_three_languages_and_a_pause_is_told(client):
    fill()
    page = client.get("/?s=traffic&lang=nb").text
    assert "follow/traffic.ics?lang=nb" in page and "The office is on holiday." in page
    titles = [one["title"] for one in json.loads(client.get("/everything.json?lang=nb").data)["items"]]
    assert "Ferja Fjordvik–Nes: én avgang mindre på søndag" in titles
    ferry = (
        db.session.query(Post)
        .filter(Post.title.startswith("Ferry Fjordvik–Nes"), Post.state == "published")
        .first()
    )
    shown = client.get(f"/posts/{ferry.uuid}?lang=sv").text
    assert "En vit färja korsar fjorden" in shown and "Nästa avgång" in shown
    assert {row.language for row in ferry.translations} == {"nb", "sv"} and ferry.first_comment
    (work,) = db.session.scalars(db.select(Stream).where(Stream.handle == "work"))
    planned = [
        post.due_at
        for post in db.session.query(Post).filter(Post.state == "scheduled")
        if work in post.streams
    ]
    first = date.fromisoformat(work.pauses[0]["first"])
    assert planned and all(at.date() < first for at in planned)

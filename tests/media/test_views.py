"""Pictures are shown to those who may see them, as nothing but pictures, and taken in from members alone."""

from __future__ import annotations

import io

import pytest

from calendar_app.extensions import db
from calendar_app.media.fitting import fit_name, page_fit
from calendar_app.media.keeping import store
from calendar_app.media.models import Medium
from calendar_app.media.preparing import Made
from tests.factories import make_person, make_post, make_team
from tests.media.pictures import attach, make_medium, png
from tests.posts.pages import form_of, path


@pytest.fixture
def published(stream):
    from calendar_app.extensions import database_now

    return make_post(stream, state="published", published_at=database_now())


def address(medium, side=""):
    return f"/media/{medium.digest}{side}.png"


def test_readers_see_the_pictures_of_published_posts(client, team, published):
    medium = make_medium(team)
    attach(published, medium)
    answer = client.get(address(medium))
    assert (answer.status_code, answer.content_type, answer.data) == (200, "image/png", png())
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in answer.headers
    again = client.get(address(medium), headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("state", ["draft", "scheduled", "withdrawn"])
def test_pictures_of_other_posts_are_for_the_team_alone(client, signed_in, team, published, state):
    medium = make_medium(team)
    published.due_at = published.published_at
    published.state = state
    attach(published, medium)
    assert client.get(address(medium)).status_code == 404
    stranger = signed_in(make_person(make_team(), "owner"))
    assert stranger.get(address(medium)).status_code == 404
    member = signed_in(make_person(team, "viewer"))
    answer = member.get(address(medium))
    assert (answer.status_code, answer.headers["Cache-Control"][:7]) == (200, "private")


def test_pictures_of_internal_streams_stay_inside(client, team, stream, published):
    medium = make_medium(team)
    stream.visibility = "internal"
    attach(published, medium)
    assert client.get(address(medium)).status_code == 404


@pytest.mark.parametrize(
    "name", ["x.jpg", "..%2f..%2fsecret_key", "a" * 64 + ".svg", "a" * 64 + "-5.png", "a" * 64 + ".png"]
)
def test_other_names_are_nothing(client, name):
    assert client.get(f"/media/{name}").status_code == 404


def test_the_same_picture_under_another_ending_is_not_there(client, team, published):
    medium = make_medium(team)
    attach(published, medium)
    assert client.get(f"/media/{medium.digest}.jpg").status_code == 404


def test_a_page_shows_the_picture_in_two_sizes_without_a_jump(client, team, published):
    medium = make_medium(team, width=2000, height=1000, alt="The closed bridge", credit="Kari Foto")
    attach(published, medium)
    small = page_fit(640, "image/png")
    store().put(fit_name(medium.digest, small, "image/png"), b"small")
    page = client.get(path(published)).text
    at = f"/media/{medium.digest}"
    assert f'src="{at}-1600.png" srcset="{at}-640.png 640w, {at}-1600.png 1600w"' in page
    assert 'width="1600" height="800" alt="The closed bridge"' in page
    assert "Picture: Kari Foto" in page
    assert f'<meta property="og:image" content="http://127.0.0.1:8000{at}-1600.png">' in page
    assert client.get(f"{at}-640.png").data == b"small"


@pytest.fixture
def decoder(monkeypatch):
    """Stands for the decoder, which other tests ask for real: every picture comes back as it is."""
    from calendar_app.media import storing

    made = Made(png(), "image/png", 8, 6)
    monkeypatch.setattr(storing, "prepare", lambda content, sides, most: [made] * (1 + len(sides)))


def test_a_member_uploads_by_script(signed_in, team, decoder):
    browser = signed_in(make_person(team, "author"))
    answer = browser.send(
        "/media",
        page="/settings",
        form={"file": (io.BytesIO(png()), "bridge.png"), "alt": "A bridge", "team": str(team.id)},
    )
    assert answer.status_code == 201
    picture = answer.json["picture"]
    medium = db.session.get(Medium, picture["media"])
    assert (medium.team_id, medium.alt, medium.rights) == (team.id, "A bridge", "own")
    assert browser.get(picture["src"]).data == png()


def test_without_scripts_the_page_saves_and_attaches_at_once(signed_in, team, stream, decoder):
    browser = signed_in(make_person(team, "editor"))
    post = make_post(stream)
    form = {**form_of(post, title="Bridge open"), "pictures": "1", "file": (io.BytesIO(png()), "bridge.png")}
    answer = browser.send(path(post, "pictures"), form, page=path(post, "edit"))
    assert (answer.status_code, answer.location) == (303, f"/posts/{post.uuid}/edit#pictures")
    db.session.expire_all()
    number = post.pictures[0].media_id
    assert (post.title, len(post.pictures)) == ("Bridge open", 1)
    form = form_of(post, pictures="1", picture=[number])
    browser.send(path(post), {**form, f"picture_alt_{number}": "A bridge"}, page=path(post, "edit"))
    db.session.expire_all()
    assert (post.pictures[0].alt, post.version) == ("A bridge", 4)


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "Choose a picture"), (b"<svg onload=alert(1)>", "SVG"), (b"<html>", "web page")],
)
def test_a_file_that_is_not_taken_is_told_at_the_field(signed_in, team, stream, content, words):
    browser = signed_in(make_person(team, "editor"))
    post = make_post(stream)
    file = (io.BytesIO(content), "picture.jpg" if content else "")
    answer = browser.send(path(post, "pictures"), {**form_of(post), "file": file}, page=path(post, "edit"))
    assert answer.status_code == 422 and words in answer.text
    script = browser.send(
        "/media", page="/settings", form={"file": (io.BytesIO(content or b"x"), "picture.jpg")}
    )
    assert script.status_code == 422 and script.json["problems"]["file"]


def test_a_viewer_uploads_nothing(signed_in, team):
    browser = signed_in(make_person(team, "viewer"))
    answer = browser.send("/media", page="/settings", form={"file": (io.BytesIO(png()), "bridge.png")})
    assert (answer.status_code, answer.json["ok"]) == (403, False)


def test_the_team_of_others_is_not_there(signed_in, team):
    stranger = signed_in(make_person(make_team(), "owner"))
    answer = stranger.send(
        "/media", page="/settings", form={"file": (io.BytesIO(png()), "bridge.png"), "team": str(team.id)}
    )
    assert answer.status_code == 404


def test_without_a_decoder_it_is_said_honestly(signed_in, team, monkeypatch):
    from calendar_app.media import preparing

    monkeypatch.setattr(preparing.sys, "executable", "/nowhere/python")
    browser = signed_in(make_person(team, "editor"))
    answer = browser.send("/media", page="/settings", form={"file": (io.BytesIO(png()), "bridge.png")})
    assert answer.status_code == 409 and "cannot be read at the moment" in answer.json["error"]


def test_a_real_picture_comes_out_anew(signed_in, team):
    browser = signed_in(make_person(team, "editor"))
    answer = browser.send(
        "/media", page="/settings", form={"file": (io.BytesIO(png(2000, 1000)), "bridge.png")}
    )
    assert answer.status_code == 201
    assert browser.get(answer.json["picture"]["small"]).content_type == "image/png"

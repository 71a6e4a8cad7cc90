"""A picture is cut without losing anything: kept whole, shown in part, and the rest is nobody's business."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from calendar_app.channels.packing import content_of
from calendar_app.extensions import database_now, db
from calendar_app.media.cropping import crop_in, focus_in, size, text_of
from calendar_app.media.showing import shown_in
from calendar_app.people.roles import actor_for
from calendar_app.posts.drafting import edit
from calendar_app.posts.values import values_of
from tests.browsing import Browser
from tests.factories import make_person, make_post, make_stream
from tests.media.pictures import make_medium


@pytest.fixture
def database():
    return "sqlite"


def two_halves():
    """Red on the left, blue on the right."""
    picture = Image.new("RGB", (200, 100), "red")
    picture.paste("blue", (100, 0, 200, 100))
    held = io.BytesIO()
    picture.save(held, "PNG")
    return held.getvalue()


def test_nonsense_is_all_of_the_picture_and_what_reaches_out_is_drawn_in():
    for text in ("", "x", "0x0x1000x1000", "1x2x3", "-1x0x5x5", "0x0x9999x9999"):
        assert crop_in(text) is None
    assert crop_in("900x0x500x10") == [900, 0, 100, 50]
    assert text_of(crop_in("9999x9999x0x0")) == "950x950x50x50"
    assert size(200, 100, [500, 0, 500, 1000]) == (100, 100) and size(1, 1, [950, 950, 50, 50]) == (1, 1)
    assert focus_in((0.5, 0.0), [500, 0, 500, 1000]) == (0.0, 0.0)
    assert focus_in((-1.0, 1.0), [500, 500, 500, 500]) == (-1.0, 1.0)


def test_readers_and_channels_get_the_part_and_nobody_outside_gets_the_rest(app):
    stream = make_stream()
    person = make_person(stream.team)
    medium = make_medium(stream.team, two_halves(), width=200, height=100)
    post = make_post(stream, state="published", published_at=database_now())
    cut = [{"media": medium.id, "alt": "Blue", "crop": "500x0x500x1000"}]
    edit(post, {"pictures": cut}, version=post.version, actor=actor_for(person), now=database_now())
    db.session.commit()
    assert values_of(post)["pictures"][0]["crop"] == "500x0x500x1000"
    (seen,), (sent,) = shown_in(post), content_of(post).pictures
    assert (seen.width, seen.height) == (sent.width, sent.height) == (100, 100)
    assert seen.src == f"/media/{sent.digest}.png"
    reader, member = Browser(app, app.response_class), Browser(app, app.response_class).sign_in(person)
    with Image.open(io.BytesIO(reader.get(seen.src).data)) as picture:
        assert picture.size == (100, 100) and picture.convert("RGB").getpixel((1, 1)) == (0, 0, 255)
    whole, other = f"/media/{medium.digest}.png", f"/media/{medium.digest}-0x0x500x1000.png"
    assert [reader.get(path).status_code for path in (whole, other)] == [404, 404]
    assert [member.get(path).status_code for path in (whole, other)] == [200, 200]
    assert member.get(f"/media/{medium.digest}-0x0x9999x500.png").status_code == 404

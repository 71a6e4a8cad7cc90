"""The pictures of a post: in order, with words, of the team alone; a change of them is a change of the post."""

from __future__ import annotations

import pytest

from calendar_app.errors import Refused, Stale
from calendar_app.extensions import database_now, db
from calendar_app.media.attaching import picture_values
from calendar_app.media.models import MOST_PICTURES
from calendar_app.posts.drafting import draft, edit
from calendar_app.posts.values import changed, values_of
from tests.factories import make_post, make_scheduled, make_team
from tests.media.pictures import attach, make_medium


def change(post, actor, *pictures, **more):
    edit(post, {"pictures": list(pictures), **more}, version=post.version, actor=actor, now=database_now())
    db.session.commit()


def order(post):
    return [row.media_id for row in post.pictures]


def test_pictures_are_put_in_order_described_and_taken_out(stream, team, actor):
    one, two = make_medium(team, alt="One"), make_medium(team, colour=(1, 1, 1))
    post = make_post(stream)
    change(
        post,
        actor,
        {"media": two.id, "alt": " Two\nlines ", "focus_x": 0.5, "focus_y": -7},
        {"media": one.id},
    )
    assert order(post) == [two.id, one.id]
    assert [(row.alt, row.focus_x, row.focus_y) for row in post.pictures] == [
        ("Two lines", 0.5, -1.0),
        ("One", 0, 0),
    ]
    change(post, actor, {"media": one.id}, {"media": two.id, "alt": "Other"})
    assert order(post) == [one.id, two.id]
    change(post, actor)
    assert (order(post), post.version) == ([], 4)


def test_a_draft_may_begin_with_pictures_and_what_was_saved_comes_back_as_it_was(stream, team, actor):
    medium = make_medium(team)
    post = draft(
        {"streams": ["traffic"], "pictures": [{"media": medium.id, "alt": "A"}]},
        actor=actor,
        now=database_now(),
    )
    db.session.commit()
    values = values_of(post)
    assert values["pictures"] == picture_values(post) == [
        {"media": medium.id, "alt": "A", "focus_x": 0.0, "focus_y": 0.0, "crop": "",
             "rights": "own", "licensed_until": "",
         "credit": ""}
    ]  # fmt: skip
    assert changed(values, values_of(post)) == {}


def test_a_page_that_is_old_does_not_change_the_pictures(stream, team, actor):
    post, medium = make_post(stream), make_medium(team)
    with pytest.raises(Stale):
        edit(post, {"pictures": [{"media": medium.id}]}, version=0, actor=actor, now=database_now())


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ([{"media": 999_999}], "pictures"),
        ([{"media": 2**40}], "pictures"),
        ([{"media": "ours"}, {"media": "ours"}], "pictures"),
        ([{"media": n} for n in range(1, MOST_PICTURES + 2)], "pictures"),
        ([{"media": "ours", "alt": "a" * 1501}], "pictures.{}.alt"),
        ([{"media": "ours", "credit": "a" * 201}], "pictures.{}.credit"),
        ([{"media": "ours", "rights": "stolen"}], "pictures.{}.rights"),
        (
            [{"media": "ours", "rights": "licensed", "licensed_until": "tomorrow"}],
            "pictures.{}.licensed_until",
        ),
        (
            [{"media": "ours", "rights": "licensed", "licensed_until": "2026-02-30"}],
            "pictures.{}.licensed_until",
        ),
        ([{"media": "theirs"}], "pictures"),
    ],
)
def test_what_does_not_fit_gets_a_sentence_at_its_field(stream, team, actor, given, field):
    ours, theirs = make_medium(team), make_medium(make_team())
    ids = {"ours": ours.id, "theirs": theirs.id}
    sent = [{**one, "media": ids.get(one["media"], one["media"])} for one in given]
    with pytest.raises(Refused) as refused:
        change(make_post(stream), actor, *sent)
    assert list(refused.value.errors) == [field.format(ours.id)]


def test_readers_hear_of_other_pictures_and_of_other_words_for_them(stream, team, actor):
    medium = make_medium(team)
    post = make_scheduled(stream, actor=actor)
    before, feed = post.revision, stream.feed_version
    change(post, actor, {"media": medium.id})
    db.session.refresh(stream)
    assert (post.revision, stream.feed_version) == (before + 1, feed + 1)
    change(post, actor, {"media": medium.id, "alt": "A bridge"})
    assert post.revision == before + 2


def test_other_posts_that_show_the_picture_tell_its_new_credit(stream, team, actor):
    medium = make_medium(team)
    other = make_post(stream, state="published", published_at=database_now())
    attach(other, medium)
    revision = other.revision
    change(make_post(stream), actor, {"media": medium.id, "credit": "Kari Foto", "rights": "licensed"})
    db.session.refresh(other)
    assert (other.revision, medium.credit, medium.rights) == (revision + 1, "Kari Foto", "licensed")

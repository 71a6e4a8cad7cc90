"""Threads and pictures on Mastodon: part by part, resumed where they stopped, taken back whole."""

from __future__ import annotations

import pytest

from calendar_app.channels.adapter import Call, NotSent, Parcel, Rejected
from calendar_app.channels.connecting import trial
from calendar_app.channels.mastodon.adapter import MastodonAdapter
from calendar_app.channels.sending import send
from calendar_app.extensions import database_now, db
from calendar_app.posts.drafting import edit
from calendar_app.posts.withdrawing import withdraw
from calendar_app.times import utcnow
from tests.channels.mastodon_steps import SENTENCES, content, mastodon_place, settings_for
from tests.channels.steps import (
    bring_forward,
    claimed,
    delivery_of,
    due_post,
    let_lease_expire,
    parcel_of,
    published,
    send_due,
)
from tests.factories import make_actor
from tests.fake_mastodon import TOKEN, FakeMastodon
from tests.receiver import answer, reset_after_processing

LONG = " ".join(SENTENCES)
PICTURE_BYTES = b"\xff\xd8\xff picture"


@pytest.fixture
def receiver():
    with FakeMastodon() as found:
        yield found


@pytest.fixture
def place(app, receiver):
    return mastodon_place(receiver)


def is_whole(server):
    """One thread, each part the answer to the one before, and nothing else."""
    before = [status.asked.get("in_reply_to_id") for status in server.statuses]
    ids = [status.id for status in server.statuses]
    return before == [None, *ids[:-1]] and " ".join(server.shown()) == LONG


def test_a_long_text_is_a_thread_whose_parts_answer_each_other(place):
    post = due_post(place.stream, title="", text=LONG)
    send_due()
    assert len(place.receiver.statuses) == 4
    assert is_whole(place.receiver)
    row = delivery_of(post)
    ids = [status.id for status in place.receiver.statuses]
    assert (row.external_id, row.notes["parts"]) == (ids[0], ids)
    keys = [call.key for call in place.calls()]
    assert keys == [row.key, *(f"{row.key}-0-{number}" for number in (1, 2, 3))]


@pytest.mark.parametrize("keys", ["honoured", "ignored", "raced"])
@pytest.mark.parametrize("good", [1, 2, 3])
@pytest.mark.parametrize("trouble", [reset_after_processing(), answer(500), answer(503), answer(429)])
def test_a_thread_goes_on_where_it_stopped(place, keys, good, trouble):
    place.receiver.keys = keys
    post = due_post(place.stream, title="", text=LONG)
    place.receiver.plan(*[answer(200)] * good, trouble)
    send_due()
    row = delivery_of(post)
    assert (row.state, row.ambiguous, len(row.notes["parts"])) == ("retry", True, good)
    assert row.reason.endswith(f"{good} of 4 parts are there already.")
    bring_forward(row)
    send_due()
    assert delivery_of(post).state == "delivered"
    assert is_whole(place.receiver)


@pytest.mark.parametrize("keys", ["honoured", "ignored"])
def test_a_worker_that_died_in_mid_thread_leaves_no_double(place, keys):
    place.receiver.keys = keys
    post = published(place.stream, title="", text=LONG)
    (taken,) = claimed()
    parcel = parcel_of(taken)
    place.receiver.plan(answer(200), answer(200), answer(502))
    from calendar_app.channels.delivering import outbound

    send(parcel, outbound())
    let_lease_expire(delivery_of(post))
    from calendar_app.channels.sweeping import sweep

    sweep()
    db.session.commit()
    row = delivery_of(post)
    assert (row.state, row.notes) == ("retry", {})
    bring_forward(row)
    send_due()
    assert delivery_of(post).state == "delivered"
    assert is_whole(place.receiver)


def test_the_first_comment_answers_the_post_and_comes_once_though_its_answer_was_lost(place):
    post = due_post(
        place.stream, title="", text="The bridge is closed.", first_comment="The map is at the hall."
    )
    place.receiver.plan(answer(200), reset_after_processing())
    send_due()
    bring_forward(delivery_of(post))
    send_due()
    assert delivery_of(post).state == "delivered"
    assert place.receiver.shown() == ["The bridge is closed.", "The map is at the hall."]
    first, comment = place.receiver.statuses
    assert comment.asked["in_reply_to_id"] == first.id


def test_a_thread_begun_is_finished_with_the_text_it_began_with(place):
    post = due_post(place.stream, title="", text=LONG)
    place.receiver.plan(answer(200), answer(503))
    send_due()
    edit(post, {"text": "Short now."}, version=post.version, actor=make_actor(post.team), now=database_now())
    bring_forward(delivery_of(post))
    send_due()
    assert is_whole(place.receiver)


def test_a_text_changed_after_a_refusal_takes_the_place_of_what_was_there(place):
    post = due_post(place.stream, title="", text=LONG)
    place.receiver.plan(answer(200), answer(422, body=b'{"error": "No."}'))
    send_due()
    row = delivery_of(post)
    assert (row.state, row.reason) == (
        "failed",
        "The server refused the post: No. 1 of 4 parts are there already.",
    )
    edit(post, {"text": "Short now."}, version=post.version, actor=make_actor(post.team), now=database_now())
    from calendar_app.channels.resolving import resolve

    resolve(delivery_of(post), "send again", actor=make_actor(post.team), now=database_now())
    send_due()
    assert delivery_of(post).state == "delivered"
    assert place.receiver.shown() == ["Short now."]


def test_a_withdrawal_takes_every_part_back(place):
    post = due_post(place.stream, title="", text=LONG)
    send_due()
    del place.receiver.statuses[1]
    withdraw(post, actor=make_actor(place.stream.team), now=database_now())
    send_due()
    assert delivery_of(post, action="withdraw").state == "delivered"
    assert place.receiver.statuses == []


# Pictures: by the adapter alone, with a stand-in for the store.


def parcel_with(server, *pictures, notes=None, seconds=None):
    settings = settings_for(server)
    parcel, call = trial("mastodon", settings, {"token": TOKEN}, "City")
    payload = MastodonAdapter().compose(content(), "publish", settings)
    payload["pictures"] = [
        {"digest": one, "alt": f"Words for {one}", "focus": [0.5, -0.25]} for one in pictures
    ]
    changes = {"payload": payload, "notes": notes or {}}
    if seconds is not None:
        changes["deadline"] = parcel.deadline - 10 + seconds
    return Parcel(**{**vars(parcel), **changes}), Call(call.outbound, lambda: None, utcnow, picture)


def picture(digest, fit):
    assert fit.media_types == ("image/jpeg", "image/png")
    return PICTURE_BYTES + digest.encode(), "image/jpeg"


def test_pictures_go_along_with_their_words_and_their_focus(app, receiver):
    sent = MastodonAdapter().send(*parcel_with(receiver, "a", "b"))
    (status,) = receiver.statuses
    assert sent.external_id == status.id
    assert [receiver.media[one]["bytes"] for one in status.asked["media_ids"]] == [
        PICTURE_BYTES + b"a",
        PICTURE_BYTES + b"b",
    ]
    first = receiver.media[status.asked["media_ids"][0]]
    assert (first["description"], first["focus"], first["type"]) == (
        "Words for a",
        "0.500,-0.250",
        "image/jpeg",
    )


def test_a_picture_that_takes_time_is_waited_for(app, receiver):
    receiver.slow_media = 3
    MastodonAdapter().send(*parcel_with(receiver, "a"))
    assert len(receiver.statuses) == 1


def test_a_picture_that_takes_too_long_is_not_uploaded_twice(app, receiver):
    receiver.slow_media = 5
    with pytest.raises(NotSent) as trouble:
        MastodonAdapter().send(*parcel_with(receiver, "a", seconds=6.5))
    assert trouble.value.reason == "The server is still preparing a picture."
    assert trouble.value.after > utcnow()
    assert receiver.statuses == []
    next(iter(receiver.media.values()))["left"] = 0
    MastodonAdapter().send(*parcel_with(receiver, "a", notes=trouble.value.notes))
    assert len(receiver.media) == len(receiver.statuses) == 1


def test_a_lost_answer_to_an_upload_is_no_unclear_post(app, receiver):
    receiver.plan(reset_after_processing(), path="/api/v2/media")
    with pytest.raises(NotSent):
        MastodonAdapter().send(*parcel_with(receiver, "a"))
    assert receiver.statuses == []


def test_a_picture_that_the_server_refuses_is_told_in_its_words(app, receiver):
    receiver.plan(answer(422, body=b'{"error": "Validation failed: File is too big"}'), path="/api/v2/media")
    with pytest.raises(Rejected, match="File is too big"):
        MastodonAdapter().send(*parcel_with(receiver, "a"))

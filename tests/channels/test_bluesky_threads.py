"""Threads, pictures, cards and mentions, as a server on loopback keeps them; no database is asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from calendar_app.channels.adapter import NotSent, Picture, Rejected, Unclear, Unsure
from calendar_app.channels.bluesky.adapter import BlueskyAdapter
from tests import fake_pds
from tests.channels.bluesky_steps import HANDLE, caller, content, parcel_for, posts_on
from tests.fake_pds import FakePds
from tests.receiver import answer, reset_after_processing

LONG = " ".join(f"This is sentence number {number} of a long text about the bridge!" for number in range(20))
JPEG = b"\xff\xd8\xff" + b"x" * 1000


@pytest.fixture
def pds():
    with FakePds() as found:
        yield found


@pytest.fixture
def owner(pds):
    return pds.add(HANDLE)


@pytest.fixture
def a_call():
    with caller() as made:
        yield made


@pytest.fixture
def adapter():
    return BlueskyAdapter()


def pictures(count):
    return tuple(Picture(f"digest-{n}", "image/jpeg", 1200, 800, f"Picture {n}") for n in range(count))


def jpeg(digest, fit):
    return JPEG + digest.encode(), "image/jpeg"


def test_a_long_text_becomes_a_thread_each_part_answering_the_one_before(pds, owner, adapter, a_call):
    sent = adapter.send(parcel_for(pds, owner, content(LONG)), a_call())
    first, *rest = posts_on(pds)
    assert len(rest) == 3
    assert " ".join(record["text"] for record in (first, *rest)) == LONG
    assert "reply" not in first
    told = sent.notes["parts"]
    assert [record["reply"] for record in rest] == [
        {"root": told[0], "parent": told[number]} for number in range(3)
    ]
    assert sent.external_id == told[0]["uri"]
    assert {record["createdAt"] for record in (first, *rest)} == {"2031-05-01T07:30:00Z"}


def test_a_thread_that_broke_off_goes_on_where_it_ended(pds, owner, adapter, a_call):
    parcel = parcel_for(pds, owner, content(LONG))
    pds.plan(answer(200), answer(503))
    with pytest.raises(Unclear) as problem:
        adapter.send(parcel, a_call())
    assert problem.value.reason == "The receiver is busy (503). 1 of 4 parts are there already."
    assert len(problem.value.notes["parts"]) == 1

    sent = adapter.send(replace(parcel, notes=problem.value.notes), a_call())
    assert len(pds.at()) == 2 + 3
    assert (pds.commits, len(sent.notes["parts"])) == (4, 4)
    assert " ".join(record["text"] for record in posts_on(pds)) == LONG


def test_after_a_death_in_mid_thread_the_same_records_are_put_again(pds, owner, adapter, a_call):
    parcel = parcel_for(pds, owner, content(LONG))
    pds.plan(answer(200), reset_after_processing())
    with pytest.raises(Unclear):
        adapter.send(parcel, a_call())
    adapter.send(parcel, a_call())
    assert pds.commits == 4
    bodies = [call.body for call in pds.at()]
    assert bodies[:2] == bodies[2:4]


def test_notes_of_another_text_do_not_count(pds, owner, adapter, a_call):
    first = parcel_for(pds, owner, content(LONG))
    pds.plan(answer(503))
    with pytest.raises(NotSent) as problem:
        adapter.send(first, a_call())
    notes = {**problem.value.notes, "parts": [{"uri": "at://elsewhere", "cid": "bafy"}]}
    adapter.send(parcel_for(pds, owner, content("Short."), notes=notes), a_call())
    assert [record["text"] for record in posts_on(pds)] == ["Short."]


def test_a_refusal_in_mid_thread_says_how_much_stands_there(pds, owner, adapter, a_call):
    pds.plan(answer(200), answer(400))
    with pytest.raises(Unsure) as problem:
        adapter.send(parcel_for(pds, owner, content(LONG)), a_call())
    assert problem.value.reason == "The receiver refused the post (400). 1 of 4 parts are there already."


def test_a_withdrawal_takes_the_whole_thread_back_from_its_end(pds, owner, adapter, a_call):
    parcel = parcel_for(pds, owner, content(LONG))
    sent = adapter.send(parcel, a_call())
    published = {"external_id": sent.external_id, "external_url": sent.external_url, "notes": sent.notes}
    # Edited since: it would be one part now.
    taken_back = parcel_for(pds, owner, content("Short."), action="withdraw", published=published)
    adapter.send(taken_back, a_call())
    assert pds.records == {}
    assert len(pds.at(fake_pds.DELETE)) == 4
    adapter.send(taken_back, a_call())
    assert pds.commits == 8


def test_pictures_are_uploaded_once_and_shown_with_their_words(pds, owner, adapter, a_call):
    asked = []

    def picture(digest, fit):
        asked.append((digest, fit.most_bytes))
        return jpeg(digest, fit)

    parcel = parcel_for(pds, owner, content(link="https://example.org/bridge", pictures=pictures(2)))
    pds.plan(answer(503))
    with pytest.raises(NotSent) as problem:
        adapter.send(parcel, a_call(picture=picture))
    adapter.send(replace(parcel, notes=problem.value.notes), a_call(picture=picture))
    assert asked == [("digest-0", 2_000_000), ("digest-1", 2_000_000)]
    (record,) = posts_on(pds)
    assert record["embed"]["$type"] == "app.bsky.embed.images"
    first, second = record["embed"]["images"]
    assert (first["alt"], second["alt"]) == ("Picture 0", "Picture 1")
    assert first["aspectRatio"] == {"width": 1200, "height": 800}
    assert pds.blobs[second["image"]["ref"]["$link"]] == JPEG + b"digest-1"
    assert record["text"].endswith("\n\nhttps://example.org/bridge")


def test_a_picture_that_the_server_let_go_of_is_uploaded_again(pds, owner, adapter, a_call):
    parcel = parcel_for(pds, owner, content(pictures=pictures(1)))
    pds.plan(answer(503))
    with pytest.raises(NotSent) as busy:
        adapter.send(parcel, a_call(picture=jpeg))
    pds.blobs.clear()
    with pytest.raises(NotSent, match="let go of a picture") as gone:
        adapter.send(replace(parcel, notes=busy.value.notes), a_call(picture=jpeg))
    adapter.send(replace(parcel, notes=gone.value.notes), a_call(picture=jpeg))
    assert len(posts_on(pds)) == 1


def test_a_picture_of_an_expired_session_is_uploaded_after_the_refresh(pds, owner, adapter, a_call):
    adapter.send(parcel_for(pds, owner, content("First.")), a_call())
    pds.expire_access()
    post = content(pictures=pictures(1), uuid="another")
    adapter.send(parcel_for(pds, owner, post), a_call(picture=jpeg))
    assert [len(pds.at(path)) for path in (fake_pds.SIGN_IN, fake_pds.REFRESH)] == [1, 1]
    assert "embed" in posts_on(pds)[0] or "embed" in posts_on(pds)[1]


@pytest.mark.parametrize("lost", [reset_after_processing(), answer(500), answer(503)])
def test_a_lost_upload_is_no_lost_post(pds, owner, adapter, a_call, lost):
    pds.plan(lost, path=fake_pds.UPLOAD)
    parcel = parcel_for(pds, owner, content(pictures=pictures(1)))
    with pytest.raises(NotSent):
        adapter.send(parcel, a_call(picture=jpeg))
    assert pds.records == {}


def test_a_picture_above_the_limit_never_leaves(pds, owner, adapter, a_call):
    def picture(digest, fit):
        return b"x" * 2_000_001, "image/png"

    with pytest.raises(Rejected, match="too large"):
        adapter.send(parcel_for(pds, owner, content(pictures=pictures(1))), a_call(picture=picture))
    assert pds.at(fake_pds.UPLOAD) == []


def test_a_link_becomes_a_card_that_the_post_itself_describes(pds, owner, adapter, a_call):
    post = content("The bridge is *closed*.", title="Bridge closed", link="https://example.org/bridge")
    adapter.send(parcel_for(pds, owner, post), a_call())
    (record,) = posts_on(pds)
    assert record["text"] == "The bridge is closed."
    assert record["embed"] == {
        "$type": "app.bsky.embed.external",
        "external": {
            "uri": "https://example.org/bridge", "title": "Bridge closed", "description": "The bridge is closed.",
        },
    }  # fmt: skip


def test_a_mention_points_at_its_owner_and_an_unknown_one_stays_text(pds, owner, adapter, a_call):
    mayor = pds.add("mayor.example.org")
    text = "Så spør @mayor.example.org og @nobody.example.org 🚧 #vei"
    sent = adapter.send(parcel_for(pds, owner, content(text)), a_call())
    assert sent.remark == "Bluesky knows nobody of this name, which stays plain text: @nobody.example.org."
    (record,) = posts_on(pds)
    raw = record["text"].encode()
    told = {
        raw[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode(): facet["features"][0]
        for facet in record["facets"]
    }
    assert told == {
        "@mayor.example.org": {"$type": "app.bsky.richtext.facet#mention", "did": mayor.did},
        "#vei": {"$type": "app.bsky.richtext.facet#tag", "tag": "vei"},
    }


def test_handles_are_looked_up_once_and_a_busy_server_is_asked_again_later(pds, owner, adapter, a_call):
    pds.add("mayor.example.org")
    parcel = parcel_for(
        pds, owner, content("@mayor.example.org and again @mayor.example.org, @no.example.org")
    )
    pds.plan(answer(429, ratelimit_reset="30"), path=fake_pds.RESOLVE)
    with pytest.raises(NotSent) as problem:
        adapter.send(parcel, a_call())
    assert problem.value.after is not None
    pds.plan(answer(503))
    with pytest.raises(NotSent) as problem:
        adapter.send(parcel, a_call())
    adapter.send(replace(parcel, notes=problem.value.notes), a_call())
    assert len(pds.at(fake_pds.RESOLVE)) == 1 + 2


def test_one_grapheme_of_thousands_of_marks_is_refused_and_told_beforehand(pds, owner, adapter, a_call):
    post = content("e" + "\u0301" * 2000)
    assert adapter.problems(post, {}) == (
        "A word or address of this post is too long for Bluesky. Shorten it.",
    )
    with pytest.raises(Rejected, match="too long for Bluesky"):
        adapter.send(parcel_for(pds, owner, post), a_call())
    assert pds.ledger == []

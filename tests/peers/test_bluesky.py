"""The channel `bluesky` against a real PDS: what the fake one says, the reference implementation says too."""

from __future__ import annotations

from dataclasses import replace

import pytest

from calendar_app.channels.adapter import NotSent, Picture, Revoked, Unclear, Unsure
from calendar_app.channels.bluesky import xrpc
from calendar_app.channels.bluesky.adapter import BlueskyAdapter
from calendar_app.channels.bluesky.session import Line, Sessions
from tests import fake_pds
from tests.channels.bluesky_steps import HANDLE, caller, content, parcel_for, place_on
from tests.channels.contract import *  # noqa: F403
from tests.channels.http_contract import *  # noqa: F403
from tests.channels.test_bluesky import test_an_empty_status_is_no_success  # noqa: F401
from tests.receiver import answer, reset_after_processing

pytestmark = [pytest.mark.peers, pytest.mark.xdist_group("pds")]

LONG = " ".join(f"This is sentence number {number} of a long text about the bridge!" for number in range(20))
# The smallest JPEG start that a server takes for one; padded, as it looks at no more than that.
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"


@pytest.fixture(params=["sqlite"])
def database(request):
    """What a PDS does is the same whichever database we have."""
    return request.param


@pytest.fixture
def place(app, receiver):
    return place_on(receiver)


@pytest.fixture
def pds(receiver):
    return receiver


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


# These say nothing about a real server, and the channel's own test has its own form of them.
test_one_slow_place_does_not_hold_up_another = None
test_an_enormous_answer_is_not_read_to_its_end = None


def test_a_thread_stands_in_the_repository_as_it_was_written(pds, owner, adapter, a_call):
    sent = adapter.send(parcel_for(pds, owner, content(LONG, language="nb")), a_call())
    first, *rest = pds.posts(owner)
    told = sent.notes["parts"]
    assert " ".join(record["text"] for record in (first, *rest)) == LONG
    assert [record["reply"] for record in rest] == [
        {"root": told[0], "parent": told[number]} for number in range(3)
    ]
    assert {tuple(record["langs"]) for record in (first, *rest)} == {("nb",)}


def test_after_a_death_in_mid_thread_nothing_stands_twice(pds, owner, adapter, a_call):
    parcel = parcel_for(pds, owner, content(LONG))
    pds.plan(answer(200), reset_after_processing())
    with pytest.raises(Unclear):
        adapter.send(parcel, a_call())
    again = adapter.send(parcel, a_call())
    assert len(pds.posts(owner)) == len(again.notes["parts"]) == 4


def test_another_text_under_the_same_key_is_refused_and_the_first_stays(pds, owner, adapter, a_call):
    adapter.send(parcel_for(pds, owner, content("As it was.")), a_call())
    with pytest.raises(Unsure, match="An earlier form of this post is on Bluesky"):
        adapter.send(parcel_for(pds, owner, content("Quite different.")), a_call())
    assert [record["text"] for record in pds.posts(owner)] == ["As it was."]


def test_our_own_record_is_recognised_when_a_mention_came_out_otherwise(pds, owner, adapter, a_call):
    other = pds.add("mayor")
    parcel = parcel_for(pds, owner, content(f"Ask @{other.handle}."))
    pds.plan(answer(503), path=fake_pds.RESOLVE)
    with pytest.raises(NotSent):
        adapter.send(parcel, a_call())
    pds.plan(answer(400), path=fake_pds.RESOLVE)
    first = adapter.send(parcel, a_call())
    second = adapter.send(parcel, a_call())
    assert (first.external_id, "facets" in pds.posts(owner)[0]) == (second.external_id, False)


def test_facets_are_taken_and_mentions_resolved(pds, owner, adapter, a_call):
    other = pds.add("mayor")
    text = f"Så spør @{other.handle}, @nobody-at-all.test 🚧 #vei https://example.org/å?b=(c)"
    adapter.send(parcel_for(pds, owner, content(text)), a_call())
    (record,) = pds.posts(owner)
    raw = record["text"].encode()
    told = [
        (raw[one["index"]["byteStart"] : one["index"]["byteEnd"]].decode(), one["features"][0])
        for one in record["facets"]
    ]
    assert told == [
        (f"@{other.handle}", {"$type": "app.bsky.richtext.facet#mention", "did": other.did}),
        ("#vei", {"$type": "app.bsky.richtext.facet#tag", "tag": "vei"}),
        ("https://example.org/å?b=(c)",
         {"$type": "app.bsky.richtext.facet#link", "uri": "https://example.org/å?b=(c)"}),
    ]  # fmt: skip


@pytest.mark.parametrize("cluster", ["x", "é", "e\u0301", "क्षि", "🇳🇴", "각", "👍🏽", "👩‍👩‍👧‍👦"])
def test_what_we_count_to_fit_fits_there(pds, owner, adapter, a_call, cluster):
    most = min(300, 3000 // len(cluster.encode()))
    sent = adapter.send(parcel_for(pds, owner, content(cluster * most)), a_call())
    assert len(sent.notes["parts"]) == 1
    assert [record["text"] for record in pds.posts(owner)] == [cluster * most]


def test_one_more_than_fits_is_refused_there(pds, owner, adapter, a_call):
    parcel = parcel_for(pds, owner, content("x" * 300))
    (part,) = parcel.payload["parts"]
    part["text"] = "x" * 301
    line = Line(parcel, a_call(), Sessions())
    record = {"$type": fake_pds.POST, "text": part["text"], "createdAt": part["created_at"]}
    given = {"repo": owner.did, "collection": fake_pds.POST, "rkey": part["rkey"], "record": record}
    reply = line.write("com.atproto.repo.putRecord", given)
    assert (reply.status, reply.error) == (400, "InvalidRequest")
    assert "grapheme" in reply.text("message")


def test_pictures_stand_with_their_words_and_cards_with_their_link(pds, owner, adapter, a_call):
    pictures = tuple(Picture(f"d{n}", "image/jpeg", 40, 30, f"Picture {n}") for n in range(4))

    def picture(digest, fit):
        return JPEG + digest.encode() + b"\0" * (fit.most_bytes - len(JPEG) - 2), "image/jpeg"

    adapter.send(parcel_for(pds, owner, content(pictures=pictures)), a_call(picture=picture))
    card = content("See there.", title="There", link="https://example.org/there?a=b", uuid="card")
    adapter.send(parcel_for(pds, owner, card), a_call())
    with_pictures, with_card = sorted(
        (record["embed"] for record in pds.posts(owner)), key=lambda embed: embed["$type"], reverse=True
    )
    assert [image["alt"] for image in with_pictures["images"]] == [f"Picture {n}" for n in range(4)]
    assert {image["image"]["size"] for image in with_pictures["images"]} == {2_000_000}
    assert with_card["external"]["uri"] == "https://example.org/there?a=b"


def test_a_picture_that_is_not_there_is_told_by_the_name_we_know(pds, owner, adapter, a_call):
    parcel = parcel_for(pds, owner, content(pictures=(Picture("d", "image/jpeg", 4, 3, ""),)))
    pds.plan(answer(503))
    with pytest.raises(NotSent) as busy:
        adapter.send(parcel, a_call(picture=lambda digest, fit: (JPEG, "image/jpeg")))
    notes = busy.value.notes
    notes["blobs"]["d"]["ref"]["$link"] = "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy"
    with pytest.raises(NotSent, match="let go of a picture") as gone:
        adapter.send(replace(parcel, notes=notes), a_call())
    assert gone.value.notes["blobs"] == {}


def test_a_withdrawal_deletes_all_and_again_harms_nothing(pds, owner, adapter, a_call):
    parcel = parcel_for(pds, owner, content(LONG))
    sent = adapter.send(parcel, a_call())
    published = {"external_id": sent.external_id, "notes": sent.notes}
    back = parcel_for(pds, owner, content(LONG), action="withdraw", published=published)
    adapter.send(back, a_call())
    assert pds.posts(owner) == []
    adapter.send(back, a_call())
    assert len(pds.at(fake_pds.DELETE)) == 8


def test_a_refused_token_is_refreshed_and_a_spent_one_replaced(pds, owner, a_call):
    sessions = Sessions()
    parcel = parcel_for(pds, owner, content())
    good = sessions.of(parcel, a_call())
    newer = sessions.renewed(parcel, a_call(), good)
    assert (newer.did, len(pds.at(fake_pds.REFRESH))) == (owner.did, 1)
    broken = replace(newer, refresh="not.a.token")
    newest = sessions.renewed(parcel, a_call(), broken)
    assert (newest.did, len(pds.at(fake_pds.SIGN_IN))) == (owner.did, 2)
    # Within one second the server writes the same access token twice.
    assert newest.refresh not in (good.refresh, newer.refresh, broken.refresh)


@pytest.mark.parametrize("token", ["nonsense", "a.b.c", ""])
def test_a_bad_token_is_refused_as_we_expect(pds, owner, a_call, token):
    parcel = parcel_for(pds, owner, content())
    reply = xrpc.ask(a_call(), parcel, "com.atproto.server.getSession", query={}, token=token)
    assert reply.refuses_token


def test_a_password_that_was_taken_back_pauses_the_account(pds, owner, a_call):
    parcel = parcel_for(pds, owner, content())
    sessions = Sessions()
    session = sessions.of(parcel, a_call())
    pds.take_back(owner)
    with pytest.raises(Revoked, match="does not take this handle and app password"):
        sessions.renewed(parcel, a_call(), session)


def test_signing_in_too_often_is_waited_for_as_told(pds, a_call):
    """With a password longer than any: the server counts such tries too, and is quicker with them."""
    nobody = fake_pds.Owner("nobody-at-all.test", "", "x" * 1000)
    parcel, call, sessions = parcel_for(pds, nobody, content()), a_call(), Sessions()
    for _ in range(30):
        with pytest.raises(Revoked):
            sessions.new(parcel, call)
    with pytest.raises(NotSent, match="busy") as problem:
        sessions.new(parcel, call)
    assert 0 < (problem.value.after - call.now()).total_seconds() <= 300
    with pytest.raises(NotSent, match="busy"):
        sessions.new(parcel, call)
    assert len(pds.at(fake_pds.SIGN_IN)) == 31

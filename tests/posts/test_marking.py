"""Previews tell what a channel makes of a text: links, tags, names, and what is too much; and the first comment."""

from __future__ import annotations

from calendar_app.channels.adapter import Part, Span
from calendar_app.channels.bluesky.adapter import BlueskyAdapter
from calendar_app.channels.mastodon.adapter import MastodonAdapter
from calendar_app.posts.marking import Run, level, runs
from tests.channels import bluesky_steps, mastodon_steps

TEXT = "Så: #Vei2 #17 @kari@example.org @by.example.org https://example.org/#x ☂️."
KNOWN = {"server": "https://social.example.org", "learnt": {"most": 100, "per_link": 23}}


def kinds(part):
    return {one.text: one.kind for one in runs(part) if one.kind}


def test_each_network_makes_something_else_of_the_same_text():
    (toot,) = MastodonAdapter().preview({"parts": [TEXT]}, KNOWN)
    assert kinds(toot) == {"#Vei2": "tag", "@kari@example.org": "mention", "https://example.org/#x": "link"}
    assert "".join(one.text for one in runs(toot)) == TEXT
    adapter = BlueskyAdapter()
    (skeet,) = adapter.preview(adapter.compose(bluesky_steps.content(TEXT), "publish", {}), {})
    assert kinds(skeet) == {"#Vei2": "tag", "@by.example.org": "mention", "https://example.org/#x": "link"}


def test_what_does_not_fit_is_marked_in_the_unit_of_the_channel():
    assert list(runs(Part("familie 👨‍👩‍👧!", 9, 8, "characters"))) == [
        Run("familie 👨‍👩‍👧"),
        Run("!", "over"),
    ]
    assert list(runs(Part("blåbær", 8, 6, "bytes"))) == [Run("blåb"), Run("ær", "over")]
    spans = (Span(0, 2, "tag"), Span(3, 5, "tag"))
    assert list(runs(Part("#a #b", 5, 4, "characters", spans))) == [
        Run("#a", "tag"), Run(" #"), Run("b", "over"),
    ]  # fmt: skip
    assert [level(Part("", count, 100)) for count in (79, 80, 100, 101)] == ["", "near", "near", "over"]


def test_the_first_comment_answers_the_post_where_a_channel_can():
    both = {"first_comment": "Map: https://example.org"}
    adapter = MastodonAdapter()
    payload = adapter.compose(mastodon_steps.content("Closed.", **both), "publish", KNOWN)
    assert payload["parts"] == ["Closed.", "Map: https://example.org"]
    assert [one.comment for one in adapter.preview(payload, KNOWN)] == [False, True]
    adapter = BlueskyAdapter()
    payload = adapter.compose(bluesky_steps.content("Closed.", **both), "publish", {})
    assert [part["text"] for part in payload["parts"]] == ["Closed.", "Map: https://example.org"]
    assert len({part["rkey"] for part in payload["parts"]}) == 2
    assert [one.comment for one in adapter.preview(payload, {})] == [False, True]
    assert "comments" not in adapter.compose(bluesky_steps.content("Closed."), "publish", {})

"""What is written for Mastodon: counted as the server counts, kept within what it told, or refused in a sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_app.channels.adapter import Picture
from calendar_app.channels.connecting import change, connect
from calendar_app.channels.mastodon import limits, reading
from calendar_app.channels.mastodon.adapter import MastodonAdapter
from calendar_app.channels.mastodon.counting import count
from calendar_app.channels.packing import open_secrets
from calendar_app.errors import Refused
from calendar_app.extensions import database_now, db
from tests.channels.mastodon_steps import content
from tests.factories import make_actor, make_team
from tests.fake_mastodon import TOKEN, FakeMastodon, rendered
from tests.receiver import answer

ADAPTER = MastodonAdapter()
LIMITS = limits.told_by(FakeMastodon._instance(type("S", (), {"most": 500})()))
LEARNT = {"server": "https://social.example.org", "learnt": LIMITS}


@pytest.fixture
def server():
    with FakeMastodon() as found:
        yield found


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0), ("Bridge", 6), ("ærlig", 5), ("e\u0301", 1), ("👩‍👩‍👧‍👦🇳🇴", 2), ("a\r\nb", 3),
        ("https://example.org/" + "a" * 200, 23), ("See https://a.no.", 4 + 23 + 1), ("(https://example.org/b)", 25),
        ("https://localhost", 17), ("https://", 8), ("https://blåbær.no/ø?x=1#y", 23),
        ("@kari@social.example.org, hello", len("@kari, hello")), ("kari@example.org", 16), ("#bridge", 7),
        ("https://example.org https://example.org", 47),
    ],
)  # fmt: skip
def test_a_text_is_as_long_as_the_server_says(text, length):
    assert count(text, 23) == length


@given(st.text(max_size=300))
def test_any_text_can_be_counted_and_read_back(text):
    assert count(text, 23) >= 0
    assert reading.plain_words(reading._text_of(rendered(text) or "")) is not None


@given(st.lists(st.sampled_from(
    ["Hei", "ærlig &", "<b>", "https://example.org/a/very/long/address?of=it", "#tag", "@kari@social.example.org",
     "\n\n", "–"]
), min_size=1, max_size=12))  # fmt: skip
def test_what_was_posted_is_known_again_as_the_server_shows_it(words):
    text = " ".join(words).strip()
    shown = {"content": rendered(text)}
    assert reading._says(shown, text)
    assert not reading._says(shown, text + " more")


def test_signs_alone_are_known_by_themselves():
    assert reading._says({"content": rendered("🚧 🚦!")}, "🚧 🚦!")
    assert not reading._says({"content": rendered("🚧 🚧!")}, "🚧 🚦!")


def test_a_preview_tells_how_much_of_each_part_is_used():
    settings = {**LEARNT, "warning": "News"}
    payload = ADAPTER.compose(content("See https://example.org/" + "a" * 90), "publish", settings)
    (part,) = ADAPTER.preview(payload, settings)
    assert (part.text[:4], part.count, part.most, part.unit) == ("See ", 4 + 4 + 23, 500, "characters")


def test_every_part_keeps_what_the_server_told_with_its_warning():
    settings = {**LEARNT, "warning": "A warning of some length"}
    text = "One more sentence about @kari@social.example.org and https://example.org/x. " * 40
    parts = ADAPTER.preview(ADAPTER.compose(content(text), "publish", settings), settings)
    assert len(parts) > 3
    assert [part for part in parts if part.count > part.most] == []


def test_the_limit_of_a_server_is_its_own():
    longer = {**LEARNT, "learnt": {**LIMITS, "most": 5000}}
    text = "One more sentence about the bridge. " * 39
    assert len(ADAPTER.compose(content(text), "publish", longer)["parts"]) == 1
    assert len(ADAPTER.compose(content(text), "publish", LEARNT)["parts"]) == 3


def test_nothing_stands_in_the_way_of_a_good_post():
    assert ADAPTER.problems(content(), LEARNT) == ()


def picture(alt="Words"):
    return Picture("d", "image/jpeg", 10, 10, alt)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("post", "settings", "words"),
    [
        (content(""), LEARNT, "There is nothing to post."),
        (content(), {"server": "https://social.example.org"}, "Send a test from its account."),
        (content("word " * 5000), LEARNT, "posts on Mastodon"),
        (content(), {**LEARNT, "learnt": {**LIMITS, "most": 5}, "warning": "Longer"}, "leaves no room"),
        (content(pictures=(picture(),) * 5), LEARNT, "takes 4 pictures"),
        (content(pictures=(picture("x" * 1501),)), LEARNT, "longer than 1,500 characters"),
    ],
)
def test_what_cannot_go_out_is_told_in_a_sentence(app, post, settings, words):
    (sentence,) = ADAPTER.problems(post, settings)
    assert words in sentence
    assert sentence.endswith(".")


@pytest.mark.parametrize(
    "told", [{}, {"configuration": []}, {"configuration": {"statuses": {"max_characters": "many"}}}]
)
def test_what_is_no_instance_tells_no_limits(told):
    assert limits.told_by(told) is None


def test_an_instance_that_tells_little_or_nonsense_leaves_the_rest_as_usual():
    told = {"max_toot_chars": 640, "configuration": {"statuses": {"max_media_attachments": -1},
            "media_attachments": {"supported_mime_types": ["image/png", 5], "image_size_limit": True}}}  # fmt: skip
    found = limits.limits_of({"learnt": limits.told_by(told)})
    assert (found.most, found.per_link, found.most_pictures) == (640, 23, 4)
    assert (found.picture_types, found.picture_bytes) == (("image/png",), limits.LARGEST_UPLOAD)


# Connecting with an address and a token.


def connected(server, team=None, token=TOKEN, **settings):
    team = team or make_team()
    account, _ = connect("mastodon", "City", {"server": server, **settings}, {"token": token}, actor=make_actor(team),
                         team_id=team.id, now=database_now())  # fmt: skip
    db.session.commit()
    return account


def refusal(server, **given):
    with pytest.raises(Refused) as problem:
        connected(server, **given)
    db.session.rollback()
    assert all(sentence.endswith(".") for sentence in problem.value.errors.values())
    return problem.value.errors


def test_connecting_learns_the_limits_and_the_name(app, server):
    server.most = 1234
    account = connected(f" {server.server}/ ")
    assert account.settings["server"] == server.server
    assert account.settings["learnt"]["most"] == 1234
    assert account.settings["learnt"]["name"] == f"@city@127.0.0.1:{server.port}"
    assert open_secrets(account) == {"token": TOKEN}
    assert TOKEN not in str(account.settings) + str(account.sealed)


def test_a_wrong_token_is_told_at_its_field(app, server):
    assert set(refusal(server.server, token="wrong")) == {"secrets.token"}  # noqa: S106


@pytest.mark.parametrize("plan", [answer(503), answer(404), answer(200, body=b"<html>"), answer(302)])
def test_a_server_that_is_none_is_told_at_its_field(app, server, plan):
    server.plan(plan, then=plan, path="/api/v2/instance")
    server.plan(plan, then=plan, path="/api/v1/instance")
    assert set(refusal(server.server)) == {"settings.server"}


def test_a_server_that_is_away_is_told_at_its_field(app, server):
    server.refuse()
    assert refusal(server.server) == {"settings.server": "127.0.0.1 refused the connection."}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "address",
    ["", "http://10.0.0.1", "http://169.254.169.254", "https://[::1]", "ftp://example.org", "http://example.org",
     "https://127.0.0.1/@city", "https://name:word@example.org"],
)  # fmt: skip
def test_an_address_that_must_not_be_called_is_refused(app, address):
    assert set(refusal(address)) == {"settings.server"}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("field", ["visibility", "language"])
def test_a_setting_that_means_nothing_is_refused_at_its_field(app, server, field):
    assert set(refusal(server.server, **{field: "loud!"})) == {f"settings.{field}"}


def test_a_change_of_name_alone_asks_nobody(app, server):
    account = connected(server.server)
    asked = len(server.ledger)
    settings = {name: account.settings[name] for name in ("server", "visibility", "language", "warning")}
    change(
        account, {"name": "Town", "settings": settings}, actor=make_actor(account.team), now=database_now()
    )
    db.session.commit()
    assert (account.name, len(server.ledger)) == ("Town", asked)
    assert account.settings["learnt"]["most"] == 500


def test_a_new_token_of_another_account_is_learnt_anew(app, server):
    account = connected(server.server)
    server.token, server.most = "tests-token-2", 900
    change(
        account, {"secrets": {"token": "tests-token-2"}}, actor=make_actor(account.team), now=database_now()
    )
    db.session.commit()
    assert account.settings["learnt"]["most"] == 900

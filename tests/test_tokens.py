import hashlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_app.tokens import BadLink, ExpiredLink, digest, make, same, sign, unsign

KEY, OLD_KEY, OLDER_KEY = "k" * 40, "o" * 40, "p" * 40
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc"), inner, max_size=3),
    max_leaves=8,
)


def test_a_made_token_has_its_prefix_and_256_bits_that_are_safe_in_an_address():
    token = make("slu_")
    assert token.startswith("slu_")
    assert len(token) == len("slu_") + 43
    assert token.replace("-", "a").replace("_", "a").isalnum()


def test_no_two_tokens_are_alike():
    assert len({make() for _ in range(1000)}) == 1000


def test_a_digest_is_the_sha256_of_the_token():
    assert digest("slu_abc") == hashlib.sha256(b"slu_abc").hexdigest()


def test_a_digest_takes_whatever_a_stranger_sends():
    assert len(digest("\ud800ø\x00")) == 64


def test_secrets_are_compared_whole():
    assert same("abcø", "abcø")
    assert not same("abc", "abd")
    assert not same("abc", "ab")


@given(json_values)
def test_a_signed_value_comes_back(value: object):
    assert unsign(KEY, "confirm", sign(KEY, "confirm", value)) == value


def test_a_link_for_one_purpose_opens_no_other():
    with pytest.raises(BadLink):
        unsign(KEY, "reset", sign(KEY, "confirm", 7))


def test_a_link_signed_with_another_key_is_refused():
    with pytest.raises(BadLink):
        unsign(KEY, "confirm", sign(OLD_KEY, "confirm", 7))


@pytest.mark.parametrize("signed_with", [KEY, OLD_KEY, OLDER_KEY])
def test_a_link_signed_with_a_replaced_key_still_opens(signed_with: str):
    link = sign(signed_with, "confirm", 7)
    assert unsign(KEY, "confirm", link, fallback_keys=[OLD_KEY, OLDER_KEY]) == 7


def test_an_empty_fallback_key_opens_nothing():
    with pytest.raises(BadLink):
        unsign(KEY, "confirm", sign(OLD_KEY, "confirm", 7), fallback_keys=["", " "])


def test_a_link_is_good_until_its_age_and_then_expired(monkeypatch: pytest.MonkeyPatch):
    made_at = int(time.time())
    monkeypatch.setattr(time, "time", lambda: made_at)
    link = sign(KEY, "confirm", 7)
    monkeypatch.setattr(time, "time", lambda: made_at + 3600)
    assert unsign(KEY, "confirm", link, max_age_seconds=3600) == 7
    monkeypatch.setattr(time, "time", lambda: made_at + 3601)
    with pytest.raises(ExpiredLink) as caught:
        unsign(KEY, "confirm", link, max_age_seconds=3600)
    assert caught.value.sentence == "This link has expired. Ask for a new one."
    assert unsign(KEY, "confirm", link) == 7


def test_an_expired_link_of_a_stranger_is_bad_and_not_expired(monkeypatch: pytest.MonkeyPatch):
    link = sign(OLD_KEY, "confirm", 7)
    later = time.time() + 99_999
    monkeypatch.setattr(time, "time", lambda: later)
    with pytest.raises(BadLink) as caught:
        unsign(KEY, "confirm", link, max_age_seconds=60)
    assert caught.type is BadLink


@pytest.mark.parametrize("position", [0, 5, -1, -20])
def test_one_changed_character_spoils_a_link(position: int):
    characters = list(sign(KEY, "confirm", {"person": 7}))
    characters[position] = "A" if characters[position] != "A" else "Q"
    with pytest.raises(BadLink):
        unsign(KEY, "confirm", "".join(characters))


@pytest.mark.parametrize(
    "token",
    ["", ".", "..", "a.b.c", "ø", "\ud800", "\x00", "a" * 5000, sign(KEY, "c", 1)[:-1]],
    ids=["empty", "dot", "dots", "parts", "letter", "half", "nul", "long", "cut"],
)
def test_rubbish_is_a_bad_link_with_a_sentence(token: str):
    with pytest.raises(BadLink) as caught:
        unsign(KEY, "c", token)
    assert str(caught.value) == caught.value.sentence
    assert caught.value.sentence.endswith("ask for a new one.")


@given(st.text(st.characters(codec="ascii"), max_size=200))
def test_a_made_up_token_is_never_accepted(token: str):
    with pytest.raises(BadLink):
        unsign(KEY, "confirm", token)


@pytest.mark.parametrize(("key", "purpose"), [("", "confirm"), (KEY, "")])
def test_nothing_is_signed_without_a_key_and_a_purpose(key: str, purpose: str):
    with pytest.raises(ValueError, match="needs a secret key and a purpose"):
        sign(key, purpose, 7)

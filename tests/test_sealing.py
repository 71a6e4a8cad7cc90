import hashlib
import hmac
import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_app.sealing import CannotOpen, Sealer, keys_from

WHERE = "account:7:secret"
KEY, OLD_KEY = "k" * 40, "o" * 40
SEALED_ONCE = "v1.416f283c.AvdN4yRjD-TQEW221SA8gOyQlc8z3GY-21MivGkwm3SalxLCGQw"
BASE64URL = string.ascii_letters + string.digits + "-_"
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


@given(texts, texts)
def test_what_was_sealed_opens_in_its_place(plain: str, where: str):
    sealer = keys_from(KEY)
    assert sealer.open(sealer.seal(plain, where=where), where=where) == plain


def test_a_sealed_value_names_its_form_and_key_and_hides_the_rest():
    sealed = keys_from(KEY).seal("whsec_secret", where=WHERE)
    assert re.fullmatch(r"v1\.[0-9a-f]{8}\.[A-Za-z0-9_-]{54}", sealed)
    assert "whsec" not in sealed


def test_the_same_secret_is_sealed_differently_each_time():
    sealer = keys_from(KEY)
    assert len({sealer.seal("secret", where=WHERE) for _ in range(100)}) == 100


@pytest.mark.parametrize("elsewhere", ["account:8:secret", "account:7:name", "person:7:secret", ""])
def test_a_value_moved_elsewhere_does_not_open(elsewhere: str):
    sealer = keys_from(KEY)
    with pytest.raises(CannotOpen) as caught:
        sealer.open(sealer.seal("secret", where=WHERE), where=elsewhere)
    assert caught.value.sentence == (
        "This secret is damaged or belongs to another place. Enter the secret again."
    )


def test_after_a_change_of_key_old_values_open_and_new_ones_use_the_new_key():
    old, new = keys_from(OLD_KEY), keys_from(KEY, [OLD_KEY])
    kept = old.seal("secret", where=WHERE)
    assert new.open(kept, where=WHERE) == "secret"
    assert not new.is_current(kept)
    renewed = new.seal(new.open(kept, where=WHERE), where=WHERE)
    assert new.is_current(renewed)
    assert keys_from(KEY).open(renewed, where=WHERE) == "secret"


def test_without_the_earlier_key_the_sentence_names_it_and_what_to_do():
    old = keys_from(OLD_KEY)
    with pytest.raises(CannotOpen) as caught:
        keys_from(KEY).open(old.seal("secret", where=WHERE), where=WHERE)
    assert caught.value.sentence == (
        f"This secret was sealed with a key ({old.current}) that this installation does not have. "
        "Add the earlier SLUICE_SECRET_KEY as a fallback, or enter the secret again."
    )


def test_the_key_is_derived_as_rfc_5869_says_and_named_by_its_digest():
    extracted = hmac.digest(bytes(32), KEY.encode(), "sha256")
    key = hmac.digest(extracted, b"sluice.sealing.v1" + b"\x01", "sha256")
    key_id = hashlib.sha256(key).hexdigest()[:8]
    assert keys_from(KEY).current == key_id
    assert (
        keys_from(KEY).open(Sealer({key_id: key}, key_id).seal("secret", where=WHERE), where=WHERE)
        == "secret"
    )


def test_a_value_sealed_by_the_first_release_still_opens():
    assert keys_from(KEY).open(SEALED_ONCE, where=WHERE) == "whsec_kept"


def test_a_key_repeated_as_its_own_fallback_stays_current():
    assert keys_from(KEY, [KEY, OLD_KEY]).current == keys_from(KEY).current


@given(st.integers(min_value=0), st.integers(1, 63))
def test_one_changed_character_spoils_the_value(place: int, shift: int):
    sealer = keys_from(KEY)
    form, key_id, content = sealer.seal("secret", where=WHERE).split(".")
    # The last character carries padding bits, which are no part of the value.
    place %= len(content) - 1
    other = BASE64URL[(BASE64URL.index(content[place]) + shift) % 64]
    with pytest.raises(CannotOpen):
        sealer.open(f"{form}.{key_id}.{content[:place]}{other}{content[place + 1 :]}", where=WHERE)


@pytest.mark.parametrize("rubbish", ["", "v1", "v1.", "v1..", "v1.x.", "v2.x.AAAA", "plain text", "v1.ø.ø"])
def test_rubbish_does_not_open_and_raises_nothing_else(rubbish: str):
    with pytest.raises(CannotOpen):
        keys_from(KEY).open(rubbish, where=WHERE)


@pytest.mark.parametrize("encoded", ["A", "AAAA", "!!!!", "ø", "A" * 16])
def test_a_cut_value_under_a_known_key_does_not_open(encoded: str):
    sealer = keys_from(KEY)
    with pytest.raises(CannotOpen):
        sealer.open(f"v1.{sealer.current}.{encoded}", where=WHERE)


def test_a_sealer_refuses_keys_that_are_missing_or_short():
    with pytest.raises(ValueError, match="'b' is not among the keys"):
        Sealer({"a": bytes(32)}, current="b")
    with pytest.raises(ValueError, match="32 bytes long"):
        Sealer({"a": bytes(16)}, current="a")
    with pytest.raises(ValueError, match="empty secret"):
        keys_from("")

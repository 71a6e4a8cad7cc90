import argon2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_app.errors import Refused
from calendar_app.people import passwords
from tests import conftest


@pytest.fixture(autouse=True)
def _at_the_real_cost(monkeypatch):
    monkeypatch.setattr(passwords, "_hasher", conftest.REAL_HASHER)
    monkeypatch.setattr(passwords, "NOBODYS_HASH", conftest.REAL_NOBODYS_HASH)


def refusal(app, password, **options):
    with pytest.raises(Refused) as refused, app.test_request_context():
        passwords.check_new(password, **options)
    return refused.value.errors["password"]


@pytest.fixture(params=["sqlite"])
def database(request):
    return request.param


def test_a_password_needs_twelve_characters(app):
    assert (
        refusal(app, "green heron") == "Use at least 12 characters. A sentence of four or more words is good."
    )
    passwords.check_new("green herons")


def test_a_password_has_at_most_256_characters(app):
    assert refusal(app, "green herons" * 30) == "Use at most 256 characters."


@pytest.mark.parametrize(
    "common",
    [
        "password1234", "PASSWORD1234", "Sunshine2026!", "P@ssw0rd2026", "passordpassord", "Welcome12345!!",
        "qwertyuiop123", "123456789012", "1q2w3e4r5t6y", "iloveyouforever", "Sommerferie2026",
        "correcthorsebatterystaple", "Dragon1Dragon1", "lösenord123456", "tobeornottobe!",
    ],
)  # fmt: skip
def test_a_common_password_is_refused_whatever_its_case_and_end(app, common):
    assert refusal(app, common) == (
        "This password is among the common ones, which are tried first. Choose another."
    )


def test_a_password_of_few_different_characters_is_refused(app):
    assert refusal(app, "ababababcabab") == "This password repeats the same few characters. Choose another."


@pytest.mark.parametrize("own", ["KariNordmann2026", "nordmann-fjordvik", "sluice-fjordvik-26"])
def test_a_password_made_of_what_anyone_knows_is_refused(app, own):
    sentence = refusal(app, own, about=["kari.nordmann@example.org", "Fjordvik kommune"])
    assert sentence == "This password is made of your own name or address. Choose another."


@pytest.mark.parametrize(
    "good", ["green herons stand still", "Ålesund om vinteren er fin", "xK9#mQ2$vL7!", "482915760382"]
)
def test_no_kind_of_character_is_demanded(good):
    passwords.check_new(good, about=["kari.nordmann@example.org"])


def test_the_list_holds_more_than_a_thousand_common_passwords_of_twelve_characters():
    assert sum(len(line) >= 12 for line in passwords._common()) > 1000


@given(st.text(min_size=12, max_size=40), st.text("0123456789!?", max_size=6))
def test_digits_and_signs_at_the_end_never_make_a_common_password_good(text, end):
    assert passwords.is_common("Superman" + end)
    if passwords.is_common(text):
        assert passwords.is_common(text.upper().lower())


def test_a_hash_is_argon2id_with_the_settings_of_rfc_9106():
    parameters = argon2.extract_parameters(passwords.hash_new("green herons stand still"))
    assert (parameters.type, parameters.memory_cost, parameters.time_cost) == (argon2.Type.ID, 65536, 3)


def test_nobodys_hash_costs_as_much_as_a_real_one():
    real = argon2.extract_parameters(passwords.hash_new("green herons stand still"))
    assert argon2.extract_parameters(passwords.NOBODYS_HASH) == real


def test_only_the_password_itself_fits():
    made = passwords.hash_new("green herons stand still")
    assert passwords.fits(made, "green herons stand still")
    assert not passwords.fits(made, "Green herons stand still")
    assert not passwords.fits(None, "green herons stand still")
    assert not passwords.fits("no hash at all", "green herons stand still")


def test_a_hash_with_weaker_settings_is_outdated():
    weak = argon2.PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash("green herons")
    assert passwords.is_outdated(weak)
    assert not passwords.is_outdated(passwords.rehash("green herons"))

"""A long text becomes a thread: whole sentences, whole words, whole links, nothing lost."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from calendar_app.channels.splitting import split

LINK = "https://example.org/bridge"
WORDS = [
    "Bro",
    "stengt.",
    "til",
    "mandag!",
    LINK,
    "#trafikk",
    "@kari@example.org",
    "kl.",
    "17.",
    "ærlig",
    "A\n\nB",
    "?",
]


def test_what_fits_is_one_part():
    assert split("  The bridge is closed.\n", 100, len) == ("The bridge is closed.",)


@pytest.mark.parametrize("text", ["", " ", "\n\n"])
def test_of_nothing_there_is_no_part(text):
    assert split(text, 100, len) == ()


def test_sentences_stay_whole():
    text = "One is short. Two is a little longer. Three ends it."
    assert split(text, 40, len) == ("One is short. Two is a little longer.", "Three ends it.")


def test_an_empty_line_inside_a_part_stays():
    text = "First paragraph.\n\nSecond one.\n\nThe third goes elsewhere."
    assert split(text, 32, len) == ("First paragraph.\n\nSecond one.", "The third goes elsewhere.")


def test_a_line_ends_a_sentence():
    assert split("Open:\n- the library\n- the pool", 22, len) == ("Open:\n- the library", "- the pool")


def test_a_sentence_that_fits_no_part_is_parted_between_words():
    text = "Short. This sentence is far too long for any part of this thread."
    assert split(text, 30, len) == ("Short.", "This sentence is far too long", "for any part of this thread.")


@pytest.mark.parametrize("text", [
    "We open on 17. Mai kl. 12 sharp. Welcome to everybody.", "Ask Dr. Hansen, e.g. by phone. He knows all.",
    "See J. Berg about it now. He will tell you.",
])  # fmt: skip
def test_a_shortened_word_or_an_ordinal_ends_no_sentence(text):
    first, second = split(text, len(text) - 1, len)
    assert second in {"Welcome to everybody.", "He knows all.", "He will tell you."}
    assert f"{first} {second}" == text


def test_a_stop_before_a_small_letter_ends_no_sentence():
    assert split("Version 2.0 is out ... at last. Try it.", 32, len) == (
        "Version 2.0 is out ... at last.",
        "Try it.",
    )


def test_quotes_and_brackets_stay_with_their_sentence():
    assert split('He said: "Go." Then they went (all of them.) Home.', 31, len) == (
        'He said: "Go."', "Then they went (all of them.)", "Home.",
    )  # fmt: skip


def test_sentences_of_writing_without_spaces_stay_whole():
    assert split("橋は閉鎖されています。月曜日に開きます。", 12, len) == (
        "橋は閉鎖されています。",
        "月曜日に開きます。",
    )


@pytest.mark.parametrize(
    "whole", [LINK, "#midtbyenfestival", "@mayor@social.example.org", "post@example.org"]
)
def test_links_hashtags_and_mentions_are_never_parted_while_they_fit(whole):
    text = "x" * 20 + f" {whole} " + "y" * 20
    assert any(whole in part for part in split(text, len(whole), len))


def test_a_word_that_fits_no_part_is_parted_and_its_link_is_not():
    parts = split("a" * 25 + "(" + LINK, 30, len)
    assert parts == ("a" * 25 + "(", LINK)


def test_at_the_very_last_a_link_is_parted_too():
    assert "".join(split("https://example.org/" + "a" * 100, 30, len)) == "https://example.org/" + "a" * 100


def test_no_sign_is_parted_from_what_belongs_to_it():
    family = "👩‍👩‍👧‍👦"
    assert set(split(family * 9, len(family) + 3, len)) == {family}
    assert split("🇳🇴" * 4, 3, len) == ("🇳🇴",) * 4
    assert split("e\u0301" * 4, 3, len) == ("e\u0301",) * 4


def test_the_link_follows_a_text_that_fits():
    assert split("Closed.", 60, len, link=LINK) == (f"Closed.\n\n{LINK}",)
    assert split("", 60, len, link=LINK) == (LINK,)


def test_a_link_that_the_text_holds_is_not_said_twice():
    assert split(f"Closed: {LINK}", 60, len, link=LINK) == (f"Closed: {LINK}",)


def test_the_first_part_of_a_thread_carries_the_link():
    parts = split("One is here. Two is here. Three is here.", 45, len, link=LINK)
    assert parts == (f"One is here.\n\n{LINK}", "Two is here. Three is here.")


def test_a_link_that_leaves_no_room_is_a_part_of_its_own():
    assert split("Wonderfully long.", len(LINK) + 2, len, link=LINK) == (LINK, "Wonderfully long.")


def test_the_count_is_the_channels_own():
    def weight(text):
        return len(re.sub(r"https?://\S+", "x" * 23, text))

    long_link = "https://example.org/" + "a" * 80
    assert split(f"See {long_link} now.", 32, weight) == (f"See {long_link} now.",)


def test_room_for_nothing_is_an_error_and_no_endless_loop():
    with pytest.raises(ValueError, match="Not even one character"):
        split("ab", 1, lambda text: 2 * len(text))


@pytest.mark.parametrize("text", ["Dette er en setning om brua som er stengt. " * 2300, "ord " * 25_000])
def test_a_very_long_text_is_parted_at_once(text):
    began = time.process_time()
    parts = split(text, 500, len)
    assert time.process_time() - began < 1
    assert " ".join(parts) == text.strip()


@pytest.mark.parametrize("kind", ["a", ".", "a.", "a@", "#a", "a/", "e\u0301", '."', "。", "https://"])
def test_text_that_is_no_language_takes_no_longer(kind):
    text = kind * (100_000 // len(kind))
    began = time.process_time()
    parts = split(text, 500, len)
    assert time.process_time() - began < 2
    assert "".join(parts) == text


@given(
    st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join),
    st.integers(30, 80),
    st.sampled_from(["", LINK]),
)
@example("A\n\nB " * 40, 30, "")
def test_whatever_is_written_every_part_fits_and_nothing_is_lost(text, most, link):
    parts = split(text, most, len, link=link)
    assert [len(part) <= most for part in parts] == [True] * len(parts)
    expected = text.split() + ([link] if link and link not in text else [])
    assert sorted(word for part in parts for word in part.split()) == sorted(expected)
    if not link:
        assert [word for part in parts for word in part.split()] == expected


@given(st.text(max_size=200), st.integers(16, 40))
def test_any_characters_at_all_are_kept_in_order(text, most):
    try:
        parts = split(text, most, len)
    except ValueError:
        return
    assert [len(part) <= most for part in parts] == [True] * len(parts)
    assert "".join("".join(parts).split()) == "".join(text.split())

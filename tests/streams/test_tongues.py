"""A cadence is read and written in three languages; what is written is read as the same cadence."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_app.streams.cadence import BadCadence, Cadence, parse_cadence
from calendar_app.streams.rules import Rule, settled
from calendar_app.streams.tongues import TONGUES, in_english, write
from calendar_app.streams.wording import read_words

FORMS = [
    (
        "weekly on Tue and Fri at 09:00",
        "hver tirsdag og fredag kl. 09:00",
        "varje tisdag och fredag kl. 09:00",
    ),
    ("every weekday at 07:30", "hver hverdag kl. 07:30", "varje vardag kl. 07:30"),
    ("daily at 07:00 and 17:30", "hver dag kl. 07:00 og 17:30", "varje dag kl. 07:00 och 17:30"),
    (
        "monthly on the first Monday at 10:00",
        "hver måned første mandag kl. 10:00",
        "varje månad första måndagen kl. 10:00",
    ),
    (
        "monthly on the 1st, 15th and last day at 09:00",
        "hver måned den 1., den 15. og siste dag kl. 09:00",
        "varje månad den 1:a, den 15:e och sista dagen kl. 09:00",
    ),
    (
        "every 2 weeks on Tue at 09:00",
        "hver 2. uke på tirsdag kl. 09:00",
        "var 2:a vecka på tisdag kl. 09:00",
    ),
    ("every 3 days at 09:00", "hver 3. dag kl. 09:00", "var 3:e dag kl. 09:00"),
    ("yearly on the 1st of March at 10:00", "hvert år 1. mars kl. 10:00", "varje år den 1 mars kl. 10:00"),
    (
        "daily in June and August at 08:00 from 2026-12-01",
        "hver dag i juni og august kl. 08:00 fra 2026-12-01",
        "varje dag i juni och augusti kl. 08:00 från 2026-12-01",
    ),
]


@pytest.mark.parametrize(("english", "bokmaal", "swedish"), FORMS)
def test_one_cadence_has_its_words_in_each_language(english, bokmaal, swedish):
    rule = read_words(english)
    assert (write(rule, "nb"), write(rule, "sv")) == (bokmaal, swedish)
    assert read_words(bokmaal) == read_words(swedish) == rule


@pytest.mark.parametrize(
    ("written", "english"),
    [
        ("Annenhver uke på tirsdag kl 9.00", "every other week on Tue at 9:00"),
        ("varannan vecka på tisdagar klockan 09.30", "every other week on Tue at 09:30"),
        ("første mandag i måneden klokka 10:00", "monthly on the first Monday at 10:00"),
        ("sista fredagen i månaden kl. 10:00", "monthly on the last Friday at 10:00"),
        ("Mandager og onsdager kl. 12.15", "Mon and Wed at 12:15"),
        ("ukentlig på man, ons og fre kl. 08:00", "weekly on Mon, Wed and Fri at 08:00"),
        ("alla vardagar kl 7.00", "every weekday at 07:00"),
        ("siste dag i måneden kl. 12:00", "monthly on the last day at 12:00"),
        ("tirsdag kl. 09:00; fredag kl. 10:00", "Tue at 09:00; Fri at 10:00"),
    ],
)
def test_people_write_in_their_own_way(written, english):
    assert parse_cadence(written) == parse_cadence(english)


def times():
    return st.lists(st.integers(0, 1439), min_size=1, max_size=4).map(tuple)


def rules():
    """Every kind of rule, as `settled` leaves it."""
    months = st.lists(st.integers(1, 12), max_size=3).map(tuple)
    every_week = st.lists(st.tuples(st.just(0), st.integers(0, 6)), min_size=1, max_size=7).map(tuple)
    counted = st.lists(
        st.tuples(st.sampled_from([1, 2, 3, 4, -1]), st.integers(0, 6)), min_size=1, max_size=3
    ).map(tuple)
    days = st.lists(st.sampled_from([*range(1, 29), -1]), min_size=1, max_size=4).map(tuple)
    start = st.none() | st.dates(date(1990, 1, 1), date(2190, 1, 1))
    interval = st.integers(1, 52)
    common = {"times": times(), "start": start}
    return st.one_of(
        st.builds(Rule, st.just("DAILY"), interval, months=months, **common),
        st.builds(Rule, st.just("WEEKLY"), interval, weekdays=every_week, months=months, **common),
        st.builds(Rule, st.just("MONTHLY"), interval, month_days=days, **common),
        st.builds(Rule, st.just("MONTHLY"), interval, weekdays=counted, **common),
        st.builds(Rule, st.just("MONTHLY"), month_days=days, months=months, **common),
        st.builds(Rule, st.just("YEARLY"), interval, weekdays=counted, months=months.filter(bool), **common),
        st.builds(Rule, st.just("YEARLY"), interval, month_days=days, months=months.filter(bool), **common),
    ).map(settled_or_none)


def settled_or_none(rule):
    try:
        return settled(rule)
    except BadCadence:
        return None


@pytest.mark.parametrize("language", TONGUES)
@given(rule=rules().filter(bool))
def test_what_is_written_is_read_as_the_same_rule(language, rule):
    assert read_words(write(rule, language)) == rule


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused_with_a_sentence(text):
    in_english(text)
    try:
        assert parse_cadence(text).words == Cadence(parse_cadence(text).rules).words
    except BadCadence as problem:
        assert problem.sentence.endswith((".", "”."))


@given(
    st.lists(st.sampled_from(["every", "weekly", "on", "Tue", "at", "09:00", "the", "1st", "of", "March"]))
)
def test_english_stays_as_it_was_written(words):
    assert in_english(" ".join(words)) == " ".join(words)


@pytest.mark.parametrize(("language", "words"), [("nb", "hver dag kl. 07:00"), ("sv", "varje dag kl. 07:00")])
def test_a_page_says_a_cadence_in_its_language(app, language, words):
    with app.test_request_context("/streams", headers={"Accept-Language": language}):
        assert parse_cadence("daily at 07:00").words == words


def test_programs_get_english(app):
    with app.test_request_context("/api/v1/streams", headers={"Accept-Language": "nb"}):
        assert parse_cadence("hver dag kl. 07:00").words == "daily at 07:00"

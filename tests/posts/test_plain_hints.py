"""Sentences that could be plainer: which are named, and which are left alone. Tables of examples."""

from __future__ import annotations

import pytest

from calendar_app.extensions import database_now, db
from calendar_app.posts.drafting import edit
from calendar_app.posts.plain_hints import Hint, hints
from tests.browsing import Browser
from tests.factories import make_actor, make_person, make_post, make_stream
from tests.posts.pages import path


@pytest.fixture
def database():
    return "sqlite"


PASSIVES = {
    "en": [
        ("The bus stop will be moved on Monday.", "be moved"),
        ("The road was resurfaced by the county.", "was resurfaced"),
        ("Applications are not yet processed.", "are not yet processed"),
        ("The plan has been formally **adopted**.", "been formally adopted"),
        ("Your bin gets emptied on Friday.", "gets emptied"),
        ("New lamps are being built.", "are being built"),
        ("It wasn’t written down.", "wasn't written"),
    ],
    "nb": [
        ("Saken blir behandlet på tirsdag.", "blir behandlet"),
        ("Budsjettet ble ikke vedtatt.", "ble ikke vedtatt"),
        ("Veien stenges klokka ti.", "stenges"),
        ("Det må søkes innen fredag.", "søkes"),
        ("Planen vedtas i mars.", "vedtas"),
        ("Foreldre blir alltid informert.", "blir alltid informert"),
        ("Avfallet har blitt hentet.", "blitt hentet"),
    ],
    "sv": [
        ("Ärendet blir behandlat på tisdag.", "blir behandlat"),
        ("Budgeten blev inte antagen, den ändrades.", "ändrades"),
        ("Vägen stängs klockan tio.", "stängs"),
        ("Hållplatsen flyttas på måndag.", "flyttas"),
        ("Vägarna plogades i natt.", "plogades"),
        ("Föreställningen blev inställd.", "blev inställd"),
        ("Beslut har öppnats för synpunkter.", "öppnats"),
    ],
}
STATES = {
    "en": [
        "The bridge is closed until Monday.", "We are interested in your view.", "You need to apply.",
        "The crew moved the bus stop.", "Is the red bus late?", "There are a hundred seats.",
        "Everyone is tired of speed limits.", "The council decided on Monday.", "She was born here.",
    ],
    "nb": [
        "Brua er stengt til mandag.", "Vi flytter holdeplassen.", "Det finnes plass til alle.",
        "Vi møtes på torget.", "Kommunenes felles plan er klar.", "Norges største sykkeltur.",
        "Været blir bra.", "Det blir konsert i kirken.", "Deres barn får plass.", "Hva synes du?",
        "Det blir lettere å parkere.", "Elevenes egne tegninger henger på biblioteket.",
    ],
    "sv": [
        "Bron är stängd till måndag.", "Vi flyttar hållplatsen.", "Det finns plats för alla.",
        "Vi hoppas på sol.", "Kvinnornas egen kör sjunger.", "Barnens teckningar hänger på biblioteket.",
        "Alla blir glada.", "Han blir glad.", "Vi samlas på torget.", "Det saknas en lapp.", "Maten blir mat.",
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "text", "words"), [(code, *one) for code, rows in PASSIVES.items() for one in rows]
)
def test_what_does_not_say_who_does_it_is_named_with_its_words(language, text, words):
    (found,) = hints([(text, language)])
    assert (found.kind, found.words, found.language) == ("passive", words, language)


@pytest.mark.parametrize(("language", "text"), [(code, one) for code, rows in STATES.items() for one in rows])
def test_states_names_and_what_only_looks_like_it_are_left_alone(language, text):
    assert hints([(text, language)]) == []


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "There is reduced speed."), ("nb", "Det blir varslet vær."), ("sv", "Där blir minskad trafik.")],
)
def test_the_limits_that_the_docs_tell_are_as_told(language, text):
    """A participle before its noun is taken for a passive."""
    assert [one.kind for one in hints([(text, language)])] == ["passive"]


def test_long_sentences_are_named_in_every_language_with_their_number_of_words():
    long = "Wort " * 26 + "Ende."
    assert hints([(long, "de")]) == [Hint("long", hints([(long, "de")])[0].sentence, "de", number=27)]
    assert hints([("word " * 24 + "end.", "en")]) == []
    shown = hints([("word " * 200, "en")])[0].sentence
    assert len(shown) <= 111 and shown.endswith("…")


def test_norwegian_by_any_of_its_names_and_no_rule_where_there_is_none():
    for code in ("nb", "no", "nn", "nb-NO"):
        assert hints([("Veien stenges.", code)])
    assert hints([("Der Weg wird gesperrt.", "de"), ("", "en"), ("---", "nb")]) == []


def test_the_first_few_are_told_in_the_order_of_the_text():
    text = " ".join(f"Road {number} was moved." for number in range(9))
    assert [one.sentence for one in hints([(text, "en")])] == [
        f"Road {number} was moved" for number in range(5)
    ]
    assert [one.language for one in hints([("It was moved.", "en"), ("Den flyttes.", "nb")])] == ["en", "nb"]


def test_whoever_writes_sees_them_until_the_team_switches_them_off(app):
    stream = make_stream()
    browser = Browser(app, app.response_class).sign_in(make_person(stream.team, "editor"))
    post = make_post(stream, text="The stop will be moved. We are glad.")
    change = {"translations": {"nb": {"title": "A", "text": "Den stenges."}}}
    edit(post, change, version=post.version, actor=make_actor(stream.team), now=database_now())
    db.session.commit()
    page = browser.get(path(post, "edit")).text
    assert "Who does it is not said (be moved):" in page and '<q lang="nb">Den stenges</q>' in page
    assert "We are glad</q>" not in page
    browser.post("/team/rules", data={"needs_alt": "1"})
    db.session.refresh(stream.team)
    assert (stream.team.needs_alt, stream.team.plain_hints) == (True, False)
    assert "Who does it is not said" not in browser.get(path(post, "edit")).text

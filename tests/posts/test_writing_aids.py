"""What helps one write well: measures of the text, checklists, words for every picture."""

from __future__ import annotations

import time

import pytest

from calendar_app.errors import Refused
from calendar_app.extensions import database_now, db
from calendar_app.people.roles import actor_for
from calendar_app.posts.autosaving import autosave
from calendar_app.posts.cautions import cautions
from calendar_app.posts.drafting import edit
from calendar_app.posts.plainness import plainness
from calendar_app.posts.text import LONGEST
from calendar_app.posts.values import values_of
from calendar_app.streams.editing import edit_stream
from tests.browsing import Browser
from tests.factories import make_actor, make_person, make_post, make_scheduled, make_stream
from tests.media.pictures import attach, make_medium

EASY = "The bridge is shut. Take the bus to town. " * 8
HARD = (
    "Notwithstanding considerable administrative complications, municipal infrastructure representatives "
    "anticipate comprehensive rehabilitation " * 4
)


@pytest.fixture
def database():
    return "sqlite"


def test_a_text_is_measured_by_what_its_language_has_a_measure_for():
    easy, hard = plainness(EASY, "en"), plainness(HARD, "en-GB")
    assert (easy.measure, easy.level, easy.words, easy.minutes, easy.long) == ("flesch", "easy", 72, 1, "")
    assert (hard.level, hard.long_words) == ("hard", 40)
    assert plainness("Brua er stengt. Ta bussen til byen. " * 8, "nb").level == "easy"
    norwegian = plainness(
        "Kommunedirektøren innstiller saksfremlegget etter gjeldende retningslinjer. " * 9, "nb"
    )
    assert (norwegian.measure, norwegian.level) == ("lix", "hard")
    assert plainness(EASY, "de").measure == "" and plainness("Short.", "en").measure == ""
    assert plainness("", "en").minutes == 0 and plainness("**…**\n\n---", "nb").words == 0


@pytest.mark.parametrize("part", ["ø", "@", "a@", "(", "'", "a-", "a.", "…", "https://"])
def test_no_word_is_so_long_that_measuring_it_keeps_the_machine_busy(part):
    began = time.process_time()
    plainness((part * LONGEST)[:LONGEST], "nb")
    assert time.process_time() - began < 2


def test_addresses_are_no_words():
    text = "Ask kari@fjordvik.example or (https://fjordvik.example/roads) or @@x or a@ today."
    assert plainness(text, "en").words == 6


def test_a_checklist_is_ticked_for_each_post_and_what_is_open_is_said_but_stops_nothing(app):
    stream = make_stream()
    actor = make_actor(stream.team)
    edit_stream(
        stream, {"checklist": "- Date is right\n\n[ ] Phone number\n- Date is right"}, actor=actor,
        now=database_now(),
    )  # fmt: skip
    assert stream.checklist == "Date is right\nPhone number"
    post = make_post(stream)
    autosave(
        post, {"ticked": ["Phone number", "Not on it"]}, version=post.version, actor=actor, now=database_now()
    )
    assert values_of(post)["ticked"] == ["Phone number"]
    told = {
        one.what: one.why
        for one in cautions(post, streams=[stream], accounts=[], hold=None, now=database_now())
    }
    assert told["One thing is not ticked yet."] == "Date is right"
    assert make_scheduled(stream, actor=actor).state == "scheduled"
    edit_stream(stream, {"checklist": "Another"}, actor=actor, now=database_now())
    assert values_of(post)["ticked"] == []


def test_where_a_team_wants_words_for_every_picture_nothing_without_is_scheduled(app):
    stream = make_stream()
    editor = make_person(stream.team, "editor")
    browser = Browser(app, app.response_class).sign_in(editor)
    assert "Every picture needs words" in browser.get("/team").text
    browser.post("/team/rules", data={"needs_alt": "1"})
    db.session.refresh(stream.team)
    actor, post = actor_for(editor), make_post(stream)
    silent = make_medium(stream.team, alt="")
    attach(post, silent)
    page = browser.post(
        f"/posts/{post.uuid}/schedule", data={"version": post.version, "publish_date": "2031-01-01",
                                              "publish_time": "09:00", "timezone": "Europe/Oslo"},
    )  # fmt: skip
    assert page.status_code == 422 and "Your team plans no picture without words." in page.text
    told = make_scheduled(stream, actor=actor)
    attach(told, make_medium(stream.team, alt="A bridge", colour=(1, 2, 3)))
    wordless = [{"media": told.pictures[0].media_id, "alt": ""}]
    with pytest.raises(Refused) as refused:
        edit(told, {"pictures": wordless}, version=told.version, actor=actor, now=database_now())
    assert list(refused.value.errors) == [f"pictures.{told.pictures[0].media_id}.alt"]

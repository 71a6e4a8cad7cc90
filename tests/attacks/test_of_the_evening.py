"""Live comments, events of series, answers from outside and the new doors of the API, used in ways nobody meant."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from calendar_app.comments.anchoring import place
from calendar_app.errors import Refused
from calendar_app.extensions import database_now, db
from calendar_app.people import api_tokens
from calendar_app.people.roles import actor_for
from calendar_app.planner import keeping as kept_views
from calendar_app.planner.models import OpeningView
from calendar_app.posts import queueing
from calendar_app.posts.drafting import edit
from calendar_app.posts.forms import from_form
from calendar_app.posts.models import Post
from calendar_app.posts.plainness import plainness, sentences_of
from calendar_app.posts.scheduling import schedule
from calendar_app.revisions.models import Revision
from calendar_app.series.making import fill_all
from calendar_app.sharing import letting_in
from calendar_app.snippets import keeping
from tests.api.test_queue import slot
from tests.attacks.test_new_doors import repeated
from tests.attacks.together import at_once
from tests.factories import (
    make_actor,
    make_post,
    make_stream,
    plan_for,
)

SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
MANY = 5


@pytest.fixture
def ask(app, owner):
    """Calls of the API, all at once: the answers."""
    key = {"Authorization": f"Bearer {api_tokens.create(owner, 'Key', 'write')}"}

    def act(method, path, body):
        def ask_one(browser):
            browser.together.wait(20)
            return browser.open(f"/api/v1{path}", method=method, headers=key, json=body)

        return ask_one

    return lambda *calls: at_once(app, [act(*call) for call in calls])


def statuses(answers):
    return sorted(answer.status_code for answer in answers)


def test_nobody_holds_up_a_page_with_words_that_are_nearly_there():
    """Five hundred comments, each on words that a long text repeats and never finishes."""
    text, quote = "a " * 25_000, "a " * 249 + "b"
    began = time.monotonic()
    assert {place(text, quote, at) for at in range(0, 50_000, 100)} == {None}
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("text", ["a" * 50_000, "a." * 25_000, "[" * 50_000, "a@" * 25_000, "((((" * 12_500])
def test_nobody_holds_up_the_composer_with_words_that_never_end(text):
    """It is asked with every pause in typing, for each language."""
    began = time.monotonic()
    plainness(text, "en")
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("text", "words"),
    [("See https://e.no/a_b now", ["See", "now"]), ("See (https://e.no) now", ["See", "now"]),
     ("Write kari@e.no now", ["Write", "now"]), ("to:https://e.no", ["to"]), ("me@ or @you", ["me", "or", "you"]),
     ("https:// is none", ["https", "is", "none"])],
)  # fmt: skip
def test_addresses_are_no_words(text, words):
    assert [word for _text, of_it in sentences_of(text) for word in of_it] == words


def test_a_form_with_words_in_thousands_of_languages_is_read_at_once():
    form = MultiDict()
    form.add("translations", "1")
    for number in range(1, 4_901):
        form.add("tongue", f"x{number}")
        form.add(f"tongue_alt_q_{number}", "Words")
    form.add("tongue", "q")
    began = time.monotonic()
    with pytest.raises(Refused):
        from_form(form)
    assert time.monotonic() - began < 1.5


@settings(deadline=None)
@given(st.text("ab_. \n", max_size=40), st.text("ab. *", min_size=1, max_size=8), st.integers(0, 45))
def test_words_are_found_nearest_to_where_they_were(text, quote, at):
    found = place(text, quote, at)
    if quote in text:
        exact = [start for start in range(len(text)) if text.startswith(quote, start)]
        assert found is not None and abs(found - at) <= min(abs(start - at) for start in exact)
    if found is not None and not text.startswith(quote, found):
        said = "".join(letter for letter in text[found:] if letter in "ab")
        assert said.startswith("".join(letter for letter in quote if letter in "ab"))


@SQLITE
def test_an_event_at_the_end_of_all_time_stops_its_own_series_and_no_other(app, stream, owner):
    last = make_post(stream, title="Last")
    event = {"starts_at": "2199-12-31T18:00", "timezone": "Europe/Oslo", "location": ""}
    edit(last, {"event": event}, version=1, actor=actor_for(owner), now=database_now())
    ending = repeated(last, owner)
    other = repeated(make_post(stream, title="Other"), owner)
    assert ending.problem and other.problem is None
    other.ahead_days += 2
    db.session.commit()
    before = len(other.occurrences)
    fill_all()
    db.session.expire_all()
    assert len(other.occurrences) == before + 2 and ending.problem


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_queues_steps_and_posts_changed_from_all_ends_do_not_wait_for_each_other_for_ever(ask, team):
    """Who deadlocks is told that the database is busy (503)."""
    cadence = ["RRULE:FREQ=DAILY;BYHOUR=9;BYMINUTE=0"]
    streams = [make_stream(team, f"daily-{number}", cadence=cadence) for number in range(2)]
    posts = []
    for number in range(8):
        post = make_post(streams[number % 2], streams[1 - number % 2])
        plan_for(post, slot(number))
        schedule(post, actor=make_actor(team), now=database_now())
        posts.append(post)
    db.session.commit()
    for _ in range(3):
        db.session.expire_all()
        acts = [{"do": "move", "post": one.uuid, "days": 0} for one in reversed(posts)]
        queues = [[one.uuid for one in queueing.queue_of(stream, database_now())] for stream in streams]
        calls = [("PUT", f"/streams/{stream.handle}/queue", {"order": queue[1:] + queue[:1]})
                 for stream, queue in zip(streams, queues, strict=True)]  # fmt: skip
        calls += [
            ("POST", "/posts/steps", {"acts": [{**one, "days": 7 * sign} for one in acts]})
            for sign in (1, -1)
        ]
        calls += [
            ("PATCH", f"/posts/{one.uuid}", {"version": one.version, "title": "New"}) for one in posts[:4]
        ]
        answers = ask(*calls)
        assert {answer.status_code for answer in answers} <= {200, 409}


def test_a_slot_of_the_queue_is_given_to_one_post(ask, team):
    make_stream(team, "daily", cadence=["RRULE:FREQ=DAILY;BYHOUR=9;BYMINUTE=0"])
    stream = make_stream(team, "often", cadence=["RRULE:FREQ=DAILY;BYHOUR=9;BYMINUTE=0"])
    posts = [make_post(stream) for _ in range(MANY)]
    answers = ask(*(("POST", "/streams/often/queue", {"post": one.uuid, "place": "first"}) for one in posts))
    assert statuses(answers) == [200] * MANY
    times = [post.due_at for post in queueing.queue_of(stream, database_now())]
    assert len(times) == len(set(times)) == MANY


def test_a_gap_is_filled_once(ask, team):
    stream = make_stream(team, "daily", cadence=["RRULE:FREQ=DAILY;BYHOUR=9;BYMINUTE=0"])
    answers = ask(*[("POST", "/streams/daily/gaps", {})] * MANY)
    assert statuses(answers) == [200] * MANY
    times = [post.due_at for post in queueing.queue_of(stream, database_now())]
    assert len(times) == len(set(times)) == sum(len(answer.json["items"]) for answer in answers) >= 27


def test_a_name_is_given_to_one_view_and_a_calendar_opens_with_one(ask, stream):
    answers = ask(*[("POST", "/views", {"name": "Mine", "query": "", "opens": True})] * MANY)
    assert statuses(answers) == [201] + [422] * (MANY - 1)
    made = [
        ask(("POST", "/views", {"name": str(number), "query": ""}))[0].json["id"] for number in range(MANY)
    ]
    assert statuses(ask(*(("PATCH", f"/views/{one}", {"opens": True}) for one in made))) == [200] * MANY
    assert len(db.session.scalars(sa.select(OpeningView)).all()) == 1


def test_nothing_is_kept_beyond_its_bound_by_those_who_ask_at_once(ask, stream, monkeypatch):
    monkeypatch.setattr(keeping, "MOST_KEPT", 2)
    monkeypatch.setattr(letting_in, "MOST_LINKS", 2)
    monkeypatch.setattr(kept_views, "MOST", 2)
    path = f"/posts/{make_post(stream).uuid}/links"
    for call, refused in (
        (("POST", "/snippets", {"name": "A", "text": "A"}), 422),
        (("POST", path, {}), 409),
    ):
        assert statuses(ask(*[call] * MANY)) == [201, 201] + [refused] * (MANY - 2)
    views = [("POST", "/views", {"name": str(number), "query": ""}) for number in range(MANY)]
    assert statuses(ask(*views)) == [201, 201] + [422] * (MANY - 2)


def test_a_revision_is_brought_back_once_by_those_who_read_the_same_version(ask, stream):
    """Who comes later finds that it says so already, or that somebody saved."""
    path = f"/posts/{make_post(stream).uuid}"
    ask(("PATCH", path, {"version": 1, "title": "New"}))
    answers = ask(*[("POST", f"{path}/revisions/1/restoration", {"version": 2})] * MANY)
    assert 200 in statuses(answers) and set(statuses(answers)) <= {200, 409}
    assert (
        db.session.scalar(sa.select(Post.version)),
        len(db.session.scalars(sa.select(Revision)).all()),
    ) == (3, 3)


def test_the_same_steps_at_once_are_taken_once(ask, stream):
    post = make_post(stream)
    plan_for(post, database_now() + timedelta(days=3))
    db.session.commit()
    act = {"do": "move", "post": post.uuid, "version": 1, "days": 1}
    answers = ask(*[("POST", "/posts/steps", {"acts": [act]})] * MANY)
    assert statuses(answers) == [200] * MANY
    assert sorted(len(answer.json["done"]) for answer in answers) == [0] * (MANY - 1) + [1]
    copies = ask(*[("POST", "/posts/steps", {"acts": [{"do": "remove", "post": post.uuid}]})] * MANY)
    assert sorted(len(answer.json["done"]) for answer in copies) == [0] * (MANY - 1) + [1]


@pytest.mark.parametrize("path", ["queue", "queue/additions", "queue/removals", "gaps"])
def test_a_cadence_that_cannot_be_read_breaks_no_page(team, owner, browser, path):
    stream = make_stream(team, "spoilt", cadence=["nonsense"])
    post = make_post(stream)
    browser.sign_in(owner)
    assert browser.get("/streams/spoilt/queue").status_code == 200
    assert browser.post(f"/streams/spoilt/{path}", data={"post": post.uuid}).status_code in {303, 409}

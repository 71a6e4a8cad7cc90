"""What readers, and whoever guesses addresses, learn of what is not for them.

Every address is asked. Each thing that must stay inside carries a word of its own, which is looked for.
"""

from __future__ import annotations

import gzip
import itertools
from datetime import timedelta

import pytest

from calendar_app.extensions import database_now, db
from calendar_app.people.roles import actor_for
from calendar_app.posts.models import Place
from calendar_app.posts.publishing import publish_now
from calendar_app.posts.scheduling import unschedule
from calendar_app.posts.withdrawing import withdraw
from calendar_app.streams.editing import edit_stream
from tests.factories import make_account, make_person, make_post, make_scheduled, make_stream

PARTS = ("title", "text", "href", "link", "place", "later")
FORMS = ("ics", "atom", "rss", "json", "opml")
HANDLES = ("open", "hinted", "silent", "hidden", "inner")
OF_THE_TEAM = {
    "TeamWord",
    "GuideWord",
    "OwnerWord",
    "ownerword@example.org",
    "AccountWord",
    "VariantWord",
    "InnerName",
}


class World:
    """Streams of every kind, each with a post in every state."""

    def __init__(self, team):
        team.name = "TeamWord"
        self.owner = make_person(team, "owner", email="ownerword@example.org", name="OwnerWord")
        self.actor, self.now = actor_for(self.owner), database_now()
        self.account = make_account(team, name="AccountWord")
        self.streams = {
            "open": self.stream(team, "open"),
            "hinted": self.stream(team, "hinted", public_schedule="times"),
            "silent": self.stream(team, "silent", public_schedule="nothing"),
            "hidden": self.stream(team, "hidden", visibility="unlisted", name="HiddenName"),
            "inner": self.stream(team, "inner", visibility="internal", name="InnerName"),
        }
        self.posts = {
            (handle, state): getattr(self, state)(f"{handle}{state}", stream)
            for handle, stream in self.streams.items()
            for state in ("draft", "in_review", "planned", "out", "gone", "called_off", "missed")
        }
        both = self.streams["open"], self.streams["inner"]
        self.posts["both", "planned"] = self.planned("bothplanned", *both)
        self.posts["both", "out"] = self.out("bothout", *both)
        db.session.commit()

    def stream(self, team, handle, **values):
        return make_stream(team, handle, guidelines="GuideWord", responsible_id=self.owner.id, **values)

    def words(self, mark):
        at = self.now + timedelta(days=3)
        return {
            "title": f"title{mark}", "text": f"text{mark} [x](https://e.example/href{mark})",
            "link": f"https://e.example/link{mark}", "event_starts_at": at, "event_ends_at": at,
            "event_timezone": "Europe/Oslo", "event_location": f"place{mark}", "author_id": self.owner.id,
        }  # fmt: skip

    def draft(self, mark, *streams, **values):
        post = make_post(*streams, **self.words(mark), **values)
        post.places.append(Place(account_id=self.account.id, chosen=False, text="VariantWord"))
        return post

    def in_review(self, mark, *streams):
        return self.draft(mark, *streams, state="in_review")

    def planned(self, mark, *streams):
        return make_scheduled(*streams, actor=self.actor, **self.words(mark))

    def out(self, mark, *streams):
        post = self.draft(mark, *streams)
        publish_now(post, actor=self.actor, now=self.now)
        return post

    def gone(self, mark, *streams):
        post = self.out(mark, *streams)
        withdraw(post, actor=self.actor, now=self.now)
        return post

    def called_off(self, mark, *streams):
        post = self.planned(mark, *streams)
        unschedule(post, actor=self.actor, now=self.now)
        post.title, post.text = f"later{mark}", f"later{mark}"
        post.updated_at = self.now + timedelta(minutes=1)
        return post

    def missed(self, mark, *streams):
        return self.draft(mark, *streams, state="missed", due_at=self.now)


@pytest.fixture
def world(team):
    return World(team)


def addresses(world):
    """Everything that anybody may ask for, and what may only be guessed."""
    yield from ("/", "/api/docs", "/api/v1/openapi.json", "/sign-in", "/healthz")
    yield from (f"/everything.{form}" for form in FORMS)
    for number in range(1, 3):
        for some in itertools.combinations(HANDLES, number):
            yield from (f"/follow/{'+'.join(some)}.{form}" for form in FORMS)
            yield "/?s=" + "&s=".join(some)
    for handle in HANDLES:
        yield from (f"/streams/{handle}{ending}" for ending in ("", *(f".{form}" for form in FORMS)))
    for post in world.posts.values():
        yield from (
            f"/posts/{post.uuid}{ending}" for ending in ("", "/", "/edit", "/peek", "/deliveries", "/removal")
        )
        yield f"/calendar?post={post.uuid}"
        yield f"/api/v1/posts/{post.uuid}"


def everything_told(browser, world, begin=("/",)):
    """What each address says."""
    return {path: told(browser, path) for path in addresses(world) if path.startswith(begin)}


def told(browser, path):
    """All that an answer says, headers included."""
    answer = browser.get(path, headers={"Accept-Encoding": "identity"})
    assert answer.status_code < 500, path
    assert "Set-Cookie" not in answer.headers or answer.status_code == 303 or path == "/sign-in"
    body = gzip.decompress(answer.data) if answer.headers.get("Content-Encoding") == "gzip" else answer.data
    # What iCalendar folds is unfolded: a word may not hide behind the end of a line.
    headers = [pair for pair in answer.headers if pair[0] not in {"Date", "ETag", "Last-Modified"}]
    return f"{answer.status_code} {headers}\n" + body.decode("utf-8", "replace").replace("\r\n ", "")


def may_be_told(world):
    """Words by where they may stand; all others stay inside."""
    allowed = set()
    for (handle, state), _post in world.posts.items():
        mark = f"{handle}{state}"
        seen = handle != "inner"
        if state == "out" and seen:
            allowed |= {f"title{mark}", f"text{mark}", f"href{mark}", f"link{mark}", f"place{mark}"}
        # Calendars name by its title what was taken back, or what is to come where its stream says so.
        if (state == "gone" and seen) or (state == "planned" and handle in {"open", "hidden"}):
            allowed.add(f"title{mark}")
    return allowed


ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@ON_SQLITE
def test_nobody_learns_what_is_not_out_signed_in_or_not(world, browser):
    words = {f"{part}{handle}{state}" for handle, state in world.posts for part in PARTS}
    inside, allowed = (words - may_be_told(world)) | OF_THE_TEAM, may_be_told(world)
    answers = everything_told(browser, world)
    assert {(path, word) for path, said in answers.items() for word in inside if word in said} == set()
    # The search is not blind: what may be told is told somewhere.
    assert {word for word in allowed if not any(word in said for said in answers.values())} == set()

    # An unlisted stream is known to those who name it, or one of its posts.
    of_its_posts = {f"/posts/{post.uuid}" for (handle, _), post in world.posts.items() if handle == "hidden"}
    elsewhere = {path: said for path, said in answers.items() if "hidden" not in path}
    leaks = {path for path, said in elsewhere.items() if "HiddenName" in said or "titlehidden" in said}
    assert leaks <= of_its_posts

    public = ("/?", "/streams/", "/follow/", "/everything.")
    browser.sign_in(world.owner)
    assert everything_told(browser, world, public).items() <= answers.items()


@ON_SQLITE
def test_a_stream_that_goes_inside_takes_all_it_said_along(world, browser):
    everything_told(browser, world)
    for handle in ("open", "hidden"):
        edit_stream(world.streams[handle], {"visibility": "internal"}, actor=world.actor, now=database_now())
    db.session.commit()
    words = {f"{part}{handle}" for part in PARTS for handle in ("open", "hidden", "both")}
    answers = everything_told(browser, world)
    assert {(path, word) for path, said in answers.items() for word in words if word in said} == set()

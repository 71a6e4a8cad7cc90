"""Walks every route of the application as somebody whom the thing is none of their business.

A new route is walked by itself. Whoever adds one with a new argument says here, in `THINGS`, which of another
team's things to put in; whoever opens an address to everybody says so in `FOR_EVERYBODY`.
"""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from calendar_app.comments import commenting
from calendar_app.extensions import db
from calendar_app.media.keeping import kept_name
from calendar_app.notices.models import Notice
from calendar_app.people import api_tokens, inviting, personal_feeds, sessions
from calendar_app.people.models import ApiToken, Link, Member, PersonalFeed, Session
from calendar_app.people.roles import actor_for
from calendar_app.planner.models import SavedView
from calendar_app.posts.values import values_of
from calendar_app.revisions.keeping import keep
from calendar_app.series.editing import begin
from calendar_app.sharing import letting_in
from calendar_app.sharing.models import ShareLink
from calendar_app.snippets import keeping
from calendar_app.snippets.models import PostTemplate, Snippet
from calendar_app.times import utcnow
from tests.browsing import Browser
from tests.factories import make_account, make_person, make_post, make_scheduled, make_stream, make_team
from tests.media.pictures import attach, make_medium

MARK = "Quokka"
# Arguments that name no thing: holding them is the right, or they only say in which form to answer.
NO_THING = {
    "purpose": "sign-in",
    "token": "A" * 43,
    "form": "ics",
    "filename": "favicon.svg",
    "day": "2026-12-01",
    "code": "2345abcde",
}
# Bodies that are good in themselves, so that nothing but the stranger's question can be refused.
BODIES = {
    "/api/v1/deliveries/<uuid:delivery_id>/resolution": {"outcome": "sent"},
    "/api/v1/posts/<uuid:post_id>/wish": {"text": "Mine"},
    "PATCH /api/v1/posts/<uuid:post_id>": {"version": 1, "title": "Mine"},
    "PATCH /api/v1/posts/<uuid:post_id>/comments/<int:comment_id>": {"text": "Mine"},
    "POST /api/v1/posts/<uuid:post_id>/comments": {"text": "Mine"},
    "/api/v1/posts/<uuid:post_id>/revisions/<int:revision>/restoration": {"version": 1},
    "/api/v1/streams/<handle>/gaps/removal": {"posts": [str(uuid.uuid4())]},
    "POST /api/v1/streams/<handle>/queue": {"post": str(uuid.uuid4())},
    "PUT /api/v1/streams/<handle>/queue": {"order": [str(uuid.uuid4())]},
    "PATCH /api/v1/series/<int:series_id>": {"version": 1},
}
# What anybody may ask for without signing in, by endpoint or by the name of a blueprint.
FOR_EVERYBODY = {
    "static",
    "people",
    "health",
    "feeds",
    "public",
    "api_docs",
    "pictures.show",
    "outsiders",
    "mail",
    "web_app",
    "short_links",
}
# Shows what was thrown away; of a post that stands there is nothing to show.
ONLY_ONCE_GONE = {"/posts/<uuid:number>/removal"}
# Asks to sign in, tells a program that its token is missing, or knows of nothing.
NOT_LET_IN = {401, 404}


@pytest.fixture
def others(app):
    """A thing of each kind of another team, which readers may not see either."""
    team = make_team(f"{MARK} team")
    person = make_person(team, "owner", name=f"{MARK} Person")
    stream = make_stream(team, "quokka-stream", name=f"{MARK} stream", visibility="internal")
    account = make_account(team, name=f"{MARK} account", streams=[stream])
    post = make_scheduled(stream, title=f"{MARK} post", text=f"{MARK} text", actor=actor_for(person))
    said = values_of(post)
    keep(post, {**said, "title": f"{MARK} before"}, said, actor=actor_for(person), now=utcnow())
    medium = make_medium(team, alt=f"{MARK} picture")
    attach(post, medium)
    sessions.start(person, now=utcnow())
    api_tokens.create(person, f"{MARK} key")
    member = db.session.execute(sa.select(Member).where(Member.person_id == person.id)).scalar_one()
    personal_feeds.create(member)
    db.session.add(
        Notice(person_id=person.id, team_id=team.id, kind="failed", event="failed", post_id=post.id,
               delivery_id=post.deliveries[0].id)
    )  # fmt: skip
    kept = [
        keeping.make(model, {"name": f"{MARK} kept", "text": f"{MARK} words"}, team_id=team.id,
                     actor=actor_for(person), now=utcnow())
        for model in (PostTemplate, Snippet)
    ]  # fmt: skip
    first = {"rule": "FREQ=DAILY", "first": f"{utcnow():%Y-%m-%d}", "time": "09:00", "timezone": "UTC"}
    series = begin(
        make_post(stream, title=f"{MARK} series"),
        {**first, "ahead_days": 1},
        actor=actor_for(person),
        now=utcnow(),
    )
    db.session.add(
        SavedView(team_id=team.id, person_id=person.id, name=f"{MARK} view", query="view=list", shared=True)
    )
    inviting.invite(actor_for(person), team, "quokka@example.org", "viewer")
    db.session.commit()
    return {
        "team": team.id,
        "number": uuid.UUID(post.uuid),
        "post_id": uuid.UUID(post.uuid),
        "delivery_id": uuid.UUID(post.deliveries[0].key),
        "handle": stream.handle,
        "choice": stream.handle,
        "account_id": account.id,
        "revision": 2,
        "share_id": _share(post, person),
        "comment_id": commenting.comment(post, f"{MARK} said", actor=actor_for(person), now=utcnow()).id,
        "series_id": series.id,
        "name": kept_name(medium.digest, medium.media_type),
        "member_id": member.id,
        "person_id": person.id,
        "link_id": _id_of(Link),
        "session_id": _id_of(Session),
        "token_id": _id_of(ApiToken),
        "feed_id": _id_of(PersonalFeed),
        "notice_id": _id_of(Notice),
        "view_id": _id_of(SavedView),
        "template_id": kept[0].id,
        "snippet_id": kept[1].id,
    }


@pytest.fixture
def nothing():
    """The same arguments, with values that nobody has."""
    return {
        "number": uuid.uuid4(),
        "post_id": uuid.uuid4(),
        "delivery_id": uuid.uuid4(),
        "handle": "no-such-stream",
        "choice": "no-such-stream",
        "name": "a" * 64 + ".png",
        **dict.fromkeys(
            (
                "account_id",
                "member_id",
                "person_id",
                "link_id",
                "session_id",
                "token_id",
                "feed_id",
                "view_id",
                "notice_id",
            )
            + ("template_id", "snippet_id", "revision", "comment_id", "series_id", "share_id"),
            987_654,
        ),
    }


@pytest.fixture
def browser(app):
    made = Browser(app, app.response_class)
    made.raise_on_error = False
    return made


@pytest.fixture
def stranger(browser):
    """An owner, of another team than the things asked for, in a browser and with a key."""
    person = make_person(make_team("Own team"), "owner", name="Own Person")
    make_stream(person.memberships[0].team, "own-stream", name="Own stream")
    key = api_tokens.create(person, "Own key", "write")
    browser.sign_in(person)
    return Asker(browser, {"Authorization": f"Bearer {key}"})


class Asker:
    """Somebody who calls routes of the map, in a browser or, under /api/, as a program."""

    def __init__(self, browser, api_headers):
        self.browser, self.api_headers = browser, api_headers

    def ask(self, app, rule, method, values, query=""):
        with app.test_request_context():
            path = app.url_map.bind("localhost").build(rule.endpoint, values, method=method)
        program = path.startswith("/api/")
        body = BODIES.get(f"{method} {rule.rule}") or BODIES.get(rule.rule) or {}
        options = {"json": body} if program else {"data": body}
        if method == "GET":
            options = {}
        answer = self.browser.open(
            path + query, method=method, headers=self.api_headers if program else {}, **options
        )
        answer.get_data()
        answer.close()
        return answer


def test_a_stranger_finds_nothing_of_another_team(app, others, nothing, stranger):
    told_apart = {}
    for rule, method in calls(app):
        if not things_of(rule):
            continue
        for values in (others, nothing):
            answer = stranger.ask(app, rule, method, filled_in(rule, values))
            if answer.status_code != 404 or MARK in answer.text:
                told_apart[f"{method} {rule.rule}"] = answer.status_code
    assert told_apart == {}


def test_the_walk_is_not_blind_an_owner_finds_these_things(app, others, browser):
    person = db.session.get(Member, others["member_id"]).person
    owner = Asker(
        browser.sign_in(person), {"Authorization": f"Bearer {api_tokens.create(person, 'Key', 'write')}"}
    )
    db.session.commit()
    answers = {
        rule.rule: owner.ask(app, rule, method, filled_in(rule, others)).status_code
        for rule, method in calls(app)
        if method == "GET" and things_of(rule) and not for_everybody(rule) and rule.rule not in ONLY_ONCE_GONE
    }
    assert len(answers) >= 3
    assert {rule: status for rule, status in answers.items() if status != 200} == {}


def test_naming_another_team_in_the_address_shows_nothing_of_it(app, others, stranger):
    leaks = {}
    for rule, method in calls(app):
        if method == "GET" and not rule.arguments:
            answer = stranger.ask(app, rule, method, {}, f"?team={others['team']}&streams={others['handle']}")
            if MARK in answer.text or answer.status_code == 500:
                leaks[rule.rule] = answer.status_code
    assert leaks == {}


def test_who_is_not_signed_in_is_let_in_nowhere(app, others, browser):
    visitor = Asker(browser, {})
    let_in = {}
    for rule, method in calls(app):
        if for_everybody(rule):
            continue
        answer = visitor.ask(app, rule, method, filled_in(rule, others))
        to_sign_in = answer.status_code == 303 and answer.location.startswith("/sign-in")
        if not to_sign_in and answer.status_code not in NOT_LET_IN:
            let_in[f"{method} {rule.rule}"] = answer.status_code
        if MARK in answer.text:
            let_in[f"{method} {rule.rule}"] = "tells of it"
    assert let_in == {}


def test_pages_for_everybody_tell_nothing_of_what_is_internal(app, others, browser):
    visitor = Asker(browser, {})
    leaks = {}
    for rule, method in calls(app):
        if method == "GET" and for_everybody(rule):
            answer = visitor.ask(app, rule, method, filled_in(rule, others))
            if MARK in answer.text or answer.headers.get("Set-Cookie") and "sign" not in rule.rule:
                leaks[rule.rule] = answer.status_code
    assert leaks == {}


def test_an_expired_session_finds_as_little_as_none(app, others, browser):
    person = make_person(make_team("Own team"), "owner")
    browser.sign_in(person)
    row = db.session.execute(sa.select(Session).where(Session.person_id == person.id)).scalar_one()
    row.last_seen_at = utcnow() - timedelta(hours=13)
    assert browser.get("/team").status_code == 303


def calls(app):
    """Every route with each of its methods."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method


def things_of(rule):
    return set(rule.arguments) - set(NO_THING)


def filled_in(rule, values):
    unknown = things_of(rule) - set(values)
    assert not unknown, (
        f"{rule.rule} asks for {sorted(unknown)}. Say in tests/test_strangers.py which thing of another team that is."
    )
    return {name: {**NO_THING, **values}[name] for name in rule.arguments}


def for_everybody(rule):
    return rule.endpoint in FOR_EVERYBODY or rule.endpoint.partition(".")[0] in FOR_EVERYBODY


def _share(post, person):
    letting_in.make(post, actor=actor_for(person), now=utcnow(), days="14")
    return _id_of(ShareLink)


def _id_of(model):
    return db.session.execute(sa.select(sa.func.max(model.id))).scalar_one()

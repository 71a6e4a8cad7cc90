"""Members who reach for more than their role gives: every route that changes something, asked by each role.

The verdict is the database: nothing in it may have changed. Whoever adds a route says here who may use it.
"""

from __future__ import annotations

import io
import uuid

import pytest
import sqlalchemy as sa

from calendar_app.extensions import database_now, db
from calendar_app.people import api_tokens, inviting
from calendar_app.people.models import Link, Member
from calendar_app.people.roles import actor_for
from calendar_app.series.editing import begin
from calendar_app.snippets import keeping
from calendar_app.snippets.models import PostTemplate, Snippet
from calendar_app.times import to_wall
from tests.api.things import something_of_everything
from tests.attacks.contents import contents
from tests.factories import make_account, make_person, make_post, make_scheduled, make_stream
from tests.media.pictures import png

SAFE = {"GET", "HEAD", "OPTIONS"}
# What happens to nobody but oneself; looking; and coming in.
OWN = {"people", "settings", "notices", "live", "kept", "static", "mail", "outsiders"}
# Whoever sees a post may speak about it, viewers too; of others' comments editors remove what must go.
OF_ALL = {f"comments.{one}" for one in ("add", "change", "remove", "bring_back", "settle", "reopen")}
OF_ALL |= {f"api.comments_{one}" for one in ("make", "change", "remove", "bring_back", "settle", "reopen")}
OF_ALL |= {f"api.saved_views_{one}" for one in ("make", "change", "remove", "bring_back")}
LOOKS = {"writing.preview"}
OF_EDITORS = {
    *("team.rules", "accounts.settle", "streams.make", "streams.save", "streams.archive", "streams.revive"),
    *("post_steps.approval", "post_steps.publication", "post_steps.withdrawal", "api.steps_approve"),
    *("post_steps.wish", "api.steps_want_changes"),
    *(
        "api.steps_publish",
        "api.steps_withdraw",
        "api.streams_make",
        "api.streams_change",
        "api.deliveries_settle",
    ),
}
OF_OWNERS = {
    *("accounts.save", "accounts.disconnect", "accounts.pause", "accounts.resume", "accounts.test"),
    *("accounts.connect", "team.invite", "team.take_back", "team.remove", "team.change_role"),
    "team.restoration",
    *("mastodon.begin", "mastodon.finish"),
    *("api.accounts_connect", "api.accounts_change", "api.accounts_disconnect", "api.accounts_test"),
}
OF_AUTHORS = {
    "linked.look",
    *(
        "posts.create",
        "posts.save",
        "writing.save_draft",
        "planner.move",
        "planner_steps.take",
        "many.act",
        "post_steps.copy",
        "post_steps.removal",
    ),
    *("post_steps.restoration", "post_steps.review", "post_steps.end_review", "post_steps.end_approval"),
    *(
        "post_steps.schedule",
        "post_steps.unschedule",
        "api.posts_make",
        "api.posts_change",
        "api.posts_discard",
    ),
    *(
        "sharing.make",
        "sharing.revoke",
        "history.bring_back",
        "pictures.upload",
        "pictures.attach",
        "api.media_upload",
    ),
    *("snippets.new_snippet", "snippets.snippet", "snippets.remove_snippet", "snippets.return_snippet"),
    *("snippets.new_template", "snippets.template", "snippets.remove_template", "snippets.return_template"),
    *(f"series.{one}" for one in ("make", "save", "days", "end", "take_up", "removal", "words_of_post")),
    "series.bring_back",
    *(
        f"queue.{one}"
        for one in ("reorder", "add", "remove", "fill", "empty", "put_into_pool", "take_out_of_pool")
    ),
    *(
        "api.series_make",
        "api.series_change",
        "api.series_remove",
        "api.series_bring_back",
        "api.pool_put_in",
        "api.pool_take_out",
    ),
    *(
        "api.queue_reorder",
        "api.queue_put",
        "api.queue_take_out",
        "api.gaps_fill",
        "api.gaps_empty",
        "api.many_take",
    ),
    *(
        f"api.{kind}_{one}"
        for kind in ("templates", "snippets")
        for one in ("make", "change", "remove", "bring_back")
    ),
    *("api.revisions_bring_back", "api.sharing_make", "api.sharing_revoke"),
    *("api.steps_take_back", "api.steps_ask_for_review", "api.steps_schedule", "api.steps_unschedule"),
}
POST = "1f6b1b0e-7d0c-4d6e-9c57-0a4c9a5d1c11"
BODIES = {
    "api.queue_reorder": {"order": []},
    "api.gaps_empty": {"posts": [POST]},
    "api.many_take": {"acts": [{"do": "draft", "post": POST}]},
    "api.comments_make": {"text": "Mine"},
    "api.comments_change": {"text": "Mine"},
    "api.saved_views_make": {"name": "Mine", "query": ""},
    "api.saved_views_change": {"name": "Mine"},
    "api.revisions_bring_back": {"version": 2},
    **{
        f"api.{kind}_{one}": {"name": "Mine", "text": "Mine"}
        for kind in ("templates", "snippets")
        for one in ("make", "change")
    },
    "api.series_make": {"rule": "FREQ=DAILY", "first": "2027-05-05", "time": "09:00", "timezone": "UTC"},
    "api.series_change": {"version": 1},
    "series.days": {"out": "2027-05-05"},
    "api.steps_want_changes": {"text": "Mine"},
    "api.posts_make": {"streams": ["roads"], "title": "Mine"},
    "api.posts_change": {"version": 2, "title": "Mine"},
    "api.streams_make": {"handle": "mine", "name": "Mine"},
    "api.streams_change": {"name": "Mine"},
    "api.accounts_connect": {"channel": "log", "name": "Mine"},
    "api.accounts_change": {"name": "Mine", "state": "paused"},
    "api.deliveries_settle": {"outcome": "sent"},
    "writing.save_draft": {"version": 2, "title": "Mine"},
    "posts.create": {"title": "Mine", "streams": ["roads"], "draft_key": "k" * 20},
    "pictures.attach": {"title": "Mine", "stream": "roads", "version": "2"},
    "posts.save": {"title": "Mine", "stream": "roads", "version": "2"},
    "planner.move": {"version": "2", "date": "2027-05-05"},
    "streams.make": {"handle": "mine", "name": "Mine", "timezone": "UTC"},
    "streams.save": {"name": "Mine"},
    "history.bring_back": {"version": "2"},
    "sharing.make": {"days": "14"},
    "accounts.save": {"name": "Mine"},
    "accounts.connect": {"name": "Mine"},
    "accounts.settle": {"outcome": "sent"},
    "team.invite": {"email": "mine@example.org", "role": "owner"},
    "team.change_role": {"role": "owner"},
    "team.rules": {"needs_alt": "1"},
    **{f"snippets.{name}": {"name": "Mine", "text": "Mine"} for name in ("new_snippet", "snippet")},
    **{f"snippets.{name}": {"name": "Mine"} for name in ("new_template", "template")},
}
WITH_A_POST = {
    "series.make",
    "queue.reorder",
    "queue.add",
    "queue.remove",
    "api.series_make",
    "api.queue_put",
}
WITH_A_FILE = {"pictures.upload", "pictures.attach", "api.media_upload"}
AS_JSON = {"linked.look", "writing.save_draft", "posts.create", "writing.preview"}


@pytest.fixture
def things(team, stream, owner):
    """One of each kind, of the very team."""
    account = make_account(team, streams=[stream])
    post = make_scheduled(stream, actor=actor_for(owner))
    day = to_wall(post.due_at, stream.timezone)
    first = {
        "rule": "FREQ=DAILY",
        "first": f"{day:%Y-%m-%d}",
        "time": f"{day:%H:%M}",
        "timezone": stream.timezone,
    }
    series = begin(post, {**first, "ahead_days": 1}, actor=actor_for(owner), now=database_now())
    inviting.invite(actor_for(owner), team, "new@example.org", "viewer")
    kept = {
        name: keeping.make(model, {"name": "Kept", "text": "Kept"}, team_id=team.id, actor=actor_for(owner),
                           now=database_now())
        for name, model in (("template", PostTemplate), ("snippet", Snippet))
    }  # fmt: skip
    others = something_of_everything(post, actor_for(owner), database_now())
    member = db.session.scalar(sa.select(Member).where(Member.person_id == owner.id))
    return {
        **others, "number": uuid.UUID(post.uuid), "post_id": uuid.UUID(post.uuid), "handle": stream.handle,
        "series_id": series.id, "person_id": owner.id,
        "delivery_id": uuid.UUID(post.deliveries[0].key), "account_id": account.id, "member_id": member.id,
        **{f"{name}_id": row.id for name, row in kept.items()},
        "link_id": db.session.scalar(sa.select(sa.func.max(Link.id))),
    }  # fmt: skip


class Asker:
    """A member with a key of their own."""

    def __init__(self, app, browser, person, things, scope="write"):
        self.app, self.browser, self.things = app, browser.sign_in(person), things
        self.headers = {"Authorization": f"Bearer {api_tokens.create(person, 'Key', scope)}"}
        db.session.commit()

    def ask(self, rule, method):
        with self.app.test_request_context():
            names = {name: self.things[name] for name in rule.arguments}
            path = self.app.url_map.bind("localhost").build(rule.endpoint, names, method=method)
        step = {"version": "2"} if rule.endpoint.startswith("post_steps.") else {}
        body = BODIES.get(rule.endpoint, step)
        body = {**body, "post": str(self.things["number"])} if rule.endpoint in WITH_A_POST else body
        program = rule.endpoint.startswith("api.")
        sent = {"json": body} if program or rule.endpoint in AS_JSON else {"data": body}
        if rule.endpoint in WITH_A_FILE:
            sent = {"data": {**body, "file": (io.BytesIO(png()), "mine.png")}}
        path += "?channel=log" if rule.endpoint == "accounts.connect" else ""
        return self.browser.open(path, method=method, headers=self.headers if program else {}, **sent)


def changing(app, kinds):
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - SAFE):
            if rule.endpoint in kinds:
                yield rule, method


def test_every_route_that_changes_something_is_known_here(app):
    known = OF_ALL | OF_AUTHORS | OF_EDITORS | OF_OWNERS | LOOKS
    there = {
        rule.endpoint for rule in app.url_map.iter_rules()
        if (rule.methods or set()) - SAFE and rule.endpoint.partition(".")[0] not in OWN
    }  # fmt: skip
    assert there == known


@pytest.mark.parametrize(("role", "refused"), [
    ("viewer", OF_AUTHORS | OF_EDITORS | OF_OWNERS), ("author", OF_EDITORS | OF_OWNERS), ("editor", OF_OWNERS),
])  # fmt: skip
def test_a_role_changes_nothing_beyond_its_rights(app, team, things, browser, role, refused):
    asker = Asker(app, browser, make_person(team, role), things)
    before, answers = contents(), {}
    for rule, method in changing(app, refused):
        answers[f"{method} {rule.endpoint}"] = asker.ask(rule, method).status_code
    assert contents() == before
    # What was thrown away is brought back by authors; nothing was, so there is nothing to find.
    unlike = {name: status for name, status in answers.items() if status != 403 and "restoration" not in name}
    assert unlike == {}


def test_a_key_that_may_only_read_changes_nothing(app, owner, things, browser):
    asker = Asker(app, browser, owner, things, scope="read")
    before = contents()
    kinds = {name for name in OF_ALL | OF_AUTHORS | OF_EDITORS | OF_OWNERS if name.startswith("api.")}
    answers = {f"{method} {rule.endpoint}": asker.ask(rule, method) for rule, method in changing(app, kinds)}
    assert contents() == before
    assert {answer.status_code for answer in answers.values()} == {403}
    assert len(answers) == len(kinds)


def test_a_key_opens_no_page_and_a_cookie_no_call(app, owner, things, browser):
    key = api_tokens.create(owner, "Key", "write")
    bearer = {"Authorization": f"Bearer {key}"}
    for path in ("/team", "/settings", "/calendar", "/streams/new", f"/posts/{things['number']}/peek"):
        assert app.test_client().get(path, headers=bearer).status_code == 303
    assert browser.post(
        "/settings/tokens", headers=bearer, data={"token_name": "x", "scope": "write", "days": "9"}
    ).location.startswith("/sign-in")
    browser.sign_in(owner)
    for path in ("/api/v1/me", "/api/v1/posts", "/api/v1/streams"):
        assert browser.get(path).status_code == 401
        assert browser.get(f"{path}?access_token={key}&token={key}").status_code == 401


def test_nobody_who_left_or_was_put_away_goes_on(app, team, owner, things, browser):
    gone = make_person(team, "owner", name="Gone Person")
    asker = Asker(app, browser, gone, things)
    assert browser.get("/team").status_code == 200
    db.session.delete(db.session.scalar(sa.select(Member).where(Member.person_id == gone.id)))
    db.session.commit()
    before = contents()
    for rule, method in changing(app, OF_AUTHORS | OF_EDITORS | OF_OWNERS):
        assert asker.ask(rule, method).status_code in {403, 404, 422}, rule.endpoint
    assert browser.get("/api/v1/posts", headers=asker.headers).json["items"] == []
    assert browser.get("/calendar").status_code == 200
    assert contents() == before


NOT_OFFERED = (
    *("id", "state", "team", "team_id", "author_id", "approver_id", "published_at", "withdrawn_at", "due_at"),
    *("revision", "uuid", "created_at", "own_places", "deliveries", "called_off_at", "url", "__class__"),
)


def test_nothing_can_be_set_that_is_not_offered(app, team, stream, browser):
    author = make_person(team, "author")
    post = make_post(stream)
    key = {"Authorization": f"Bearer {api_tokens.create(author, 'Key', 'write')}"}
    browser.sign_in(author)
    before = contents()
    for field in NOT_OFFERED:
        sent = {field: "published" if field == "state" else 1}
        answers = [
            browser.patch(f"/api/v1/posts/{post.uuid}", json={"version": 1, **sent}, headers=key),
            browser.post("/api/v1/posts", json={"streams": ["roads"], **sent}, headers=key),
            browser.post(f"/posts/{post.uuid}/draft", json={"version": 1, **sent}),
            browser.post(f"/posts/{post.uuid}", data={"version": "1", **sent}),
        ]
        assert [answer.status_code for answer in answers] == [422, 422, 200, 303], field
    assert contents() == before


def test_what_was_agreed_on_is_changed_by_no_author_whichever_way(app, team, owner, browser):
    """Neither its words, nor its places, nor its streams; taking the approval back is the way."""
    guarded = make_stream(team, "guarded", needs_approval=True)
    free = make_stream(team, "free")
    account = make_account(team, streams=[free])
    author = make_person(team, "author")
    post = make_scheduled(free, actor=actor_for(owner), state="approved")
    post.in_streams[0].stream = guarded
    db.session.commit()
    path, key = (
        f"/api/v1/posts/{post.uuid}",
        {"Authorization": f"Bearer {api_tokens.create(author, 'Key', 'write')}"},
    )
    browser.sign_in(author)
    before, version = contents(), post.version
    for sent in ({"text": "Mine"}, {"streams": ["free"]}, {"accounts": [account.id]}, {"link": "https://mine.example"},
                 {"variants": {str(account.id): {"text": "Mine"}}}, {"event": None, "language": "nb"}):  # fmt: skip
        assert browser.patch(path, json={"version": version, **sent}, headers=key).status_code == 403, sent
        assert browser.post(f"/posts/{post.uuid}/draft", json={"version": version, **sent}).status_code in {
            200,
            403,
        }
    assert contents() == before

"""A post begins with a template: the one that was asked for, or the one its stream names."""

from __future__ import annotations

import pytest

from calendar_app.errors import NotAllowed, Refused
from calendar_app.extensions import database_now, db
from calendar_app.people.roles import actor_for
from calendar_app.posts.drafting import draft
from calendar_app.snippets import keeping
from calendar_app.snippets.beginning import beginning_of, template_named
from calendar_app.snippets.models import PostTemplate, Snippet
from calendar_app.streams.editing import edit_stream
from tests.browsing import Browser
from tests.factories import make_actor, make_person, make_stream, make_team

HOURS = {"name": "Opening hours", "title": "Open at Easter", "text": "We open at …", "kind": "useful"}


@pytest.fixture
def database():
    return "sqlite"


def make_template(actor, stream, **given):
    return keeping.make(
        PostTemplate, {**HOURS, **given}, team_id=stream.team_id, actor=actor, now=database_now()
    )


def test_a_stream_begins_with_the_template_that_it_names(app):
    stream = make_stream()
    other = make_stream(stream.team)
    actor = make_actor(stream.team)
    template = make_template(actor, stream, streams=[other.handle])
    assert beginning_of(stream) == {"streams": [stream.handle]}
    edit_stream(stream, {"template": template.id}, actor=actor, now=database_now())
    begun = beginning_of(stream)
    assert begun == {
        "title": "Open at Easter", "text": "We open at …", "kind": "useful",
        "streams": [stream.handle, other.handle],
    }  # fmt: skip
    post = draft(begun, actor=actor, now=database_now())
    assert (post.title, post.kind, post.streams) == ("Open at Easter", "useful", [stream, other])
    keeping.throw_away(template, actor=actor, now=database_now())
    assert beginning_of(stream) == {"streams": [stream.handle]}
    keeping.bring_back(template, actor=actor)
    assert beginning_of(stream)["title"] == "Open at Easter"


def test_the_templates_of_others_are_none(app):
    stream, theirs = make_stream(), make_stream()
    template = make_template(make_actor(theirs.team), theirs)
    assert template_named(str(template.id), stream.team_id) is None
    with pytest.raises(Refused) as refused:
        edit_stream(stream, {"template": template.id}, actor=make_actor(stream.team), now=database_now())
    assert set(refused.value.errors) == {"template"}
    for nonsense in ("", "x", "-1", "9" * 40, "²"):
        assert template_named(nonsense, stream.team_id) is None


def test_what_is_wrong_is_told_field_by_field(app):
    team = make_team()
    actor = make_actor(team)
    with pytest.raises(Refused) as refused:
        keeping.make(Snippet, {"name": " ", "text": ""}, team_id=team.id, actor=actor, now=database_now())
    assert set(refused.value.errors) == {"name", "text"}
    with pytest.raises(Refused) as refused:
        keeping.make(PostTemplate, {"name": "A", "kind": "rumour", "streams": []}, team_id=team.id,
                     actor=actor, now=database_now())  # fmt: skip
    assert set(refused.value.errors) == {"kind"}
    with pytest.raises(NotAllowed):
        keeping.make(Snippet, {"name": "A", "text": "B"}, team_id=team.id,
                     actor=make_actor(team, "viewer"), now=database_now())  # fmt: skip


def test_templates_and_snippets_are_kept_on_their_page_and_a_throw_away_can_be_taken_back(app):
    stream = make_stream()
    person = make_person(stream.team, "author")
    browser = Browser(app, app.response_class).sign_in(person)
    made = browser.post("/templates/new", data={**HOURS, "streams": [stream.handle]})
    assert "“Opening hours” is kept." in browser.get(made.location).text
    refused = browser.post("/snippets/new", data={"name": "Greeting", "text": ""})
    assert refused.status_code == 422 and 'value="Greeting"' in refused.text
    browser.post("/snippets/new", data={"name": "Greeting", "text": "Kind regards"})
    template, snippet = (
        keeping.of_team(PostTemplate, stream.team_id)[0],
        keeping.of_team(Snippet, stream.team_id)[0],
    )
    browser.post(f"/snippets/{snippet.id}", data={"name": "Greeting", "text": "All the best"})
    page = browser.get(f"/posts/new?template={template.id}").text
    assert "Open at Easter" in page and 'data-snippet="All the best"' in page
    gone = browser.post(f"/templates/{template.id}/removal")
    assert "“Opening hours” was thrown away." in browser.get(gone.location).text
    assert keeping.of_team(PostTemplate, stream.team_id) == []
    assert (
        f'action="/templates/{template.id}/return" data-way-back'
        in browser.get(browser.post(f"/templates/{template.id}/removal").location).text
    )
    headers = {"Accept": "application/json"}
    back = browser.post(f"/templates/{template.id}/return", headers=headers).json
    assert (
        back["sentence"] == "“Opening hours” is back." and back["back"] == f"/templates/{template.id}/removal"
    )
    db.session.expire_all()
    assert keeping.of_team(PostTemplate, stream.team_id) == [template]
    assert actor_for(person).may("write posts", stream.team_id)

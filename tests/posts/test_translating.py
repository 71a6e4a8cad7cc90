"""One post in several languages: written, agreed on, told to readers and accounts in theirs."""

from __future__ import annotations

import feedparser
import pytest
from lxml import html

from calendar_app.channels.packing import content_of
from calendar_app.errors import Refused
from calendar_app.extensions import database_now, db
from calendar_app.posts.autosaving import autosave
from calendar_app.posts.drafting import discard, draft, edit
from calendar_app.posts.publishing import publish_now
from calendar_app.posts.restoring import removal_of, restore
from calendar_app.posts.reviewing import approve
from calendar_app.posts.values import values_of
from calendar_app.posts.wording import in_language
from calendar_app.revisions.showing import changes
from calendar_app.streams.editing import edit_stream
from tests.api.program import Program, fields_of, token_for
from tests.factories import make_account, make_actor, make_person, make_post, make_scheduled, make_stream
from tests.posts.pages import errors_at, form_of, path

NB = {"title": "Broen er stengt", "text": "Til *mandag*.", "first_comment": "", "alts": {}}
SV = {"title": "Bron är stängd", "text": "Till måndag.", "first_comment": "", "alts": {}}


@pytest.fixture
def database():
    return "sqlite"


def put(post, actor=None, **translations):
    given = {"translations": translations}
    edit(post, given, version=post.version, actor=actor or make_actor(post.team), now=database_now())
    db.session.commit()


def published(*streams, **translations):
    post = make_post(*streams)
    put(post, **translations)
    publish_now(post, actor=make_actor(post.team), now=database_now())
    db.session.commit()
    return post


def told(client, post, accept="", query=""):
    answer = client.get(f"/posts/{post.uuid}{query}", headers={"Accept-Language": accept})
    assert answer.status_code == 200
    page = html.fromstring(answer.text)
    (title,) = page.xpath("//h1")
    return title.text_content(), title.get("lang"), answer, page


def test_each_language_is_kept_changed_and_taken_away_by_itself(app):
    post = make_post(make_stream())
    put(post, nb=NB, sv=SV)
    put(post, sv=None, nb={"text": "Til tirsdag."})
    assert values_of(post)["translations"] == {"nb": {**NB, "text": "Til tirsdag."}}
    put(post, nb={"title": "", "text": " "})
    assert values_of(post)["translations"] == {}


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"translations": {"norsk!": NB}}, "translations.norsk!"),
        ({"translations": {"en": NB}}, "translations.en"),
        ({"translations": {"nb": NB}, "language": "nb"}, "translations.nb"),
        ({"translations": {"nb": {"title": "x" * 201, "text": ""}}}, "translations.nb.title"),
        ({"translations": {"nb": {"title": "", "text": "x" * 50_001}}}, "translations.nb.text"),
        ({"translations": {f"a{letter}": NB for letter in "abcdefghij"}}, "translations"),
    ],
)
def test_what_does_not_fit_is_told_at_its_language(app, given, where):
    post = make_post(make_stream())
    with pytest.raises(Refused) as refused:
        edit(post, given, version=1, actor=make_actor(post.team), now=database_now())
    assert list(refused.value.errors) == [where]


def test_while_one_writes_a_language_that_does_not_fit_keeps_no_other_back(app):
    post = make_post(make_stream())
    typed = {**values_of(post), "translations": {"nb": NB, "sv": {"title": "x" * 201, "text": ""}}}
    actor = make_actor(post.team)
    problems = autosave(post, typed, version=1, actor=actor, now=database_now())
    assert list(problems) == ["translations.sv.title"]
    assert values_of(post)["translations"] == {"nb": NB}
    # The composer tells all that there is: what is missing there was taken out.
    autosave(post, {**values_of(post), "translations": {}}, version=2, actor=actor, now=database_now())
    assert values_of(post)["translations"] == {}


def test_a_page_without_scripts_takes_a_language_in_its_spare_fields(browser, stream):
    post = make_post(stream)
    spare = {
        "tongue": ["0"],
        "tongue_code": "norsk",
        "tongue_title_0": NB["title"],
        "tongue_text_0": "A\r\nB",
    }
    answer = browser.send(path(post), form_of(post, translations="1", **spare), page=path(post, "edit"))
    assert list(errors_at(answer)) == ["translations.0"] and NB["title"] in answer.text
    nb = {**spare, "tongue_code": "nb"}
    browser.send(path(post), form_of(post, translations="1", **nb), page=path(post, "edit"))
    db.session.expire_all()
    assert values_of(post)["translations"] == {"nb": {**NB, "text": "A\nB"}}
    page = html.fromstring(browser.get(path(post, "edit")).text)
    assert page.xpath("//*[@name='tongue_title_nb']/@value") == [NB["title"]]
    emptied = {"tongue": ["nb", "0"], "tongue_title_nb": "", "tongue_text_nb": ""}
    browser.send(path(post), form_of(post, translations="1", **emptied), page=path(post, "edit"))
    db.session.expire_all()
    assert values_of(post)["translations"] == {}


def test_history_removal_and_approval_know_the_translations(app):
    stream = make_stream(needs_approval=True, approve_again="readers")
    actor = make_actor(stream.team)
    post = draft({"streams": [stream.handle], "title": "A"}, actor=actor, now=database_now())
    before = values_of(post)
    edit(post, {"translations": {"nb": NB}}, version=1, actor=actor, now=database_now())
    labels = [one.label for one in changes(before, values_of(post))]
    assert labels == ["Title in norsk bokmål", "Text in norsk bokmål"]
    approve(post, actor=actor, now=database_now())
    assert post.state == "approved"
    edit(post, {"translations": {"nb": SV}}, version=post.version, actor=actor, now=database_now())
    assert post.state != "approved"
    discard(post, actor=actor)
    restore(removal_of(post.uuid, actor), actor=actor, now=database_now())
    found = db.session.scalars(db.select(type(post))).one()
    assert values_of(found)["translations"] == {"nb": SV}


def test_a_change_of_a_translation_is_news_to_readers_and_ends_old_claims(app):
    post = make_scheduled(make_stream())
    version, revision = post.version, post.revision
    put(post, nb=NB)
    assert (post.version, post.revision) == (version + 1, revision + 1)


def test_the_page_speaks_the_language_of_the_reader_and_leads_to_the_others(client, app):
    post = published(make_stream(), nb=NB, sv=SV)
    for accept, query, title, language in [
        ("", "", "Bridge closed", "en"),
        ("nb-NO,en;q=0.5", "", NB["title"], "nb"),
        ("no", "", NB["title"], "nb"),
        ("fi,sv;q=0.5", "", SV["title"], "sv"),
        ("sv;q=0,de", "", "Bridge closed", "en"),
        ("nb", "?lang=sv", SV["title"], "sv"),
        ("nb", "?lang=en", "Bridge closed", "en"),
        ("nb", "?lang=%22%3E", NB["title"], "nb"),
    ]:
        found = told(client, post, accept, query)
        assert found[:2] == (title, language), (accept, query)
        assert found[2].headers["Content-Language"] == language
        assert "Accept-Language" in found[2].headers["Vary"]
    page = told(client, post, "nb")[3]
    ways = {link.get("hreflang"): link.get("href") for link in page.xpath("//link[@hreflang]")}
    assert ways.keys() == {"x-default", "en", "nb", "sv"} and ways["sv"].endswith("?lang=sv")
    (current,) = page.xpath("//nav//a[@aria-current]")
    assert (current.text_content(), current.get("lang")) == ("norsk bokmål", "nb")


def test_stream_pages_and_feeds_speak_the_language_of_the_stream(client, app):
    roads = make_stream(handle="roads")
    veier = make_stream(roads.team, "veier", language="nb")
    post = published(roads, veier, nb=NB)
    for handle, title, language in [("roads", "Bridge closed", "en"), ("veier", NB["title"], "nb")]:
        (link,) = html.fromstring(client.get(f"/streams/{handle}").text).xpath("//h3/a[@lang]")
        assert (link.text_content(), link.get("lang")) == (title, language)
        for form in ("atom", "rss"):
            (entry,) = feedparser.parse(client.get(f"/streams/{handle}.{form}").data).entries
            assert entry.title == title
        assert title in client.get(f"/streams/{handle}.ics").text
        assert client.get(f"/streams/{handle}.json").json["items"][0]["title"] == title
    # One post told once: in a choice of both it speaks as its home does.
    (entry,) = feedparser.parse(client.get("/follow/roads+veier.atom").data).entries
    assert entry.title == "Bridge closed"
    put(post, nb={"title": "Broen er åpen"})
    (entry,) = feedparser.parse(client.get("/streams/veier.atom").data).entries
    assert entry.title == "Broen er åpen"


def test_an_account_gets_its_language_and_its_own_text_still_wins(app):
    stream = make_stream()
    norsk, other = make_account(stream.team, streams=[stream]), make_account(stream.team, streams=[stream])
    norsk.language, other.language = "nb", "fi"
    post = make_post(stream)
    put(post, nb=NB)
    sent = content_of(post, norsk)
    assert (sent.title, sent.text, sent.language) == (NB["title"], NB["text"], "nb")
    assert "<em>mandag</em>" in sent.html
    assert content_of(post, other).title == content_of(post).title == "Bridge closed"
    own = {"variants": {norsk.id: {"text": "Kort."}}}
    edit(post, own, version=post.version, actor=make_actor(stream.team), now=database_now())
    assert (content_of(post, norsk).text, content_of(post, norsk).title) == ("Kort.", NB["title"])


def test_whoever_only_reads_a_post_reads_all_its_languages(signed_in, stream):
    post = make_post(stream)
    put(post, nb=NB)
    reader = signed_in(make_person(stream.team, "viewer"))
    shown = reader.get(path(post, "edit")).text
    assert NB["title"] in shown and "<em>mandag</em>" in shown


def test_an_owner_chooses_the_language_of_an_account(browser, stream):
    account = make_account(stream.team)
    browser.send(f"/accounts/{account.id}", {"name": "Log", "language": "nb"})
    db.session.refresh(account)
    assert account.language == "nb"
    assert 'value="nb"' in browser.get(f"/accounts/{account.id}").text
    refused = browser.send(f"/accounts/{account.id}", {"name": "Log", "language": "norsk!"})
    assert refused.status_code == 422 and "Write the language as a code" in refused.text


def test_a_stream_that_changes_its_language_tells_its_translated_posts_anew(client, app):
    stream = make_stream(handle="roads")
    published(stream, nb=NB)
    plain = published(stream)
    assert NB["title"] not in client.get("/streams/roads.atom").text
    before = plain.revision
    edit_stream(stream, {"language": "nb"}, actor=make_actor(stream.team), now=database_now())
    db.session.commit()
    assert NB["title"] in client.get("/streams/roads.atom").text
    db.session.refresh(plain)
    assert plain.revision == before


def test_what_is_nearly_the_language_is_as_good(app):
    post = make_post(make_stream(), language="en-GB")
    put(post, nb=NB)
    for wanted, found in [
        ("nn", "nb"),
        ("no", "nb"),
        ("en", "en-GB"),
        ("NB", "nb"),
        ("fr", "en-GB"),
        ("", "en-GB"),
    ]:
        assert in_language(post, wanted).language == found


def test_programs_write_translations_and_choose_the_language_of_an_account(app):
    stream = make_stream(handle="roads")
    person = make_person(team=stream.team, role="owner")
    api = Program(app, token_for(person))
    post = api.post("/posts", {"streams": ["roads"], "title": "A", "translations": {"nb": NB, "sv": SV}}).json
    assert post["translations"] == {"nb": NB, "sv": SV}
    sent = {"version": 1, "translations": {"sv": None, "nb": {"title": "Ny"}}}
    post = api.patch(f"/posts/{post['id']}", sent).json
    assert post["translations"] == {"nb": {**NB, "title": "Ny"}}
    refused = api.patch(f"/posts/{post['id']}", {"version": 2, "translations": {"en": NB}})
    assert list(fields_of(refused)) == ["translations.en"]
    account = make_account(stream.team)
    path = f"/accounts/{account.id}"
    assert api.patch(path, {"language": "nb"}).json["language"] == "nb"
    assert api.patch(path, {"name": "Log"}).json["language"] == "nb"
    assert api.patch(path, {"language": ""}).json["language"] == ""
    assert list(fields_of(api.patch(path, {"language": "?"}))) == ["language"]

"""First comment and words for pictures in further languages: written, kept, compared, sent, read."""

from __future__ import annotations

import pytest
from lxml import html

from calendar_app.channels.packing import content_of
from calendar_app.errors import Refused
from calendar_app.extensions import database_now, db
from calendar_app.posts.autosaving import autosave
from calendar_app.posts.cautions import cautions
from calendar_app.posts.drafting import edit
from calendar_app.posts.duplicating import duplicate
from calendar_app.posts.publishing import publish_now
from calendar_app.posts.scheduling import schedule
from calendar_app.posts.values import values_of
from calendar_app.revisions.restoring import restore
from calendar_app.revisions.showing import changes
from tests.api.program import Program, fields_of, token_for
from tests.factories import make_account, make_actor, make_person, make_post, make_stream
from tests.media.pictures import attach, make_medium
from tests.posts.pages import form_of, path

NB = {
    "title": "Broen er stengt",
    "text": "Til mandag.",
    "first_comment": "Kart: https://example.org/nb",
    "alts": {},
}


@pytest.fixture
def database():
    return "sqlite"


def shown_post(stream, *alts, **values):
    """A post with a picture for each of `alts`, and their numbers as text."""
    post = make_post(stream, **values)
    attach(post, *(make_medium(stream.team, alt=alt, colour=(n, 2, 3)) for n, alt in enumerate(alts)))
    return post, [str(row.media_id) for row in post.pictures]


def put(post, changed):
    edit(post, changed, version=post.version, actor=make_actor(post.team), now=database_now())
    db.session.commit()


def nb(post):
    return values_of(post)["translations"]["nb"]


def test_parts_that_are_not_sent_stay_and_words_go_with_their_picture(app):
    post, (bridge, boat) = shown_post(make_stream(), "A bridge", "A boat")
    put(post, {"translations": {"nb": {**NB, "alts": {bridge: " En\nbro ", boat: "En båt", "999": "Ingen"}}}})
    assert nb(post) == {**NB, "alts": {bridge: "En bro", boat: "En båt"}}
    put(post, {"translations": {"nb": {"text": "Til tirsdag."}}})
    assert nb(post) == {**NB, "text": "Til tirsdag.", "alts": {bridge: "En bro", boat: "En båt"}}
    put(post, {"pictures": [{"media": int(boat)}]})
    assert nb(post)["alts"] == {boat: "En båt"}
    put(post, {"translations": {"nb": {"alts": {}, "first_comment": ""}}})
    assert (nb(post)["alts"], nb(post)["first_comment"]) == ({}, "")


@pytest.mark.parametrize(
    ("part", "where"),
    [
        ({"first_comment": "x" * 3001}, "translations.nb.first_comment"),
        ({"alts": "long"}, "translations.nb.alts.{}"),
    ],
)
def test_what_does_not_fit_is_told_at_its_field(app, part, where):
    post, (bridge,) = shown_post(make_stream(), "A bridge")
    part = {"alts": {bridge: "x" * 1501}} if "alts" in part else part
    typed = {**values_of(post), "translations": {"nb": {**NB, **part}}}
    problems = autosave(post, typed, version=1, actor=make_actor(post.team), now=database_now())
    assert list(problems) == [where.format(bridge)]


def test_where_every_picture_needs_words_each_language_that_goes_out_does(app):
    stream = make_stream()
    stream.team.needs_alt = True
    post, (bridge,) = shown_post(stream, "A bridge")
    put(
        post, {"translations": {"nb": NB, "sv": {"first_comment": "Karta"}}, "publish_at": "2031-01-01T09:00"}
    )
    with pytest.raises(Refused) as refused:
        schedule(post, actor=make_actor(stream.team), now=database_now())
    # Swedish has no title and no text yet: nobody will read it.
    assert list(refused.value.errors) == [f"translations.nb.alts.{bridge}"]
    put(post, {"translations": {"nb": {"alts": {bridge: "En bro"}}}})
    schedule(post, actor=make_actor(stream.team), now=database_now())
    with pytest.raises(Refused) as refused:
        put(post, {"translations": {"nb": {"alts": {}}}})
    assert list(refused.value.errors) == [f"translations.nb.alts.{bridge}"]
    db.session.rollback()
    put(post, {"title": "Another"})


def test_an_account_sends_comment_and_words_in_its_language_else_the_posts_own(app):
    stream = make_stream()
    post, (bridge, boat) = shown_post(
        stream, "A bridge", "A boat", first_comment="Map: https://example.org/en"
    )
    put(post, {"translations": {"nb": {**NB, "alts": {bridge: "En bro"}}, "sv": {"title": "Bron"}}})
    account = make_account(stream.team, "mastodon", settings={"url": "https://m.example"}, streams=[stream])

    def sent():
        content = content_of(post, account)
        return content.first_comment, [one.alt for one in content.pictures]

    for language, told in [
        ("", ("Map: https://example.org/en", ["A bridge", "A boat"])),
        ("nb", (NB["first_comment"], ["En bro", "A boat"])),
        ("sv", ("Map: https://example.org/en", ["A bridge", "A boat"])),
    ]:
        account.language = language
        assert sent() == told
    account.language, stream.links_as = "nb", "labelled"
    assert "utm_campaign" in sent()[0] and sent()[0].startswith("Kart: https://example.org/nb?")
    # The account may do without, whatever the stream says.
    account.links_as = "written"
    assert sent()[0] == NB["first_comment"]


def test_readers_are_told_of_pictures_in_their_language_and_what_falls_back_says_so(client, app):
    stream = make_stream(handle="roads", language="nb")
    post, (bridge, _boat) = shown_post(stream, "A bridge", "A boat", language="en")
    put(post, {"translations": {"nb": {**NB, "alts": {bridge: "En bro"}}}})
    publish_now(post, actor=make_actor(post.team), now=database_now())
    db.session.commit()
    page = html.fromstring(client.get(f"/posts/{post.uuid}?lang=nb").text)
    assert [(one.get("alt"), one.get("lang")) for one in page.xpath("//figure/img")] == [
        ("En bro", "nb"), ("A boat", "en"),
    ]  # fmt: skip
    assert "example.org/nb" not in page.text_content()
    item = client.get("/streams/roads.json").json["items"][0]
    assert [one["title"] for one in item["attachments"]] == ["En bro", "A boat"]
    revision = post.revision
    put(post, {"translations": {"nb": {"first_comment": "Nytt kart"}}})
    assert post.revision == revision
    put(post, {"translations": {"nb": {"alts": {bridge: "En stengt bro"}}}})
    assert post.revision == revision + 1
    assert "En stengt bro" in client.get("/streams/roads.atom").text


def test_revisions_tell_them_and_bring_back_also_their_absence(app):
    post, (bridge,) = shown_post(make_stream(), "A bridge")
    old = values_of(post)
    put(post, {"translations": {"nb": {"title": "A"}}})
    first = post.version
    put(post, {"translations": {"nb": {**NB, "alts": {bridge: "En bro"}}}})
    labels = [one.label for one in changes(old, values_of(post))]
    assert labels == [f"{part} in norsk bokmål" for part in ("Title", "Text", "First comment", "Pictures")]
    copy = duplicate(post, actor=make_actor(post.team), now=database_now())
    assert nb(copy) == nb(post)

    class OfBefore:
        """As revisions were kept before there was more than title and text."""

        number, values = first, {**values_of(post), "translations": {"nb": {"title": "A", "text": ""}}}

    restore(post, OfBefore, version=post.version, actor=make_actor(post.team), now=database_now())
    assert nb(post) == {"title": "A", "text": "", "first_comment": "", "alts": {}}


def test_a_page_without_scripts_has_a_field_for_each_picture_in_each_language(browser, stream):
    post, (bridge,) = shown_post(stream, "A bridge")
    put(post, {"translations": {"nb": NB}})
    fields = {
        "tongue": ["nb", "0"], "tongue_title_nb": "Bro", "tongue_first_comment_nb": "Kart",
        f"tongue_alt_nb_{bridge}": "En bro", "translations": "1",
    }  # fmt: skip
    browser.send(path(post), form_of(post, **fields), page=path(post, "edit"))
    db.session.expire_all()
    assert nb(post) == {"title": "Bro", "text": "", "first_comment": "Kart", "alts": {bridge: "En bro"}}
    page = html.fromstring(browser.get(path(post, "edit")).text)
    (label,) = page.xpath(f"//label[@for='translations.nb.alts.{bridge}']")
    assert label.text_content() == "What picture 1 shows, in norsk bokmål"
    stale = browser.send(
        path(post),
        form_of(post, **{**fields, "version": "1", "tongue_text_nb": "Min"}),
        page=path(post, "edit"),
    )
    mine = html.fromstring(stale.text)
    (kept,) = mine.xpath(f"//textarea[@name='tongue_alt_nb_{bridge}']")
    assert kept.text_content().strip() == "En bro"
    assert mine.xpath("//textarea[@name='tongue_first_comment_nb']")[0].text_content().strip() == "Kart"


def test_whoever_may_only_read_reads_them_too(signed_in, stream):
    post, (bridge,) = shown_post(stream, "A bridge")
    put(post, {"translations": {"nb": {**NB, "alts": {bridge: "En bro"}}}})
    shown = signed_in(make_person(stream.team, "viewer")).get(path(post, "edit")).text
    assert "En bro" in shown and "Kart: " in shown


def test_programs_write_them_by_the_number_of_the_picture(app):
    stream = make_stream(handle="roads")
    api = Program(app, token_for(make_person(team=stream.team, role="owner")))
    medium = make_medium(stream.team, alt="A bridge")
    db.session.commit()
    sent = {
        "streams": ["roads"], "title": "A", "pictures": [{"media": medium.id}],
        "translations": {"nb": {**NB, "alts": {str(medium.id): "En bro", "9999": "Ingen"}}},
    }  # fmt: skip
    post = api.post("/posts", sent).json
    assert post["translations"]["nb"] == {**NB, "alts": {str(medium.id): "En bro"}}
    bad = {"version": 1, "translations": {"nb": {"alts": {"x": "?"}}}}
    assert fields_of(api.patch(f"/posts/{post['id']}", bad))
    long = {"version": 1, "translations": {"nb": {"first_comment": "x" * 3001}}}
    assert list(fields_of(api.patch(f"/posts/{post['id']}", long))) == ["translations.nb.first_comment"]


def test_who_writes_is_told_where_words_for_a_picture_are_missing(app):
    stream = make_stream()
    post, (bridge, _mute) = shown_post(stream, "A bridge", "")
    put(
        post,
        {
            "translations": {
                "nb": NB,
                "sv": {**NB, "alts": {bridge: "En bro"}},
                "da": {"first_comment": "Kort"},
            }
        },
    )
    told = [one.what for one in cautions(post, streams=[stream], accounts=[], hold=None, now=database_now())]
    assert told == ["A picture has no words.", "The words for pictures are missing in norsk bokmål."]

"""Links leave as the stream says: as written, labelled, or short; a short one leads to what is stored."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from calendar_app import links
from calendar_app.channels.packing import content_of, pack
from calendar_app.extensions import db
from calendar_app.short_links.leaving import labelled
from calendar_app.short_links.models import ShortLink
from tests.api.program import Program, fields_of, token_for
from tests.browsing import Browser
from tests.channels.steps import claimed, published
from tests.factories import make_account, make_person, make_post, make_stream

MARKED = "utm_source=discord&utm_medium=social&utm_campaign=roads"


@pytest.fixture
def database():
    return "sqlite"


def test_labels_join_what_an_address_says_already():
    told = {"stream": "roads", "channel": "discord"}
    assert labelled("https://example.org/a?b=1#c", **told) == f"https://example.org/a?b=1&{MARKED}#c"
    assert labelled("https://e.org/?utm_source=x", **told).count("utm_source") == 1


def test_text_and_link_are_labelled_for_the_public_and_for_nobody_alone(app):
    stream = make_stream(handle="roads", links_as="labelled")
    ours = links.home()
    text = f"[Map](https://example.org/a_(b)) and https://example.org/c. Not {ours} or https://[."
    post = make_post(
        stream, text=text, link="https://example.org", first_comment="More: https://example.org/m"
    )
    places = {kind: make_account(stream.team, kind, streams=[stream]) for kind in ("discord", "email")}
    sent = content_of(post, places["discord"])
    assert sent.text == (
        f"[Map](https://example.org/a_(b)?{MARKED}) and https://example.org/c?{MARKED}. Not {ours} or https://[."
    )
    assert (sent.link, sent.first_comment) == (
        f"https://example.org?{MARKED}", f"More: https://example.org/m?{MARKED}",
    )  # fmt: skip
    for plain in (content_of(post, places["email"]), content_of(post)):
        assert (plain.text, plain.link, plain.first_comment) == (
            text, "https://example.org", post.first_comment,
        )  # fmt: skip


def test_a_short_link_leads_to_its_target_and_only_the_visit_is_counted(app):
    stream = make_stream(handle="roads", links_as="short")
    account = make_account(
        stream.team, "discord", secrets={"url": "https://discord.test/x"}, streams=[stream]
    )
    post = published(stream, text="Read it.", link="https://example.org/long")
    seen = content_of(post, account).link
    assert db.session.scalars(sa.select(ShortLink)).all() == []
    (taken,) = claimed()
    assert seen in str(pack(taken).payload)
    db.session.commit()
    (short,) = db.session.scalars(sa.select(ShortLink))
    assert (seen, short.target) == (links.absolute(f"/l/{short.code}"), f"https://example.org/long?{MARKED}")
    reader = Browser(app, app.response_class)
    answer = reader.get(f"/l/{short.code}")
    reader.head(f"/l/{short.code}")
    assert (answer.status_code, answer.location) == (302, short.target)
    assert answer.headers["Referrer-Policy"] == "no-referrer" and "Set-Cookie" not in answer.headers
    db.session.refresh(short)
    assert short.visits == 1
    assert reader.get("/l/nothing").status_code == reader.get("/l/https:%2F%2Fevil").status_code == 404


def test_an_account_may_do_without_whatever_the_stream_says(app):
    stream = make_stream(handle="roads", links_as="short")
    account = make_account(
        stream.team, "discord", secrets={"url": "https://discord.test/x"}, streams=[stream]
    )
    post = make_post(stream, text="See https://example.org/t", link="https://example.org/long")
    assert "/l/" in content_of(post, account).link
    browser = Browser(app, app.response_class).sign_in(make_person(team=stream.team))
    assert "as the stream of the post says" in browser.get(f"/accounts/{account.id}").text
    refused = browser.post(f"/accounts/{account.id}", data={"name": "Room", "links_as": "never"})
    assert refused.status_code == 422 and "Choose how links leave." in refused.text
    browser.post(f"/accounts/{account.id}", data={"name": "Room", "links_as": "written"})
    db.session.refresh(account)
    sent = content_of(post, account)
    assert (account.links_as, sent.link, sent.text) == ("written", post.link, post.text)
    # A form without the field (that of a channel whose links are never changed) leaves it.
    browser.post(f"/accounts/{account.id}", data={"name": "Hall"})
    db.session.refresh(account)
    assert (account.name, account.links_as) == ("Hall", "written")
    log = make_account(stream.team, "log")
    assert "as the stream of the post says" not in browser.get(f"/accounts/{log.id}").text
    api = Program(app, token_for(make_person(team=stream.team, role="owner")))
    at = f"/accounts/{account.id}"
    assert api.patch(at, {"links_as": "stream"}).json["links_as"] == "stream"
    assert api.patch(at, {"name": "Log"}).json["links_as"] == "stream"
    assert list(fields_of(api.patch(at, {"links_as": "short"}))) == ["links_as"]

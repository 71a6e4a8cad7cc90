"""What the composer's scripts ask for: saving, previews, slots, deliveries."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from calendar_app.extensions import database_now, db
from calendar_app.people.models import Session
from calendar_app.posts.models import Post
from calendar_app.posts.values import values_of
from tests.factories import (
    make_account,
    make_person,
    make_post,
    make_scheduled,
    make_stream,
    make_team,
    plan_for,
)

KEY = "0123456789abcdef0123"


class Script:
    """A page's scripts: JSON with the page's token."""

    def __init__(self, browser, token):
        self.browser, self.token = browser, token

    def post(self, path, **body):
        return self.browser.post(
            path, json=body, headers={"X-CSRFToken": self.token, "Accept": "application/json"}
        )


@pytest.fixture
def stream(app):
    return make_stream(make_team(), "traffic", name="Traffic", guidelines="Say *what to do* first.")


@pytest.fixture
def kari(stream):
    return make_person(stream.team, "owner", name="Kari Moe")


@pytest.fixture
def script(signed_in, kari):
    browser = signed_in(kari)
    return Script(browser, browser.form_token("/posts/new"))


def test_the_first_key_makes_the_draft(script):
    answer = script.post("/posts", draft_key=KEY, title="B", streams=["traffic"])
    post = db.session.scalars(sa.select(Post)).one()
    assert answer.status_code == 201
    assert answer.json["uuid"] == post.uuid
    assert (answer.json["ok"], answer.json["version"], answer.json["problems"]) == (True, 1, {})
    assert answer.json["values"] == values_of(post)


def test_asked_again_it_finds_the_same_draft_as_it_stands(script):
    first = script.post("/posts", draft_key=KEY, title="B", streams=["traffic"]).json
    again = script.post("/posts", draft_key=KEY, title="Br", streams=["traffic"])
    assert (again.status_code, again.json["uuid"]) == (200, first["uuid"])
    assert again.json["values"]["title"] == "B"


def test_asked_four_times_at_once_it_makes_one_draft(app, script):
    cookies = [(cookie.key, cookie.value) for cookie in script.browser._cookies.values()]
    db.session.commit()

    def ask(number):
        client = app.test_client_class(app, app.response_class)
        for name, value in cookies:
            client.set_cookie(name, value)
        return super(type(client), client).open(
            "/posts", method="POST", headers={"X-CSRFToken": script.token},
            json={"draft_key": KEY, "title": f"T{number}", "streams": ["traffic"]},
        )  # fmt: skip

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(ask, range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert len({answer.json["uuid"] for answer in answers}) == 1
    db.session.expire_all()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Post)) == 1


def test_a_draft_without_a_stream_is_not_begun(script):
    answer = script.post("/posts", draft_key=KEY, title="B", streams=[])
    assert answer.status_code == 422
    assert set(answer.json["problems"]) == {"streams"}


def test_autosave_keeps_the_good_and_tells_the_bad(script, stream):
    post = make_post(stream)
    answer = script.post(
        f"/posts/{post.uuid}/draft", version=1, title="New", link="javascript:alert(1)",
        publish_at="2027-10-31T02:30", timezone="Europe/Oslo", fold=None,
    )  # fmt: skip
    assert answer.status_code == 200
    assert (answer.json["ok"], answer.json["version"]) == (True, 2)
    assert set(answer.json["problems"]) == {"link", "publish_at"}
    assert [way["fold"] for way in answer.json["ways_out"]] == [0, 1]
    assert answer.json["saved_at"].endswith("Z")
    assert (post.title, post.link, post.publish_at) == ("New", "", None)
    chosen = script.post(
        f"/posts/{post.uuid}/draft", version=2, publish_at="2027-10-31T02:30", timezone="Europe/Oslo", fold=1
    )
    assert (chosen.json["problems"], post.due_at.isoformat()) == ({}, "2027-10-31T01:30:00+00:00")


def test_places_that_were_disconnected_are_not_part_of_a_page(script, stream):
    kept, gone = make_account(stream.team), make_account(stream.team)
    post = make_post(stream)
    texts = {str(account.id): {"text": "Own"} for account in (kept, gone)}
    script.post(f"/posts/{post.uuid}/draft", version=1, accounts=[kept.id, gone.id], variants=texts)
    gone.deleted_at = database_now()
    db.session.commit()
    assert values_of(post)["accounts"] == [kept.id]
    assert values_of(post)["variants"] == {str(kept.id): {"text": "Own"}}


def test_a_stale_autosave_gets_what_stands_and_whose_it_is(script, signed_in, stream):
    post = make_post(stream, text="First")
    other = signed_in(make_person(stream.team, "author", name="Jon Aune"))
    Script(other, other.form_token("/posts/new")).post(f"/posts/{post.uuid}/draft", version=1, text="Theirs")
    answer = script.post(f"/posts/{post.uuid}/draft", version=1, text="Mine")
    assert answer.status_code == 409
    assert (answer.json["stale"], answer.json["version"], answer.json["by"]) == (True, 2, "Jon Aune")
    assert answer.json["theirs"] == values_of(post)
    assert post.text == "Theirs"


def test_without_a_session_it_answers_401_in_json(script, stream):
    post = make_post(stream)
    for row in db.session.scalars(sa.select(Session)):
        row.ended_at = row.created_at
    db.session.commit()
    for answer in (
        script.post(f"/posts/{post.uuid}/draft", version=1, text="Mine"),
        script.post("/posts", draft_key=KEY, title="B", streams=["traffic"]),
        script.post("/posts/preview", title="B"),
    ):
        assert (answer.status_code, answer.is_json) == (401, True)
        assert answer.json["csrf"]
    assert post.version == 1


def test_with_a_token_of_another_session_it_gets_a_new_one(script, stream):
    post = make_post(stream)
    script.token = "old"
    answer = script.post(f"/posts/{post.uuid}/draft", version=1, text="Mine")
    assert (answer.status_code, bool(answer.json["csrf"])) == (400, True)
    script.token = answer.json["csrf"]
    assert script.post(f"/posts/{post.uuid}/draft", version=1, text="Mine").status_code == 200


def test_rights_are_told_in_json(signed_in, stream):
    post = make_post(stream)
    viewer = signed_in(make_person(stream.team, "viewer"))
    script = Script(viewer, viewer.form_token(f"/posts/{post.uuid}/edit"))
    answer = script.post(f"/posts/{post.uuid}/draft", version=1, text="Mine")
    assert (answer.status_code, answer.json["ok"]) == (403, False)
    assert answer.json["error"].startswith("For this you must be author, editor or owner.")
    assert script.post("/posts", draft_key=KEY, title="B", streams=["traffic"]).status_code == 403


def test_a_withdrawn_post_says_that_it_cannot_be_changed(script, stream):
    post = make_post(stream, state="withdrawn", published_at=database_now(), withdrawn_at=database_now())
    answer = script.post(f"/posts/{post.uuid}/draft", version=1, text="Mine")
    assert (answer.status_code, answer.json.get("stale")) == (409, None)
    assert "withdrawn" in answer.json["error"]


def test_strangers_and_dead_posts_are_not_found(signed_in, stream):
    post = make_post(stream)
    stranger = signed_in(make_person(make_team()))
    script = Script(stranger, stranger.form_token("/posts/new"))
    assert script.post(f"/posts/{post.uuid}/draft", version=1, text="Mine").status_code == 404
    assert script.post("/posts/preview", uuid=post.uuid, title="B").status_code == 404
    assert script.post("/posts/preview", uuid="\x00", title="B").status_code == 404


@pytest.mark.parametrize(
    "body", ["", "[]", '"x"', "{", '{"version": "x"}', '{"version": 1, "title": 3}', "\x00"]
)
def test_broken_json_is_refused_with_a_sentence(script, stream, body):
    post = make_post(stream)
    answer = script.browser.post(
        f"/posts/{post.uuid}/draft", data=body, content_type="application/json",
        headers={"X-CSRFToken": script.token},
    )  # fmt: skip
    assert answer.status_code == 422
    assert all(answer.json["problems"].values())


@pytest.mark.parametrize("text", ["x" * 1_000_000, "\x00\x01\x1b[31m", "\u202eevil", "😀" * 40_000])
def test_no_text_breaks_anything(script, stream, text):
    post = make_post(stream)
    answer = script.post(f"/posts/{post.uuid}/draft", version=1, text=text, title="Still saved")
    assert answer.status_code == 200
    assert post.title == "Still saved"
    assert len(post.text) <= 50_000
    preview = script.post(
        "/posts/preview", uuid=post.uuid, **{**values_of(post), "text": text, "title": text}
    )
    assert preview.status_code == 200


def test_half_a_character_is_refused_with_a_sentence(script, stream):
    post = make_post(stream)
    answer = script.post(f"/posts/{post.uuid}/draft", version=1, text="\ud800")
    assert (answer.status_code, bool(answer.json["problems"]["form"])) == (422, True)


def test_the_preview_is_what_the_adapter_would_send(script, stream):
    account = make_account(
        stream.team, "webhook", name="Town screen", settings={"url": "https://screen.example.org"}
    )
    values = {
        **values_of(make_post(stream)), "text": "The **bridge** <script>", "accounts": [account.id],
        "variants": {str(account.id): {"text": "Own *words*"}},
    }  # fmt: skip
    page = script.post("/posts/preview", **values).text
    assert "<strong>bridge</strong> &lt;script&gt;" in page
    assert "Town screen" in page and "own text" in page
    assert "&#34;html&#34;: &#34;&lt;p&gt;Own &lt;em&gt;words&lt;/em&gt;&lt;/p&gt;" in page
    assert "Say <em>what to do</em> first." in page


def test_without_a_stream_it_is_said_why_nothing_can_be_scheduled(script, stream):
    values = values_of(make_post(stream))
    sentence = "Choose a stream above: then it can be scheduled."
    assert sentence in script.post("/posts/preview", **{**values, "streams": []}).text
    with_one = script.post("/posts/preview", **values).text
    assert sentence not in with_one and "Nothing goes out until it is scheduled." in with_one


def test_the_preview_keeps_nothing(script, stream):
    post = make_post(stream)
    script.post("/posts/preview", uuid=post.uuid, **{**values_of(post), "title": "Other"})
    assert (post.title, post.version) == ("Bridge closed", 1)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Post)) == 1


def test_warnings_say_what_and_one_way_out(script, stream):
    near = make_post(stream, title="Ferry late")
    plan_for(near, database_now() + timedelta(hours=2, minutes=20))
    paused = make_account(stream.team, name="Town screen", streams=[stream])
    paused.state, paused.state_reason = "paused", "Its key was revoked."
    post = make_post(stream)
    plan_for(post, database_now() + timedelta(hours=2))
    db.session.commit()
    page = script.post("/posts/preview", uuid=post.uuid, **values_of(post)).text
    assert "Close to another post." in page and "“Ferry late” goes out in Traffic" in page
    assert f'href="/posts/{near.uuid}/edit"' in page
    assert "“Town screen” is out of order." in page and "Its key was revoked." in page
    plan_for(near, database_now() + timedelta(hours=3))
    db.session.commit()
    assert (
        "Close to another post." not in script.post("/posts/preview", uuid=post.uuid, **values_of(post)).text
    )


def test_a_time_that_has_passed_is_a_warning_while_one_writes(script, stream):
    values = {**values_of(make_post(stream)), "publish_at": "2020-01-01T09:00", "fold": None}
    assert "This time has passed." in script.post("/posts/preview", **values).text


def test_slots_come_with_their_reasons(script, stream):
    stream.cadence = ["FREQ=DAILY;BYHOUR=9;BYMINUTE=0"]
    db.session.commit()
    page = script.browser.get("/posts/slots?streams=traffic").text
    assert page.count("data-slot=") == 3
    assert "nothing else that day" in page
    assert script.browser.get("/posts/slots?streams=nowhere+%F0%9F").status_code == 200
    assert (
        "promises no times"
        in script.browser.get(f"/posts/slots?streams={make_stream(stream.team).handle}").text
    )


def test_the_page_looks_again_only_while_something_is_under_way(script, stream):
    make_account(stream.team, streams=[stream])
    draft, soon = make_post(stream), make_scheduled(stream, due_in=3600)
    assert "data-look-again" not in script.browser.get(f"/posts/{draft.uuid}/deliveries").text
    assert 'data-look-again="60000"' in script.browser.get(f"/posts/{soon.uuid}/deliveries").text
    overdue = make_scheduled(stream, due_in=-1)
    assert 'data-look-again="1000"' in script.browser.get(f"/posts/{overdue.uuid}/deliveries").text

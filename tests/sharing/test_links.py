"""One post shown to somebody outside, by an address that ends: what they see, what they may say, what stays inside."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from calendar_app.comments.commenting import comment, settle
from calendar_app.comments.models import Comment
from calendar_app.extensions import database_now, db
from calendar_app.logs import masked
from calendar_app.media.keeping import kept_name
from calendar_app.notices.models import Notice
from calendar_app.people.models import Member
from calendar_app.people.roles import actor_for
from calendar_app.posts.models import Translation
from calendar_app.sharing import letting_in
from calendar_app.sharing.models import ShareLink
from tests.browsing import Browser
from tests.factories import make_account, make_person, make_post, make_stream, make_team, plan_for
from tests.media.pictures import attach, make_medium


@pytest.fixture
def database():
    return "sqlite"


@pytest.fixture
def kari(app):
    return make_person(make_team(), "author", name="Kari Nordmann")


@pytest.fixture
def post(kari):
    stream = make_stream(kari.memberships[0].team, "secret", visibility="internal")
    make_account(stream.team, name="Town screen", streams=[stream])
    made = make_post(stream, title="Not yet", text="Closed **soon**. <script>x</script>", author_id=kari.id)
    plan_for(made, database_now() + timedelta(days=400))
    db.session.commit()
    return made


@pytest.fixture
def outsider(app):
    """Nobody: without a cookie, with forms checked as outside of tests."""
    app.config["WTF_CSRF_ENABLED"] = True
    yield Browser(app, app.response_class)
    app.config["WTF_CSRF_ENABLED"] = False


def link_to(post, person, **values):
    token = letting_in.make(post, actor=actor_for(person), now=database_now(), **{"days": "14", **values})
    db.session.commit()
    return f"/shared/{token}"


def only_link():
    return db.session.scalars(sa.select(ShareLink)).one()


def test_an_outsider_sees_the_post_as_it_stands_and_leaves_no_trace_elsewhere(outsider, post, kari):
    medium = make_medium(post.team, alt="The bridge")
    attach(post, medium)
    post.translations = [Translation(language="nb", title="Snart", text="Ikke *ennå*.")]
    comment(post, "Do not tell them.", actor=actor_for(kari), now=database_now())
    address = link_to(post, kari, label="Fire brigade")
    seen = outsider.get(address)
    assert seen.status_code == 200 and "Set-Cookie" not in seen.headers
    assert (seen.headers["Referrer-Policy"], seen.headers["X-Robots-Tag"], seen.headers["Cache-Control"]) == (
        "no-referrer", "noindex, nofollow", "private, no-store",
    )  # fmt: skip
    for shown in ("Not yet", "<strong>soon</strong>", "<em>ennå</em>", "Planned for", "not published yet"):
        assert shown in seen.text
    for hidden in ("Do not tell them", "<script>x", "Fire brigade", "Kari", "Town screen", 'name="comment"'):
        assert hidden not in seen.text
    name = kept_name(medium.digest, medium.media_type)
    assert f'src="{address}/media/' in seen.text
    picture = outsider.get(f"{address}/media/{name}")
    assert (picture.status_code, picture.headers["Cache-Control"]) == (200, "private, no-store")
    other = make_medium(post.team, colour=(1, 2, 3))
    assert outsider.get(f"{address}/media/{kept_name(other.digest, other.media_type)}").status_code == 404
    assert outsider.get(f"/media/{name}").status_code == 404
    assert outsider.get("/shared/" + "A" * 43).status_code == 404
    assert only_link().last_used_at is not None
    assert address.removeprefix("/shared/") not in masked(f"GET {address} 200")
    post.text = "Now it is open."
    assert "Now it is open." in outsider.get(address).text


@pytest.mark.parametrize("end", ["expired", "switched off", "left", "viewer", "disabled"])
def test_a_link_ends_and_says_so(outsider, post, kari, end):
    address, link = link_to(post, kari, may_comment=True), only_link()
    member = db.session.scalars(sa.select(Member).where(Member.person_id == kari.id)).one()
    if end == "expired":
        link.expires_at = database_now() - timedelta(seconds=1)
    elif end == "switched off":
        letting_in.revoke(link, actor=actor_for(kari), now=database_now())
    elif end == "left":
        db.session.delete(member)
    elif end == "viewer":
        member.role = "viewer"
    else:
        kari.disabled_at = database_now()
    seen = outsider.get(address)
    assert seen.status_code == 410 and "Not yet" not in seen.text
    assert ("has expired" if end == "expired" else "switched off") in seen.text
    assert seen.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert outsider.post(address, data={"name": "Ola", "comment": "Hi"}).status_code == 410


def test_who_may_comment_does_so_under_a_name_of_their_own(outsider, post, kari):
    address = link_to(post, kari, may_comment=True)
    empty = outsider.post(address, data={"name": "", "comment": "Kept <b>words</b>"})
    assert empty.status_code == 422 and "Say who you are." in empty.text
    assert "Kept &lt;b&gt;words&lt;/b&gt;" in empty.text
    assert outsider.post(address, data={"name": "x" * 61, "comment": "y" * 2001}).status_code == 422
    sent = outsider.post(address, data={"name": "Fire brigade", "comment": "Say which @Kari Nordmann lane."})
    assert sent.status_code == 303
    row = db.session.scalars(sa.select(Comment)).one()
    assert (row.guest, row.person_id) == ("Fire brigade", None)
    assert db.session.execute(sa.select(Notice.person_id, Notice.kind)).all() == [(kari.id, "comment")]
    comment(post, "The left one.", actor=actor_for(kari), now=database_now(), parent=row)
    comment(post, "Inside only.", actor=actor_for(kari), now=database_now())
    seen = outsider.get(address).text
    assert "Say which" in seen and "The left one." in seen and "Inside only." not in seen
    other = outsider.post(
        address, data={"name": "A", "comment": "B"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert other.status_code == 403


def test_an_outsider_answers_in_a_thread_that_outsiders_see_and_in_no_other(outsider, post, kari):
    address = link_to(post, kari, may_comment=True)
    inside = comment(post, "Inside only.", actor=actor_for(kari), now=database_now())
    outsider.post(address, data={"name": "Fire brigade", "comment": "Which lane?"})
    first = db.session.scalars(sa.select(Comment).where(Comment.guest != "")).one()
    answer = comment(post, "The left one.", actor=actor_for(kari), now=database_now(), parent=first)
    settle(first, actor=actor_for(kari), now=database_now())
    words = {"name": "Chief", "comment": "Good.", "answers": str(answer.id)}
    refused = outsider.post(address, data={**words, "answers": str(first.id), "name": ""})
    assert refused.status_code == 422 and refused.text.count("Say who you are.") == 1
    assert '<details class="answer" open>' in refused.text and refused.text.count("Good.") == 1
    sent = outsider.post(address, data=words)
    made = db.session.scalars(sa.select(Comment).where(Comment.guest == "Chief")).one()
    assert (made.parent_id, made.person_id, first.settled_at) == (first.id, None, None)
    assert sent.location.endswith(f"?said=1#said-{made.id}")
    told = db.session.execute(sa.select(Notice.person_id, Notice.kind).where(Notice.comment_id == made.id))
    assert told.all() == [(kari.id, "reply")]
    seen = outsider.get(address).text
    assert seen.index("The left one.") < seen.index("Good.") and "Somebody who has left" not in seen
    for number in (inside.id, first.id + 999, "x", "1" * 40):
        lost = outsider.post(address, data={**words, "answers": str(number)})
        assert lost.status_code == 409 and "not there any more" in lost.text and "Good." in lost.text
    first.removed_at = database_now()
    assert outsider.post(address, data=words).status_code == 409
    assert db.session.scalar(sa.select(sa.func.count(Comment.id))) == 4


def test_what_outsiders_say_has_a_limit_and_needs_a_link_that_allows_it(outsider, post, kari, monkeypatch):
    monkeypatch.setattr(letting_in, "MOST_AN_HOUR", 1)
    closed, open_ = link_to(post, kari), link_to(post, kari, may_comment=True)
    words = {"name": "Ola", "comment": "Hi"}
    assert outsider.post(closed, data=words).status_code == 403
    assert [outsider.post(open_, data=words).status_code for _ in range(2)] == [303, 409]


def test_members_make_links_see_when_they_were_opened_and_switch_them_off(signed_in, outsider, post, kari):
    browser, path = signed_in(kari), f"/posts/{post.uuid}/links"
    assert browser.send(path, {"days": "9999"}).status_code == 422
    made = browser.send(path, {"days": "7", "label": "<b>Press</b>", "may_comment": "1"})
    address = re.search(r"http://127.0.0.1:8000(/shared/[\w-]{43})", made.text)[1]
    assert made.status_code == 200 and made.headers["Cache-Control"] == "no-store"
    assert outsider.get(address).status_code == 200
    shown = browser.get(path).text
    assert "&lt;b&gt;Press&lt;/b&gt;" in shown and "last opened" in shown and address not in shown
    assert browser.send(f"{path}/{only_link().id}/removal", page=path).status_code == 303
    assert outsider.get(address).status_code == 410
    viewer = signed_in(make_person(post.team, "viewer"))
    assert "Make the link" not in viewer.get(path).text
    other = make_post(make_stream(post.team))
    assert browser.send(f"/posts/{other.uuid}/links/{only_link().id}/removal", page=path).status_code == 404


def test_there_are_only_so_many_links(post, kari, monkeypatch):
    monkeypatch.setattr(letting_in, "MOST_LINKS", 1)
    link_to(post, kari)
    with pytest.raises(letting_in.Conflict):
        link_to(post, kari)
    only_link().revoked_at = database_now()
    link_to(post, kari)

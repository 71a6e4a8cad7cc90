"""Comments: on a post or on words of it, answered, settled; who is told, and who may do what."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from calendar_app.comments import commenting
from calendar_app.comments.anchoring import place
from calendar_app.comments.commenting import bring_back, change, comment, forget_removed, remove, settle
from calendar_app.comments.listing import talk_about
from calendar_app.comments.mentioning import mentioned, runs
from calendar_app.comments.models import Comment
from calendar_app.errors import Conflict, NotAllowed, Refused
from calendar_app.extensions import database_now, db
from calendar_app.notices import wording
from calendar_app.notices.models import Notice
from calendar_app.people.roles import actor_for
from tests.factories import make_actor, make_person, make_post, make_stream, make_team

TEXT = "The bridge is closed. The bridge opens on Monday."


@pytest.fixture
def database():
    return "sqlite"


@pytest.fixture
def team(app):
    return make_team()


@pytest.fixture
def kari(team):
    return make_person(team, "owner", name="Kari Nordmann")


@pytest.fixture
def amir(team):
    return make_person(team, "viewer", name="Amir Haddad")


@pytest.fixture
def post(team, kari):
    return make_post(make_stream(team), text=TEXT, author_id=kari.id)


def say(post, person, text, **values):
    return comment(post, text, actor=actor_for(person), now=database_now(), **values)


def told():
    rows = db.session.execute(sa.select(Notice.person_id, Notice.kind, Notice.comment_id).order_by(Notice.id))
    return [tuple(row) for row in rows]


@pytest.mark.parametrize(
    ("text", "quote", "at", "found"),
    [
        (TEXT, "The bridge", 22, 22),
        ("Now: " + TEXT, "The bridge", 22, 27),
        (TEXT, "The bridge", 3, 0),
        (TEXT, "Friday", 0, None),
        (TEXT, "", 0, None),
        ("", "x", 99, None),
        ("It is *closed* _until_ **Monday**, Kari.", "closed until Monday, Kari", 0, 7),
        ("Now *it is*.\n\nSo it\nis.", "it is", 15, 17),
        ("Closed ... until", "!?", 0, None),
        ("Closed until Monday", "until (Monday)", 0, 7),
    ],
)
def test_quoted_words_are_found_where_they_moved_or_not_at_all(text, quote, at, found):
    assert place(text, quote, at) == found


def test_names_after_an_at_are_mentions_the_longer_name_first():
    members = {1: "Kari", 2: "Kari Nordmann", 3: "Åse (vikar)", 4: "kari nordmann"}
    assert mentioned("Ask @Kari Nordmann.", members) == {2, 4}
    assert mentioned("@kari: and @Åse (vikar)!", members) == {1, 3}
    assert mentioned("mail@Kari.example, Kari, @Karianne", members) == set()
    assert [run.text for run in runs("Hi @Kari, hi", members)] == ["Hi ", "@Kari", ", hi"]
    assert runs("<b>", {}) == [("<b>", False)]


def test_each_is_told_once_and_nobody_of_their_own(team, kari, amir, post):
    siri = make_person(team, "author", name="Siri Moen")
    first = say(post, amir, "Is it open?")
    answer = say(post, siri, "Ask @Kari Nordmann and @Siri Moen", parent=first)
    again = say(post, kari, "It is.", parent=answer)
    assert again.parent_id == first.id
    assert told() == [
        (kari.id, "comment", first.id), (kari.id, "mention", answer.id), (amir.id, "reply", answer.id),
        (amir.id, "reply", again.id), (siri.id, "reply", again.id),
    ]  # fmt: skip
    change(again, "It is, @Siri Moen and @Amir Haddad.", actor=actor_for(kari), now=database_now())
    assert len(told()) == 5
    notice = db.session.scalars(sa.select(Notice).where(Notice.kind == "mention")).one()
    assert wording.headline(notice) == "Siri Moen mentioned you in a comment on “Bridge closed”."
    assert wording.path(notice).endswith(f"#comment-{answer.id}")
    remove(answer, actor=actor_for(siri), now=database_now())
    assert (wording.still_open(notice), wording.reason(notice)) == (False, "")


def test_one_changes_ones_own_for_an_hour_while_nobody_has_answered(kari, amir, post):
    row, now = say(post, amir, "Frist"), database_now()
    change(row, "First", actor=actor_for(amir), now=now)
    assert (row.text, row.edited_at) == ("First", now)
    with pytest.raises(Conflict):
        change(row, "Mine", actor=actor_for(kari), now=now)
    with pytest.raises(Conflict):
        change(row, "Late", actor=actor_for(amir), now=now + timedelta(hours=1, minutes=1))
    say(post, kari, "Yes", parent=row)
    with pytest.raises(Conflict):
        change(row, "Other", actor=actor_for(amir), now=now)
    for nothing in ("", " \n ", "x" * 2001):
        with pytest.raises(Refused):
            say(post, kari, nothing)


def test_what_is_removed_can_be_taken_back_for_an_hour_then_its_words_are_gone(kari, amir, post):
    row, now = say(post, kari, "Wrong"), database_now()
    with pytest.raises(NotAllowed):
        remove(row, actor=actor_for(amir), now=now)
    remove(row, actor=actor_for(kari), now=now)
    with pytest.raises(Conflict):
        bring_back(row, actor=actor_for(amir), now=now)
    bring_back(row, actor=actor_for(kari), now=now)
    remove(row, actor=actor_for(kari), now=now)
    assert len(talk_about(post, actor_for(kari), now).threads) == 1
    assert talk_about(post, actor_for(amir), now).threads == []
    assert forget_removed(now + timedelta(hours=2)) == 1
    db.session.refresh(row)
    assert row.text == ""
    with pytest.raises(Conflict):
        bring_back(row, actor=actor_for(kari), now=now)


def test_a_settled_thread_goes_last_and_opens_with_an_answer(kari, amir, post):
    first, second = say(post, kari, "One", quote="opens on Monday", at=33), say(post, amir, "Two")
    settle(first, actor=actor_for(amir), now=database_now())
    shown = talk_about(post, actor_for(kari), database_now())
    assert [(one.first.row.id, one.at) for one in shown.threads] == [(second.id, None), (first.id, 33)]
    assert shown.open == 1
    say(post, kari, "Not yet", parent=first)
    assert (first.settled_at, talk_about(post, actor_for(kari), database_now()).open) == (None, 2)


def test_an_answer_taken_back_leaves_its_thread_settled_as_it_was(signed_in, kari, amir, post):
    first = say(post, kari, "One")
    settle(first, actor=actor_for(amir), now=database_now())
    db.session.commit()
    page, asked = signed_in(kari), {"Accept": "application/json"}

    def step(address, **sent):
        answer = page.post(
            address, data={"csrf_token": page.form_token(f"/posts/{post.uuid}/edit"), **sent}, headers=asked
        )
        assert answer.status_code == 200, answer.text
        db.session.refresh(first)
        return answer.json["back"], first.settled_at is not None

    back, settled = step(f"/posts/{post.uuid}/comments", comment="Not yet", answers=first.id)
    assert not settled
    again, settled = step(back)
    assert settled
    back, settled = step(again)
    assert not settled
    say(post, amir, "Nor do I think so", parent=first)
    db.session.commit()
    _, settled = step(back)
    assert not settled, "somebody has answered since"


def test_there_is_an_end_to_comments(kari, post, monkeypatch):
    monkeypatch.setattr(commenting, "MOST", 1)
    say(post, kari, "One")
    with pytest.raises(Conflict, match="no more fit"):
        say(post, kari, "Two")
    with pytest.raises(NotAllowed):
        comment(post, "Hi", actor=make_actor(make_team()), now=database_now())


def test_by_form_one_comes_back_to_the_comment_and_loses_nothing(signed_in, kari, amir, post):
    browser, path = signed_in(amir), f"/posts/{post.uuid}"
    page = f"{path}/edit"
    made = browser.send(f"{path}/comments", {"comment": "<i>Is</i> it?", "quote": "gone words"}, page=page)
    row = db.session.scalars(sa.select(Comment)).one()
    assert made.location.endswith(f"/edit#comment-{row.id}")
    shown = browser.get(page).text
    assert "&lt;i&gt;Is&lt;/i&gt; it?" in shown and "On text that has changed since." in shown
    long = browser.send(f"{path}/comments", {"comment": "y" * 2001, "answers": row.id}, page=page)
    assert long.status_code == 422 and "y" * 2001 in long.text and f'value="{row.id}"' in long.text
    settled = browser.send(f"{path}/comments/{row.id}/settlement", page=page)
    assert settled.status_code == 303 and "Settled by Amir Haddad" in browser.get(page).text
    assert browser.send(f"{path}/comments/{row.id}/removal", page=page).status_code == 303
    other = make_post(post.home)
    wrong = browser.send(f"/posts/{other.uuid}/comments/{row.id}/settlement", page=page)
    assert (wrong.status_code, signed_in(kari).get(f"{path}/comments").status_code) == (404, 200)

"""Several people agree, nobody for themselves, and what a change means: as the stream says."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from calendar_app.agreeing.models import Review
from calendar_app.agreeing.rules import next_approvers, open_wish, standing_approvals
from calendar_app.errors import Conflict, NotAllowed, Refused
from calendar_app.extensions import database_now, db
from calendar_app.notices.models import Notice
from calendar_app.people.models import Member
from calendar_app.people.roles import actor_for
from calendar_app.posts.drafting import edit
from calendar_app.posts.models import Post
from calendar_app.posts.reviewing import approve, send_for_review, take_back, want_changes
from calendar_app.posts.scheduling import reschedule, schedule
from calendar_app.posts.steps import may_write, steps
from tests.factories import (
    make_account,
    make_actor,
    make_person,
    make_post,
    make_scheduled,
    make_stream,
    make_team,
)


@pytest.fixture
def database():
    return "sqlite"


@pytest.fixture
def team(app):
    return make_team()


@pytest.fixture
def people(team):
    return {role: make_actor(team, role) for role in ("author", "editor", "owner")}


def guarded(team, **values):
    return make_stream(team, needs_approval=True, **values)


def of(post, actor, **changes):
    edit(post, changes, version=post.version, actor=actor, now=database_now())


def told(kind):
    return set(db.session.scalars(sa.select(Notice.person_id).where(Notice.kind == kind)))


def test_two_different_people_approve_one_after_the_other(team, people):
    post = make_post(guarded(team, approval_steps=["editor", "owner"]), author_id=people["author"].person.id)
    send_for_review(post, actor=people["author"], now=database_now())
    approve(post, actor=people["editor"], now=database_now())
    assert (post.state, next_approvers(post)) == ("in_review", {people["owner"].person.id})
    for early in (people["editor"], people["author"]):
        with pytest.raises(NotAllowed):
            approve(post, actor=early, now=database_now())
    assert "approve" in steps(post, people["owner"]) and "approve" not in steps(post, people["editor"])
    approve(post, actor=people["owner"], now=database_now())
    assert (post.state, [row.step for row in standing_approvals(post)]) == ("approved", [1, 2])
    assert [row.version for row in post.reviews] == [2, 3]
    assert told("approved") == {people["author"].person.id}


def test_the_same_person_does_not_count_twice(team):
    post, owner = make_post(guarded(team, approval_steps=["editor", "editor"])), make_actor(team)
    approve(post, actor=owner, now=database_now())
    with pytest.raises(NotAllowed, match="already"):
        approve(post, actor=owner, now=database_now())
    with pytest.raises(Conflict):
        schedule(post, actor=owner, now=database_now())


def test_a_step_for_one_member_is_taken_by_them_alone_whatever_their_role(team, people):
    lawyer = make_actor(team, "viewer")
    post = make_post(guarded(team, approval_steps=[lawyer.person.id]), state="in_review")
    with pytest.raises(NotAllowed, match="turn"):
        approve(post, actor=people["owner"], now=database_now())
    approve(post, actor=lawyer, now=database_now())
    assert post.state == "approved"
    other = make_post(post.home, state="in_review")
    db.session.execute(sa.delete(Member).where(Member.person_id == lawyer.person.id))
    with pytest.raises(NotAllowed):
        approve(other, actor=people["editor"], now=database_now())
    approve(other, actor=people["owner"], now=database_now())
    assert other.state == "approved"


def test_nobody_approves_their_own_where_the_stream_says_so(team, people):
    owner, editor = people["owner"], people["editor"]
    post = make_post(guarded(team, others_approve=True), author_id=owner.person.id, state="in_review")
    assert "approve" not in steps(post, owner)
    with pytest.raises(NotAllowed, match="own post"):
        approve(post, actor=owner, now=database_now())
    approve(post, actor=editor, now=database_now())
    assert post.state == "approved"


def test_a_wish_sends_the_post_back_and_stands_until_it_is_sent_again(team, people):
    author, editor = people["author"], people["editor"]
    post = make_post(guarded(team), author_id=author.person.id)
    send_for_review(post, actor=author, now=database_now())
    with pytest.raises(Refused, match="sentence"):
        want_changes(post, "  ", actor=editor, now=database_now())
    with pytest.raises(NotAllowed):
        want_changes(post, "No", actor=author, now=database_now())
    want_changes(post, "Name the road first.", actor=editor, now=database_now())
    assert (post.state, open_wish(post).text, told("changes")) == (
        "draft",
        "Name the road first.",
        {author.person.id},
    )
    with pytest.raises(Conflict):
        want_changes(post, "Again", actor=editor, now=database_now())
    send_for_review(post, actor=author, now=database_now())
    assert open_wish(post) is None
    assert [(row.outcome, row.ended_at is None) for row in post.reviews] == [("changes", False)]
    assert told("review") == {people["editor"].person.id, people["owner"].person.id}


@pytest.mark.parametrize(
    ("rule", "change", "state"),
    [
        ("never", {"text": "New"}, "approved"),
        ("readers", {"text": "New"}, "in_review"),
        ("readers", {"kind": "question"}, "approved"),
        ("readers", {"publish_at": "2031-05-05T09:00"}, "approved"),
        ("always", {"kind": "question"}, "in_review"),
        ("always", {"publish_at": "2031-05-05T09:00"}, "approved"),
        ("always", {"text": "The bridge is closed on *Monday*."}, "approved"),
    ],
)
def test_a_change_of_an_approved_post_asks_again_as_its_stream_says(team, people, rule, change, state):
    post = make_post(guarded(team, approve_again=rule))
    approve(post, actor=people["editor"], now=database_now())
    of(post, people["owner"], **change)
    assert (post.state, len(standing_approvals(post))) == (state, int(state == "approved"))
    assert len(post.reviews) == 1


def test_a_scheduled_post_that_asks_again_leaves_the_plan_with_its_deliveries(team, people):
    stream = guarded(team, approve_again="readers")
    make_account(team, streams=[stream])
    post = make_scheduled(stream, state="approved", actor=people["owner"])
    reschedule(post, "2031-05-05T09:00", "Europe/Oslo", version=post.version, actor=people["author"],
               now=database_now())  # fmt: skip
    assert post.state == "scheduled"
    of(post, people["owner"], text="Open again")
    db.session.flush()
    assert (post.state, [row.state for row in post.deliveries]) == ("in_review", ["cancelled"])
    assert post.called_off_at is not None and post.due_at is not None
    with pytest.raises(Conflict):
        schedule(post, actor=people["owner"], now=database_now())


def test_where_every_change_asks_again_the_author_may_change_what_is_approved_but_not_what_is_planned(
    team, people
):
    author, stream = people["author"], guarded(team, approve_again="always")
    post = make_post(stream, state="approved")
    assert may_write(post, author)
    of(post, author, title="Mine")
    assert post.state == "in_review"
    with pytest.raises(NotAllowed):
        of(make_scheduled(stream, state="approved", actor=people["owner"]), author, title="Mine")


def test_the_home_rules_and_taking_back_ends_what_was_given(team, people):
    home, other = guarded(team, approval_steps=["editor", "owner"]), guarded(team)
    post = make_post(home, other)
    approve(post, actor=people["editor"], now=database_now())
    assert post.state == "in_review"
    take_back(post, actor=people["author"], now=database_now())
    send_for_review(post, actor=people["author"], now=database_now())
    assert standing_approvals(post) == []
    free = make_post(make_stream(team), other)
    approve(free, actor=people["editor"], now=database_now())
    assert free.state == "approved"


def test_thrown_away_posts_take_their_reviews_along(team, people):
    post = make_post(guarded(team))
    approve(post, actor=people["editor"], now=database_now())
    db.session.delete(post)
    db.session.commit()
    assert db.session.scalars(sa.select(Review)).all() == []


def test_pages_of_a_post_show_the_wish_who_is_next_and_who_approved(signed_in, team):
    kari, amir = make_person(team, name="Kari Nordmann"), make_person(team, "editor", name="Amir Haddad")
    post = make_post(guarded(team, approval_steps=["editor", "owner"]), author_id=kari.id, state="in_review")
    browser, path = signed_in(amir), f"/posts/{post.uuid}"
    page = browser.get(f"{path}/edit").text
    assert "0 of 2 have approved. Next: an editor or owner." in page and "Changes wanted" in page
    empty = browser.send(f"{path}/wish", {"version": post.version, "wish": ""}, page=f"{path}/edit")
    assert empty.status_code == 422 and "what should change" in empty.text
    sent = browser.send(
        f"{path}/wish", {"version": post.version, "wish": "Name the road <b>first</b>."}, page=f"{path}/edit"
    )
    assert sent.status_code == 303
    page = signed_in(kari).get(f"{path}/edit").text
    assert "Amir Haddad wants changes" in page and "road &lt;b&gt;first" in page
    notices = signed_in(kari).get("/notices").text
    assert "Amir Haddad wants changes in “Bridge closed”" in notices
    browser.send(f"{path}/approval", {"version": post.version}, page=f"{path}/edit")
    assert db.session.get(Post, post.id).state == "in_review"
    assert "1 of 2 have approved. Next: an owner." in browser.get(f"{path}/deliveries").text
    assert "Amir Haddad approved version" in browser.get(f"{path}/edit").text


def test_the_rules_of_a_stream_are_set_by_form_and_by_program(signed_in, team):
    kari, amir = make_person(team), make_person(team, "editor", name="Amir Haddad")
    stream, stranger = make_stream(team, "roads"), make_person(make_team())
    browser = signed_in(kari)
    form = {"name": "Roads", "language": "en", "timezone": "Europe/Oslo", "colour": "tide", "grace_minutes": "60",
            "visibility": "public", "public_schedule": "titles", "needs_approval": "1", "others_approve": "1",
            "approve_again": "always"}  # fmt: skip
    assert (
        browser.send("/streams/roads/edit", {**form, "approval_step": ["editor", amir.id, ""]}).status_code
        == 303
    )
    db.session.refresh(stream)
    assert (stream.approval_steps, stream.others_approve, stream.approve_again) == (
        ["editor", amir.id],
        True,
        "always",
    )
    for wrong in ([stranger.id], ["boss"], [amir.id, amir.id], ["editor"] * 4):
        answer = browser.send("/streams/roads/edit", {**form, "approval_step": wrong})
        assert answer.status_code == 422, wrong
        assert 'id="approval_steps-error"' in answer.text
    assert actor_for(amir).may("approve posts", team.id)

"""Changes of streams and of comments are noted by the database as well, and nothing else of them."""

from datetime import timedelta

import sqlalchemy as sa

from calendar_app.comments import commenting, news
from calendar_app.comments.models import Comment
from calendar_app.extensions import database_now, db
from calendar_app.people.roles import actor_for
from calendar_app.planner.models import PlanChange
from calendar_app.streams.models import Stream
from tests.factories import make_person, make_post, make_stream, make_team

MORNINGS = ["FREQ=DAILY;BYHOUR=9;BYMINUTE=0"]


def noted():
    """(kind, team, post) of everything noted since it was last asked for."""
    db.session.commit()
    rows = db.session.execute(sa.select(PlanChange).order_by(PlanChange.id)).scalars().all()
    found = [(row.kind, row.team_id, row.post_uuid) for row in rows]
    db.session.execute(sa.delete(PlanChange))
    db.session.commit()
    return found


def test_what_a_calendar_shows_of_a_stream_is_noted_and_its_feeds_are_not(app):
    team = make_team()
    noted()
    stream = make_stream(team)
    assert noted() == [("stream", team.id, "")]
    for change in (
        {"name": "Roads"}, {"hue": "coral"}, {"cadence": MORNINGS}, {"archived_at": database_now()},
        {"pauses": [{"first": "2026-12-24", "last": "2026-12-26", "note": ""}]},
        {"exceptions": [{"day": "2026-12-24"}]},
    ):  # fmt: skip
        for name, value in change.items():
            setattr(stream, name, value)
        assert noted() == [("stream", team.id, "")], change
    stream.cadence, stream.feed_version, stream.feed_changed_at = list(MORNINGS), 9, database_now()
    stream.guidelines = "Be kind."
    assert noted() == []
    db.session.execute(sa.delete(Stream).where(Stream.id == stream.id))
    assert noted() == [("stream", team.id, "")]


def test_a_comment_is_noted_when_it_comes_changes_is_settled_and_goes(app):
    team = make_team()
    kari, ola = make_person(team, name="Kari"), make_person(team, name="Ola")
    post, now = make_post(make_stream(team)), database_now()
    noted()
    row = commenting.comment(post, "One", actor=actor_for(kari), now=now)
    told = [("comment", team.id, post.uuid)]
    assert noted() == told
    commenting.change(row, "Two", actor=actor_for(kari), now=now)
    assert noted() == told
    commenting.comment(post, "Why?", actor=actor_for(ola), now=now, parent=row)
    assert noted() == told
    commenting.settle(row, actor=actor_for(ola), now=now)
    assert noted() == told
    commenting.remove(row, actor=actor_for(kari), now=now)
    assert noted() == told
    assert commenting.forget_removed(now + timedelta(hours=2)) == 1
    assert noted() == []
    db.session.execute(sa.delete(Comment).where(Comment.parent_id.is_not(None)))
    assert noted() == told


def test_a_post_that_goes_with_its_comments_is_noted_as_a_post(app):
    team = make_team()
    post = make_post(make_stream(team))
    commenting.comment(post, "One", actor=actor_for(make_person(team)), now=database_now())
    noted()
    db.session.delete(post)
    assert noted() == [("post", team.id, post.uuid)]


def test_what_is_new_is_one_sentence_and_one_s_own_is_no_news(app):
    team = make_team()
    kari, ola = make_person(team, name="Kari"), make_person(team, name="Ola")
    post, now = make_post(make_stream(team)), database_now()
    first = commenting.comment(post, "One", actor=actor_for(ola), now=now)
    commenting.comment(post, "Mine", actor=actor_for(kari), now=now)
    assert news.in_words(news.since(post, first.id, kari)) == ""
    commenting.comment(post, "Two", actor=actor_for(ola), now=now, parent=first)
    assert news.in_words(news.since(post, first.id, kari)) == "1 new comment by Ola."
    commenting.put(post, Comment(guest="Per", text="Hi", created_at=now), now=now)
    gone = commenting.comment(post, "Three", actor=actor_for(ola), now=now)
    commenting.remove(gone, actor=actor_for(ola), now=now)
    db.session.flush()
    assert news.in_words(news.since(post, first.id, kari)) == "2 new comments by Ola, Per."


def test_a_panel_comes_with_its_news_for_scripts_and_alone_for_others(signed_in):
    team = make_team()
    kari, ola = make_person(team, name="Kari"), make_person(team, name="Ola")
    post = make_post(make_stream(team))
    row = commenting.comment(post, "Is it open?", actor=actor_for(ola), now=database_now())
    number = row.id
    browser, path = signed_in(kari), f"/posts/{post.uuid}/comments"
    asked = browser.get(f"{path}?after=0", headers={"Accept": "application/json"}).json
    assert asked["sentence"] == "1 new comment by Ola."
    assert f'id="comment-{number}"' in asked["html"] and f'data-last="{number}"' in asked["html"]
    assert browser.get(f"{path}?after=0").mimetype == "text/html"

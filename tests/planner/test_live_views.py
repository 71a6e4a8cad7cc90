"""Pages that are told what others do: a stream that lasts a while, the same by asking, and who is where."""

import json
import threading
import time

import pytest

from calendar_app.extensions import database_now, db
from calendar_app.planner import live_views, watching
from calendar_app.times import rfc3339
from tests.browsing import Browser
from tests.factories import make_person, make_post, make_stream, make_team
from tests.planner.test_news import newest


@pytest.fixture
def short(app, monkeypatch):
    """A window of two seconds is as good as one of twenty-five."""
    monkeypatch.setitem(app.config, "LIVE_SECONDS", 2.0)
    monkeypatch.setattr(live_views, "STEP", 0.1)


def events_of(answer):
    """(id, body) of each event of a stream, which is read to its end."""
    found = []
    for block in answer.get_data(as_text=True).split("\n\n"):
        lines = dict(
            line.split(": ", 1) for line in block.splitlines() if ": " in line and not line.startswith(":")
        )
        if "data" in lines:
            found.append((int(lines["id"]), json.loads(lines["data"])))
    return found


def posts_of(events):
    """That the stream was made a moment ago may be told once more (planner/news.py): it is not of a post."""
    changes = [change for _number, body in events for change in body["changes"]]
    return [change["post"] for change in changes if change["kind"] == "post"]


def test_a_change_by_another_arrives_while_one_listens_and_nobody_else_s(app, signed_in, short):
    team = make_team()
    stream, other = make_stream(team), make_stream()
    browser = signed_in(make_person(team))
    made = []

    def meanwhile():
        time.sleep(0.3)
        with app.app_context():
            make_post(other)
            made.append(make_post(stream).uuid)

    writer = threading.Thread(target=meanwhile)
    db.session.commit()
    answer = browser.get("/calendar/events")
    writer.start()
    events = events_of(answer)
    writer.join()
    assert answer.mimetype == "text/event-stream"
    assert posts_of(events) == made


def test_who_comes_back_is_told_what_happened_in_between(signed_in):
    team = make_team()
    stream = make_stream(team)
    make_post(stream)
    browser = signed_in(make_person(team))
    (last, first), *_rest = events_of(browser.get("/calendar/events"))
    assert first["lost"] is False
    post = make_post(stream)
    again = events_of(browser.get("/calendar/events", headers={"Last-Event-ID": str(last)}))
    assert post.uuid in posts_of(again)
    asked = browser.get(f"/calendar/changes?after={last}").json
    assert (post.uuid in [change["post"] for change in asked["changes"]], asked["after"]) == (True, newest())
    made = rfc3339(database_now())
    assert post.uuid in posts_of(events_of(browser.get(f"/calendar/events?after={made}")))
    assert events_of(browser.get("/calendar/events?after=987654321"))[0][1]["lost"] is True


def test_a_full_process_sends_away_and_asking_still_works(app, signed_in, short, monkeypatch):
    monkeypatch.setattr(watching, "MOST_LISTENERS", 1)
    team = make_team()
    make_stream(team)
    browser = signed_in(make_person(team))
    held = browser.get("/calendar/events")
    assert browser.get("/calendar/events").status_code == 204
    assert browser.get("/calendar/changes").status_code == 200
    held.get_data()
    after = browser.get("/calendar/events")
    assert after.status_code == 200
    after.close()


def test_a_server_that_stops_ends_its_streams(app, signed_in, monkeypatch):
    team = make_team()
    make_stream(team)
    browser = signed_in(make_person(team))
    monkeypatch.setitem(app.config, "LIVE_SECONDS", 60.0)
    monkeypatch.setitem(app.extensions, "sluice_lives", lambda: False)
    began = time.monotonic()
    assert len(events_of(browser.get("/calendar/events"))) == 1
    assert time.monotonic() - began < live_views.STEP * 3


def here(browser, post, doing):
    headers = {"X-CSRFToken": browser.form_token("/calendar"), "Accept": "application/json"}
    return browser.post(f"/posts/{post.uuid}/presence", json={"doing": doing}, headers=headers)


def test_two_on_one_post_are_told_of_each_other(app):
    app.config["WTF_CSRF_ENABLED"] = True
    team = make_team()
    post = make_post(make_stream(team))
    kari = Browser(app, app.response_class).sign_in(make_person(team, name="Kari"))
    ola = Browser(app, app.response_class).sign_in(make_person(team, "viewer", name="Ola"))
    assert here(kari, post, "writing").json["others"] == []
    assert here(ola, post, "reading").json["sentence"] == "Kari is here too, writing."
    assert here(kari, post, "writing").json["others"] == [{"name": "Ola", "doing": "reading"}]
    assert here(ola, post, "gone").json["ok"] is True
    assert here(kari, post, "writing").json["sentence"] == ""
    assert here(kari, post, "sleeping").status_code == 422
    app.config["WTF_CSRF_ENABLED"] = False

"""What speaks against a post, for programs: the same as beside it in the composer."""

from datetime import UTC, datetime, timedelta

from calendar_app.extensions import db
from tests.api.program import fields_of, program_of
from tests.attacks.contents import contents
from tests.factories import make_post, plan_for

NINE = datetime(2027, 3, 23, 9, tzinfo=UTC)


def at(stream, minutes, **values):
    post = make_post(stream, **values)
    plan_for(post, NINE + timedelta(minutes=minutes))
    db.session.commit()
    return post


def close(answer):
    assert answer.status_code == 200, answer.json
    return [one for one in answer.json["items"] if one["what"] == "Close to another post."]


def test_a_post_that_is_close_says_to_which_and_where_it_could_go(app, api, team, stream):
    stream.near_minutes = 45
    first, second = at(stream, 0, title="first"), at(stream, 40, title="second")
    [told] = close(api.get(f"/posts/{second.uuid}/warnings"))
    assert told["other"] == first.uuid and "“first”" in told["why"]
    assert (told["time"]["at"], told["time"]["publish_at"]) == ("2027-03-23T09:45:00Z", "2027-03-23T10:45")
    assert told["time"]["timezone"] == "Europe/Oslo" and told["time"]["words"].startswith("Move it to")
    moved = {name: told["time"][name] for name in ("publish_at", "timezone", "fold")}
    api.patch(f"/posts/{second.uuid}", {"version": 1, **moved})
    assert close(api.get(f"/posts/{second.uuid}/warnings")) == []
    assert close(program_of(app, team, "viewer", "read").get(f"/posts/{first.uuid}/warnings")) == []


def test_another_time_is_tried_without_moving_there(api, stream):
    first, second = at(stream, 0), make_post(stream)
    before = contents()
    path = f"/posts/{second.uuid}/warnings?publish_at=2027-03-23T10:10"
    assert [one["other"] for one in close(api.get(path))] == [first.uuid]
    assert close(api.get(path + "&timezone=UTC")) == []
    assert close(api.get(f"/posts/{second.uuid}/warnings")) == []
    assert contents() == before
    for query, field in (("publish_at=2027-03-28T02:30", "publish_at"), ("publish_at=soon", "publish_at"),
                         ("timezone=UTC", "timezone"),
                         ("publish_at=2027-03-23T10:10&timezone=Mars", "timezone")):  # fmt: skip
        assert list(fields_of(api.get(f"/posts/{second.uuid}/warnings?{query}"))) == [field]

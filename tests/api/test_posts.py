from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from calendar_app.channels.models import Delivery
from calendar_app.extensions import db
from calendar_app.posts.models import Post
from calendar_app.times import rfc3339
from tests.api.program import fields_of, is_problem, program_of
from tests.factories import make_account, make_post, make_scheduled, make_stream, make_team

SOON = "2027-01-01T09:00"
NOBODY = "00000000-0000-4000-8000-000000000000"


def test_a_draft_is_written_and_read_back(api, stream):
    sent = {
        "streams": ["road-works"], "title": "Bridge closed", "text": "On *Monday*.", "link": "https://example.org/b",
        "language": "nb", "kind": "useful", "publish_at": "2027-01-04T09:00", "timezone": "America/New_York",
    }  # fmt: skip
    made = api.post("/posts", sent)
    assert made.status_code == 201
    post = made.json
    assert {name: post[name] for name in sent} == {**sent, "publish_at": "2027-01-04T09:00:00"}
    assert (post["state"], post["version"], post["due_at"], post["published_at"]) == (
        "draft", 1, "2027-01-04T14:00:00Z", None,
    )  # fmt: skip
    assert post["url"] == f"http://127.0.0.1:8000/posts/{post['id']}"
    assert made.headers["Location"] == f"http://127.0.0.1:8000/api/v1/posts/{post['id']}"
    assert api.get(made.headers["Location"]).json == post


def test_what_is_left_out_comes_from_the_home_stream(api, team):
    make_stream(team, "trafikk", language="nb", timezone="Europe/Oslo")
    post = api.post("/posts", {"streams": ["trafikk"]}).json
    assert (post["language"], post["timezone"], post["kind"]) == ("nb", "Europe/Oslo", "news")
    assert (post["title"], post["text"], post["link"], post["publish_at"], post["due_at"]) == (
        "",
        "",
        None,
        None,
        None,
    )


def test_the_first_stream_is_home_and_the_order_stays(api, team):
    for handle in ("aa", "bb", "cc"):
        make_stream(team, handle)
    post = api.post("/posts", {"streams": ["cc", "aa", "bb"]}).json
    assert post["streams"] == ["cc", "aa", "bb"]
    changed = api.patch(f"/posts/{post['id']}", {"version": 1, "streams": ["bb", "cc"]}).json
    assert changed["streams"] == ["bb", "cc"]


def test_accounts_are_those_of_the_streams_until_the_post_names_its_own(api, team, stream):
    ours = make_account(team, streams=[stream])
    other = make_account(team)
    post = api.post("/posts", {"streams": ["road-works"]}).json
    assert (post["accounts"], post["own_accounts"]) == ([ours.id], False)
    post = api.patch(f"/posts/{post['id']}", {"version": 1, "accounts": [other.id]}).json
    assert (post["accounts"], post["own_accounts"]) == ([other.id], True)
    post = api.patch(f"/posts/{post['id']}", {"version": 2, "accounts": None}).json
    assert (post["accounts"], post["own_accounts"]) == ([ours.id], False)


def test_a_variant_is_set_and_taken_away(api, team, stream):
    account = make_account(team, streams=[stream])
    key = str(account.id)
    post = api.post("/posts", {"streams": ["road-works"], "variants": {key: {"text": "Short."}}}).json
    assert post["variants"] == {key: {"text": "Short."}}
    post = api.patch(f"/posts/{post['id']}", {"version": 1, "variants": {key: {"text": None}}}).json
    assert post["variants"] == {}


def test_an_event_is_told_in_utc_and_may_be_sent_back_as_it_is_told(api, stream):
    place = {"timezone": "Europe/Oslo", "location": "Hall"}
    event = {"starts_at": "2027-06-01T18:00", "ends_at": "2027-06-01T20:00", **place}
    post = api.post("/posts", {"streams": ["road-works"], "event": event}).json
    told = {"starts_at": "2027-06-01T16:00:00Z", "ends_at": "2027-06-01T18:00:00Z", **place}
    assert post["event"] == told
    again = api.patch(f"/posts/{post['id']}", {"version": 1, "event": told}).json
    assert again["event"] == told
    assert api.patch(f"/posts/{post['id']}", {"version": 2, "event": None}).json["event"] is None


def test_a_change_leaves_alone_what_is_not_sent(api, stream):
    sent = {"streams": ["road-works"], "title": "Old", "text": "Kept", "publish_at": "2027-01-01T09:00"}
    post = api.post("/posts", sent)
    changed = api.patch(f"/posts/{post.json['id']}", {"version": 1, "title": "New"})
    kept = {
        name: value for name, value in post.json.items() if name not in {"title", "version", "updated_at"}
    }
    assert (changed.status_code, changed.json["title"], changed.json["version"]) == (200, "New", 2)
    assert {name: changed.json[name] for name in kept} == kept


def test_a_stale_change_is_told_the_version_that_stands(api, stream):
    post = api.post("/posts", {"streams": ["road-works"], "title": "One"}).json
    assert api.patch(f"/posts/{post['id']}", {"version": 1, "title": "Two"}).status_code == 200
    late = api.patch(f"/posts/{post['id']}", {"version": 1, "title": "Three"})
    is_problem(late, 409)
    assert late.json["version"] == 2
    assert api.get(f"/posts/{post['id']}").json["title"] == "Two"


def test_of_many_who_save_the_same_version_one_succeeds(app, api, stream):
    post = api.post("/posts", {"streams": ["road-works"]}).json
    db.session.remove()

    def save(number):
        body = {"version": 1, "title": f"By {number}"}
        return (
            app.test_client().patch(f"/api/v1/posts/{post['id']}", json=body, headers=api.headers).status_code
        )

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(save, range(12)))
    assert sorted(answers) == [200] + [409] * 11
    assert api.get(f"/posts/{post['id']}").json["version"] == 2


def test_a_time_that_occurs_twice_needs_its_fold(api, stream):
    sent = {"streams": ["road-works"], "publish_at": "2027-10-31T02:30", "timezone": "Europe/Oslo"}
    assert set(fields_of(api.post("/posts", sent))) == {"publish_at"}
    first, second = (api.post("/posts", {**sent, "fold": fold}).json for fold in (0, 1))
    assert (first["due_at"], first["fold"]) == ("2027-10-31T00:30:00Z", 0)
    assert (second["due_at"], second["fold"]) == ("2027-10-31T01:30:00Z", 1)


def test_a_time_that_does_not_exist_is_explained(api, stream):
    answer = api.post("/posts", {"streams": ["road-works"], "publish_at": "2027-03-28T02:30"})
    assert "does not exist" in fields_of(answer)["publish_at"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"streams": []}, "streams"),
        ({"streams": ["nobody-has-this"]}, "streams"),
        ({"streams": "road-works"}, "streams"),
        ({"title": "x" * 201}, "title"),
        ({"title": None}, "title"),
        ({"title": 5}, "title"),
        ({"text": "x" * 50_001}, "text"),
        ({"text": "NUL \x00"}, "text"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"link": "https://" + "x" * 2000}, "link"),
        ({"language": "Norwegian"}, "language"),
        ({"kind": "advert"}, "kind"),
        ({"accounts": [999]}, "accounts"),
        ({"accounts": [2**63]}, "accounts.0"),
        ({"accounts": [0]}, "accounts.0"),
        ({"accounts": ["1"]}, "accounts.0"),
        ({"variants": {"999": {"text": "x"}}}, "variants"),
        ({"variants": {"x": {"text": "x"}}}, "variants.x"),
        ({"variants": {"1": "x"}}, "variants.1"),
        ({"event": {"starts_at": "2027-01-01T10:00"}}, "event.timezone"),
        ({"event": {"starts_at": "soon", "timezone": "UTC"}}, "event.starts_at"),
        (
            {"event": {"starts_at": "2027-01-02T10:00", "ends_at": "2027-01-01", "timezone": "UTC"}},
            "event.ends_at",
        ),
        ({"event": {"starts_at": SOON, "ends_at": "2026-12-01T09:00", "timezone": "UTC"}}, "event.ends_at"),
        ({"event": {"starts_at": "2027-01-01T10:00", "timezone": "UTC", "colour": "red"}}, "event.colour"),
        ({"publish_at": "tomorrow"}, "publish_at"),
        ({"publish_at": "2027-01-01T09:00Z"}, "publish_at"),
        ({"publish_at": "2027-02-30T09:00"}, "publish_at"),
        ({"timezone": "Europe/Nowhere"}, "timezone"),
        ({"timezone": "Z" * 65}, "timezone"),
        ({"fold": 1}, "fold"),
        ({"fold": 2, "publish_at": "2027-01-01T09:00"}, "fold"),
        ({"state": "published"}, "state"),
        ({"id": NOBODY}, "id"),
        ({"unknown": 1}, "unknown"),
    ],
)
def test_each_wrong_field_gets_its_sentence(api, stream, wrong, field):
    answer = api.post("/posts", {"streams": ["road-works"], **wrong})
    assert list(fields_of(answer)) == [field]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Post)) == 0


def test_all_wrong_fields_are_told_at_once(api, stream):
    answer = api.post("/posts", {"streams": ["road-works"], "kind": "advert", "title": "x" * 201, "no": 1})
    assert set(fields_of(answer)) == {"kind", "title", "no"}
    assert answer.json["detail"] == "3 fields cannot be taken as they are."


def test_a_draft_is_thrown_away_and_a_published_post_is_not(api, stream):
    post = api.post("/posts", {"streams": ["road-works"], "title": "Draft"}).json
    assert api.delete(f"/posts/{post['id']}").status_code == 204
    is_problem(api.get(f"/posts/{post['id']}"), 404)
    is_problem(api.delete(f"/posts/{post['id']}"), 404)
    out = api.post("/posts", {"streams": ["road-works"], "title": "Out"}).json
    api.post(f"/posts/{out['id']}/publication")
    assert "Withdraw" in is_problem(api.delete(f"/posts/{out['id']}"), 409)


def test_changing_the_time_of_a_scheduled_post_moves_its_deliveries(api, team, stream):
    make_account(team, streams=[stream])
    post = make_scheduled(stream, due_in=3600)
    changed = api.patch(
        f"/posts/{post.uuid}", {"version": 2, "publish_at": "2027-05-01T12:00", "timezone": "UTC"}
    )
    assert (changed.status_code, changed.json["state"]) == (200, "scheduled")
    assert [rfc3339(row.due_at) for row in db.session.scalars(sa.select(Delivery))] == [
        "2027-05-01T12:00:00Z"
    ]


def test_a_published_post_keeps_its_time_and_may_mend_its_text(api, stream):
    post = api.post("/posts", {"streams": ["road-works"], "title": "Bridg"}).json
    out = api.post(f"/posts/{post['id']}/publication").json
    mended = api.patch(f"/posts/{post['id']}", {"version": out["version"], "title": "Bridge"})
    assert (mended.status_code, mended.json["title"], mended.json["state"]) == (200, "Bridge", "published")
    moved = {"version": mended.json["version"], "publish_at": "2027-05-01T12:00"}
    assert list(fields_of(api.patch(f"/posts/{post['id']}", moved))) == ["publish_at"]


@pytest.mark.parametrize("identity", [NOBODY, "7", "x", "%00", "2" * 40])
def test_an_id_that_leads_nowhere_is_404(api, identity):
    is_problem(api.get(f"/posts/{identity}"), 404)


def test_an_approved_post_of_a_strict_stream_is_closed_to_authors(app, api, team):
    strict = make_stream(team, "strict", needs_approval=True)
    post = make_post(strict)
    assert api.post(f"/posts/{post.uuid}/approval").status_code == 200
    author = program_of(app, team, role="author")
    is_problem(author.patch(f"/posts/{post.uuid}", {"version": 2, "title": "Mine"}), 403)


def test_posts_of_two_teams_are_kept_apart(app, api, stream):
    elsewhere = make_team()
    make_post(make_stream(elsewhere, "elsewhere"))
    ours = make_post(stream)
    assert [item["id"] for item in api.get("/posts").json["items"]] == [ours.uuid]
    both = {"streams": ["road-works", "elsewhere"]}
    assert list(fields_of(api.post("/posts", both))) == ["streams"]

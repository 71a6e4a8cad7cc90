import pytest
import sqlalchemy as sa

from calendar_app.channels.models import Account, Delivery
from calendar_app.channels.packing import open_secrets
from calendar_app.extensions import db
from tests.api.program import fields_of, is_problem, program_of
from tests.factories import make_account, make_scheduled, make_team
from tests.receiver import Receiver

SECRET = "whsec_c2x1aWNlLXRlc3RzLXNsdWljZS10ZXN0cy0wMDAx"
WEBHOOK = {"channel": "webhook", "name": "Town screen", "settings": {"url": "http://127.0.0.1:9/hook"}}


def test_a_secret_that_sluice_makes_is_shown_this_once(api, team):
    made = api.post("/accounts", WEBHOOK)
    assert made.status_code == 201, made.json
    secret = made.json["secrets"]["secret"]
    account = db.session.get_one(Account, made.json["id"])
    assert secret.startswith("whsec_") and open_secrets(account) == {"secret": secret}
    assert made.headers["Location"] == f"http://127.0.0.1:8000/api/v1/accounts/{account.id}"
    for path in (f"/accounts/{account.id}", "/accounts"):
        answer = api.get(path)
        assert secret not in answer.text and "secrets" not in answer.text


def test_a_secret_that_was_sent_is_never_told(api, team):
    made = api.post("/accounts", {**WEBHOOK, "secrets": {"secret": SECRET}})
    assert (made.status_code, made.json["secrets"]) == (201, {})
    assert SECRET not in made.text
    assert open_secrets(db.session.get_one(Account, made.json["id"])) == {"secret": SECRET}


def test_an_account_is_read_back(api, team):
    made = api.post("/accounts", WEBHOOK).json
    told = api.get(f"/accounts/{made['id']}").json
    assert {**told, "secrets": made["secrets"]} == made
    assert (told["channel"], told["name"], told["settings"], told["state"], told["reason"], told["team"]) == (
        "webhook", "Town screen", {"url": "http://127.0.0.1:9/hook"}, "ok", None, team.id,
    )  # fmt: skip


def test_an_account_is_renamed_paused_and_let_go_on(api, team):
    path = f"/accounts/{make_account(team).id}"
    assert api.patch(path, {"name": "Screen"}).json["name"] == "Screen"
    paused = api.patch(path, {"state": "paused"}).json
    assert (paused["state"], paused["reason"]) == ("paused", "Paused by Kari Nordmann.")
    assert api.patch(path, {"state": "ok"}).json["state"] == "ok"


def test_a_new_secret_is_made_when_asked_for(api, team):
    first = api.post("/accounts", WEBHOOK).json
    second = api.patch(f"/accounts/{first['id']}", {"secrets": {"secret": None}}).json["secrets"]["secret"]
    assert second.startswith("whsec_") and second != first["secrets"]["secret"]
    assert api.patch(f"/accounts/{first['id']}", {"name": "Same secret"}).json["secrets"] == {}


def test_a_disconnected_account_is_gone_and_what_waited_for_it_is_cancelled(api, team, stream):
    account = make_account(team, streams=[stream])
    make_scheduled(stream)
    path = f"/accounts/{account.id}"
    assert api.delete(path).status_code == 204
    assert db.session.scalars(sa.select(Delivery.state)).all() == ["cancelled"]
    assert api.get("/accounts").json["items"] == []
    for answer in (api.get(path), api.delete(path), api.patch(path, {"name": "x"}), api.post(f"{path}/test")):
        is_problem(answer, 404)


def test_trying_an_account_out_says_what_answered(api, team):
    with Receiver() as receiver:
        made = api.post("/accounts", {**WEBHOOK, "settings": {"url": receiver.address()}}).json
        answer = api.post(f"/accounts/{made['id']}/test")
        assert (answer.status_code, answer.json["ok"]) == (200, True)
        assert len(receiver.at()) == 1
        receiver.refuse()
        answer = api.post(f"/accounts/{made['id']}/test", key="again")
    assert (answer.status_code, answer.json["ok"]) == (200, False)
    assert answer.json["message"].endswith(".")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"channel": "pigeon"}, "channel"), ({"channel": None}, "channel"), ({"name": ""}, "name"),
        ({"name": "x" * 121}, "name"), ({"settings": {}}, "settings.url"), ({"settings": []}, "settings"),
        ({"settings": {"url": 5}}, "settings.url"), ({"settings": {"url": "ftp://example.org"}}, "settings.url"),
        ({"settings": {"url": "http://169.254.169.254/"}}, "settings.url"),
        ({"settings": {"url": "http://127.0.0.1/", "port": "9"}}, "settings.port"),
        ({"settings": {"URL": "http://127.0.0.1/"}}, "settings.URL"),
        ({"secrets": {"secret": "short"}}, "secrets.secret"),
        ({"secrets": {"password": "x"}}, "secrets.password"), ({"team": 99}, "team"), ({"state": "ok"}, "state"),
        ({"sealed": {}}, "sealed"),
    ],
)  # fmt: skip
def test_each_wrong_field_gets_its_sentence(api, team, wrong, field):
    assert field in fields_of(api.post("/accounts", {**WEBHOOK, **wrong}))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Account)) == 0


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"channel": "log"}, "channel"), ({"state": "broken"}, "state"), ({"name": None}, "name")],
)
def test_what_cannot_be_changed_is_told(api, team, wrong, field):
    assert list(fields_of(api.patch(f"/accounts/{make_account(team).id}", wrong))) == [field]


def test_only_owners_manage_accounts_and_every_member_sees_them(app, team):
    account = make_account(team, name="Screen")
    editor = program_of(app, team, role="editor")
    assert [item["name"] for item in editor.get("/accounts").json["items"]] == ["Screen"]
    for answer in (
        editor.post("/accounts", WEBHOOK), editor.patch(f"/accounts/{account.id}", {"name": "x"}),
        editor.delete(f"/accounts/{account.id}"), editor.post(f"/accounts/{account.id}/test"),
    ):  # fmt: skip
        is_problem(answer, 403)


@pytest.mark.parametrize("identity", ["0", "99", "x", "-1", "1.5", str(2**31), str(2**63), "9" * 400, "%00"])
def test_an_id_that_leads_nowhere_is_404(api, team, identity):
    is_problem(api.get(f"/accounts/{identity}"), 404)


def test_accounts_of_others_are_not_there(api):
    account = make_account(make_team())
    path = f"/accounts/{account.id}"
    for answer in (api.get(path), api.patch(path, {"name": "x"}), api.delete(path), api.post(f"{path}/test")):
        is_problem(answer, 404)
    assert db.session.get_one(Account, account.id).deleted_at is None

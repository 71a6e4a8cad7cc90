"""Numbers for Prometheus: right whoever delivered, cheap however much was, and known to alarms and dashboard."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import yaml
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.exc import OperationalError

from calendar_app.channels import tallying
from calendar_app.channels.claiming import Outcome, finish
from calendar_app.channels.models import Tally
from calendar_app.channels.sweeping import miss_overdue, sweep
from calendar_app.channels.tallying import End, fold, tally, totals
from calendar_app.extensions import database_now, db
from calendar_app.health import questions
from calendar_app.health.models import Pulse
from calendar_app.health.pulse import UPKEEP, beat, own_name
from calendar_app.posts.publishing import publish_due
from jobs.clock import Clock
from tests import processes
from tests.channels.steps import claimed, connected, due_post, let_lease_expire, published, send_due
from tests.conftest import wait_until
from tests.factories import make_account, make_scheduled, make_stream
from tests.receiver import answer

DEPLOY = Path(__file__).parents[2] / "deploy"


def scraped(client):
    """Everything as Prometheus's own parser reads it: (name, labels as text) → value."""
    db.session.commit()
    got = client.get("/metrics")
    assert got.status_code == 200
    families = list(text_string_to_metric_families(got.text))
    assert all(family.documentation for family in families)
    return {
        (sample.name, ",".join(f"{key}={sample.labels[key]}" for key in sorted(sample.labels))): sample.value
        for family in families
        for sample in family.samples
    }


def outcomes(found, channel="webhook"):
    return [
        int(found["sluice_delivery_outcomes_total", f"channel={channel},outcome={end}"])
        for end in tallying.ENDS
    ]


def test_what_became_of_deliveries_is_counted_by_channel(app, client, receiver):
    stream, _ = connected(receiver)
    receiver.plan(answer(200), answer(500), answer(410))
    for _ in range(3):
        due_post(stream)
        send_due()
    make_account(make_stream().team, "log")
    found = scraped(client)
    assert outcomes(found) == [1, 1, 0, 0, 1]
    assert outcomes(found, "log") == [0, 0, 0, 0, 0], "a channel in use is there before its first delivery"


def test_lateness_is_told_in_classes_from_the_due_instant_to_the_first_byte(app, client, receiver):
    stream, _ = connected(receiver)
    for ago in (0.3, 7.0, 1000.0):
        due_post(stream, ago=ago)
    send_due()
    found = scraped(client)

    def at_most(bound):
        return found["sluice_delivery_lateness_seconds_bucket", f"channel=webhook,le={bound}"]

    assert (at_most("0.25"), at_most("10.0"), at_most("300.0"), at_most("3600.0")) == (0, 2, 2, 3)
    assert at_most("+Inf") == found["sluice_delivery_lateness_seconds_count", "channel=webhook"] == 3
    assert 1007 < found["sluice_delivery_lateness_seconds_sum", "channel=webhook"] < 1030


def test_what_a_worker_lost_and_what_was_missed_is_counted_too(app, client, receiver, odd_channels):
    stream, _ = connected(receiver)
    plain, _ = connected(receiver, "postcard")
    for one in (stream, plain):
        published(one)
    for taken in claimed():
        let_lease_expire(taken.delivery)
    sweep()
    late = due_post(make_stream(), ago=2 * 3600)
    make_account(late.home.team, "log", streams=[late.home])
    overdue, _ = connected(receiver, stream=make_stream())
    due_post(overdue, ago=2 * 3600)
    publish_due()
    miss_overdue()
    found = scraped(client)
    assert outcomes(found) == [0, 0, 0, 1, 1]
    assert outcomes(found, "postcard") == [0, 0, 1, 0, 0]
    assert [found["sluice_leases_expired_total", f"channel={name}"] for name in ("webhook", "postcard")] == [
        1,
        1,
    ]


def test_only_what_was_committed_and_was_ours_to_tell_is_counted(app, receiver):
    stream, _ = connected(receiver)
    published(stream)
    (taken,) = claimed()
    finish([Outcome(taken.delivery.id, taken.fence, "delivered")])
    db.session.rollback()
    assert totals() == []
    assert len(finish([Outcome(taken.delivery.id, taken.fence - 1, "delivered")])) == 1
    assert totals() == []
    finish([Outcome(taken.delivery.id, taken.fence, "delivered")])
    finish([Outcome(taken.delivery.id, taken.fence, "delivered")])
    assert [total[:4] for total in totals()] == [("webhook", "delivered", "", 1)]


def test_rows_are_folded_and_the_sums_stay(app, monkeypatch):
    monkeypatch.setattr(tallying, "FOLD_FROM", 20)
    for number in range(30):
        tally([End("webhook", "delivered", number / 10), End("ntfy", "retry")])
    before = as_told()
    assert fold() > 60
    db.session.commit()
    assert as_told() == before
    assert db.session.scalar(sa.select(sa.func.count(Tally.id))) == len(before)
    assert fold() == 0, "little enough is left alone"


def as_told():
    """To the microsecond: the order in which numbers are added shows in their last digits."""
    return sorted(one._replace(seconds=round(one.seconds, 6)) for one in totals())


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_real_workers_and_clocks_are_counted_and_their_deliveries_with_them(app, client, receiver):
    stream, _ = connected(receiver)
    for _ in range(8):
        make_scheduled(stream, due_in=-1)
    worker, clock = ("worker", "--lane", "publish"), ("clock",)
    with processes.running(app, worker, worker, clock, clock):
        wait_until(lambda: at_work(scraped(client)) == (2, 2, 8), 40, every=0.2)
    found = scraped(client)
    assert found["sluice_delivery_lateness_seconds_count", "channel=webhook"] == 8
    assert 0 <= found["sluice_worker_silence_seconds", "lane=publish"] < 60
    assert found["sluice_worker_silence_seconds", "lane=mail"] == -1


def at_work(found):
    """Workers, clocks, and what they have delivered."""
    return (
        *(found[name] for name in (("sluice_workers", "lane=publish"), ("sluice_clocks", ""))),
        outcomes(found)[0],
    )


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_clock_that_is_told_to_end_takes_its_leave(app, client):
    clock = Clock()
    clock.tick()
    assert scraped(client)["sluice_clocks", ""] == 1
    clock.stop()
    clock.run()
    assert scraped(client)["sluice_clocks", ""] == 0
    beat(own_name())
    db.session.execute(sa.update(Pulse).values(at=database_now() - timedelta(minutes=1)))
    assert scraped(client)["sluice_clocks", ""] == 0, "one that fell silent does not count"


def test_each_lane_tells_how_old_its_oldest_work_is(app, client):
    make_scheduled(make_stream(), due_in=-90)
    found = scraped(client)
    assert 90 <= found["sluice_lane_overdue_seconds", "lane=publish"] < 120
    assert found["sluice_lane_overdue_seconds", "lane=mail"] == 0
    assert found["sluice_lane_overdue_seconds", "lane=upkeep"] == -1
    beat(UPKEEP)
    db.session.execute(sa.update(Pulse).values(at=database_now() - timedelta(minutes=3)))
    assert 120 <= scraped(client)["sluice_lane_overdue_seconds", "lane=upkeep"] < 150


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_without_the_database_the_numbers_say_so(app, client, monkeypatch):
    def away():
        raise OperationalError("SELECT 1", {}, Exception("away"))

    monkeypatch.setattr(questions, "oldest_overdue", away)
    found = scraped(client)
    assert (found["sluice_database_up", ""], found["sluice_redis_up", ""]) == (0, 1)
    assert ("sluice_clocks", "") not in found


def test_no_question_walks_over_what_is_done(app):
    """The plan of each names an index of what is not done, however little there is at present."""
    questions_asked, plans = [], []

    def note(_connection, _cursor, statement, parameters, _context, _many):
        if "FROM delivery" in statement or "FROM post" in statement:
            questions_asked.append((statement, parameters))

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        questions.unsettled_deliveries()
        questions.unsettled_posts()
        questions.oldest_overdue()
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)
    on_sqlite = db.engine.dialect.name == "sqlite"
    connection = db.session.connection()
    if not on_sqlite:
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    for statement, parameters in questions_asked:
        words = "EXPLAIN QUERY PLAN " if on_sqlite else "EXPLAIN "
        plan = connection.exec_driver_sql(words + statement, parameters)
        plans.append("\n".join(str(row) for row in plan))
    assert len(plans) == 7
    partial = re.compile(
        r"ix_delivery_(due|lease|in_flight|stuck)|uq_delivery_one_at_a_time|ix_post_(due|missed|open)"
    )
    assert [plan for plan in plans if not partial.search(plan)] == []


def named_in(text):
    return set(re.findall(r"\bsluice_[a-z_]+", text))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_alarms_and_dashboard_use_only_what_there_is(app, client):
    make_account(make_stream().team, "log")
    offered = {name for name, _ in scraped(client)}
    alerts = [rule for group in read_rules()["groups"] for rule in group["rules"]]
    assert len({alert["alert"] for alert in alerts}) == len(alerts) >= 10
    assert [alert["alert"] for alert in alerts if not named_in(alert["expr"]) <= offered] == []
    board = json.loads((DEPLOY / "grafana" / "dashboard.json").read_text())
    targets = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    assert set().union(*map(named_in, targets)) <= offered
    places = [panel["gridPos"] for panel in board["panels"]]
    cells = [
        (x, y)
        for at in places
        for x in range(at["x"], at["x"] + at["w"])
        for y in range(at["y"], at["y"] + at["h"])
    ]
    assert len(cells) == len(set(cells)), "no panel lies on another"
    assert {x for x, _ in cells} == set(range(24))


def test_every_alarm_says_what_to_do_and_where_more_is_written():
    for alert in (rule for group in read_rules()["groups"] for rule in group["rules"]):
        assert alert["annotations"]["summary"].endswith("."), alert["alert"]
        page, place = re.search(r"docs/(\w+\.md)(?:#(\S+))?$", alert["annotations"]["what_to_do"]).groups()
        headings = re.findall(r"^#+ (.+)$", (DEPLOY.parent / "docs" / page).read_text(), re.M)
        assert place is None or place in {heading.lower().replace(" ", "-") for heading in headings}, alert[
            "alert"
        ]


def read_rules():
    return yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text())

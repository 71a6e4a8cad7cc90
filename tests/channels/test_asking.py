"""What a round of work asks the database is answered from partial indexes, however long the history is."""

from __future__ import annotations

import re
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from calendar_app.channels.models import Delivery
from calendar_app.extensions import database_now, db
from calendar_app.posts.models import Post
from tests.channels.steps import delivery_of, due_post, published, send_due
from tests.factories import make_account, make_stream

HISTORY = 20_000


@pytest.fixture
def stream(app):
    found = make_stream()
    make_account(found.team, streams=[found])
    return found


@contextmanager
def noted():
    """Every statement with its parameters, as the driver gets them."""
    seen = []

    def see(_connection, _cursor, statement, parameters, *_rest):
        seen.append((statement, parameters))

    sa.event.listen(db.engine, "before_cursor_execute", see)
    yield seen
    sa.event.remove(db.engine, "before_cursor_execute", see)


def plans(seen):
    """How the database goes about each of these statements that reads deliveries."""
    explain = "EXPLAIN QUERY PLAN" if db.engine.dialect.name == "sqlite" else "EXPLAIN"
    connection = db.session.connection()
    found = {}
    for statement, parameters in seen:
        if "delivery" in statement and statement.startswith(("SELECT", "UPDATE", "WITH")):
            plan = connection.exec_driver_sql(f"{explain} {statement}", parameters).all()
            found[statement] = " / ".join(str(row[-1]) for row in plan)
    return found


def years_of_use(stream):
    """Deliveries of long ago, as a busy site has them."""
    now = database_now()
    values = {"team_id": stream.team_id, "state": "published", "published_at": now, "timezone": "UTC"}
    db.session.execute(sa.insert(Post), [values] * HISTORY)
    row = {
        "account_id": stream.accounts[0].id,
        "due_at": now,
        "next_at": now,
        "finished_at": now,
        "serial": False,
    }
    ids = db.session.scalars(sa.select(Post.id)).all()
    db.session.execute(
        sa.insert(Delivery), [{**row, "post_id": number, "state": "delivered"} for number in ids]
    )
    db.session.commit()
    db.session.execute(sa.text("ANALYZE"))
    db.session.commit()


@pytest.mark.usefixtures("counted_anew")
def test_no_question_of_a_round_reads_the_whole_history(stream):
    years_of_use(stream)
    post = due_post(stream)
    with noted() as seen:
        assert send_due() == 1
    assert delivery_of(post).state == "delivered"
    asked = plans(seen)
    assert len(asked) >= 6
    whole = [(statement, plan) for statement, plan in asked.items() if reads_all(plan)]
    assert whole == []


def reads_all(plan):
    """Walking along a partial index is no harm: it holds what waits or is under way, and nothing else."""
    return re.search(
        r"Seq Scan on delivery|SCAN delivery(?! USING INDEX ix_delivery_(due|lease|in_flight))", plan
    )


@pytest.mark.usefixtures("counted_anew")
def test_the_index_of_waiting_deliveries_serves_the_claim(stream):
    from calendar_app.channels.claiming import claim

    years_of_use(stream)
    published(stream)
    with noted() as seen:
        assert len(claim(10)) == 1
    asked = plans(seen)
    (question,) = [statement for statement in asked if "row_number()" in statement]
    assert "ix_delivery_due" in asked[question]

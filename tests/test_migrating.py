"""The migrations make exactly the tables that the models describe, on both databases, whoever runs them."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from calendar_app import migrating
from calendar_app.extensions import db, stop_writing
from calendar_app.people.audit import record


def test_models_and_migrations_do_not_differ(app):
    db.session.rollback()
    stop_writing()
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


def test_migrating_again_changes_nothing(app):
    db.session.rollback()
    migrating.migrate()
    assert migrating.current() == migrating.newest()


@pytest.mark.parametrize("statement", ["UPDATE audit SET action = 'x'", "DELETE FROM audit"])
def test_the_database_itself_refuses_to_change_the_record(app, statement):
    record("something happened")
    db.session.commit()
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        db.session.execute(sa.text(statement))
    db.session.rollback()
    assert db.session.scalar(sa.text("SELECT count(*) FROM audit")) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE post SET state = 'scheduled', due_at = NULL",
        "UPDATE post SET state = 'published', published_at = NULL",
        "UPDATE post SET state = 'gone'",
        "UPDATE stream SET hue = 'beige'",
        "UPDATE stream SET handle = 'UPPER'",
        "UPDATE stream SET grace_minutes = 0",
        "UPDATE delivery SET state = 'sending', lease_until = NULL",
        "UPDATE delivery SET state = 'delivered', finished_at = NULL",
        "UPDATE account SET state = 'fine'",
        "UPDATE site SET id = 2",
    ],
)
def test_the_database_holds_the_rules_too(app, statement):
    from tests.factories import make_account, make_scheduled, make_stream

    stream = make_stream()
    make_account(stream.team, streams=[stream])
    make_scheduled(stream)
    with pytest.raises(sa.exc.IntegrityError):
        db.session.execute(sa.text(statement))
    db.session.rollback()


def test_one_delivery_per_post_account_and_action(app):
    from calendar_app.channels.models import Delivery
    from tests.factories import make_account, make_scheduled, make_stream

    stream = make_stream()
    account = make_account(stream.team, streams=[stream])
    post = make_scheduled(stream)
    db.session.add(Delivery(post_id=post.id, account_id=account.id, due_at=post.due_at, next_at=post.due_at))
    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()
    db.session.rollback()

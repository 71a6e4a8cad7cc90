"""The migrations make exactly the tables that the models describe, on both databases, whoever runs them."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from flask import current_app

from calendar_app import create_app, migrating
from calendar_app.channels.models import Delivery
from calendar_app.comments.models import Comment
from calendar_app.extensions import db, start_writing, stop_writing
from calendar_app.people.audit import record
from calendar_app.people.setting_up import ensure_site
from calendar_app.planner.models import PlanChange
from calendar_app.posts.models import Post
from tests.conftest import settings_for
from tests.factories import make_account, make_scheduled, make_stream


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
    stream = make_stream()
    make_account(stream.team, streams=[stream])
    make_scheduled(stream)
    with pytest.raises(sa.exc.IntegrityError):
        db.session.execute(sa.text(statement))
    db.session.rollback()


def test_one_delivery_per_post_account_and_action(app):
    stream = make_stream()
    account = make_account(stream.team, streams=[stream])
    post = make_scheduled(stream)
    db.session.add(Delivery(post_id=post.id, account_id=account.id, due_at=post.due_at, next_at=post.due_at))
    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()
    db.session.rollback()


@pytest.fixture
def empty(request, database, tmp_path, redis_url):
    """An app on a database of its own that holds nothing yet."""
    url = f"sqlite:///{tmp_path / 'own.db'}"
    if database == "postgresql":
        server = sa.make_url(request.getfixturevalue("postgres_url"))
        engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql("DROP DATABASE IF EXISTS older")
            connection.exec_driver_sql("CREATE DATABASE older")
        engine.dispose()
        url = server.set(database="older").render_as_string(hide_password=False)
    made = create_app(settings_for(tmp_path, url, redis_url))
    with made.app_context():
        yield made
        db.session.remove()
        db.engine.dispose()


TOLD = {
    "post": {"post_told_new", "post_told", "post_told_gone"},
    "delivery": {"delivery_told"},
    "stream": {"stream_told_new", "stream_told_changed", "stream_told_gone"},
    "comment": {"comment_told_new", "comment_told_changed", "comment_told_gone"},
}
AUDIT = {"sqlite": {"audit_no_update", "audit_no_delete"}, "postgresql": {"audit_append_only"}}


def triggers(connection):
    """By table, each with the statement that makes it."""
    if connection.dialect.name == "sqlite":
        question = "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'"
    else:
        question = (
            "SELECT relname, tgname, pg_get_triggerdef(pg_trigger.oid) FROM pg_trigger "
            "JOIN pg_class ON pg_class.oid = tgrelid WHERE NOT tgisinternal"
        )
    found = {}
    for table, name, said in connection.exec_driver_sql(question):
        found.setdefault(table, {})[name] = said
    return found


def all_triggers(database):
    return {**TOLD, "audit": AUDIT[database]}


@pytest.mark.parametrize("older", ["0001", "0007", "0010", "0013", "0017", "0018"])
def test_an_older_database_has_every_trigger_when_it_is_brought_up(empty, database, older):
    migrating.migrate(older)
    migrating.migrate()
    with db.engine.connect() as connection:
        assert {table: set(found) for table, found in triggers(connection).items()} == all_triggers(database)


@pytest.mark.parametrize("table", ["post", "delivery", "stream", "comment", "audit"])
def test_a_table_that_a_migration_makes_anew_keeps_its_triggers_and_what_hangs_on_it(empty, database, table):
    """SQLite knows no other way to change a constraint, and drops a table's triggers, and its children, with it."""
    migrating.migrate()
    rows = written()
    with migrating.changing() as connection:
        before = triggers(connection)
        make_anew(connection, table)
        assert triggers(connection) == before
    assert {name: set(found) for name, found in before.items()} == all_triggers(database)
    assert counted() == rows
    start_writing()
    (post,) = db.session.scalars(sa.select(Post)).all()
    post.title = "Changed"
    post.home.name = "Roads and bridges"
    (comment,) = db.session.scalars(sa.select(Comment)).all()
    comment.text = "Changed"
    db.session.commit()
    (delivery,) = db.session.scalars(sa.select(Delivery)).all()
    delivery.state, delivery.finished_at = "cancelled", delivery.due_at
    db.session.commit()
    told = db.session.scalars(sa.select(PlanChange.kind).order_by(PlanChange.id.desc()).limit(4)).all()
    assert sorted(told) == ["comment", "post", "post", "stream"]
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        db.session.execute(sa.text("DELETE FROM audit"))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_migration_that_leaves_rows_without_what_they_belong_to_does_not_come_to_pass(empty):
    """While it is at work nothing that hangs on a row is deleted with it, so it has to say so itself."""
    migrating.migrate()
    rows = written()
    with pytest.raises(RuntimeError, match="comment"), migrating.changing() as connection:
        connection.exec_driver_sql("DELETE FROM post")
    assert counted() == rows
    start_writing()
    db.session.execute(sa.text("DELETE FROM post"))
    assert db.session.scalar(sa.text("SELECT count(*) FROM comment")) == 0
    db.session.rollback()


def test_every_rule_of_the_models_is_there(app):
    """Making a table anew loses the rules that nobody names again."""
    db.session.rollback()
    stop_writing()
    named = {
        rule.name
        for table in db.metadata.tables.values()
        for rule in table.constraints
        if isinstance(rule, sa.CheckConstraint)
    }
    inspector = sa.inspect(db.engine)
    there = {rule["name"] for table in db.metadata.tables for rule in inspector.get_check_constraints(table)}
    assert named - there == set()


def written():
    """A site with a row in each of the tables that have triggers; says how many rows there are."""
    start_writing()
    ensure_site(current_app.config["SETTINGS"])
    stream = make_stream()
    make_account(stream.team, streams=[stream])
    post = make_scheduled(stream)
    db.session.add(Comment(post_id=post.id, text="Are we sure?", guest="Kari"))
    record("something happened")
    db.session.commit()
    stop_writing()
    return counted()


def counted():
    found = {
        name: db.session.scalar(sa.select(sa.func.count()).select_from(table))
        for name, table in db.metadata.tables.items()
    }
    db.session.rollback()
    return found


def make_anew(connection, table):
    operations = Operations(MigrationContext.configure(connection))
    with operations.batch_alter_table(table) as batch:
        batch.create_check_constraint("ck_of_a_later_day", "id > 0")

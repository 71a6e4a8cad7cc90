"""What changed in the plan, noted by triggers whoever changes it; who has which post open."""
# ruff: noqa: S608  (nothing of anybody's is in these statements)

import sqlalchemy as sa
from alembic import op

from calendar_app.times import UTCDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

SHOWN = ("title", "language", "state", "version", "due_at", "team_id", "author_id")
# From the plan these look the same: on its way.
ON_ITS_WAY = "('pending', 'sending', 'retry')"


def upgrade() -> None:
    op.create_table(
        "plan_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("post_uuid", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=8), server_default="post", nullable=False),
        sa.Column("was_due", UTCDateTime(timezone=True), nullable=True),
        sa.Column("due", UTCDateTime(timezone=True), nullable=True),
        sa.Column("at", UTCDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_change")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_plan_change_at"), "plan_change", ["at"])
    op.create_table(
        "presence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("doing", sa.String(length=8), nullable=False),
        sa.Column("seen_at", UTCDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("doing IN ('reading', 'writing')", name=op.f("ck_presence_doing")),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_presence_post_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_presence_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_presence")),
        sa.UniqueConstraint("post_id", "person_id", name=op.f("uq_presence_post_id_person_id")),
    )
    op.create_index(op.f("ix_presence_person_id"), "presence", ["person_id"])
    if op.get_bind().dialect.name == "sqlite":
        _sqlite()
    else:
        _postgresql()


def downgrade() -> None:
    for name in ("post_told_new", "post_told", "post_told_gone"):
        op.execute(f"DROP TRIGGER {name}" + _on("post"))
    op.execute("DROP TRIGGER delivery_told" + _on("delivery"))
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION tell_post")
        op.execute("DROP FUNCTION tell_delivery")
    op.drop_table("presence")
    op.drop_table("plan_change")


def _on(table: str) -> str:
    return "" if op.get_bind().dialect.name == "sqlite" else f" ON {table}"


def _sqlite() -> None:
    now = "strftime('%Y-%m-%d %H:%M:%f000', 'now')"
    tell = "INSERT INTO plan_change (team_id, post_uuid, was_due, due, at)"
    differs = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in SHOWN)
    for statement in (
        "CREATE TRIGGER post_told_new AFTER INSERT ON post BEGIN "
        f"{tell} VALUES (NEW.team_id, NEW.uuid, NULL, NEW.due_at, {now}); END",
        f"CREATE TRIGGER post_told AFTER UPDATE OF {', '.join(SHOWN)} ON post WHEN {differs} BEGIN "
        f"{tell} VALUES (NEW.team_id, NEW.uuid, OLD.due_at, NEW.due_at, {now}); END",
        "CREATE TRIGGER post_told_gone AFTER DELETE ON post BEGIN "
        f"{tell} VALUES (OLD.team_id, OLD.uuid, OLD.due_at, NULL, {now}); END",
        "CREATE TRIGGER delivery_told AFTER UPDATE OF state ON delivery "
        f"WHEN OLD.state <> NEW.state AND NOT (OLD.state IN {ON_ITS_WAY} AND NEW.state IN {ON_ITS_WAY}) BEGIN "
        f"{tell} SELECT team_id, uuid, due_at, due_at, {now} FROM post WHERE id = NEW.post_id; END",
    ):
        op.execute(statement)


def _postgresql() -> None:
    tell = "INSERT INTO plan_change (team_id, post_uuid, was_due, due, at)"
    differs = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in SHOWN)
    for statement in (
        "CREATE FUNCTION tell_post() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'INSERT' THEN {tell} VALUES (NEW.team_id, NEW.uuid, NULL, NEW.due_at, clock_timestamp()); "
        f"ELSIF TG_OP = 'DELETE' THEN {tell} VALUES (OLD.team_id, OLD.uuid, OLD.due_at, NULL, clock_timestamp()); "
        f"ELSE {tell} VALUES (NEW.team_id, NEW.uuid, OLD.due_at, NEW.due_at, clock_timestamp()); END IF; "
        "RETURN NULL; END $$",
        "CREATE FUNCTION tell_delivery() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"{tell} SELECT team_id, uuid, due_at, due_at, clock_timestamp() FROM post WHERE id = NEW.post_id; "
        "RETURN NULL; END $$",
        "CREATE TRIGGER post_told_new AFTER INSERT ON post FOR EACH ROW EXECUTE FUNCTION tell_post()",
        "CREATE TRIGGER post_told_gone AFTER DELETE ON post FOR EACH ROW EXECUTE FUNCTION tell_post()",
        f"CREATE TRIGGER post_told AFTER UPDATE OF {', '.join(SHOWN)} ON post FOR EACH ROW WHEN ({differs}) "
        "EXECUTE FUNCTION tell_post()",
        "CREATE TRIGGER delivery_told AFTER UPDATE OF state ON delivery FOR EACH ROW "
        f"WHEN (OLD.state <> NEW.state AND NOT (OLD.state IN {ON_ITS_WAY} AND NEW.state IN {ON_ITS_WAY})) "
        "EXECUTE FUNCTION tell_delivery()",
    ):
        op.execute(statement)

"""Changes of streams and of comments are noted by triggers as well, for pages that are open."""
# ruff: noqa: S608  (nothing of anybody's is in these statements)

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

# What a calendar shows of a stream: not its feeds' versions, which change with every post that goes out.
SHOWN = (
    "name", "hue", "timezone", "cadence", "exceptions", "pauses", "quiet_hours", "near_minutes", "flood_posts",
    "flood_hours", "archived_at", "created_at", "team_id",
)  # fmt: skip
# PostgreSQL does not compare JSON, but compares how it is written.
JSON = {"cadence", "exceptions", "pauses", "quiet_hours"}
SAID = ("text", "quote", "edited_at", "removed_at", "settled_at", "settled_by_id")
# An hour after a comment was removed its words are forgotten, which no page shows.
FORGOTTEN = "OLD.removed_at IS NOT NULL AND NEW.removed_at IS NOT NULL"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _sqlite()
    else:
        _postgresql()


def downgrade() -> None:
    postgresql = op.get_bind().dialect.name != "sqlite"
    for table in ("stream", "comment"):
        for event in ("new", "changed", "gone"):
            op.execute(f"DROP TRIGGER {table}_told_{event}" + (f" ON {table}" if postgresql else ""))
        if postgresql:
            op.execute(f"DROP FUNCTION tell_{table}")


def _sqlite() -> None:
    now = "strftime('%Y-%m-%d %H:%M:%f000', 'now')"
    tell = "INSERT INTO plan_change (team_id, post_uuid, kind, at)"

    def stream(row: str) -> str:
        return f"BEGIN {tell} VALUES ({row}.team_id, '', 'stream', {now}); END"

    def comment(row: str) -> str:
        return f"BEGIN {tell} SELECT team_id, uuid, 'comment', {now} FROM post WHERE id = {row}.post_id; END"

    stream_differs = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in SHOWN)
    comment_differs = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in SAID)
    for statement in (
        f"CREATE TRIGGER stream_told_new AFTER INSERT ON stream {stream('NEW')}",
        f"CREATE TRIGGER stream_told_changed AFTER UPDATE OF {', '.join(SHOWN)} ON stream "
        f"WHEN {stream_differs} {stream('NEW')}",
        f"CREATE TRIGGER stream_told_gone AFTER DELETE ON stream {stream('OLD')}",
        f"CREATE TRIGGER comment_told_new AFTER INSERT ON comment {comment('NEW')}",
        f"CREATE TRIGGER comment_told_changed AFTER UPDATE OF {', '.join(SAID)} ON comment "
        f"WHEN ({comment_differs}) AND NOT ({FORGOTTEN}) {comment('NEW')}",
        f"CREATE TRIGGER comment_told_gone AFTER DELETE ON comment {comment('OLD')}",
    ):
        op.execute(statement)


def _postgresql() -> None:
    tell = "INSERT INTO plan_change (team_id, post_uuid, kind, at)"
    stream_differs = " OR ".join(f"{_old(name)} IS DISTINCT FROM {_new(name)}" for name in SHOWN)
    comment_differs = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in SAID)
    function = "CREATE FUNCTION {0} RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE row {1}; BEGIN " + (
        "IF TG_OP = 'DELETE' THEN row := OLD; ELSE row := NEW; END IF; {2} RETURN NULL; END $$"
    )
    for statement in (
        function.format(
            "tell_stream()", "stream", f"{tell} VALUES (row.team_id, '', 'stream', clock_timestamp());"
        ),
        function.format(
            "tell_comment()", "comment",
            f"{tell} SELECT team_id, uuid, 'comment', clock_timestamp() FROM post WHERE id = row.post_id;",
        ),
        "CREATE TRIGGER stream_told_new AFTER INSERT ON stream FOR EACH ROW EXECUTE FUNCTION tell_stream()",
        f"CREATE TRIGGER stream_told_changed AFTER UPDATE OF {', '.join(SHOWN)} ON stream FOR EACH ROW "
        f"WHEN ({stream_differs}) EXECUTE FUNCTION tell_stream()",
        "CREATE TRIGGER stream_told_gone AFTER DELETE ON stream FOR EACH ROW EXECUTE FUNCTION tell_stream()",
        "CREATE TRIGGER comment_told_new AFTER INSERT ON comment FOR EACH ROW EXECUTE FUNCTION tell_comment()",
        f"CREATE TRIGGER comment_told_changed AFTER UPDATE OF {', '.join(SAID)} ON comment FOR EACH ROW "
        f"WHEN (({comment_differs}) AND NOT ({FORGOTTEN})) EXECUTE FUNCTION tell_comment()",
        "CREATE TRIGGER comment_told_gone AFTER DELETE ON comment FOR EACH ROW EXECUTE FUNCTION tell_comment()",
    ):  # fmt: skip
        op.execute(statement)


def _old(name: str) -> str:
    return f"OLD.{name}::text" if name in JSON else f"OLD.{name}"


def _new(name: str) -> str:
    return f"NEW.{name}::text" if name in JSON else f"NEW.{name}"

"""SQLite chooses among indexes by what it has counted, and counts only when asked; PostgreSQL does it by itself."""

from __future__ import annotations

from calendar_app.extensions import db

# Rows looked at in each index: some tables hold millions, and others wait to write meanwhile.
MOST = 400


def count_anew() -> None:
    """Let SQLite look at what its tables hold now. Does nothing on PostgreSQL."""
    connection = db.session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA analysis_limit={MOST}")
        connection.exec_driver_sql("ANALYZE")

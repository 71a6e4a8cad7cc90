"""All that the database holds, to see whether an attack has changed anything."""

from __future__ import annotations

import json

import sqlalchemy as sa

from calendar_app.extensions import db

# Who was there, and what reading notes or makes ready.
LEFT_OUT = {"audit", "session", "api_token", "replay", "feed_part", "pulse"}


def contents():
    """Rows as text, by table."""
    db.session.commit()
    found = {}
    for table in db.metadata.sorted_tables:
        if table.name not in LEFT_OUT:
            rows = db.session.execute(sa.select(table)).all()
            found[table.name] = sorted(json.dumps([*row], default=str) for row in rows)
    db.session.commit()
    return found

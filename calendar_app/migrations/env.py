"""How Alembic reaches the database: always over the connection that `migrating` hands in."""

from alembic import context

import calendar_app.model_list  # noqa: F401
from calendar_app.extensions import db

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=db.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()

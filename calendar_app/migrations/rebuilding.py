"""Making a table anew on SQLite, which changes a constraint in no other way: what hangs on the table stays.

Alembic copies the rows into a new table and drops the old one, and with it, silently, its triggers; those of other
tables that name it would then be in the way of the new one's name. So all are taken away before, and made again after.
A migration that takes away or renames a column that a trigger names makes that trigger anew itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from alembic.ddl.sqlite import SQLiteImpl

if TYPE_CHECKING:
    from alembic.operations.batch import ApplyBatchImpl

TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY rowid"


class KeepsTriggers(SQLiteImpl):
    """Alembic takes the last one that names a dialect."""

    __dialect__ = "sqlite"

    taken: tuple[tuple[str, str], ...] = ()

    def prep_table_for_batch(self, batch_impl: ApplyBatchImpl, table: sa.Table) -> None:
        super().prep_table_for_batch(batch_impl, table)
        assert self.connection is not None  # noqa: S101  (there is one unless SQL is only printed)
        self.taken = tuple((name, made) for name, made in self.connection.exec_driver_sql(TRIGGERS))
        for name, _ in self.taken:
            self.connection.exec_driver_sql(f'DROP TRIGGER "{name}"')

    def rename_table(self, *names: Any, **options: Any) -> None:
        super().rename_table(*names, **options)
        again, self.taken = self.taken, ()
        for _, made in again:
            assert self.connection is not None  # noqa: S101
            self.connection.exec_driver_sql(made)

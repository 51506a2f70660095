"""The INSERT that knows what to do when the row is already there; both databases have it, spelled apart."""

from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from reconciler.storage.ready import Ready

UpsertStatement = sqlite.Insert | postgresql.Insert


def upsert_into(connection: sa.Connection, target: sa.Table) -> UpsertStatement:
    """Return an INSERT that has `on_conflict_do_nothing` and `on_conflict_do_update`."""
    return insert_of(connection.dialect.name, target)


def insert_of(dialect: str, target: sa.Table) -> UpsertStatement:
    """Return the same by the name of the database."""
    return postgresql.insert(target) if dialect == "postgresql" else sqlite.insert(target)


def put(connection: sa.Connection, target: sa.Table, values: list[dict[str, object]]) -> None:
    """Insert rows by their primary key, or bring those that are there up to date."""
    if values:
        _renewing(connection.dialect.name, target, tuple(values[0])).tell(connection, values)


@lru_cache(maxsize=64)
def _renewing(dialect: str, target: sa.Table, names: tuple[str, ...]) -> Ready:
    # Kept, for to put it together costs several times what the database then does with it.
    keys = [column.name for column in target.primary_key]
    statement = insert_of(dialect, target)
    renewed = {name: statement.excluded[name] for name in names if name not in keys}
    return Ready(statement.on_conflict_do_update(index_elements=keys, set_=renewed))

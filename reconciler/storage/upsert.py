"""The INSERT that knows what to do when the row is already there; both databases have it, spelled apart."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

UpsertStatement = sqlite.Insert | postgresql.Insert


def upsert_into(connection: sa.Connection, target: sa.Table) -> UpsertStatement:
    """Return an INSERT that has `on_conflict_do_nothing` and `on_conflict_do_update`."""
    return postgresql.insert(target) if connection.dialect.name == "postgresql" else sqlite.insert(target)


def put(connection: sa.Connection, target: sa.Table, values: list[dict[str, object]]) -> None:
    """Insert rows by their primary key, or bring those that are there up to date."""
    if not values:
        return
    keys = [column.name for column in target.primary_key]
    statement = upsert_into(connection, target)
    renewed = {name: statement.excluded[name] for name in values[0] if name not in keys}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=renewed), values)

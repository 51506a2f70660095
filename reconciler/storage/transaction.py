"""Whether a transaction still stands, by what the driver knows: the database is not asked."""

import sqlite3
from typing import Any

import sqlalchemy as sa


def stands(connection: sa.Connection) -> bool:
    """Return False once the database has broken the transaction off: then nothing of it can be stored.

    A commit must not be tried then: PostgreSQL answers one of a failed transaction without an error, and on
    SQLite what followed would have been stored by itself.
    """
    if connection.invalidated or not connection.in_transaction():
        return False
    driver: Any = connection.connection.dbapi_connection
    if isinstance(driver, sqlite3.Connection):
        return driver.in_transaction
    # Psycopg says BEGIN with the first statement: a transaction in which nothing was said is IDLE.
    return driver.info.transaction_status.name in {"INTRANS", "IDLE"}

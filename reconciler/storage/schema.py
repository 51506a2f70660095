"""Brings the schema of the state database up to date, and tells in what state it is."""

from enum import StrEnum
from pathlib import Path

import sqlalchemy as sa

from reconciler.storage.errors import StateDatabaseError, StateTrouble
from reconciler.storage.rows import REVISIONS, StateRow

VERSION_TABLE = "trueup_schema"
"""Our own name, so that another program's alembic table is never taken for ours."""

_LOCK = 7_283_781_501
"""The advisory lock that lets one process migrate at a time on PostgreSQL (any fixed number)."""


class SchemaState(StrEnum):
    """How the tables of a database relate to this code."""

    EMPTY = "empty"  # no tables of ours, and none that would be in the way
    FOREIGN = "foreign"  # another program's
    OLDER = "older"
    CURRENT = "current"
    NEWER = "newer"


def schema_state_of(connection: sa.Connection) -> SchemaState:
    """Look at the tables. Changes nothing."""
    tables = set(sa.inspect(connection).get_table_names())
    if VERSION_TABLE in tables:
        found = connection.execute(sa.text(f"SELECT version_num FROM {VERSION_TABLE}")).scalars().all()  # noqa: S608 - a constant
        if found and all(each == REVISIONS[-1] for each in found):
            return SchemaState.CURRENT
        return SchemaState.OLDER if all(each in REVISIONS for each in found) else SchemaState.NEWER
    # A file of its own is ours alone; on a server other tables may live beside ours, but not under our names.
    in_the_way = tables if connection.dialect.name == "sqlite" else tables & set(StateRow.metadata.tables)
    return SchemaState.FOREIGN if in_the_way else SchemaState.EMPTY


def migrate_on(connection: sa.Connection, where: str) -> None:
    """Bring the schema up to date inside the caller's write transaction.

    Raises:
        StateDatabaseError: It is another program's database, or of a newer Trueup.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
    state = schema_state_of(connection)
    if state is SchemaState.CURRENT:
        return
    if state in {SchemaState.FOREIGN, SchemaState.NEWER}:
        raise refusal(state, where)
    if connection.dialect.name == "postgresql":
        # What is converted here row by row may take long between two words to the server.
        connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
    # Loading alembic takes longer than everything else here, and is needed once in a database's life.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def refusal(state: SchemaState, where: str) -> StateDatabaseError:
    """Return the error that says why a database in this state is not used."""
    trouble, what = {
        SchemaState.EMPTY: (
            StateTrouble.EMPTY,
            "was never set up: start `trueup run` (or `trueup demo`), which sets it up",
        ),
        SchemaState.FOREIGN: (
            StateTrouble.FOREIGN,
            "belongs to another program: name a database of Trueup's own in [database] url",
        ),
        SchemaState.OLDER: (
            StateTrouble.OLDER,
            "was written by an older Trueup: start `trueup run` once, which upgrades it",
        ),
        SchemaState.NEWER: (
            StateTrouble.NEWER,
            "was written by a newer Trueup: upgrade Trueup on this machine",
        ),
    }[state]
    return StateDatabaseError(trouble, f"state database {where} {what}")

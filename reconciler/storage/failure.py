"""Turns what a database driver raises into one line saying what, where, and what to do."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from reconciler.storage.errors import StateDatabaseError, StateTrouble

# By the name of SQLite's result code: its trouble, what is so, what to do; True: it may pass by itself.
_SQLITE = (
    ("SQLITE_BUSY", StateTrouble.LOCKED, "is locked by another program", "close that program", True),
    ("SQLITE_LOCKED", StateTrouble.LOCKED, "is locked by another program", "close that program", True),
    ("SQLITE_NOTADB", StateTrouble.CORRUPT, "is not an SQLite database", "name another file", False),
    ("SQLITE_CORRUPT", StateTrouble.CORRUPT, "is damaged", "restore it from a backup", False),
    ("SQLITE_READONLY", StateTrouble.PERMISSION, "cannot be written", "give this user write access", False),
    ("SQLITE_PERM", StateTrouble.PERMISSION, "may not be opened", "give this user access", False),
    ("SQLITE_CANTOPEN", StateTrouble.PERMISSION, "cannot be opened", "give this user access", False),
    ("SQLITE_FULL", StateTrouble.FULL, "has no room left on its disk", "free some space", True),
    ("SQLITE_IOERR", StateTrouble.OTHER, "cannot be read or written", "check the disk it is on", True),
)

# By what a PostgreSQL server or its driver says when no connection comes about.
_POSTGRES = (
    (r"password authentication failed|no password supplied|pg_hba", StateTrouble.PERMISSION, "refused us"),
    (r"role .* does not exist|permission denied", StateTrouble.PERMISSION, "refused us"),
    (r"database .* does not exist", StateTrouble.ABSENT, "does not exist"),
    (r"read-only transaction", StateTrouble.PERMISSION, "cannot be written"),
    (r"lock timeout|deadlock", StateTrouble.LOCKED, "is locked by another program"),
    (r"No space left|disk full", StateTrouble.FULL, "has no room left"),
)
_POSTGRES_REMEDY = {
    StateTrouble.PERMISSION: "check the user, the password and the rights in the url",
    StateTrouble.ABSENT: "create it (createdb) or correct the url",
    StateTrouble.LOCKED: "see what holds it (pg_stat_activity)",
    StateTrouble.FULL: "free some space on the server",
}

# What Python's driver says of a damaged text, and it gives no code with it.
_NO_TEXT = "Could not decode to UTF-8"


@contextmanager
def explained(where: str) -> Iterator[None]:
    """Raise `StateDatabaseError` in place of whatever the database driver raises.

    Args:
        where: The database as a person knows it, without its password.
    """
    try:
        yield
    except (sa.exc.DBAPIError, sa.exc.TimeoutError) as error:
        raise explain(error, where) from error


def explain(error: sa.exc.SQLAlchemyError, where: str) -> StateDatabaseError:
    """Say what is wrong with the database at `where`."""
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    said = " ".join(str(cause).split()) or type(cause).__name__
    if said.startswith(_NO_TEXT):
        message = f"state database {where} holds a row that cannot be read ({said}): restore it from a backup"
        return StateDatabaseError(StateTrouble.CORRUPT, message)
    code = getattr(cause, "sqlite_errorname", None)
    if code is not None:
        return _explain_sqlite(code, said, where)
    if type(cause).__module__.startswith("psycopg"):
        return _explain_postgres(error, said, where)
    return _other(said, where)


def _explain_sqlite(code: str, said: str, where: str) -> StateDatabaseError:
    for name, trouble, what, remedy, again in _SQLITE:
        if code.startswith(name):
            return StateDatabaseError(
                trouble, f"state database {where} {what} ({said}): {remedy}", again=again
            )
    return _other(said, where)


def _explain_postgres(error: sa.exc.SQLAlchemyError, said: str, where: str) -> StateDatabaseError:
    for pattern, trouble, what in _POSTGRES:
        if re.search(pattern, said):
            message = f"state database {where} {what} ({said}): {_POSTGRES_REMEDY[trouble]}"
            return StateDatabaseError(trouble, message, again=trouble is StateTrouble.LOCKED)
    lost = isinstance(error, sa.exc.DBAPIError) and error.connection_invalidated
    if lost or isinstance(error, sa.exc.OperationalError):
        message = f"state database {where} does not answer ({said}): start the server or correct the url"
        return StateDatabaseError(StateTrouble.UNREACHABLE, message, again=True)
    return _other(said, where)


def _other(said: str, where: str) -> StateDatabaseError:
    message = f"state database {where} refused a request ({said}): run `trueup doctor`, and report it"
    return StateDatabaseError(StateTrouble.OTHER, message)

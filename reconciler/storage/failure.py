"""Turns what a database driver raises into one line saying what, where, and what to do."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from reconciler.facts.sqlite_text import tells_of_no_text
from reconciler.storage.errors import StateDatabaseError, StateTrouble

_Meaning = tuple[StateTrouble, str, str, bool]

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

_SILENT = (StateTrouble.UNREACHABLE, "does not answer", "start the server or correct the url", True)
_CROWDED = (StateTrouble.UNREACHABLE, "has no connection left for us", "see who holds them", True)
_REFUSED = (StateTrouble.PERMISSION, "refused us", "check the user, the password and its rights", False)
_ABSENT = (StateTrouble.ABSENT, "does not exist", "create it (createdb) or correct the url", False)
_HELD = (StateTrouble.LOCKED, "is locked by another program", "see what holds it (pg_stat_activity)", True)
_SLOW = (StateTrouble.LOCKED, "ended a request that took long", "see what holds it (pg_stat_activity)", True)
_CROSSED = (
    StateTrouble.CONFLICT,
    "ended a transaction for another one's sake",
    "see what holds it (pg_stat_activity)",
    True,
)
_STANDBY = (
    StateTrouble.READ_ONLY,
    "takes no changes now",
    "name the server that does in the url",
    True,
)
_FULL = (StateTrouble.FULL, "has no room left", "free some space on the server", True)
_SICK = (StateTrouble.OTHER, "cannot be read or written", "check the server and its disk", True)
_DAMAGED = (StateTrouble.CORRUPT, "is damaged", "restore it from a backup", False)

# By how PostgreSQL's code for the error (SQLSTATE) begins, which is the same in every language; first hit.
_POSTGRES = (
    ("08", _SILENT),
    ("25006", _STANDBY),  # read-only transaction: so answers a standby, and a primary that was told to
    ("25", _SILENT),  # the transaction is no longer what we began: broken off, or idle for too long
    ("28", _REFUSED),
    ("3D000", _ABSENT),
    ("40003", _SILENT),  # whether it was done is not known
    ("40", _CROSSED),  # deadlock, conflict with another transaction or with a standby's replay
    ("42501", _REFUSED),
    ("53100", _FULL),
    ("53", _CROWDED),
    ("55", _HELD),
    ("57014", _SLOW),
    ("57P04", _ABSENT),
    ("57P", _SILENT),  # shutting down, starting up, in recovery
    ("58", _SICK),
    ("XX001", _DAMAGED),
    ("XX002", _DAMAGED),
)

# When no connection comes about, there is no code: by what is said. What is not listed is a server that
# cannot be reached for the moment.
_NOT_CONNECTED = (
    (r"password authentication failed|no password supplied|pg_hba", _REFUSED),
    (r"role .* does not exist|permission denied", _REFUSED),
    (r"database .* does not exist", _ABSENT),
    (r"too many clients|too many connections|connection slots are reserved|no more connections", _CROWDED),
)


@contextmanager
def explained(where: str) -> Iterator[None]:
    """Raise `StateDatabaseError` in place of whatever the database driver raises; other errors pass.

    Args:
        where: The database as a person knows it, without its password.
    """
    try:
        yield
    except Exception as error:
        told = explain(error, where)
        if told is None:
            raise
        raise told from error


class Commit:
    """Whether a commit has been asked for."""

    def __init__(self) -> None:
        """It has not."""
        self.asked = False


@contextmanager
def committed(where: str) -> Iterator[Commit]:
    """As `explained`, around a transaction: where the answer to its commit is lost, that is said."""
    commit = Commit()
    try:
        with explained(where):
            yield commit
    except StateDatabaseError as error:
        if not commit.asked or error.trouble in {StateTrouble.LOCKED, StateTrouble.CONFLICT}:
            raise  # never asked for, or refused: it is not done
        raise StateDatabaseError(
            error.trouble,
            f"{error}; whether the last change was stored is not known: look before you repeat it",
            again=error.again,
            unsure=True,
        ) from error


def explain(error: Exception, where: str) -> StateDatabaseError | None:
    """Say what is wrong with the database at `where`; None for an error that is not of a database."""
    cause = (error.orig or error) if isinstance(error, sa.exc.DBAPIError) else error
    said = " ".join(str(cause).split()) or type(cause).__name__
    if isinstance(error, sa.exc.PendingRollbackError | sa.exc.DisconnectionError):
        # The connection was lost earlier in the same transaction.
        return _error_of(_SILENT, "the connection was lost", where)
    if isinstance(error, sa.exc.TimeoutError):
        return _error_of(_CROWDED, said, where)
    if isinstance(cause, sqlite3.Error):
        return _explain_sqlite(cause, said, where)
    if type(cause).__module__.startswith("psycopg"):  # not loaded where nobody uses it
        return _explain_postgres(error, cause, said, where)
    return _other(said, where) if isinstance(error, sa.exc.DBAPIError) else None


def lost(where: str) -> StateDatabaseError:
    """Return the error of a transaction that the database has broken off."""
    return _error_of(_SILENT, "the transaction was broken off", where)


def _explain_sqlite(cause: sqlite3.Error, said: str, where: str) -> StateDatabaseError:
    if tells_of_no_text(said):
        message = f"state database {where} holds a row that cannot be read ({said}): restore it from a backup"
        return StateDatabaseError(StateTrouble.CORRUPT, message)
    code = getattr(cause, "sqlite_errorname", None) or ""
    for name, trouble, what, remedy, again in _SQLITE:
        if code.startswith(name):
            return _error_of((trouble, what, remedy, again), said, where)
    return _other(said, where)


def _explain_postgres(error: Exception, cause: BaseException, said: str, where: str) -> StateDatabaseError:
    state = getattr(cause, "sqlstate", None)
    if "during recovery" in said:  # what else a standby cannot do, under the code of what nobody can
        return _error_of(_STANDBY, said, where)
    for begins, meaning in _POSTGRES:
        if state and state.startswith(begins):
            return _error_of(meaning, said, where)
    if isinstance(error, sa.exc.DBAPIError) and error.connection_invalidated:
        return _error_of(_SILENT, said, where)
    if state is None and type(cause).__name__ in {"OperationalError", "InterfaceError", "ConnectionTimeout"}:
        for pattern, meaning in _NOT_CONNECTED:
            if re.search(pattern, said):
                return _error_of(meaning, said, where)
        return _error_of(_SILENT, said, where)
    return _other(said, where)


def _error_of(meaning: _Meaning, said: str, where: str) -> StateDatabaseError:
    trouble, what, remedy, again = meaning
    return StateDatabaseError(trouble, f"state database {where} {what} ({said}): {remedy}", again=again)


def _other(said: str, where: str) -> StateDatabaseError:
    message = f"state database {where} refused a request ({said}): run `trueup doctor`, and report it"
    return StateDatabaseError(StateTrouble.OTHER, message)

"""SQLite: a file that is checked before it is opened, private to its user, and how its transactions begin."""

import os
import sqlite3
from pathlib import Path
from typing import cast
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.pool import QueuePool

from reconciler.storage.errors import StateDatabaseError, StateTrouble
from reconciler.storage.opened_file import FileConnection, OpenedFile

BUSY_SECONDS = 5.0
"""How long to wait for another process's write before giving up."""

PRIVATE = 0o600
"""Who may read and write a file that is made here: its user. `-wal` and `-shm` take it over from the file."""

_NAP_MS = 2


def sqlite_engine(url: sa.URL, *, create: bool) -> tuple[sa.Engine, OpenedFile]:
    """Return the engine of an SQLite file, and the file as it is opened through it.

    Raises:
        StateDatabaseError: It is not there, or can be seen not to be usable.
    """
    path = path_of(url)
    if not check_file(path, create=create):
        _create_private(path)
    # `mode` keeps SQLite from making an empty file, which would look like "no alerts".
    address = f"file:{quote(str(path))}?mode=rw"
    opened = OpenedFile(path, ours=create)

    def connect() -> sqlite3.Connection:
        before = opened.about_to_open()
        connection = sqlite3.connect(
            address, uri=True, timeout=BUSY_SECONDS, check_same_thread=False, factory=FileConnection
        )
        connection.isolation_level = None  # we say BEGIN ourselves, see below
        connection.execute("PRAGMA synchronous = FULL").close()
        connection.execute("PRAGMA foreign_keys = ON").close()
        if create:
            # The file remembers both; the first one only a new file, see `compaction`.
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL").close()
            connection.execute("PRAGMA journal_mode = WAL").close()
        opened.opened(connection, before)
        return connection

    engine = sa.create_engine("sqlite+pysqlite://", creator=connect, poolclass=QueuePool)

    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine, opened


def _begin_sqlite(connection: sa.Connection) -> None:
    """Begin; a write takes the lock at once, for one that upgrades midway fails when another was faster.

    SQLite waits for a lock in naps of up to 100 ms, and so a person's acknowledgement can miss every gap of a
    busy writer for five seconds (seen in tests/reconciler/storage/test_alerts_survive_kills.py). Naps of 2 ms
    find a gap soon.
    """
    if not connection.get_execution_options().get("trueup_write", False):
        connection.exec_driver_sql("BEGIN")
        return
    driver = cast("sqlite3.Connection", connection.connection.dbapi_connection)
    driver.execute(f"PRAGMA busy_timeout = {_NAP_MS}").close()
    try:
        for _ in range(int(BUSY_SECONDS * 1000) // _NAP_MS):
            try:
                driver.execute("BEGIN IMMEDIATE").close()
                return
            except sqlite3.OperationalError as error:
                if not error.sqlite_errorname.startswith("SQLITE_BUSY"):
                    break
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # this way its failure is told like any other
    finally:
        driver.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}").close()


def path_of(url: sa.URL) -> Path:
    """Return the file that a url names."""
    return Path(url.database or "").expanduser().absolute()


def check_file(path: Path, *, create: bool) -> bool:
    """Return whether the file is there; refuse what can be seen to be wrong before SQLite is asked."""
    try:
        if path.is_dir():
            message = f"state database {path} is a folder: name a file in it"
            raise StateDatabaseError(StateTrouble.URL, message)
        if path.exists():
            if not os.access(path, os.R_OK | os.W_OK):
                message = f"state database {path} may not be read and written: change its permissions"
                raise StateDatabaseError(StateTrouble.PERMISSION, message)
            return True
        there = path.parent.is_dir()
    except OSError as error:  # a folder above it that may not be entered, a name that is too long
        message = (
            f"state database {path} cannot be looked at ({error.strerror}): correct its path or its rights"
        )
        raise StateDatabaseError(StateTrouble.PERMISSION, message) from error
    if not there:
        message = f"state database {path}: there is no folder {path.parent}: create it or correct the url"
        raise StateDatabaseError(StateTrouble.ABSENT, message)
    if not create:
        message = f"state database {path} does not exist: start `trueup run` first, or correct [database] url"
        raise StateDatabaseError(StateTrouble.ABSENT, message)
    if not os.access(path.parent, os.W_OK):
        message = f"state database {path} cannot be created: this user may not write in {path.parent}"
        raise StateDatabaseError(StateTrouble.PERMISSION, message)
    return False


def _create_private(path: Path) -> None:
    """Make an empty file for this user alone: SQLite would make it for everybody, and its log likewise."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE))
    except FileExistsError:
        return  # another process was faster, with the same right
    except OSError as error:
        message = (
            f"state database {path} cannot be created ({error.strerror}): correct its path or its rights"
        )
        raise StateDatabaseError(StateTrouble.PERMISSION, message) from error

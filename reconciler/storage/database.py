"""The state database: opens it, and hands out short read and write transactions."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.pool import QueuePool

from reconciler.database_address import holds_stray_at
from reconciler.storage.errors import StateDatabaseError, StateTrouble
from reconciler.storage.failure import explained
from reconciler.storage.schema import SchemaState, migrate_on, refusal, schema_state_of

BUSY_SECONDS = 5.0
"""How long to wait for another process's write before giving up."""

PRIVATE = 0o600
"""Who may read and write a file that is made here: its user. `-wal` and `-shm` take it over from the file."""

_NAP_MS = 2

_EXAMPLES = "sqlite:///trueup.db or postgresql+psycopg://user:password@host/database"
_POSTGRES_OPTIONS = "-c synchronous_commit=on -c lock_timeout=10000 -c timezone=UTC"


class Database:
    """An open state database. Safe to use from several threads; one transaction is used by one."""

    def __init__(self, engine: sa.Engine, where: str) -> None:
        """Use `Database.open`."""
        self._engine = engine
        self._where = where

    @classmethod
    def open(cls, url: str, *, create: bool) -> "Database":
        """Open the state database.

        Args:
            url: `sqlite:///path` or `postgresql+psycopg://...`.
            create: True for the one process that owns it: create it where absent and upgrade its schema.
                False for everybody else: an absent or outdated one is an error.

        Raises:
            StateDatabaseError: It cannot be used; the message says what to do.
        """
        parsed = _parse(url)
        if create:
            _refuse_what_is_not_ours(parsed)
        engine, where = _engine(parsed, create=create)
        database = cls(engine, where)
        try:
            if create:
                with database.write() as connection:
                    migrate_on(connection, where)
            with database.read() as connection:
                state = schema_state_of(connection)
            if state is not SchemaState.CURRENT:
                raise refusal(state, where)
        except BaseException:
            database.close()
            raise
        return database

    @property
    def where(self) -> str:
        """The database as a person knows it, without its password."""
        return self._where

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Open one read transaction: everything read in it is of one moment.

        Raises:
            StateDatabaseError: The database fails.
        """
        with explained(self._where), self._engine.connect() as fresh:
            connection = fresh
            if connection.dialect.name == "postgresql":
                connection = fresh.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
            with connection.begin():
                yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """Open one write transaction; when the block is left without an error, it is durable.

        Raises:
            StateDatabaseError: The database fails, or another process writes for too long.
        """
        with explained(self._where), self._engine.connect() as fresh:
            connection = fresh.execution_options(trueup_write=True)
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Close every connection. Safe to call twice."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def migrate(url: str) -> None:
    """Create the database where absent and bring its schema up to date.

    Raises:
        StateDatabaseError: It cannot be.
    """
    Database.open(url, create=True).close()


def schema_state(url: str) -> SchemaState:
    """Tell how the tables of an existing database relate to this code. Changes nothing.

    Raises:
        StateDatabaseError: It is absent or cannot be read.
    """
    engine, where = _engine(_parse(url), create=False)
    with Database(engine, where) as database, database.read() as connection:
        return schema_state_of(connection)


def _refuse_what_is_not_ours(url: sa.URL) -> None:
    """Look before anything is set: even the journal mode of another program's file is not ours to change."""
    if url.get_backend_name() == "sqlite" and not _check_file(_path(url), create=True):
        return
    engine, where = _engine(url, create=False)
    with Database(engine, where) as database, database.read() as connection:
        state = schema_state_of(connection)
    if state in {SchemaState.FOREIGN, SchemaState.NEWER}:
        raise refusal(state, where)


def _engine(url: sa.URL, *, create: bool) -> tuple[sa.Engine, str]:
    return _sqlite(url, create=create) if url.get_backend_name() == "sqlite" else _postgres(url)


def _parse(url: str) -> sa.URL:
    try:
        parsed = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):  # ValueError: a port that is no number
        # The url is not shown: what cannot be parsed may hold a password anywhere.
        raise StateDatabaseError(
            StateTrouble.URL, f"[database] url is not a database url: write {_EXAMPLES}"
        ) from None
    if holds_stray_at(url):
        message = "[database] url holds an @ beside the one before the host: write it as %40"
        raise StateDatabaseError(StateTrouble.URL, message)
    name = parsed.drivername
    if name in {"sqlite", "sqlite+pysqlite"}:
        if parsed.database in {None, "", ":memory:"}:
            message = (
                "[database] url names no file, and what is kept in memory is lost: write sqlite:///trueup.db"
            )
            raise StateDatabaseError(StateTrouble.URL, message)
        return parsed
    if name in {"postgres", "postgresql", "postgresql+psycopg"}:
        return parsed.set(drivername="postgresql+psycopg")
    raise StateDatabaseError(
        StateTrouble.URL, f"[database] url names `{name}`, which Trueup does not know: write {_EXAMPLES}"
    )


def _sqlite(url: sa.URL, *, create: bool) -> tuple[sa.Engine, str]:
    path = _path(url)
    if not _check_file(path, create=create):
        _create_private(path)
    # `mode` keeps SQLite from making an empty file, which would look like "no alerts".
    address = f"file:{quote(str(path))}?mode={'rwc' if create else 'rw'}"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS, check_same_thread=False)
        connection.isolation_level = None  # we say BEGIN ourselves, see below
        connection.execute("PRAGMA synchronous = FULL").close()
        connection.execute("PRAGMA foreign_keys = ON").close()
        if create:
            connection.execute("PRAGMA journal_mode = WAL").close()  # the file remembers it
        return connection

    engine = sa.create_engine("sqlite+pysqlite://", creator=connect, poolclass=QueuePool)

    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine, str(path)


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


def _path(url: sa.URL) -> Path:
    return Path(url.database or "").expanduser().absolute()


def _check_file(path: Path, *, create: bool) -> bool:
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


def _postgres(url: sa.URL) -> tuple[sa.Engine, str]:
    arguments: dict[str, Any] = {"connect_timeout": 5, "application_name": "trueup"}
    arguments["options"] = f"{url.query.get('options', '')} {_POSTGRES_OPTIONS}".strip()
    bare = url.difference_update_query(["options"])
    engine = sa.create_engine(bare, connect_args=arguments, pool_pre_ping=True)
    # What stands behind the name may hold a password as well.
    return engine, sa.URL.create(
        "postgresql", url.username, None, url.host, url.port, url.database
    ).render_as_string()

"""The state database: opens it, and hands out short read and write transactions."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self, cast

import sqlalchemy as sa

from reconciler.facts.database_address import holds_stray_at
from reconciler.storage.errors import StateDatabaseError, StateTrouble
from reconciler.storage.failure import committed, explained, lost
from reconciler.storage.lines import Lines
from reconciler.storage.opened_file import FileConnection, OpenedFile
from reconciler.storage.postgres_engine import postgres_engine
from reconciler.storage.schema import SchemaState, migrate_on, refusal, schema_state_of
from reconciler.storage.sqlite_engine import check_file, path_of, sqlite_engine
from reconciler.storage.transaction import stands

_EXAMPLES = "sqlite:///trueup.db or postgresql+psycopg://user:password@host/database"


class Database:
    """An open state database. Safe to use from several threads; one transaction is used by one."""

    def __init__(self, engine: sa.Engine, where: str, opened: OpenedFile | None = None) -> None:
        """Use `Database.open`."""
        self._engine, self._where = engine, where
        self._opened = opened
        self.lines = Lines(engine) if opened is None else None
        self._under_way: set[object] = set()
        self.answered = 0
        self._standby = False

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
        parsed = parsed_url(url)
        if create:
            _refuse_what_is_not_ours(parsed)
        database = cls.at(parsed, create=create)
        try:
            if create:
                with database.write() as connection:
                    migrate_on(connection, database.where)
            with database.read() as connection:
                state = schema_state_of(connection)
            if state is not SchemaState.CURRENT:
                raise refusal(state, database.where)
        except BaseException:
            database.close()
            raise
        return database

    @classmethod
    def at(cls, url: sa.URL, *, create: bool) -> "Database":
        """Return the database at a url, unread: for `open`, and to look at what may be another program's."""
        if _is_file(url):
            engine, opened = sqlite_engine(url, create=create)
            return cls(engine, str(opened.path), opened)
        return cls(*postgres_engine(url))

    @property
    def where(self) -> str:
        """The database as a person knows it, without its password."""
        return self._where

    @property
    def file(self) -> Path | None:
        """The file that it is, by its real name; None where a server keeps it."""
        return None if self._opened is None else self._opened.path.resolve()

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Open one read transaction: everything read in it is of one moment.

        Raises:
            StateDatabaseError: The database fails, or what was read is not of the file that stands there.
        """
        with (
            self._raising_in_words(),
            self._engine.connect() as connection,
            self._in_place(connection),
            connection.begin(),
        ):
            if connection.dialect.name == "postgresql":
                # Of this transaction alone: set on the connection, it would leave READ WRITE behind, and that
                # is refused by a standby and overrules a server that was told to take no changes.
                connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """Open one write transaction; when the block is left without an error, it is durable.

        Raises:
            StateDatabaseError: The database fails, or another process writes for too long. Nothing is stored,
                or (`unsure`) nobody knows.
        """
        with self._raising_in_words(), self._engine.connect() as fresh, self._in_place(fresh):
            connection = fresh.execution_options(trueup_write=True)
            with self._leaving_standby(fresh), committed(self._where) as commit, connection.begin():
                yield connection
                if not stands(connection):
                    raise lost(self._where)
                commit.asked = True

    @contextmanager
    def bare(self) -> Iterator[FileConnection]:
        """Lend the driver's connection to the file outside of any transaction, to look after the file.

        Raises:
            StateDatabaseError: The database fails.
        """
        assert self._opened is not None, "a server looks after its files itself"
        with self._raising_in_words(), self._engine.connect() as connection, self._in_place(connection):
            yield cast("FileConnection", connection.connection.dbapi_connection)
            self._opened.shrunk()

    def check_name(self) -> None:
        """Do nothing while the file stands there, for whoever has nothing to write; a server tells by itself.

        Raises:
            StateDatabaseError: It was deleted, moved or replaced.
        """
        if self._opened is not None:
            self._opened.check_name()

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Raise `StateDatabaseError` in place of what the driver raises."""
        try:
            with explained(self._where):
                yield
        except StateDatabaseError as error:
            self._note(error)
            raise

    @contextmanager
    def _raising_in_words(self) -> Iterator[None]:
        """As `explained`; where the file is not in its place any more, that is what is told."""
        request = object()
        self._under_way.add(request)
        try:
            with self.explained():
                yield
            self.answered += 1
        except StateDatabaseError:
            if self._opened is not None:
                self._opened.check()
            raise
        finally:
            self._under_way.discard(request)

    @contextmanager
    def _in_place(self, connection: sa.Connection) -> Iterator[None]:
        """See to it that the block worked on the file that stands there, before it and after all of it.

        After a commit too, and before anybody hears of it: what went into a file without a name is lost.
        """
        if self._opened is None:
            yield
            return
        driver = cast("FileConnection", connection.connection.dbapi_connection)
        try:
            self._opened.check(driver)
            try:
                yield
            finally:
                self._opened.check(driver)
        except StateDatabaseError as error:
            if error.trouble is StateTrouble.GONE:
                self._engine.dispose()  # whoever only asks opens next what stands there then
            raise

    @contextmanager
    def _leaving_standby(self, connection: sa.Connection) -> Iterator[None]:
        """Close the connection after the block where it led to a server that takes no changes.

        After a failover the same name leads to another server; a connection that stands stays where it is.
        """
        try:
            yield
        except StateDatabaseError as error:
            self._note(error)
            raise
        finally:
            if self._standby:
                self._standby = False
                connection.invalidate()

    def _note(self, error: StateDatabaseError) -> None:
        if error.trouble is StateTrouble.READ_ONLY:
            self._standby = True

    def under_way(self) -> bool:
        """Return whether any request is; `answered` changes whenever one has ended well."""
        return bool(self._under_way)

    def give_up(self) -> None:
        """Wait for a server no longer: each request under way fails at once, and every other. For good."""
        if self.lines is not None:
            self.lines.end()

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
    with Database.at(parsed_url(url), create=False) as database, database.read() as connection:
        return schema_state_of(connection)


def _refuse_what_is_not_ours(url: sa.URL) -> None:
    """Look before anything is set: even the journal mode of another program's file is not ours to change."""
    if _is_file(url) and not check_file(path_of(url), create=True):
        return
    with Database.at(url, create=False) as database:
        with database.read() as connection:
            state = schema_state_of(connection)
        if state in {SchemaState.FOREIGN, SchemaState.NEWER}:
            raise refusal(state, database.where)


def _is_file(url: sa.URL) -> bool:
    return url.get_backend_name() == "sqlite"


def file_of(url: str) -> Path | None:
    """Return the file that a url names, by its real name, there or not; None for a server's database.

    Raises:
        StateDatabaseError: It is no url of a state database.
    """
    parsed = parsed_url(url)
    return path_of(parsed).resolve() if _is_file(parsed) else None


def parsed_url(url: str) -> sa.URL:
    """Return the url of a state database in its parts.

    Raises:
        StateDatabaseError: It is none.
    """
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

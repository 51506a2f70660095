"""Opens a journal for writing: durable, one process to a bot, its tables made on first use, no wait for ever.

The bot owns this database, so tables are created here without migrations; a version row guards them.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from reconciler.facts.database_address import NO_DRIVER, holds_stray_at
from reconciler.journal.failure import JournalError
from reconciler.journal.lock import FileLock, JournalLock, SessionLock
from reconciler.journal.silence import Silence
from reconciler.journal.tables import SCHEMA_VERSION, metadata, schema

BUSY_SECONDS = 10.0
"""How long SQLite waits for whoever has the file locked."""

# Seconds in the address, milliseconds in the session. Limits that the url itself names are kept.
_ADDRESS_LIMITS = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
_SESSION_LIMITS = (
    "-c statement_timeout=10000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=30000"
)
# A session that holds the lock and whose machine has died is to be found dead soon.
_LOCK_LIMITS = "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"


@dataclass(slots=True)
class JournalDatabase:
    """A journal's database, locked for one bot.

    Attributes:
        engine: Where it is written.
        lock: Keeps other processes of the same bot away.
        file: The file, and what it was when it was opened; None where there is none.
        silence: Cuts connections of a database that says nothing; None where nothing can hang.
    """

    engine: sa.Engine
    lock: JournalLock
    file: tuple[Path, tuple[int, int]] | None = None
    silence: Silence | None = None

    def check_file(self) -> None:
        """Make sure that what is written goes to the file that others read: a deleted one takes it as well.

        Raises:
            JournalError: The file is gone, or another one is in its place.
        """
        if self.file is None:
            return
        path, opened = self.file
        try:
            now = _identity(path)
        except OSError as error:
            why = f"journal: {path} is gone ({error.strerror}): put it back, or start this bot again"
            raise JournalError(why) from error
        if now != opened:
            raise JournalError(f"journal: {path} is another file than was opened: start this bot again")

    @contextmanager
    def bounded(self) -> Iterator[None]:
        """Do not wait for ever for what the block asks the database."""
        if self.silence is None:
            yield
        else:
            with self.silence:
                yield

    def close(self) -> None:
        """Give connections and lock back."""
        self.engine.dispose()
        self.lock.release()


def open_database(url: str, bot: str) -> JournalDatabase:
    """Return the database of a bot's journal, with its tables, locked.

    Raises:
        JournalError: The url is none, the database cannot be reached, its tables are newer than this code, or
            another process works with it as the same bot.
    """
    try:
        parsed = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):  # ValueError: a port that is no number
        raise JournalError(
            "journal: the url is not a database url: write sqlite:///journal.db or postgresql+psycopg://…"
        ) from None
    if holds_stray_at(url):
        raise JournalError("journal: the url holds an @ beside the one before the host: write it as %40")
    name = parsed.get_backend_name()
    if name not in {"sqlite", "postgresql", "postgres"}:
        raise JournalError(f"journal: `{parsed.drivername}` is not known: use sqlite or postgresql+psycopg")
    try:
        return _sqlite(parsed, bot) if name == "sqlite" else _postgres(parsed, bot)
    except ModuleNotFoundError as error:
        if error.name != "psycopg":
            raise
        raise JournalError(f"journal: {NO_DRIVER}") from None
    except sa.exc.SQLAlchemyError as error:
        cause = " ".join(str(getattr(error, "orig", error)).split())
        # What stands behind the name may hold a password as well.
        shown = parsed.difference_update_query(parsed.query).render_as_string(hide_password=True)
        raise JournalError(f"journal {shown} cannot be opened ({cause}): correct the url") from error


def _sqlite(url: sa.URL, bot: str) -> JournalDatabase:
    if url.database in {None, "", ":memory:"}:
        raise JournalError("journal: the url names no file, and what is kept in memory is lost")
    path = Path(str(url.database)).expanduser().absolute()

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False)
        connection.isolation_level = None  # BEGIN is said below, so that it takes the lock at once
        connection.execute("PRAGMA journal_mode = WAL").close()
        connection.execute("PRAGMA synchronous = FULL").close()
        connection.execute("PRAGMA foreign_keys = ON").close()
        return connection

    engine = sa.create_engine("sqlite+pysqlite://", creator=connect, poolclass=sa.pool.QueuePool)

    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    sa.event.listen(engine, "begin", begin)
    if not path.parent.is_dir():
        raise JournalError(f"journal {url} cannot be opened (no folder {path.parent}): correct the url")
    lock = FileLock(path, bot)
    try:
        _prepare(engine)
        return JournalDatabase(engine, lock, (path, _identity(path)))
    except BaseException:
        engine.dispose()
        lock.release()
        raise


def _postgres(url: sa.URL, bot: str) -> JournalDatabase:
    theirs = str(url.query.get("options", ""))
    address = url.set(drivername="postgresql+psycopg").difference_update_query(["options"])
    limits = {key: value for key, value in _ADDRESS_LIMITS.items() if key not in url.query}

    def engine_with(options: str, **more: Any) -> sa.Engine:
        arguments = limits | {"options": f"{options} {theirs} -c synchronous_commit=on".strip()}
        return sa.create_engine(address, connect_args=arguments, **more)

    engine = engine_with(_SESSION_LIMITS, pool_pre_ping=True)
    silence = Silence(engine)
    locking = engine_with(
        f"{_SESSION_LIMITS} {_LOCK_LIMITS}", poolclass=sa.pool.NullPool, isolation_level="AUTOCOMMIT"
    )
    lock = SessionLock(locking, bot, Silence(locking))
    try:
        _prepare(engine)
    except BaseException:
        engine.dispose()
        lock.release()
        raise
    return JournalDatabase(engine, lock, silence=silence)


def _prepare(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            # Two bots that start at once would both find no tables and both make them.
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(7_238_101)))
        if not sa.inspect(connection).has_table(schema.name):
            metadata.create_all(connection)
            connection.execute(schema.insert().values(id=1, version=SCHEMA_VERSION))
        version = connection.execute(sa.select(schema.c.version)).scalar_one()
    if version != SCHEMA_VERSION:
        raise JournalError(
            f"journal: its tables are of version {version} and this program knows {SCHEMA_VERSION}: "
            "update Trueup, or name another database"
        )


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino

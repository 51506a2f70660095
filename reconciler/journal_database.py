"""Opens a journal for writing: durable, shared by threads and processes, its tables made on first use.

The bot owns this database, so tables are created here without migrations; a version row guards them.
"""

import sqlite3
from pathlib import Path

import sqlalchemy as sa

from reconciler.journal_tables import SCHEMA_VERSION, metadata, schema
from verification.opening_journal import JournalFailed

BUSY_SECONDS = 10.0


class JournalError(JournalFailed):
    """The journal cannot be used, or was used wrongly: one line that says what and what to do."""


def open_engine(url: str) -> sa.Engine:
    """Return the engine of a journal whose tables are there.

    Raises:
        JournalError: The url is none, the database cannot be reached, or its tables are newer than this code.
    """
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError:
        raise JournalError(
            "journal: the url is not a database url: write sqlite:///journal.db or postgresql+psycopg://…"
        ) from None
    name = parsed.get_backend_name()
    if name == "sqlite":
        engine = _sqlite(parsed)
    elif name in {"postgresql", "postgres"}:
        engine = _postgres(parsed)
    else:
        raise JournalError(f"journal: `{parsed.drivername}` is not known: use sqlite or postgresql+psycopg")
    try:
        _prepare(engine)
    except sa.exc.SQLAlchemyError as error:
        engine.dispose()
        cause = " ".join(str(getattr(error, "orig", error)).split())
        shown = parsed.render_as_string(hide_password=True)
        raise JournalError(f"journal {shown} cannot be opened ({cause}): correct the url") from error
    except JournalError:
        engine.dispose()
        raise
    return engine


def _sqlite(url: sa.URL) -> sa.Engine:
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
    return engine


def _postgres(url: sa.URL) -> sa.Engine:
    options = f"{url.query.get('options', '')} -c synchronous_commit=on".strip()
    return sa.create_engine(
        url.set(drivername="postgresql+psycopg").difference_update_query(["options"]),
        connect_args={"connect_timeout": 5, "options": options},
        pool_pre_ping=True,
    )


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

"""Reads a bot's PostgreSQL database: one short read-only transaction, every failure in one plain line."""

import re
from collections.abc import Callable
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import psycopg
import sqlalchemy as sa
from psycopg.rows import dict_row

from reconciler.ledgers.port import LedgerTrouble, LedgerUnreadable
from reconciler.ledgers.stored_text import TextUnreadable, readable

T = TypeVar("T")

CONNECT_SECONDS = 5
STATEMENT_MILLISECONDS = 5000


class PostgresRows:
    """The tables of one PostgreSQL database within one transaction."""

    def __init__(self, connection: psycopg.Connection[dict[str, Any]]) -> None:
        self._connection = connection

    def columns(self, table: str) -> frozenset[str]:
        """Return the names of the columns of `table`; empty if there is no such table."""
        rows = self.select(
            "SELECT attname AS name FROM pg_attribute"
            " WHERE attrelid = to_regclass(:name) AND attnum > 0 AND NOT attisdropped",
            name=table if table == table.lower() else f'"{table}"',
        )
        return frozenset(str(row["name"]) for row in rows)

    def select(self, statement: str, /, **values: Any) -> list[dict[str, Any]]:
        """Return the rows of a SELECT; `:name` stands for a value."""
        return self.described(statement, -1, **values)[1]

    def described(
        self, statement: str, most: int, /, **values: Any
    ) -> tuple[tuple[str, ...], list[dict[str, Any]]]:
        """Return the names of the columns of a SELECT, and its rows; of many the first, unless below zero."""
        # Only the names of the values are replaced: a person's own SELECT may hold other colons.
        # They travel beside it.
        text = statement.replace("%", "%%")
        if values:
            names = "|".join(sorted(values, key=len, reverse=True))
            text = re.sub(rf"(?<!:):({names})\b", r"%(\1)s", text)
        cursor = self._connection.execute(text, values)
        columns = tuple(column.name for column in cursor.description or ())
        rows = cursor.fetchall() if most < 0 else cursor.fetchmany(most)
        return columns, [readable(row, statement) for row in rows]


class PostgresReading:
    """The way into one bot's PostgreSQL database."""

    def __init__(self, ledger: str, url: sa.URL) -> None:
        """`ledger` is its name in the settings. Use a role that may only SELECT."""
        self._ledger = ledger
        # As values, not as one address: libpq does not read every text that SQLAlchemy writes.
        self._values = url.translate_connect_args(username="user", database="dbname") | {
            name: value if isinstance(value, str) else ",".join(value) for name, value in url.query.items()
        }
        # What stands behind the name may hold a password as well.
        shown = sa.URL.create("postgresql", url.username, None, url.host, url.port, url.database)
        self.where = shown.render_as_string()

    def version(self) -> object:
        """Return the server's set of committed transactions: it changes with every commit, cheaply.

        Raises:
            LedgerUnreadable: The server cannot be asked.
        """
        return self.read(lambda _: None)[1]

    def read(self, work: Callable[[PostgresRows], T]) -> tuple[T, object]:
        """Return what `work` makes of the tables within one short read transaction, and the version of that.

        Raises:
            LedgerUnreadable: It cannot be read; the message says why and what to do.
        """
        values: dict[str, Any] = {"connect_timeout": CONNECT_SECONDS, **self._values}
        try:
            with psycopg.connect(**values, autocommit=True, row_factory=dict_row) as connection:
                connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                connection.execute(f"SET LOCAL statement_timeout = {STATEMENT_MILLISECONDS}")
                rows = PostgresRows(connection)
                version = rows.select("SELECT txid_current_snapshot()::text AS version")[0]["version"]
                result = work(rows)
                connection.execute("ROLLBACK")
                return result, version
        except psycopg.Error as error:
            raise self._explained(error) from error
        except TextUnreadable as error:
            raise LedgerUnreadable(
                self._ledger, LedgerTrouble.CORRUPT, f"ledger {self._ledger}: {self.where} {error}"
            ) from error

    def zone(self, rows: PostgresRows) -> ZoneInfo:
        """Return the time zone of this role's sessions, in which naive times of a bot are written.

        Raises:
            LedgerUnreadable: The server names one that is not known here.
        """
        name = str(rows.select("SELECT current_setting('TimeZone') AS name")[0]["name"])
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            raise LedgerUnreadable(
                self._ledger,
                LedgerTrouble.SETTINGS,
                f"ledger {self._ledger}: {self.where} writes times in the zone `{name}`, which is not known "
                "here: ALTER ROLE ... SET timezone to a named zone",
            ) from None

    def _explained(self, error: psycopg.Error) -> LedgerUnreadable:
        state = error.sqlstate or ""
        what = " ".join(str(error).split())
        if isinstance(error, psycopg.errors.QueryCanceled | psycopg.errors.LockNotAvailable):
            trouble, again, remedy = LedgerTrouble.LOCKED, True, "it is tried again"
        elif state.startswith("28") or state == "42501" or _names_a_stranger(what):
            trouble, again, remedy = (
                LedgerTrouble.PERMISSION,
                False,
                "correct user and password, and GRANT SELECT",
            )
        elif "does not exist" in what and not state.startswith("42"):
            trouble, again, remedy = LedgerTrouble.ABSENT, False, "correct the name of the database"
        elif state.startswith("42"):
            trouble, again, remedy = LedgerTrouble.SCHEMA, False, "check the ledger's kind and url"
        elif isinstance(error, psycopg.OperationalError):
            trouble, again, remedy = LedgerTrouble.ABSENT, True, "start the server, or correct the url"
        else:
            trouble, again, remedy = LedgerTrouble.CORRUPT, False, "look at the server's log"
        return LedgerUnreadable(
            self._ledger, trouble, f"ledger {self._ledger}: {self.where}: {what}: {remedy}", again=again
        )


def _names_a_stranger(what: str) -> bool:
    # A refused connection carries no code, only the server's words.
    return "authentication failed" in what or ('role "' in what and "does not exist" in what)

"""What a ledger sees of a bot's database, whichever server keeps it, and the way in by url."""

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import sqlalchemy as sa

from reconciler.facts.database_address import NO_DRIVER, holds_stray_at
from reconciler.ledgers.port import LedgerTrouble, LedgerUnreadable
from reconciler.ledgers.sqlite_reading import SqliteReading
from verification.facts.clock import Clock

if TYPE_CHECKING:
    from reconciler.ledgers.postgres_reading import PostgresReading

T = TypeVar("T")

_EXAMPLES = "sqlite:///path/to/file.sqlite or postgresql+psycopg://user@host/name"


class Tables(Protocol):
    """The tables of a database within one read transaction."""

    def columns(self, table: str) -> frozenset[str]:
        """Return the names of the columns of `table`; empty if there is no such table."""

    def select(self, statement: str, /, **values: Any) -> list[dict[str, Any]]:
        """Return the rows of a SELECT; `:name` stands for a value."""

    def described(
        self, statement: str, most: int, /, **values: Any
    ) -> tuple[tuple[str, ...], list[dict[str, Any]]]:
        """Return the names of the columns of a SELECT, and of its rows the first so many."""


class BotDatabase:
    """A bot's database by url, read only."""

    def __init__(self, ledger: str, url: str, clock: Clock, *, folder: Path | None = None) -> None:
        """`folder` is what a relative SQLite path is relative to; None: the working directory.

        Raises:
            LedgerUnreadable: The url is none that can be read (trouble SETTINGS).
        """
        self._ledger = ledger
        parsed = self._parsed(url)
        self._reading: SqliteReading | PostgresReading
        if parsed.get_backend_name() == "sqlite":
            path = Path(parsed.database or "").expanduser()
            self._reading = SqliteReading(ledger, path if folder is None else folder / path, clock)
        else:
            self._reading = _postgres(ledger, parsed)

    @property
    def where(self) -> str:
        """The file, or the url without its password."""
        return self._reading.where

    def version(self) -> object:
        """Return a cheap token that changes when the database may have changed.

        Raises:
            LedgerUnreadable: It is not there.
        """
        return self._reading.version()

    def read(self, work: Callable[[Tables], T]) -> tuple[T, object]:
        """Return what `work` makes of the tables within one short read transaction, and the version of that.

        While `version` says the same nothing was committed since; None: that cannot be told.

        Raises:
            LedgerUnreadable: It cannot be read.
        """
        return self._reading.read(work)

    def zone_of_naive_times(self, tables: Tables) -> tzinfo:
        """Return the zone in which a bot's aware times were written where the column keeps no zone.

        On SQLite the bots write UTC; PostgreSQL converts to the zone of the session, which for the same role
        is the zone of this one.

        Raises:
            LedgerUnreadable: The server names a zone that is not known here.
        """
        if isinstance(self._reading, SqliteReading):
            return UTC
        from reconciler.ledgers.postgres_reading import PostgresRows

        return self._reading.zone(tables) if isinstance(tables, PostgresRows) else UTC

    def time_in(self, time: datetime, zone: tzinfo) -> datetime | str:
        """Return a time as it is compared with what is stored: on SQLite as text, in the zone of the bot."""
        if isinstance(self._reading, SqliteReading):
            return time.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
        return time

    def trouble(self, trouble: LedgerTrouble, what: str, *, again: bool = False) -> LedgerUnreadable:
        """Return an error of this ledger that says where and what."""
        return LedgerUnreadable(
            self._ledger, trouble, f"ledger {self._ledger}: {self.where} {what}", again=again
        )

    def require(self, tables: Tables, table: str, columns: frozenset[str], writer: str) -> frozenset[str]:
        """Return the columns of `table`, of which `columns` must be there.

        Raises:
            LedgerUnreadable: Some are missing (trouble SCHEMA): they are named.
        """
        present = tables.columns(table)
        if not present:
            what = f"has no table `{table}`: it is no database of {writer}: check the ledger's kind and url"
            raise self.trouble(LedgerTrouble.SCHEMA, what)
        missing = sorted(columns - present)
        if missing:
            what = f"has no column {', '.join(missing)} in `{table}`: it is of a version of {writer}"
            raise self.trouble(LedgerTrouble.SCHEMA, f"{what} that Trueup does not know")
        return present

    def _parsed(self, url: str) -> sa.URL:
        def wrong(what: str) -> LedgerUnreadable:
            message = f"ledger {self._ledger}: url {what}: write {_EXAMPLES}"
            return LedgerUnreadable(self._ledger, LedgerTrouble.SETTINGS, message)

        try:
            parsed = sa.make_url(url)
        except (sa.exc.ArgumentError, ValueError):  # ValueError: a port that is no number
            raise wrong("is not a database url") from None  # not shown: it may hold a password
        if holds_stray_at(url):
            raise wrong("holds an @ beside the one before the host (%40 in a user or a password)")
        name = parsed.get_backend_name()
        if name == "sqlite" and parsed.database in {None, "", ":memory:"}:
            raise wrong("names no file")
        if name not in {"sqlite", "postgresql", "postgres"}:
            raise wrong(f"names `{parsed.drivername}`, which Trueup cannot read")
        return parsed


def utc_of(value: object, zone: tzinfo) -> datetime | None:
    """Return a stored time as aware UTC; a naive one was written in `zone`. None stays None.

    Raises:
        ValueError: It is no time.
    """
    if value is None:
        return None
    time = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    if time.tzinfo is None:
        time = time.replace(tzinfo=zone)
    return time.astimezone(UTC)


def _postgres(ledger: str, url: sa.URL) -> "PostgresReading":
    try:
        from reconciler.ledgers.postgres_reading import PostgresReading
    except ModuleNotFoundError as error:
        if error.name != "psycopg":
            raise
        raise LedgerUnreadable(ledger, LedgerTrouble.SETTINGS, f"ledger {ledger}: {NO_DRIVER}") from None
    return PostgresReading(ledger, url)

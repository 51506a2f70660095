"""Opens a bot's live SQLite database without hurting it: read only, briefly, nothing left behind.

Three ways in, chosen by the file's header and by what lies beside it:

* Write-ahead log with frames in it: `mode=ro` only. Without the log the file reads as an older, often empty
  database, with no error; so there is no way round a failure. Where nobody has made its `-shm` (a folder that
  was copied), opening it would: then file and log are copied to a private place and read there.
* Write-ahead log that is absent or empty: the file alone is complete, so it is read as immutable, which makes
  no `-wal` or `-shm` file of ours (owned by another user they would stop the bot). Both files are looked at
  before and after; if either changed, the reading is discarded.
* Rollback journal: `mode=ro`, and SQLite's own locks keep the reading whole.

Not for use inside the bot's own process on the database that the bot writes: closing a file drops all locks
that the process holds on it.
"""

import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Callable
from enum import Enum, auto
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from reconciler.facts.sqlite_text import tells_of_no_text
from reconciler.ledgers.file_looks import looks, part, size
from reconciler.ledgers.port import LedgerTrouble, LedgerUnreadable
from reconciler.ledgers.stored_text import TextUnreadable, lenient, readable
from verification.facts.clock import Clock

T = TypeVar("T")

BUSY_SECONDS = 3.0
"""How long to wait for a lock of the bot."""

READ_SECONDS = 5.0
"""A reading that takes longer is given up: it holds back the bot's checkpoints."""

HELD_SECONDS = 2.0
"""The same with a rollback journal, where it holds back the bot's commits: those wait for 5 s as a rule."""

ATTEMPTS = 5
"""How often a reading is begun again because the files changed under it."""

_MAGIC = b"SQLite format 3\0"
_WAL = 2  # both version bytes of the header, with a write-ahead log
_CHANGES_AT, _CHANGES = 24, 16  # in the header: the change counter and what SQLite compares with it
_INDEX = 96  # at the start of the `-shm`: both copies of the header of the log's index


class _Way(Enum):
    """How a file is opened."""

    LOCKED = auto()  # with SQLite's own locks, which keep the reading whole
    IMMUTABLE = auto()  # as a file that nobody changes
    COPY = auto()  # a private copy of file and log


class _Gone(Exception):
    """File or log went away between two looks: the bot has come back, or has tidied up."""


# One thread at a time in one file: closing it in one thread drops the locks of the others.
_GATES: dict[Path, threading.Lock] = {}
_GATES_GATE = threading.Lock()


class SqliteRows:
    """The tables of one SQLite database within one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def columns(self, table: str) -> frozenset[str]:
        """Return the names of the columns of `table`; empty if there is no such table."""
        rows = self._connection.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchall()
        return frozenset(str(row[0]) for row in rows)

    def select(self, statement: str, /, **values: Any) -> list[dict[str, Any]]:
        """Return the rows of a SELECT; `:name` stands for a value."""
        return self.described(statement, -1, **values)[1]

    def described(
        self, statement: str, most: int, /, **values: Any
    ) -> tuple[tuple[str, ...], list[dict[str, Any]]]:
        """Return the names of the columns of a SELECT, and its rows; of many the first, unless below zero."""
        cursor = self._connection.execute(statement, values)
        names = tuple(str(column[0]) for column in cursor.description or ())
        rows = cursor.fetchall() if most < 0 else cursor.fetchmany(most)
        return names, [_named(names, row, statement) for row in rows]


def _named(names: tuple[str, ...], row: tuple[Any, ...], statement: str) -> dict[str, Any]:
    named = dict(zip(names, row, strict=True))
    return readable(named, statement) if bytes in map(type, row) else named


class SqliteReading:
    """The way into one bot's SQLite file."""

    def __init__(self, ledger: str, path: Path, clock: Clock) -> None:
        """`ledger` is its name in the settings; a relative `path` is relative to the working directory."""
        self._ledger = ledger
        self._path = path.expanduser().absolute()
        self._file = str(self._path)
        with _GATES_GATE:
            self._gate = _GATES.setdefault(self._path, threading.Lock())
        self._clock = clock

    @property
    def where(self) -> str:
        """The file, for messages."""
        return str(self._path)

    def version(self) -> object:
        """Return by what a commit is seen, without a transaction (see `_look`).

        Raises:
            LedgerUnreadable: The file is not there.
        """
        with self._gate:
            seen = self._look()
            if seen[0] is None or not seen[2]:  # there is nothing to be read
                self._check_there()
            return seen

    def read(self, work: Callable[[SqliteRows], T]) -> tuple[T, object]:
        """Return what `work` makes of the tables within one short read transaction, and the version of that.

        The version is None where a commit may have come beside the reading, or where only the file system
        would show one: of two changes within one tick of its clock it shows the first.

        Raises:
            LedgerUnreadable: It cannot be read; the message says why and what to do.
        """
        with self._gate:
            for _ in range(ATTEMPTS):
                before = self._look()
                way = self._way()
                try:
                    result = self._attempt_on_copy(work) if way is _Way.COPY else self._attempt(work, way)
                except _Gone:
                    continue
                same = before == self._look()
                if way is _Way.LOCKED:
                    return result, before if same else None
                if same:
                    return result, None
        raise self._trouble(
            LedgerTrouble.LOCKED, f"changed {ATTEMPTS} times while it was read: it is tried again", again=True
        )

    def _way(self) -> "_Way":
        self._check_there()
        header = self._header()
        if header[18:20] != bytes((_WAL, _WAL)):
            return _Way.LOCKED
        if size(self._beside("-wal")) == 0:
            return _Way.IMMUTABLE
        return _Way.LOCKED if self._beside("-shm").exists() else _Way.COPY

    def _check_there(self) -> None:
        if self._path.is_dir():
            raise self._trouble(LedgerTrouble.SETTINGS, "is a folder: name the database file in it")
        try:
            self._path.stat()
        except FileNotFoundError:
            raise self._trouble(
                LedgerTrouble.ABSENT, "does not exist: correct the url, or start the bot that writes it"
            ) from None
        except OSError as error:
            raise self._forbidden(error) from None

    def _header(self) -> bytes:
        try:
            with self._path.open("rb") as file:
                header = file.read(20)
        except OSError as error:
            raise self._forbidden(error) from None
        if not header:
            raise self._trouble(
                LedgerTrouble.SCHEMA,
                "is an empty file: correct the url, or wait until the bot has made its tables",
                again=True,
            )
        if not header.startswith(_MAGIC):
            raise self._trouble(LedgerTrouble.CORRUPT, "is not an SQLite database: correct the url")
        return header

    def _attempt_on_copy(self, work: Callable[[SqliteRows], T]) -> T:
        """Read file and log from a private copy; whoever calls sees whether they changed meanwhile."""
        with tempfile.TemporaryDirectory(prefix="trueup-ledger-") as folder:
            copy = Path(folder) / "ledger.sqlite"
            try:
                shutil.copyfile(self._path, copy)
                shutil.copyfile(self._beside("-wal"), copy.with_name(f"{copy.name}-wal"))
            except FileNotFoundError:
                raise _Gone from None
            except OSError as error:
                raise self._forbidden(error) from None
            return self._attempt(work, _Way.COPY, copy)

    def _attempt(self, work: Callable[[SqliteRows], T], way: "_Way", path: Path | None = None) -> T:
        journalled = way is _Way.LOCKED and not self._beside("-shm").exists()
        immutable = "&immutable=1" if way is _Way.IMMUTABLE else ""
        address = f"file:{quote(str(path or self._path))}?mode=ro{immutable}"
        end = self._clock.now().monotonic + BUSY_SECONDS + READ_SECONDS
        try:
            connection = sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
        except sqlite3.Error as error:
            raise self._explained(error) from error
        try:
            connection.set_progress_handler(lambda: self._clock.now().monotonic > end, 10_000)
            connection.execute("PRAGMA query_only = 1")
            connection.execute("BEGIN")
            if journalled:
                connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone()  # waits for its lock
                end = self._clock.now().monotonic + HELD_SECONDS
            try:
                result = work(SqliteRows(connection))
            except sqlite3.OperationalError as error:
                if not tells_of_no_text(error):
                    raise
                connection.text_factory = lenient  # only now: it is called for every text that there is
                result = work(SqliteRows(connection))
            connection.execute("ROLLBACK")
            return result
        except sqlite3.Error as error:
            raise self._explained(error) from error
        except TextUnreadable as error:
            raise self._trouble(LedgerTrouble.CORRUPT, str(error)) from error
        finally:
            connection.close()

    def _explained(self, error: sqlite3.Error) -> LedgerUnreadable:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_INTERRUPT}:
            return self._trouble(
                LedgerTrouble.LOCKED,
                f"is locked ({error}): it is tried again; if this lasts, see which program holds it",
                again=True,
            )
        if code in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
            return self._trouble(
                LedgerTrouble.CORRUPT,
                f"is damaged or no database ({error}): check it with `PRAGMA integrity_check`",
            )
        if code in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM}:
            if self._beside("-journal").exists():
                return self._trouble(
                    LedgerTrouble.LOCKED,
                    f"has an unfinished transaction ({error}): the bot rolls it back when it starts",
                    again=True,
                )
            return self._trouble(
                LedgerTrouble.PERMISSION,
                f"cannot be opened with its write-ahead log ({error}): run Trueup as the bot's user, and "
                "mount the folder rather than the file",
            )
        if code == sqlite3.SQLITE_IOERR:
            return self._trouble(
                LedgerTrouble.CORRUPT,
                f"could not be read from the disk ({error}): check the disk",
                again=True,
            )
        return self._trouble(
            LedgerTrouble.SCHEMA, f"has not the expected tables ({error}): check the ledger's kind and url"
        )

    def _forbidden(self, error: OSError) -> LedgerUnreadable:
        return self._trouble(
            LedgerTrouble.PERMISSION,
            f"may not be read by this user ({error.strerror}): run Trueup as the bot's user",
        )

    def _trouble(self, trouble: LedgerTrouble, what: str, *, again: bool = False) -> LedgerUnreadable:
        return LedgerUnreadable(
            self._ledger, trouble, f"ledger {self._ledger}: {self._path} {what}", again=again
        )

    def _beside(self, suffix: str) -> Path:
        return self._path.with_name(self._path.name + suffix)

    def _look(self) -> tuple[object, ...]:
        """Return what changes with every commit: what SQLite itself compares to see one.

        That is the change counter in the file's header, or the header of the index of the write-ahead log,
        which is written last. The file system's word alone would not do: a log grows before its transaction
        counts.
        """
        file = self._file
        counters = (part(file, _CHANGES_AT, _CHANGES), part(f"{file}-shm", 0, _INDEX))
        return (looks(file), looks(f"{file}-wal"), *counters)

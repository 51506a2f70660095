"""A whole copy of the state database, made while `trueup run` writes, looked through before it has a name."""

import os
import secrets
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast

import sqlalchemy as sa

from reconciler.storage.database import Database, file_of, parsed_url
from reconciler.storage.decisions import ALERT, IS_OPEN, TRANSITION
from reconciler.storage.errors import StateDatabaseError, StateTrouble
from reconciler.storage.failure import explain
from reconciler.storage.records import CYCLE, VERIFICATION
from reconciler.storage.rows import StateRow
from reconciler.storage.schema import VERSION_TABLE, SchemaState, refusal, schema_state_of
from reconciler.storage.sqlite_engine import PRIVATE

_TIMES = (TRANSITION.c.at, ALERT.c.last_seen, CYCLE.c.finished_at, VERIFICATION.c.asked_at)
"""What is newest of these is from when a database is; they are in every revision."""


class NotAFile(Exception):
    """The state is kept by a server, which has tools of its own."""


class BackupRefused(Exception):
    """The file that was named cannot be what is asked for; the message is one line with the remedy."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What is in a state database.

    Attributes:
        revision: Of its schema.
        latest: From when it is: the newest time in it, aware UTC; None where nothing was ever stored.
        open_alerts: How many alerts are open, pending ones too.
        rows: How many rows each table has.
    """

    revision: str
    latest: datetime | None
    open_alerts: int
    rows: Mapping[str, int]


def back_up(url: str, file: Path) -> Contents:
    """Copy the state database to a new file, of one moment, and return what is in it.

    Nobody waits for it, neither writers nor readers. The file is made for this user alone, without a log
    beside it; it gets its name once it is on the disk and was found whole and equal.

    Raises:
        NotAFile: A server keeps the state.
        BackupRefused: The name is taken, or its folder is not there.
        StateDatabaseError: The state cannot be read, or the copy not be written.
    """
    refuse_taken(file)
    if file_of(url) is None:
        raise NotAFile
    with (
        Database.at(parsed_url(url), create=False) as database,
        unfinished(file.absolute().parent, file.name) as copy,
    ):
        with database.read() as connection:
            before = contents_of(connection, database.where)
            driver = cast("sqlite3.Connection", connection.connection.dbapi_connection)
            _copy(driver, copy)  # by this connection, and so of the moment of this transaction
        after = checked(copy)
        if after != before:
            message = f"backup {file} came out unlike the state database, and was not kept: make it again"
            raise StateDatabaseError(StateTrouble.OTHER, message, again=True)
        _name(copy, file)
    return after


def refuse_taken(file: Path) -> None:
    """Do nothing where a new file may get this name.

    Raises:
        BackupRefused: It may not.
    """
    if file.is_dir():
        raise BackupRefused(f"{file} is a folder: name a file in it")
    if os.path.lexists(file):
        raise BackupRefused(f"{file} is there already, and is not overwritten: name another file")
    if not file.absolute().parent.is_dir():
        raise BackupRefused(f"there is no folder {file.absolute().parent}: create it, or name another file")


@contextmanager
def unfinished(folder: Path, name: str) -> Iterator[Path]:
    """Make an empty file for this user alone, beside where it is to stand; it is gone after the block.

    Raises:
        StateDatabaseError: It cannot be made, or filled.
    """
    place = folder / f".{name}.{secrets.token_hex(4)}.part"
    try:
        os.close(os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE))
        yield place
    except OSError as error:
        message = f"{folder / name} cannot be written ({error.strerror or error}): see to its folder"
        trouble = StateTrouble.PERMISSION if isinstance(error, PermissionError) else StateTrouble.OTHER
        raise StateDatabaseError(trouble, message) from error
    finally:
        for each in (place, *logs_of(place)):
            each.unlink(missing_ok=True)


def logs_of(file: Path) -> tuple[Path, ...]:
    """Return the files that SQLite may keep beside one."""
    return tuple(file.with_name(f"{file.name}{end}") for end in ("-wal", "-shm", "-journal"))


def on_disk(place: Path) -> None:
    """Return once a file, or the names in a folder, would survive a power cut."""
    number = os.open(place, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def copied(source: Path, copy: Path) -> None:
    """Copy a database that nobody need have open, as it is; the copy is one file without a log.

    Raises:
        StateDatabaseError: It cannot be read, or the copy not be written.
    """
    with _explained(source), closing(_read_only(source)) as read:
        _copy(read, copy)


def checked(file: Path) -> Contents:
    """Look through a whole file, every page and every reference of it, and return what is in it.

    Raises:
        StateDatabaseError: It is damaged, no state database, or of a newer Trueup.
    """
    with _explained(file), closing(_read_only(file)) as plain:
        found = [row[0] for row in plain.execute("PRAGMA integrity_check(1)")]
        if found != ["ok"]:
            raise _damaged(file, str(found[0]))
        stray = plain.execute("PRAGMA foreign_key_check").fetchone()
        if stray is not None:
            raise _damaged(file, f"a row of {stray[0]} refers to none")
    engine = sa.create_engine("sqlite+pysqlite://", creator=lambda: _read_only(file))
    try:
        with _explained(file), engine.connect() as connection:
            return contents_of(connection, str(file))
    finally:
        engine.dispose()


def contents_of(connection: sa.Connection, where: str) -> Contents:
    """Count what is in a state database, of whatever revision.

    Raises:
        StateDatabaseError: It is none, or of a newer Trueup.
    """
    state = schema_state_of(connection)
    if state not in {SchemaState.OLDER, SchemaState.CURRENT}:
        raise refusal(state, where)
    there = set(sa.inspect(connection).get_table_names()) & {*StateRow.metadata.tables, VERSION_TABLE}
    count = {name: sa.select(sa.func.count()).select_from(sa.table(name)) for name in sorted(there)}
    times = [connection.execute(sa.select(sa.func.max(each))).scalar() for each in _TIMES]
    revisions = sa.select(sa.column("version_num", sa.Text)).select_from(sa.table(VERSION_TABLE))
    return Contents(
        revision=", ".join(connection.execute(revisions).scalars()),
        latest=max((each for each in times if each is not None), default=None),
        open_alerts=connection.execute(sa.select(sa.func.count(ALERT.c.id)).where(IS_OPEN)).scalar_one(),
        rows={name: connection.execute(asked).scalar_one() for name, asked in count.items()},
    )


def _read_only(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)


def _copy(source: sqlite3.Connection, copy: Path) -> None:
    # In one step: one that pauses begins anew whenever somebody writes, and with a busy writer never ends.
    with _explained(copy), closing(sqlite3.connect(copy)) as written:
        source.backup(written)
        # Else it would be one that needs a log beside it, and could not be read where nothing may be written.
        written.execute("PRAGMA journal_mode = DELETE").fetchall()
    on_disk(copy)


def _name(copy: Path, file: Path) -> None:
    """Give a file its name, unless another has it by now."""
    try:
        os.link(copy, file)
    except FileExistsError:
        refuse_taken(file)
    except OSError:  # a file system without links, on a stick
        refuse_taken(file)
        copy.rename(file)
    on_disk(file.absolute().parent)


@contextmanager
def _explained(file: Path) -> Iterator[None]:
    """Raise `StateDatabaseError` in place of what the driver raises of this file."""
    try:
        yield
    except (sqlite3.Error, sa.exc.SQLAlchemyError) as error:
        told = explain(error, str(file))
        if told is None:
            raise
        raise told from error


def _damaged(file: Path, what: str) -> StateDatabaseError:
    return StateDatabaseError(StateTrouble.CORRUPT, f"{file} is damaged ({what}): use another backup")

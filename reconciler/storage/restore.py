"""Puts a backup in the place of the state database while nobody uses it; what stood there is kept beside."""

import os
import socket
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from glob import escape
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from reconciler.facts.lease import Holder, Tenancy, held_by
from reconciler.storage.backup import (
    BackupRefused,
    Contents,
    NotAFile,
    checked,
    copied,
    logs_of,
    on_disk,
    refuse_taken,
    unfinished,
)
from reconciler.storage.beats import beside, last_beat
from reconciler.storage.database import Database, file_of
from reconciler.storage.errors import StateDatabaseError, StateTrouble
from reconciler.storage.failure import explain
from reconciler.storage.leases import LEASE
from reconciler.storage.mapping import tenancy_of
from reconciler.storage.process_lock import LockTaken, ProcessLock
from reconciler.storage.schema import SchemaState, migrate_on, refusal, schema_state_of
from reconciler.storage.sqlite_engine import check_file

GAP = 100_000
"""By how much the numbers of alerts jump where it is not known which were given since the backup: a link or a
button in a message that somebody still has must not come to mean another alert."""

_PATIENCE = 1.0
"""Seconds to wait for whoever has the state database open for a moment."""

_NUMBERS = "SELECT name, seq FROM sqlite_sequence"


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put in place.

    Attributes:
        contents: What was in the backup.
        revision: Of the schema now.
        file: The state database.
        replaced: Where what stood there is now; None where nothing did.
        numbers_jump: True where the numbers of alerts go on after a gap.
    """

    contents: Contents
    revision: str
    file: Path
    replaced: Path | None
    numbers_jump: bool


def restore(url: str, backup: Path, *, now: datetime) -> Restored:
    """Put a backup in the place of the state database.

    The backup itself is only read. All of the work is done on a copy, which takes the place in one step: a
    death at any moment leaves the old one or the new one there.

    Args:
        url: Of the state database.
        backup: The file.
        now: Aware UTC.

    Raises:
        NotAFile: A server keeps the state.
        BackupRefused: There is no such file, or it is the state database itself.
        StateDatabaseError: The backup is damaged, no state database or of a newer Trueup; or somebody uses
            the state database, or it is another program's. Nothing is changed.
    """
    file = file_of(url)
    if file is None:
        raise NotAFile
    if not backup.is_file():
        raise BackupRefused(f"there is no file {backup}")
    if backup.resolve() == file:
        raise BackupRefused(f"{backup} is the state database itself: name a backup of it")
    check_file(file, create=True)
    contents = checked(backup)
    with ExitStack() as held, unfinished(file.parent, file.name) as copy:
        _refuse_use(file, held, now)
        copied(backup, copy)
        _upgrade(copy)
        revision = checked(copy).revision
        there = os.path.lexists(file)
        numbers = held.enter_context(_alone_with(file)) if there else None
        _continue_numbers(copy, numbers)
        on_disk(copy)
        replaced = _swap(copy, file, now) if there else None
        if not there:
            copy.rename(file)
        on_disk(file.parent)
    return Restored(contents, revision, file, replaced, numbers_jump=numbers is None)


def _refuse_use(file: Path, held: ExitStack, now: datetime) -> None:
    """Take the lock of every account that anybody ever watched on this file, and ask for their leases.

    Raises:
        StateDatabaseError: Somebody watches one.
    """
    holders = _holders(file, now) if file.exists() else {}
    places = {
        *file.parent.glob(f"{escape(file.name)}.????????.lock"),
        *(beside(file, each, "lock") for each in holders),
    }
    for place in sorted(places):
        try:
            held.callback(ProcessLock(place).release)
        except LockTaken as taken:
            raise _used(file, f"process {taken.process}" if taken.process else "another process") from taken
    here = socket.gethostname()
    for account, holder in holders.items():
        if (
            holder is not None and holder.host != here
        ):  # of one that was here, the lock has shown that it is dead
            raise _used(file, f"{holder}, which watches {account},")


def _holders(file: Path, now: datetime) -> dict[str, Holder | None]:
    """Return who holds the lease of each account; nothing where the file is damaged.

    Raises:
        StateDatabaseError: It is another program's file, or cannot be read.
    """
    try:
        with Database.at(_url(file), create=False) as database, database.read() as connection:
            if schema_state_of(connection) is SchemaState.FOREIGN:
                raise refusal(SchemaState.FOREIGN, str(file))
            if not sa.inspect(connection).has_table(LEASE.name):
                return {}
            names = ("account", "instance", "host", "pid", "token", "expires_at")
            rows = connection.execute(sa.select(*(LEASE.c[name] for name in names))).all()
    except StateDatabaseError as error:
        if error.trouble is StateTrouble.CORRUPT:
            return {}
        raise
    return {row.account: held_by(_newest(file, row), now) for row in rows}


def _newest(file: Path, row: sa.Row[Any]) -> Tenancy:
    tenancy, beat = tenancy_of(row), last_beat(file, row.account)
    return beat.renewing(tenancy) if beat is not None and beat.of(tenancy) else tenancy


def _upgrade(copy: Path) -> None:
    """Bring a copy to the schema of today, with its leases given back: who held them then does so no more."""
    with Database.at(_url(copy), create=True) as database, database.write() as connection:
        migrate_on(connection, str(copy))
        connection.execute(sa.update(LEASE).values(expires_at=None))


@contextmanager
def _alone_with(file: Path) -> Iterator[Mapping[str, int] | None]:
    """Keep everybody else out of a file, its log written into it, and give the numbers that were given in it.

    None where it is damaged: then nobody can be kept out by it, nor read it.

    Raises:
        StateDatabaseError: Somebody has it open.
    """
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=rw", uri=True, timeout=_PATIENCE)) as driver:
        driver.isolation_level = None
        try:
            # Asks that nobody else has it open, readers too: they would go on in the log of another file.
            driver.execute("PRAGMA journal_mode = DELETE").fetchall()
            driver.execute("BEGIN EXCLUSIVE")
            numbers = dict(driver.execute(_NUMBERS).fetchall())
        except sqlite3.Error as error:
            told = explain(error, str(file))
            assert told is not None
            if told.trouble is StateTrouble.LOCKED:
                raise _used(file, "another program") from error
            if told.trouble is not StateTrouble.CORRUPT and "no such table" not in str(error):
                raise told from error
            numbers = None
        yield numbers


def _continue_numbers(copy: Path, given: Mapping[str, int] | None) -> None:
    """Let numbers go on behind all that were given, so that none comes to mean another alert."""
    with closing(sqlite3.connect(copy)) as driver, driver:
        for name, last in driver.execute(_NUMBERS).fetchall():
            highest = last + GAP if given is None else max(last, given.get(name, 0))
            driver.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = ?", (highest, name))


def _swap(copy: Path, file: Path, now: datetime) -> Path:
    """Give the name of the state database to the copy, and another to what had it; return that one."""
    replaced = file.with_name(f"{file.name}.replaced-{now:%Y%m%dT%H%M%S}Z")
    refuse_taken(replaced)
    for old, kept in zip(logs_of(file), logs_of(replaced), strict=True):
        if old.exists():
            old.rename(kept)  # of a damaged file: a log that stayed would be taken for one of the new file's
    try:
        os.link(file, replaced)
    except OSError:  # a file system without links
        file.rename(replaced)
    copy.replace(file)
    return replaced


def _url(file: Path) -> sa.URL:
    return sa.URL.create("sqlite", database=str(file))


def _used(file: Path, who: str) -> StateDatabaseError:
    message = (
        f"state database {file} is in use by {who}: stop `trueup run`, `trueup up` and `trueup dashboard`,"
        " then restore"
    )
    return StateDatabaseError(StateTrouble.LOCKED, " ".join(message.split()), again=True)

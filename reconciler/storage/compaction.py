"""Gives back to the disk what was forgotten: an SQLite file keeps its size by itself, and so does its log.

PostgreSQL sees to this alone (autovacuum).
"""

import asyncio
import shutil
import sqlite3

import structlog

from reconciler.storage.database import Database
from reconciler.storage.errors import StateDatabaseError

STEP_PAGES = 250
"""Pages given back in one write, a megabyte: whatever waits to be written has its turn between two."""

KEPT_PAGES = 250
"""Free pages that stay: new rows need them soon."""

SMALL_BYTES = 64 * 2**20
"""A file of so much at most is written anew in a second, without asking whether that is worth it."""

LARGE_BYTES = 2**30
WORTH = 0.25
"""The share of free pages from which a larger file, up to `LARGE_BYTES`, is written anew."""

ROOM = 3
"""Writing a file anew needs room for this many of it: the new one, its log, and some to spare."""

_BUSY_MS = 200
_TRIES = 5
_INCREMENTAL = 2

log = structlog.get_logger()


async def compact(database: Database) -> None:
    """Make the file as small as what is in it, in small steps, and its log empty.

    A file of an older Trueup, which cannot give back a part, only has its log emptied; see `renewed`.

    Raises:
        StateDatabaseError: The database fails.
    """
    if database.file is None:
        return
    while await asyncio.to_thread(_give_back, database):
        pass
    await asyncio.to_thread(_empty_log, database)


def live_bytes(database: Database) -> int:
    """Return how large the file would be without its free room; 0 where a server keeps it.

    Raises:
        StateDatabaseError: The database fails.
    """
    if database.file is None:
        return 0
    with database.bare() as driver:
        pages, free = _number(driver, "page_count"), _number(driver, "freelist_count")
        return (pages - free) * _number(driver, "page_size")


def renewed(database: Database) -> Database:
    """Return the database; a file of an older Trueup is first written anew, to give back parts from then on.

    Blocks, and whoever else would write to it waits: for the start, before anything is watched. Where it is
    not worth it, or cannot be, the file stays as it is, which harms nothing.
    """
    if database.file is not None:
        try:
            _write_anew(database)
        except StateDatabaseError as error:
            log.warning("state.not_compacted", error=str(error))
    return database


def _write_anew(database: Database) -> None:
    with database.bare() as driver:
        if _number(driver, "auto_vacuum") == _INCREMENTAL or not _worth_it(driver, database):
            return
        driver.execute(f"PRAGMA auto_vacuum = {_INCREMENTAL}").close()
        driver.execute("VACUUM").close()
    _empty_log(database)


def _give_back(database: Database) -> bool:
    """Give back one step of free pages; False when there is nothing more to give."""
    with database.bare() as driver:
        free = _number(driver, "freelist_count")
        if free <= KEPT_PAGES or _number(driver, "auto_vacuum") != _INCREMENTAL:
            return False
        # As a script: `execute` would take one step of it, which is one page.
        driver.executescript(f"PRAGMA incremental_vacuum({STEP_PAGES})").close()
        return _number(driver, "freelist_count") < free


def _worth_it(driver: sqlite3.Connection, database: Database) -> bool:
    pages, free = _number(driver, "page_count"), _number(driver, "freelist_count")
    live = (pages - free) * _number(driver, "page_size")
    assert database.file is not None
    room = shutil.disk_usage(database.file.parent).free >= ROOM * live
    worth = live <= SMALL_BYTES or (live <= LARGE_BYTES and free >= WORTH * pages)
    return room and worth


def _empty_log(database: Database) -> None:
    """Write the log into the file and cut it, unless somebody reads all the while: then another time."""
    with database.bare() as driver:
        wait = _number(driver, "busy_timeout")
        driver.execute(f"PRAGMA busy_timeout = {_BUSY_MS}").close()  # writers wait while it waits for readers
        try:
            for _ in range(_TRIES):
                busy, *_ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                if not busy:
                    return
        finally:
            driver.execute(f"PRAGMA busy_timeout = {wait}").close()


def _number(driver: sqlite3.Connection, name: str) -> int:
    return int(driver.execute(f"PRAGMA {name}").fetchone()[0])

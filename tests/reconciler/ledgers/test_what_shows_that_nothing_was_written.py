"""A ledger's version is that of a reading only while nothing was committed; no file time is believed."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from reconciler.ledgers.freqtrade import FreqtradeLedger
from reconciler.ledgers.tables import BotDatabase, Tables
from tests.reconciler.ledgers.freqtrade_files import LIVE, StoppedClock, copied, url_of

MODES = pytest.mark.parametrize("mode", ["WAL", "DELETE", "TRUNCATE", "PERSIST"])
ROUNDS = 400

WRITER = """
import random, sqlite3, sys, time
bot = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=20)
bot.execute(f"PRAGMA journal_mode = {sys.argv[2]}")
bot.execute("PRAGMA synchronous = OFF")
print("ready", flush=True)
number = 0
while True:
    number += 1
    bot.execute("UPDATE trades SET amount = ? WHERE id = 1", (float(number),))
    time.sleep(random.choice([0, 0, 0.001, 0.004]))
"""


def ledger(path: Path) -> FreqtradeLedger:
    return FreqtradeLedger("mybot", url_of(path), clock=StoppedClock())


@contextmanager
def bot(path: Path, mode: str) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA journal_mode = {mode}")
        write(connection, 1)
        yield connection


def write(connection: sqlite3.Connection, amount: float) -> None:
    connection.execute("UPDATE trades SET amount = ? WHERE id = 1", (amount,))


@MODES
def test_a_reading_has_the_version_until_something_is_written(tmp_path: Path, mode: str) -> None:
    path = copied(LIVE, tmp_path)
    with bot(path, mode) as connection:
        reading = ledger(path).read()
        assert reading.version is not None
        assert reading.version == ledger(path).version() == ledger(path).read().version
        write(connection, 2)
        assert ledger(path).version() != reading.version


@MODES
def test_a_write_within_one_tick_of_the_files_clock_is_seen(tmp_path: Path, mode: str) -> None:
    path = copied(LIVE, tmp_path)
    with bot(path, mode) as connection:
        versions = []
        for amount in (2, 3, 4):
            if mode == "WAL":  # so that the log begins anew, and keeps its size
                connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
            write(connection, amount)
            for file in tmp_path.iterdir():
                os.utime(file, ns=(10**18, 10**18))
            versions.append(ledger(path).version())
        assert len(set(versions)) == 3


def test_a_reading_beside_which_something_was_written_has_none(tmp_path: Path) -> None:
    path = copied(LIVE, tmp_path)
    with bot(path, "WAL") as connection:
        database = BotDatabase("mybot", url_of(path), StoppedClock())

        def work(tables: Tables) -> object:
            amount = _amount(tables)
            write(connection, 2)
            return amount

        assert database.read(work) == (1.0, None)


def test_where_only_file_times_would_show_a_write_there_is_none(tmp_path: Path) -> None:
    path = copied(LIVE, tmp_path)
    with bot(path, "WAL"):
        pass
    assert [file.name for file in tmp_path.iterdir()] == [path.name], "the bot has tidied up"
    assert ledger(path).read().version is None
    left = tmp_path / "left"
    left.mkdir()
    with bot(path, "WAL"):
        for file in (path, path.with_name(f"{path.name}-wal")):
            (left / file.name).write_bytes(file.read_bytes())
    assert ledger(left / path.name).read().version is None, "a log whose index nobody has made"


@pytest.mark.parametrize("mode", ["WAL", "DELETE"])
def test_whatever_a_bot_is_doing_the_version_of_a_reading_proves_that_it_holds(
    tmp_path: Path, mode: str
) -> None:
    path = copied(LIVE, tmp_path)
    command = [sys.executable, "-c", WRITER, str(path), mode]
    proved = moved = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        try:
            assert writer.stdout is not None
            writer.stdout.readline()
            database = BotDatabase("mybot", url_of(path), StoppedClock())
            for _ in range(ROUNDS):
                first, version = database.read(_amount)
                later, _ = database.read(_amount)
                if version is not None and database.version() == version:
                    assert later == first, "it was written between the two"
                    proved += 1
                moved += later != first
        finally:
            writer.kill()
    assert proved > 0
    assert moved > 0


def _amount(tables: Tables) -> object:
    return tables.select("SELECT amount FROM trades WHERE id = 1")[0]["amount"]

"""The power cut of the torture is one: what SQLite has not synced is gone, and what it has is there."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.torture.disk import Disk


@pytest.mark.parametrize(("synchronous", "left"), [("FULL", 3), ("OFF", 1)])
def test_only_what_was_synced_outlives_a_cut(tmp_path: Path, synchronous: str, left: int) -> None:
    disk = Disk(tmp_path / "image", tmp_path / "disk", 16)
    try:
        if disk.why_not:
            assert list(disk.place.iterdir()) == [], "but a folder: the torture says that it cuts nothing"
            return
        file = disk.place / "state.db"
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("CREATE TABLE told (number INTEGER)")
            _tell(connection, 1)
            connection.execute(f"PRAGMA synchronous = {synchronous}")
            _tell(connection, 2)
            _tell(connection, 3)
            disk.lose_power()
        disk.power_up()
        with closing(sqlite3.connect(file)) as connection:
            assert connection.execute("SELECT count(*) FROM told").fetchone() == (left,)
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    finally:
        disk.remove()


def test_a_full_disk_is_full_until_the_filler_is_gone(tmp_path: Path) -> None:
    disk = Disk(tmp_path / "image", tmp_path / "disk", 4)
    try:
        if disk.why_not:
            assert list(disk.place.iterdir()) == []
            return
        filler = disk.fill()
        with pytest.raises(OSError, match="No space left"):
            (disk.place / "more").write_bytes(b"x" * 100_000)
        disk.empty(filler)
        (disk.place / "more").write_bytes(b"x" * 100_000)
    finally:
        disk.remove()


def test_a_full_disk_that_was_emptied_is_not_full_again_after_a_cut(tmp_path: Path) -> None:
    disk = Disk(tmp_path / "image", tmp_path / "disk", 4)
    try:
        if disk.why_not:
            assert list(disk.place.iterdir()) == []
            return
        disk.empty(disk.fill())
        disk.lose_power()
        disk.power_up()
        (disk.place / "more").write_bytes(b"x" * 100_000)
    finally:
        disk.remove()


def _tell(connection: sqlite3.Connection, number: int) -> None:
    connection.execute("INSERT INTO told VALUES (?)", (number,))
    connection.commit()

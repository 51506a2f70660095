"""A bot's live SQLite file: read in full, never changed, and every failure told as one."""

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from reconciler.ledgers import open_ledger
from reconciler.ledgers.port import LedgerTrouble, LedgerUnreadable
from tests.reconciler.ledgers.freqtrade_files import LIVE, StoppedClock, copied, url_of

TRADE = "UPDATE trades SET amount = 0.5 WHERE id = 1"


def _amount(path: Path) -> str:
    return str(open_ledger("mybot", "freqtrade", url_of(path), StoppedClock()).read().rows[0].expected)


def _trouble(path: Path) -> LedgerUnreadable:
    with pytest.raises(LedgerUnreadable) as caught:
        _amount(path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)
    return caught.value


def _files(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if not path.name.endswith("-shm")  # shared memory: readers leave their marks there
    }


@contextmanager
def _bot(path: Path) -> Iterator[sqlite3.Connection]:
    """A bot that has the file open with a write-ahead log and has not checkpointed."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute(TRADE)
        yield connection


def _left_by_a_crash(tmp_path: Path) -> Path:
    """The files as a killed bot leaves them, the newest trade in the log only."""
    (tmp_path / "bot").mkdir()
    (tmp_path / "left").mkdir()
    path = copied(LIVE, tmp_path / "bot")
    with _bot(path):
        for one in path.parent.iterdir():
            shutil.copy(one, tmp_path / "left" / one.name)
    return tmp_path / "left" / path.name


def test_what_is_only_in_the_log_is_read(tmp_path: Path) -> None:
    path = copied(LIVE, tmp_path)
    with _bot(path):
        before = _files(tmp_path)
        assert _amount(path) == "0.5"
        assert _files(tmp_path) == before


def test_a_log_left_behind_is_read_and_left_as_it_is(tmp_path: Path) -> None:
    path = _left_by_a_crash(tmp_path)
    before = _files(path.parent)
    assert _amount(path) == "0.5"
    assert _files(path.parent) == before


def _copied_by_hand(tmp_path: Path) -> Path:
    """Return a file and its log, without the shared memory that nobody copies."""
    path = _left_by_a_crash(tmp_path)
    path.with_name(f"{path.name}-shm").unlink(missing_ok=True)
    return path


def test_a_log_without_shared_memory_is_read_and_none_is_made(tmp_path: Path) -> None:
    path = _copied_by_hand(tmp_path)
    beside = set(path.parent.iterdir())
    assert _amount(path) == "0.5"
    assert set(path.parent.iterdir()) == beside


def test_a_log_that_is_written_while_it_is_copied_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _copied_by_hand(tmp_path)
    copyfile, copies = shutil.copyfile, []

    def meanwhile(source: Path, target: Path) -> None:
        copyfile(source, target)
        copies.append(source)
        if len(copies) == 1:  # the bot comes back between the copy of the file and that of its log
            bot = sqlite3.connect(path, isolation_level=None)
            bot.execute("UPDATE trades SET amount = 0.75 WHERE id = 1")
            bot.close()

    monkeypatch.setattr(shutil, "copyfile", meanwhile)
    assert _amount(path) == "0.75"


def test_a_ledger_left_by_a_crash_is_copied_to_where_only_we_may_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _copied_by_hand(tmp_path)
    private = tmp_path / "private"
    private.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(private))
    copyfile, modes = shutil.copyfile, set[int]()

    def watched(source: Path, target: Path) -> None:
        copyfile(source, target)
        modes.add(target.parent.stat().st_mode & 0o777)

    monkeypatch.setattr(shutil, "copyfile", watched)
    assert _amount(path) == "0.5"
    assert modes == {0o700}
    assert list(private.iterdir()) == []


def test_a_file_whose_log_is_gone_is_read_without_making_one(tmp_path: Path) -> None:
    path = copied(LIVE, tmp_path)
    with _bot(path):
        pass
    before = _files(tmp_path)
    assert set(before) == {path.name}
    assert _amount(path) == "0.5"
    assert _files(tmp_path) == before


def test_a_rollback_journal_file_is_only_read(tmp_path: Path) -> None:
    path = copied(LIVE, tmp_path)
    before = _files(tmp_path)
    assert _amount(path) == "0.024"
    assert _files(tmp_path) == before


def test_the_token_changes_with_a_write_and_not_with_a_reading(tmp_path: Path) -> None:
    path = copied(LIVE, tmp_path)
    ledger = open_ledger("mybot", "freqtrade", url_of(path), StoppedClock())
    with _bot(path) as bot:
        token = ledger.version()
        ledger.read()
        assert ledger.version() == token
        bot.execute("UPDATE trades SET amount = 0.6 WHERE id = 1")
        assert ledger.version() != token


def test_absent_empty_folder_and_garbage_are_each_told(tmp_path: Path) -> None:
    assert _trouble(tmp_path / "none.sqlite").trouble is LedgerTrouble.ABSENT
    assert _trouble(tmp_path).trouble is LedgerTrouble.SETTINGS
    (tmp_path / "empty").touch()
    assert _trouble(tmp_path / "empty").trouble is LedgerTrouble.SCHEMA
    (tmp_path / "page").write_text("<html>no database</html>")
    assert _trouble(tmp_path / "page").trouble is LedgerTrouble.CORRUPT


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    path = copied(LIVE, tmp_path)
    path.write_bytes(path.read_bytes()[:4096] + b"\xff" * 60_000)
    assert _trouble(path).trouble is LedgerTrouble.CORRUPT


def test_another_schema_is_told_with_the_missing_table(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE positions (id INTEGER)")
    error = _trouble(path)
    assert error.trouble is LedgerTrouble.SCHEMA
    assert "no table `trades`" in str(error)


def test_a_locked_file_is_told_and_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.ledgers.sqlite_reading.BUSY_SECONDS", 0.05)
    path = copied(LIVE, tmp_path)
    with closing(sqlite3.connect(path, isolation_level=None)) as bot:
        bot.execute("BEGIN EXCLUSIVE")
        error = _trouble(path)
    assert (error.trouble, error.again) == (LedgerTrouble.LOCKED, True)


def test_an_unknown_kind_is_told_with_the_known_ones() -> None:
    with pytest.raises(LedgerUnreadable, match=r"write one of .*freqtrade, .*journal"):
        open_ledger("mybot", "nobodys", "sqlite:///x", StoppedClock())


def test_an_url_of_another_server_is_told_without_its_password() -> None:
    with pytest.raises(LedgerUnreadable, match="names `mysql`") as caught:
        open_ledger("mybot", "freqtrade", "mysql://me:secret@host/x", StoppedClock())
    assert "secret" not in str(caught.value)


WRITER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=0)
connection.execute("PRAGMA journal_mode = WAL")
print("ready", flush=True)
for number in range(1, 301):
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("UPDATE trades SET amount = ? WHERE id IN (1, 2)", (number,))
    connection.execute("COMMIT")
print("done", flush=True)
"""


def test_the_bot_writes_on_while_it_is_read_and_every_reading_is_whole(tmp_path: Path) -> None:
    path = copied(LIVE, tmp_path)
    ledger = open_ledger("mybot", "freqtrade", url_of(path), StoppedClock())
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
    ) as bot:
        assert bot.stdout is not None
        assert bot.stdout.readline() == "ready\n"
        while bot.poll() is None:
            rows = ledger.read().rows
            assert rows[0].expected == rows[1].expected or str(rows[0].expected) == "0.024"
        assert bot.stdout.readline() == "done\n"
    assert bot.returncode == 0
    assert _amount(path) == "300.0"


READER = """
import os, sys
from pathlib import Path
from reconciler.ledgers import open_ledger
from reconciler.ledgers.port import LedgerUnreadable
from tests.reconciler.ledgers.freqtrade_files import StoppedClock, url_of
import reconciler.ledgers.freqtrade
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
try:
    ledger = open_ledger("mybot", "freqtrade", url_of(Path(sys.argv[1])), StoppedClock())
    print(ledger.read().rows[0].expected)
except LedgerUnreadable as error:
    print(error.trouble, error)
"""

IS_ROOT = os.geteuid() == 0
"""Only root can become another user; anybody else is tried as the bot's own."""


def _read_by_another_user(path: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", READER, str(path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    return done.stdout.strip()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter and write to."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        yield Path(folder)


def _open_to_all(folder: Path) -> None:
    for path in folder.iterdir():
        path.chmod(0o666)


def test_a_file_that_may_not_be_read_is_told(open_folder: Path) -> None:
    path = copied(LIVE, open_folder)
    path.chmod(0)
    said = _read_by_another_user(path)
    assert said.startswith("permission ")
    assert "run Trueup as the bot's user" in said


def test_another_user_reads_beside_a_running_bot(open_folder: Path) -> None:
    path = copied(LIVE, open_folder)
    with _bot(path):
        _open_to_all(open_folder)
        before = _files(open_folder)
        assert _read_by_another_user(path) == "0.5"
        assert _files(open_folder) == before


def test_another_user_never_makes_the_shared_memory_that_would_stop_the_bot(
    tmp_path: Path, open_folder: Path
) -> None:
    left = _left_by_a_crash(tmp_path)
    for suffix in ("", "-wal"):
        shutil.copy(f"{left}{suffix}", open_folder)
    _open_to_all(open_folder)
    before = set(open_folder.iterdir())
    assert _read_by_another_user(open_folder / left.name) == "0.5"
    assert set(open_folder.iterdir()) == before
    strangers = {one.name for one in open_folder.iterdir() if one.stat().st_uid != os.geteuid()}
    assert strangers == set()


def test_another_user_reads_a_folder_it_may_not_write(open_folder: Path) -> None:
    path = copied(LIVE, open_folder)
    with _bot(path):
        _open_to_all(open_folder)
        open_folder.chmod(0o755)
        assert _read_by_another_user(path) == "0.5"

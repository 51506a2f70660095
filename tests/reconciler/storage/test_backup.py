"""A backup is whole, of one moment, private, never half there and never over another file."""

import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from reconciler.storage import backup
from reconciler.storage.backup import BackupRefused, back_up, checked
from reconciler.storage.errors import StateDatabaseError
from reconciler.storage.rows import REVISIONS
from tests.reconciler.alert_life import NOON
from tests.reconciler.storage.kept_state import litter, shown, url


def test_it_holds_what_the_state_holds_and_says_so(state: Path, kept: Path) -> None:
    contents = checked(kept)

    assert (contents.revision, contents.open_alerts, contents.latest) == (REVISIONS[-1], 1, NOON)
    assert contents.rows["alert"] == 1
    assert shown(kept) == shown(state)
    assert litter(kept.parent) == []


def test_it_is_this_users_alone_and_one_file(kept: Path) -> None:
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert list(kept.parent.glob("kept.backup?*")) == []
    with closing(sqlite3.connect(kept)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_a_name_that_is_taken_is_refused_and_what_has_it_stays(state: Path, tmp_path: Path) -> None:
    taken = tmp_path / "mine.txt"
    taken.write_text("mine")
    (tmp_path / "nowhere").symlink_to(tmp_path / "not-there")

    for name in ("mine.txt", "nowhere", "trueup.db", ".", "no/folder/x"):
        with pytest.raises(BackupRefused):
            back_up(url(state), tmp_path / name)
    assert taken.read_text() == "mine"
    assert not (tmp_path / "not-there").exists()


def test_a_name_that_is_taken_meanwhile_is_not_overwritten(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken_meanwhile(copy: Path) -> backup.Contents:
        (tmp_path / "kept").write_text("another's")
        return checked(copy)

    monkeypatch.setattr(backup, "checked", taken_meanwhile)
    with pytest.raises(BackupRefused, match="not overwritten"):
        back_up(url(state), tmp_path / "kept")
    assert (tmp_path / "kept").read_text() == "another's"
    assert litter(tmp_path) == []


def test_a_copy_that_is_not_whole_never_gets_the_name(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_well = backup._copy

    def copy_badly(source: sqlite3.Connection, copy: Path) -> None:
        copy_well(source, copy)
        with copy.open("r+b") as file:
            file.seek(4096)
            file.write(b"\xff" * (copy.stat().st_size - 4096))

    monkeypatch.setattr(backup, "_copy", copy_badly)
    with pytest.raises(StateDatabaseError, match="damaged"):
        back_up(url(state), tmp_path / "kept")
    assert not (tmp_path / "kept").exists()
    assert litter(tmp_path) == []


def test_a_copy_with_fewer_rows_never_gets_the_name(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_well = backup._copy

    def copy_less(source: sqlite3.Connection, copy: Path) -> None:
        copy_well(source, copy)
        with closing(sqlite3.connect(copy)) as connection, connection:
            connection.execute("DELETE FROM alert_transition")

    monkeypatch.setattr(backup, "_copy", copy_less)
    with pytest.raises(StateDatabaseError, match="unlike"):
        back_up(url(state), tmp_path / "kept")
    assert not (tmp_path / "kept").exists()


WRITER = """
import itertools, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=20)
for number in itertools.count():
    connection.execute("BEGIN IMMEDIATE")
    for table in ("cycle", "latency_bucket"):  # both or neither
        values = {
            "cycle": "(account, venue, status, matched, legs, finished_at, seconds, problems, in_flight) "
                     "VALUES ('main', 'v', 'complete', 1, 1, '2026-03-01T12:00:00.000000Z', 1, '[]', 0)",
            "latency_bucket": f"VALUES ({number}, '2026-03-01T12:00:00.000000Z', 'main', 'rest', 'x', '[]')",
        }[table]
        connection.execute(f"INSERT INTO {table} {values}")
    connection.execute("COMMIT")
    print(number, flush=True)
"""


@pytest.mark.processes
def test_while_another_process_writes_it_is_of_one_moment_and_stops_nobody(
    state: Path, tmp_path: Path
) -> None:
    writing = subprocess.Popen(
        [sys.executable, "-c", WRITER, state], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert writing.stdout is not None
    try:
        writing.stdout.readline()
        counted = []
        for number in range(5):
            contents = back_up(url(state), tmp_path / f"{number}.backup")
            counted.append((contents.rows["cycle"], contents.rows["latency_bucket"]))
            writing.stdout.readline()
    finally:
        writing.kill()
        _, said = writing.communicate()

    assert said == ""
    assert all(cycles == buckets for cycles, buckets in counted)
    assert counted == sorted(set(counted)), "each was made later than the one before"

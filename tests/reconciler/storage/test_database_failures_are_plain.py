"""A state database that cannot be used says in one line what, where, and what to do; it is never made up."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from reconciler.console import Console
from reconciler.storage import sqlite_engine
from reconciler.storage.database import Database
from reconciler.storage.errors import StateDatabaseError, StateTrouble


def refusal(url: str, *, create: bool = False) -> StateDatabaseError:
    with pytest.raises(StateDatabaseError) as refused:
        Database.open(url, create=create)
    assert "\n" not in str(refused.value)
    return refused.value


@pytest.mark.parametrize(
    ("url", "trouble", "said"),
    [
        ("trueup.db", StateTrouble.URL, "sqlite:///trueup.db"),
        ("mysql://u:geheim@host/x", StateTrouble.URL, "mysql"),
        ("sqlite://", StateTrouble.URL, "lost"),
        ("sqlite:///:memory:", StateTrouble.URL, "lost"),
        ("sqlite:///{tmp}", StateTrouble.URL, "folder"),
        ("sqlite:///{tmp}/absent.db", StateTrouble.ABSENT, "trueup run"),
        ("sqlite:///{tmp}/no/such/folder.db", StateTrouble.ABSENT, "{tmp}/no/such"),
        ("postgresql://u:geheim@127.0.0.1:1/x", StateTrouble.UNREACHABLE, "127.0.0.1"),
    ],
)
def test_what_is_wrong_is_said_with_where_and_what_to_do(
    tmp_path: Path, url: str, trouble: StateTrouble, said: str
) -> None:
    error = refusal(url.replace("{tmp}", str(tmp_path)))

    assert error.trouble is trouble
    assert said.replace("{tmp}", str(tmp_path)) in str(error)
    assert "geheim" not in str(error)


def test_a_reader_never_creates_a_database(tmp_path: Path) -> None:
    with pytest.raises(StateDatabaseError):
        Console.open(f"sqlite:///{tmp_path}/trueup.db")

    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_was_never_set_up(tmp_path: Path) -> None:
    (tmp_path / "trueup.db").touch()

    assert refusal(f"sqlite:///{tmp_path}/trueup.db").trouble is StateTrouble.EMPTY


@pytest.mark.parametrize("create", [True, False], ids=["owner", "reader"])
def test_what_is_no_database_is_not_overwritten(tmp_path: Path, *, create: bool) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("remember the milk" * 1000)

    assert refusal(f"sqlite:///{path}", create=create).trouble is StateTrouble.CORRUPT
    assert path.read_text().startswith("remember")


@pytest.mark.parametrize("create", [True, False], ids=["owner", "reader"])
def test_a_file_that_may_not_be_written_says_so(tmp_path: Path, sqlite_state: str, *, create: bool) -> None:
    (tmp_path / "trueup.db").chmod(0o400)
    with _without_privilege():
        error = refusal(sqlite_state, create=create)

    assert error.trouble is StateTrouble.PERMISSION


def test_a_name_that_no_disk_takes_is_refused(tmp_path: Path) -> None:
    assert refusal(f"sqlite:///{tmp_path}/{'x' * 300}.db").trouble is StateTrouble.PERMISSION


@contextmanager
def _without_privilege() -> Iterator[None]:
    """Be nobody for a moment where the tests run as root, who may do everything."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def test_a_database_that_another_program_locks_is_told_as_locked(
    tmp_path: Path, sqlite_state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_engine, "BUSY_SECONDS", 0.05)
    other = sqlite3.connect(tmp_path / "trueup.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with (
        Database.open(sqlite_state, create=False) as database,
        pytest.raises(StateDatabaseError) as refused,
        database.write(),
    ):
        pass
    other.close()

    assert (refused.value.trouble, refused.value.again) == (StateTrouble.LOCKED, True)
    assert str(tmp_path) in str(refused.value)


def test_readers_do_not_wait_for_a_writer(tmp_path: Path, sqlite_state: str) -> None:
    other = sqlite3.connect(tmp_path / "trueup.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with Console.open(sqlite_state) as console:
        assert console.queries.alerts() == ()
    other.close()


def test_a_table_that_is_gone_is_an_error_and_not_an_empty_answer(sqlite_state: str) -> None:
    with Console.open(sqlite_state) as console:
        with Database.open(sqlite_state, create=False) as database, database.write() as connection:
            connection.execute(sa.text("DROP TABLE alert_transition"))
            connection.execute(sa.text("DROP TABLE alert"))

        for ask in (console.queries.alerts, console.queries.now, console.queries.version):
            with pytest.raises(StateDatabaseError, match="no such table"):
                ask()


@pytest.mark.postgres
def test_a_database_that_the_server_does_not_have_is_told_as_absent(postgres_url: str) -> None:
    url = sa.make_url(postgres_url).set(database="trueup_is_not_here")

    assert refusal(url.render_as_string(hide_password=False)).trouble is StateTrouble.ABSENT


def test_a_new_file_is_for_its_user_alone_and_so_is_its_log(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        with Database.open(f"sqlite:///{tmp_path}/trueup.db", create=True) as database:
            with database.write() as connection:
                connection.execute(sa.text("CREATE TABLE more (id INTEGER)"))
            modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    finally:
        os.umask(before)

    assert modes == {"trueup.db": 0o600, "trueup.db-wal": 0o600, "trueup.db-shm": 0o600}

"""An SQLite file deleted, moved, replaced or cut under us: noticed, and nothing is confirmed into it."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from reconciler.alerts.policy import AlertSettings, Detected, Observed
from reconciler.console import Console
from reconciler.storage import alerts
from reconciler.storage.database import Database, migrate
from reconciler.storage.errors import StateDatabaseError, StateTrouble
from reconciler.storage.leases import LEASE
from reconciler.storage.writer import Writer
from tests.reconciler.alert_life import after, finding


def migrated(path: Path) -> Path:
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "state").mkdir()
    return migrated(tmp_path / "state" / "trueup.db")


@pytest.fixture
def database(file: Path) -> Iterator[Database]:
    with Database.open(f"sqlite:///{file}", create=True) as opened:
        yield opened


@pytest.fixture
def console(database: Database) -> Iterator[Console]:
    with Console.open(f"sqlite:///{database.file}") as opened:
        yield opened


@pytest.fixture
def writer(database: Database) -> Iterator[Writer]:
    made = Writer(database)
    yield made
    made.close()


def beside(file: Path, end: str) -> Path:
    return file.with_name(f"{file.name}{end}")


def delete(file: Path) -> None:
    for each in (file, beside(file, "-wal"), beside(file, "-shm")):
        each.unlink()


def delete_alone(file: Path) -> None:
    file.unlink()


def restore_a_backup(file: Path) -> None:
    """As people do it: a copy is moved into the place, what lies beside it stays."""
    shutil.copy(file, beside(file, ".backup"))
    beside(file, ".backup").replace(file)


def start_anew(file: Path) -> None:
    delete(file)
    migrated(file)


def delete_the_log(file: Path) -> None:
    beside(file, "-wal").unlink()


def replace_the_log(file: Path) -> None:
    beside(file, "-wal").unlink()
    beside(file, "-wal").touch()


def delete_the_index(file: Path) -> None:
    beside(file, "-shm").unlink()


def move_the_folder(file: Path) -> None:
    file.parent.rename(file.parent.with_name("elsewhere"))


def copy_the_folder(file: Path) -> None:
    """To another disk and back, as it looks from here."""
    old = file.parent.with_name("old")
    file.parent.rename(old)
    shutil.copytree(old, file.parent)


def empty(file: Path) -> None:
    os.truncate(file, 0)


def cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2 // 4096 * 4096)


Deed = Callable[[Path], None]
TAKEN: list[Deed] = [
    delete,
    delete_alone,
    restore_a_backup,
    start_anew,
    delete_the_log,
    replace_the_log,
    delete_the_index,
    move_the_folder,
    copy_the_folder,
]
EVERY: list[Deed] = [*TAKEN, empty, cut]
deeds = pytest.mark.parametrize("deed", EVERY, ids=[each.__name__ for each in EVERY])
WHY = {StateTrouble.GONE, StateTrouble.CORRUPT}


def note(connection: sa.Connection, name: str) -> str:
    connection.execute(sa.insert(LEASE).values(account=name, token=0, interval_seconds=1.0, stopped=False))
    return name


def names(database: Database) -> set[str]:
    with database.read() as connection:
        return set(connection.execute(sa.select(LEASE.c.account)).scalars())


def refused(attempt: Callable[[], object]) -> StateDatabaseError:
    with pytest.raises(StateDatabaseError) as told:
        attempt()
    return told.value


@deeds
def test_the_owner_confirms_nothing_any_more_and_says_what_to_do(
    file: Path, database: Database, writer: Writer, deed: Deed
) -> None:
    writer.submit(partial(note, name="before")).result(10)
    deed(file)

    for attempt in range(3):
        error = refused(lambda: writer.submit(partial(note, name=f"lost {attempt}")).result(10))  # noqa: B023
        assert error.trouble in WHY
        assert not error.again, "it ends the process: what it knows belongs to the file that is gone"
        assert str(file) in str(error)
    assert refused(lambda: names(database)).trouble in WHY


def test_each_caller_is_given_an_error_of_its_own(file: Path, database: Database, writer: Writer) -> None:
    """APScheduler clears the frames of an error after a job: shared ones would end other callers."""
    names(database)
    delete(file)
    held = [writer.submit(partial(note, name=f"job {n}")).exception(10) for n in range(3)]
    asked = [refused(lambda: names(database)) for _ in range(3)]

    assert len({id(each) for each in (*held, *asked)}) == 6


@deeds
def test_what_was_under_way_is_not_confirmed_either(
    file: Path, database: Database, writer: Writer, deed: Deed
) -> None:
    names(database)  # a connection for reading stands as well

    def under_way(connection: sa.Connection) -> None:
        note(connection, "lost")
        deed(file)

    assert refused(lambda: writer.submit(under_way).result(10)).trouble in WHY


@deeds
def test_the_owner_takes_no_other_file_in_its_place(file: Path, database: Database, deed: Deed) -> None:
    names(database)
    backup = file.parent.with_name("backup.db")
    shutil.copy(file, backup)
    deed(file)
    refused(lambda: names(database))
    file.parent.mkdir(exist_ok=True)
    shutil.copy(backup, beside(file, ".new"))
    beside(file, ".new").replace(file)

    assert refused(lambda: names(database)).trouble in WHY


def alert(database: Database) -> int:
    with database.write() as connection:
        observed = Observed((Detected(finding(), after(0), confirmed=True),))
        (change,) = alerts.observe(connection, observed, AlertSettings(), now=after(0))
    return change.alert.id


def acknowledge(console: Console, number: int) -> object:
    return console.commands.acknowledge(number, by="ann", note="on it", origin="dashboard")


@pytest.mark.parametrize("deed", TAKEN, ids=[each.__name__ for each in TAKEN])
def test_no_screen_reads_and_nobody_acknowledges_what_does_not_stand_there(
    file: Path, database: Database, console: Console, deed: Deed
) -> None:
    number = alert(database)
    console.queries.now()
    deed(file)

    assert refused(lambda: acknowledge(console, number)).trouble in WHY


@pytest.mark.parametrize("deed", TAKEN, ids=[each.__name__ for each in TAKEN])
def test_a_screen_is_told_and_then_reads_what_stands_there(
    file: Path, database: Database, console: Console, deed: Deed
) -> None:
    console.queries.now()
    deed(file)
    told = refused(console.queries.now)
    database.close()
    file.parent.mkdir(exist_ok=True)
    for each in (file, beside(file, "-wal"), beside(file, "-shm")):
        each.unlink(missing_ok=True)
    with Database.open(f"sqlite:///{file}", create=True) as anew:
        number = alert(anew)

    assert told.trouble in WHY
    assert [each.id for each in console.queries.alerts()] == [number]


def test_a_file_that_somebody_compacts_is_no_other_one(
    file: Path, database: Database, writer: Writer
) -> None:
    def much(connection: sa.Connection) -> None:
        connection.execute(sa.text("CREATE TABLE much (text TEXT)"))
        connection.execute(sa.text("INSERT INTO much VALUES (:text)"), [{"text": "x" * 4000}] * 500)

    writer.submit(much).result(10)
    writer.submit(lambda connection: connection.execute(sa.text("DROP TABLE much"))).result(10)
    with closing(sqlite3.connect(file, timeout=10, isolation_level=None)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        size = file.stat().st_size
        other.execute("VACUUM")
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    assert writer.submit(partial(note, name="after")).result(10) == "after"
    assert names(database) == {"after"}
    assert file.stat().st_size < size / 2

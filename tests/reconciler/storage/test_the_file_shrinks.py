"""What is forgotten gives its room back: the SQLite file and its log shrink, and what is kept is unharmed."""

import asyncio
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest

from reconciler.alerts.policy import Detected, Observed
from reconciler.console import Console
from reconciler.storage import compaction
from reconciler.storage.database import Database
from reconciler.storage.store import Store
from reconciler.views.account import CycleView
from tests.reconciler.alert_life import finding

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MUCH = 400
EACH = 16_000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "trueup.db"


@pytest.fixture
def store(file: Path) -> Iterator[Store]:
    made = Store.open(f"sqlite:///{file}")
    yield made
    asyncio.run(made.close())


def cycle(at: datetime) -> CycleView:
    return CycleView(
        account="main",
        venue="binanceusdm",
        status="partial",
        matched=0,
        legs=0,
        unprotected_notional=Decimal(0),
        finished_at=at,
        last_complete_at=None,
        seconds=1.0,
        problems=("x" * EACH,),
        in_flight=0,
    )


async def live(store: Store) -> None:
    """An alert, and the sweeps of a long time."""
    await store.observe(Observed((Detected(finding(), NOON, confirmed=True),)), now=NOON)
    await asyncio.gather(*(store.save_cycle(cycle(NOON + timedelta(seconds=n))) for n in range(MUCH)))


def log_of(file: Path) -> Path:
    return file.with_name(f"{file.name}-wal")


class Sizes(NamedTuple):
    file: int
    log: int


def sizes(file: Path) -> Sizes:
    log = log_of(file)
    return Sizes(file.stat().st_size, log.stat().st_size if log.exists() else 0)


def pragma(file: Path, name: str) -> object:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(f"PRAGMA {name}").fetchone()[0]


LATER = NOON + timedelta(days=30)


async def test_file_and_log_shrink_and_alerts_stay(file: Path, store: Store) -> None:
    await live(store)
    before = sizes(file)
    with Console.open(f"sqlite:///{file}") as console:
        told = console.queries.alerts()
        await store.prune(now=LATER)
        assert console.queries.alerts() == told
        assert len(told) == 1
    after = sizes(file)

    assert before.file + before.log > MUCH * EACH
    assert after.file < before.file / 4, (before, after)
    assert after.log == 0
    assert pragma(file, "integrity_check") == "ok"


async def test_whoever_reads_meanwhile_is_not_disturbed_and_the_log_shrinks_the_next_time(
    file: Path, store: Store
) -> None:
    await live(store)
    with Database.open(f"sqlite:///{file}", create=False) as other, other.read() as reading:
        count = "SELECT count(*) FROM cycle"
        seen = reading.exec_driver_sql(count).scalar()
        await store.prune(now=LATER)
        assert reading.exec_driver_sql(count).scalar() == seen == MUCH
    await store.prune(now=LATER)

    assert sizes(file).log == 0
    assert sizes(file).file < MUCH * EACH / 4


async def test_whoever_writes_has_its_turn_between_any_two_steps(
    store: Store, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step, turns = compaction._give_back, 0

    def after_another(database: Database) -> bool:
        nonlocal turns
        with closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")  # fails at once where the lock is held over the steps
            other.execute("UPDATE cycle SET status = status")
            other.execute("COMMIT")
        turns += 1
        return step(database)

    monkeypatch.setattr(compaction, "STEP_PAGES", 20)
    monkeypatch.setattr(compaction, "_give_back", after_another)
    await live(store)
    await store.prune(now=LATER)

    assert turns > 5


@pytest.fixture
def old(file: Path) -> Path:
    """A file as an older Trueup made it, with an alert, and with room that it cannot give back."""
    made = Store.open(f"sqlite:///{file}")
    asyncio.run(live(made))
    asyncio.run(made.close())
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA auto_vacuum = NONE")
        connection.execute("VACUUM")
        connection.execute("DELETE FROM cycle WHERE id > 50")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return file


async def test_a_file_of_an_older_trueup_is_written_anew_once(old: Path) -> None:
    before = sizes(old).file
    async with Store.open(f"sqlite:///{old}") as store:
        assert len(await store.open_alerts()) == 1
        assert pragma(old, "auto_vacuum") == 2
        assert sizes(old).file < before / 4
        await store.save_cycle(cycle(LATER))
    assert pragma(old, "integrity_check") == "ok"


async def test_without_room_on_the_disk_it_stays_as_it_is(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = shutil.disk_usage(old.parent)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    before = sizes(old).file
    async with Store.open(f"sqlite:///{old}") as store:
        assert len(await store.open_alerts()) == 1

    assert sizes(old).file == before
    assert pragma(old, "auto_vacuum") == 0


async def test_a_large_one_is_written_anew_only_where_much_of_it_is_free(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compaction, "SMALL_BYTES", 1)
    monkeypatch.setattr(compaction, "WORTH", 0.999)
    async with Store.open(f"sqlite:///{old}"):
        assert pragma(old, "auto_vacuum") == 0
    monkeypatch.setattr(compaction, "WORTH", 0.5)
    async with Store.open(f"sqlite:///{old}"):
        assert pragma(old, "auto_vacuum") == 2


async def test_one_that_somebody_else_writes_to_is_opened_all_the_same(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(_: object) -> bool:
        with closing(sqlite3.connect(old, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            raise sqlite3.OperationalError("database is locked")

    monkeypatch.setattr(compaction, "_worth_it", lambda *_: locked(old))
    async with Store.open(f"sqlite:///{old}") as store:
        assert len(await store.open_alerts()) == 1

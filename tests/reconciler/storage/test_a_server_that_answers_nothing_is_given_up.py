"""A server that answers nothing: whoever ends waits for it only so long, and each request hears that."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from reconciler.storage import giving_up
from reconciler.storage.database import Database
from reconciler.storage.errors import StateDatabaseError, StateTrouble
from reconciler.storage.store import Store

pytestmark = pytest.mark.postgres


@pytest.fixture
def database(postgres_state: str) -> Iterator[Database]:
    with Database.open(postgres_state, create=False) as opened:
        yield opened


def passing(error: BaseException | None) -> bool:
    away = isinstance(error, StateDatabaseError) and error.trouble is StateTrouble.UNREACHABLE
    return away and isinstance(error, StateDatabaseError) and error.again


class Slow:
    """A request that the server answers after a minute."""

    def __init__(self) -> None:
        self.begun = threading.Event()

    def __call__(self, connection: sa.Connection) -> None:
        connection.execute(sa.text("SELECT 1"))
        self.begun.set()
        connection.execute(sa.text("SELECT pg_sleep(60)"))


def test_given_up_it_is_away_for_whoever_waits_and_for_everybody_after(database: Database) -> None:
    slow = Slow()

    def write() -> None:
        with database.write() as connection:
            slow(connection)

    with ThreadPoolExecutor() as threads:
        waiting = threads.submit(write)
        assert slow.begun.wait(10)
        database.give_up()
        database.give_up()
        assert passing(waiting.exception(10))
    with pytest.raises(StateDatabaseError) as refused, database.read():
        pass
    assert passing(refused.value)
    assert not database.under_way()


async def test_a_store_is_closed_although_one_writes_and_one_reads_and_neither_is_answered(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(giving_up, "PATIENCE_SECONDS", 0.2)
    store, writes, reads = Store(database), Slow(), Slow()
    doing = [asyncio.create_task(store._durably(writes)), asyncio.create_task(store._asked(reads))]
    for each in (writes, reads):
        assert await asyncio.to_thread(each.begun.wait, 10)

    async with asyncio.timeout(20):
        await store.close()

    assert all(map(passing, await asyncio.gather(*doing, return_exceptions=True)))


async def test_who_ends_is_given_the_time_to_store_what_is_to_be_stored(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(giving_up, "PATIENCE_SECONDS", 0.4)
    store = Store(database)
    store.ends()

    def takes(connection: sa.Connection) -> None:
        connection.execute(sa.text("SELECT pg_sleep(0.15)"))

    for _ in range(5):
        await store._durably(takes)  # all of them together take longer than one may

    await store.close()

"""The writer: one thread, groups that commit together, failures that reach their caller, an orderly end."""

import asyncio
from collections.abc import Iterator
from functools import partial

import pytest
import sqlalchemy as sa

from reconciler.facts.lease import Holder, Lease
from reconciler.storage.database import Database
from reconciler.storage.errors import LeaseLost, StateDatabaseError
from reconciler.storage.leases import LEASE
from reconciler.storage.writer import Writer, WriterClosed
from tests.reconciler.storage.busy_writer import hold


@pytest.fixture
def writer(database: Database) -> Iterator[Writer]:
    made = Writer(database, waiting=50)
    yield made
    made.close()


def note(connection: sa.Connection, name: str) -> str:
    connection.execute(sa.insert(LEASE).values(account=name, token=0, interval_seconds=1.0, stopped=False))
    return name


def names(database: Database) -> set[str]:
    with database.read() as connection:
        return set(connection.execute(sa.select(LEASE.c.account)).scalars())


async def test_what_was_awaited_is_there_for_every_other_connection(
    database: Database, writer: Writer
) -> None:
    assert await writer.do(lambda connection: note(connection, "a")) == "a"

    assert names(database) == {"a"}


async def test_one_that_fails_undoes_itself_and_nothing_of_the_others(
    database: Database, writer: Writer
) -> None:
    def half(connection: sa.Connection) -> None:
        note(connection, "half")
        raise LookupError("what it asked for is not there")

    held = hold(writer)
    good, bad, twice = (
        writer.submit(lambda connection: note(connection, "good")),
        writer.submit(half),
        writer.submit(lambda connection: note(connection, "good")),
    )
    held.set()

    assert await asyncio.wrap_future(good) == "good"
    with pytest.raises(LookupError, match="not there"):
        await asyncio.wrap_future(bad)
    with pytest.raises(StateDatabaseError):
        await asyncio.wrap_future(twice)
    assert names(database) == {"good"}


async def test_one_that_is_alone_and_fails_is_undone_whole_and_hears_why(
    database: Database, writer: Writer
) -> None:
    lost = LeaseLost(Lease("a", Holder("here", "host", 1), 1), None)

    def half(connection: sa.Connection) -> None:
        note(connection, "half")
        raise lost

    with pytest.raises(LeaseLost) as told:
        await writer.do(half)
    assert told.value is lost
    assert names(database) == set()
    with pytest.raises(StateDatabaseError):
        await writer.do(lambda connection: (note(connection, "twice"), note(connection, "twice")))
    assert names(database) == set()
    assert await writer.do(lambda connection: note(connection, "after")) == "after"
    assert names(database) == {"after"}


async def test_what_waits_together_is_one_transaction(database: Database, writer: Writer) -> None:
    commits: list[None] = []
    sa.event.listen(database._engine, "commit", lambda _: commits.append(None))
    held = hold(writer)

    jobs = [writer.submit(partial(note, name=f"job {n}")) for n in range(40)]
    held.set()
    await asyncio.gather(*map(asyncio.wrap_future, jobs))

    assert len(commits) == 2, "one for the job that held the thread, one for all the others"
    assert len(names(database)) == 40


async def test_the_event_loop_goes_on_while_the_queue_is_full(database: Database, writer: Writer) -> None:
    held = hold(writer)

    async def free_it() -> None:
        await asyncio.sleep(0)
        held.set()

    waiting = [writer.do(partial(note, name=f"job {n}")) for n in range(70)]
    await asyncio.gather(*waiting, free_it())

    assert len(names(database)) == 70


async def test_a_cancelled_job_that_still_waits_is_not_written(database: Database, writer: Writer) -> None:
    held = hold(writer)
    task = asyncio.create_task(writer.do(lambda connection: note(connection, "unwanted")))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    held.set()

    await writer.do(lambda connection: note(connection, "wanted"))

    assert names(database) == {"wanted"}


def test_closing_writes_what_waits_and_then_refuses(database: Database, writer: Writer) -> None:
    held = hold(writer)
    jobs = [writer.submit(partial(note, name=f"job {n}")) for n in range(20)]
    held.set()
    writer.close()
    writer.close()

    assert [job.result(timeout=0) for job in jobs] == [f"job {n}" for n in range(20)]
    with pytest.raises(WriterClosed):
        writer.submit(lambda connection: note(connection, "late"))


def test_a_commit_that_fails_is_heard_by_all_of_its_group(database: Database, writer: Writer) -> None:
    held = hold(writer)
    jobs = [writer.submit(partial(note, name=f"job {n}")) for n in range(3)]
    fails = iter([False, True])  # the job that holds the thread is committed first

    def commit(_: sa.Connection) -> None:
        if next(fails, False):
            raise OSError("no space left on device")

    sa.event.listen(database._engine, "commit", commit)
    held.set()

    for job in jobs:
        with pytest.raises(OSError, match="no space"):
            job.result(timeout=10)
    assert writer.submit(lambda connection: note(connection, "after")).result(timeout=10) == "after"
    assert names(database) == {"after"}

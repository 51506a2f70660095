"""What PostgreSQL ends for another transaction's sake is done again at once: stored once, told to nobody."""

import asyncio
import os
import threading
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

import psycopg
import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from reconciler.facts.lease import Holder
from reconciler.facts.sketch import Sketch
from reconciler.service.claims import Claim, Claims
from reconciler.storage.database import Database
from reconciler.storage.errors import StateDatabaseError, StateTrouble
from reconciler.storage.held_store import HeldStore
from reconciler.storage.latency import BUCKET, add_samples
from reconciler.storage.leases import LEASE
from reconciler.storage.repeating import CROSSED_AGAIN, durably
from reconciler.storage.store import Store
from reconciler.storage.writer import Writer
from tests.postgres import GIVEN
from tests.reconciler.storage.busy_writer import hold
from verification.facts.clock import SystemClock
from verification.facts.observation import Source
from verification.latency.sample import LatencySample, Measure

pytestmark = pytest.mark.postgres

NOW = datetime(2026, 3, 1, 12, 0, 30, tzinfo=UTC)
CROSSED = StateDatabaseError(StateTrouble.CONFLICT, "ended for another one's sake", again=True)


def sample(account: str = "main", source: Source = Source.REST) -> LatencySample:
    return LatencySample(account, source, Measure.VISIBILITY_LAG, NOW, 5.0)


@pytest.fixture
def url(postgres_state: str) -> str:
    """A server that looks for deadlocks a little sooner, where it lets us say so."""
    return postgres_state if GIVEN in os.environ else with_option(postgres_state, "deadlock_timeout=500ms")


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    with Database.open(url, create=False) as opened:
        yield opened


def with_option(url: str, option: str) -> str:
    given = sa.make_url(url)
    options = f"{given.query['options']} -c {option}"
    return given.update_query_dict({"options": options}).render_as_string(hide_password=False)


def stored(database: Database) -> dict[int, int]:
    """How many samples the windows of each tier hold, all accounts together."""
    with database.read() as connection:
        rows = connection.execute(sa.select(BUCKET.c.tier, BUCKET.c.sketch).where(BUCKET.c.tier < 0)).all()
    found: dict[int, Sketch] = defaultdict(Sketch)
    for row in rows:
        found[row.tier].take_in(row.sketch)
    return {tier: sketch.count for tier, sketch in found.items()}


@contextmanager
def told(database: Database) -> Iterator[tuple[list[str], list[str]]]:
    """What the server refuses, by its codes, and what it is told."""
    refused: list[str] = []
    said: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        said.append(statement)

    def fails(context: sa.engine.ExceptionContext) -> None:
        refused.append(getattr(context.original_exception, "sqlstate", None) or "")

    sa.event.listen(database._engine, "handle_error", fails)
    sa.event.listen(database._engine, "before_cursor_execute", note)
    yield refused, said


async def claimed(store: Store, account: str) -> HeldStore:
    claim = await Claims(store, Holder("here", "host", 1), SystemClock()).claim(account)
    assert isinstance(claim, Claim)
    return claim.store


def talk(url: str) -> "psycopg.Connection[tuple[int]]":
    """Another program on the same tables."""
    given = sa.make_url(url)
    named = given.translate_connect_args(username="user", database="dbname")
    return psycopg.connect(**named, options=str(given.query["options"]), application_name="test")


def until_ours_waits(url: str) -> None:
    waiting = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND application_name = 'trueup' AND wait_event_type = 'Lock'"
    )
    with talk(url) as asking:
        asking.autocommit = True
        for _ in range(1000):
            row = asking.execute(waiting).fetchone()
            if row and row[0]:
                return
            asking.execute("SELECT pg_sleep(0.01)")
    raise AssertionError("nobody waits for a lock")


async def test_a_group_that_a_deadlock_undid_is_done_again_whole_and_stored_once(
    url: str, database: Database
) -> None:
    ours = Database.open(url, create=False)
    row = "SELECT 1 FROM latency_bucket WHERE tier = {} AND account = '{}' FOR UPDATE"
    with capture_logs() as logs, told(ours) as (refused, said):
        async with Store(ours) as store:
            held = [await claimed(store, account) for account in ("main", "other")]
            for each in held:
                await each.add_latency([sample(each.lease.account)])
            free = hold(store._writer)
            jobs = [asyncio.create_task(each.add_latency([sample(each.lease.account)] * 2)) for each in held]
            await asyncio.sleep(0)
            with talk(url) as other:
                other.execute(row.format(3600, "other"))
                said.clear()
                free.set()
                await asyncio.to_thread(until_ours_waits, url)
                # Its first job has what all share, its second one waits: now each waits for the other.
                await asyncio.to_thread(other.execute, row.format(-3600, ""))
            await asyncio.gather(*jobs)
            assert store.away is None

    assert refused == ["40P01"], "the server has found a deadlock, and ended ours"
    fences = [each for each in said if "FROM lease" in each and "FOR UPDATE" in each]
    assert len(fences) == 4, "each of the two jobs has asked for its lease again"
    assert stored(database) == {-10: 6, -300: 6, -3600: 6}, "nothing is lost, and nothing is stored twice"
    assert not [each for each in logs if each["log_level"] in {"warning", "error"}]


def test_one_that_stores_samples_twice_in_a_transaction_does_not_cross_another(
    url: str, database: Database
) -> None:
    listed, pushed = sample(), sample(source=Source.WEBSOCKET)
    with database.write() as connection:
        add_samples(connection, [listed])
    runs: list[str] = []
    begun = threading.Event()

    def twice(connection: sa.Connection) -> None:
        runs.append("twice")
        add_samples(connection, [listed])
        if not begun.is_set():
            begun.set()
            until_ours_waits(url)  # the other one: what it has inserted by now is wanted next
        add_samples(connection, [pushed])

    def once(connection: sa.Connection) -> None:
        runs.append("once")
        add_samples(connection, [pushed])

    one, two = Writer(database), Writer(database)
    first = one.submit(twice)
    assert begun.wait(10)
    second = two.submit(once)
    for writer, future in ((one, first), (two, second)):
        future.result(10)
        writer.close()

    assert runs == ["twice", "once"], "neither was done again"
    assert stored(database) == {-10: 4, -300: 4, -3600: 4}


@pytest.mark.parametrize("by", ["the writer", "a command"])
def test_what_cannot_be_put_in_an_order_with_another_one_is_done_again(url: str, by: str) -> None:
    strict = with_option(url, r"default_transaction_isolation=repeatable\ read")
    meet = threading.Barrier(2)
    runs: list[int] = []

    def count(connection: sa.Connection) -> None:
        runs.append(1)
        connection.execute(sa.select(LEASE.c.account)).all()  # from here on it sees what is so now
        with suppress(threading.BrokenBarrierError):
            meet.wait(2 if len(runs) < 3 else 0)
        connection.execute(sa.update(LEASE).values(interval_seconds=LEASE.c.interval_seconds + 1))

    with Database.open(strict, create=False) as database, told(database) as (refused, _):
        with database.write() as connection:
            fresh = {"account": "main", "token": 0, "interval_seconds": 0.0, "stopped": False}
            connection.execute(sa.insert(LEASE).values(fresh))
        if by == "the writer":
            writers = Writer(database), Writer(database)
            futures = [writer.submit(count) for writer in writers]
            for future, writer in zip(futures, writers, strict=True):
                future.result(10)
                writer.close()
        else:
            with ThreadPoolExecutor(2) as threads:
                list(threads.map(lambda _: durably(database, count), range(2)))
        with database.read() as connection:
            assert connection.execute(sa.select(LEASE.c.interval_seconds)).scalar_one() == 2
    assert (refused, len(runs)) == (["40001"], 3)


def test_a_job_that_is_always_crossed_fails_alone_in_the_end(database: Database) -> None:
    runs: list[int] = []

    def crossed(_: sa.Connection) -> None:
        runs.append(1)
        raise CROSSED

    def note(connection: sa.Connection) -> str:
        fresh = {"account": "main", "token": 0, "interval_seconds": 0.0, "stopped": False}
        connection.execute(sa.insert(LEASE).values(fresh))
        return "stored"

    writer = Writer(database)
    free = hold(writer)
    futures = writer.submit(crossed), writer.submit(note)
    free.set()

    with pytest.raises(StateDatabaseError) as refused:
        futures[0].result(10)
    assert refused.value.trouble is StateTrouble.CONFLICT
    assert refused.value.again
    assert len(runs) == 1 + CROSSED_AGAIN
    assert futures[1].result(10) == "stored"
    writer.close()


def test_what_all_share_is_written_after_the_rest_of_its_group(database: Database) -> None:
    done: list[str] = []
    writer = Writer(database)
    free = hold(writer)
    futures = [
        writer.submit(lambda _: done.append("shared"), last=True),
        writer.submit(lambda _: done.append("own")),
    ]
    free.set()
    for each in futures:
        each.result(10)
    writer.close()

    assert done == ["own", "shared"]

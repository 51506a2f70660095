"""Leases in the database: one holder, checked in the write itself, and no pause of it keeps others away."""

import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from reconciler.alerts.event import Detected, Observed
from reconciler.console import Console
from reconciler.facts.heartbeat import Heartbeat
from reconciler.facts.lease import LASTS, Holder, Lease
from reconciler.storage import leases, postgres_engine
from reconciler.storage.database import Database
from reconciler.storage.errors import LeaseLost, StateDatabaseError, StateTrouble
from reconciler.storage.held_store import HeldStore
from reconciler.storage.leases import LEASE, Given, Kept
from reconciler.storage.store import Store
from reconciler.views.account import SourceView
from tests.reconciler.alert_life import NOON, finding
from tests.reconciler.claimed import HERE, claimed, watched
from verification.facts.clock import Moment, SystemClock
from verification.facts.observation import Source
from verification.latency.sample import LatencySample, Measure

THERE = Holder("b", "there", 2)
BEAT = Heartbeat(NOON, 2.0, NOON, stopped=False)


class SetClock:
    """A clock of which both hands are put where a test wants them."""

    def __init__(self) -> None:
        self.utc = SystemClock().now().utc
        self.monotonic = 0.0

    def now(self) -> Moment:
        return Moment.at(self.utc, self.monotonic)

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(f"nothing here waits, not even {seconds} s")


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
async def store(state_url: str) -> AsyncIterator[Store]:
    async with Store.open(state_url) as opened:
        yield opened


async def run_out(store: Store) -> None:
    """Let the lease of the account have run out, by the database's clock."""
    row = sa.update(LEASE).values(expires_at=SystemClock().now().utc - timedelta(seconds=1))
    await store._writer.do(lambda connection: connection.execute(row))


async def ask(store: Store, clock: SetClock, by: Holder, *, locked: bool = False) -> Given | Kept:
    return await store.claim("main", by, locked=locked, wall=clock.now().utc)


async def test_one_process_has_it_and_the_next_one_is_told_who(store: Store, clock: SetClock) -> None:
    assert isinstance(await ask(store, clock, HERE), Given)

    kept = await ask(store, clock, THERE)

    assert isinstance(kept, Kept)
    assert kept.holder == HERE
    assert kept.until is not None
    assert abs(kept.until - SystemClock().now().utc - LASTS) < timedelta(seconds=5)


async def test_each_account_has_a_lease_of_its_own(store: Store, clock: SetClock) -> None:
    await ask(store, clock, HERE)

    assert isinstance(await store.claim("other", THERE, locked=False, wall=clock.now().utc), Given)


async def test_the_group_is_that_of_the_settings_that_last_named_the_account(
    store: Store, clock: SetClock, state_url: str
) -> None:
    async def given(group: str | None) -> str:
        wall = clock.now().utc
        assert isinstance(await store.claim("main", HERE, locked=True, wall=wall, group=group), Given)
        with Console.open(state_url) as console:
            (watch,) = console.queries.watches()
        return watch.group

    assert await given(None) == ""
    assert await given("desk") == "desk"
    assert await given(None) == "desk", "who does not name the account knows nothing of its group"
    assert await given("arbitrage") == "arbitrage"
    assert await given("") == "", "it belongs to none any more"


async def test_what_has_run_out_is_given_to_the_next_with_a_higher_number(
    store: Store, clock: SetClock
) -> None:
    first = await ask(store, clock, HERE)
    await run_out(store)

    second = await ask(store, clock, THERE)

    assert isinstance(first, Given)
    assert isinstance(second, Given)
    assert second.lease.token > first.lease.token


async def test_the_heartbeat_of_the_holder_before_comes_with_it(store: Store, clock: SetClock) -> None:
    held = await claimed(store, clock)
    await held.beat(BEAT)
    await run_out(store)

    second = await ask(store, clock, THERE)

    assert isinstance(second, Given)
    assert second.before == BEAT


async def test_a_beat_renews_it_though_it_had_run_out_while_nobody_took_it(
    store: Store, clock: SetClock
) -> None:
    held = await claimed(store, clock)
    await run_out(store)
    await held.beat(BEAT)

    assert isinstance(await ask(store, clock, THERE), Kept)


async def test_what_was_given_back_is_had_at_once(store: Store, clock: SetClock) -> None:
    held = await claimed(store, clock)
    await held.give_back(BEAT)

    assert isinstance(await ask(store, clock, THERE), Given)
    with pytest.raises(LeaseLost):
        await held.save_sources([SourceView("main", "rest", "ok", NOON, "", NOON)])


SAMPLE = LatencySample("main", Source.REST, Measure.REQUEST_TIME, NOON, 5.0)
FOUND = Observed((Detected(finding(), NOON, confirmed=True),))
WRITES: dict[str, Callable[[HeldStore], Awaitable[object]]] = {
    "observe": lambda held: held.observe(FOUND, now=NOON),
    "report_silence": lambda held: held.report_silence(FOUND, now=NOON),
    "save_positions": lambda held: held.save_positions("main", []),
    "save_sources": lambda held: held.save_sources([SourceView("main", "rest", "ok", NOON, "", NOON)]),
    "take_over": lambda held: held.take_over("main", "mybot", [], last_id=7),
    "add_latency": lambda held: held.add_latency([SAMPLE]),
    "beat": lambda held: held.beat(BEAT),
    "retain": lambda held: held.retain(watched(), now=NOON),
    "forget": lambda held: held.forget("taken out", now=NOON),
    "give_back": lambda held: held.give_back(BEAT),
    "prune": lambda held: held.prune(now=NOON),
}


@pytest.mark.parametrize("name", WRITES)
async def test_with_an_old_number_nothing_is_written(
    store: Store, state_url: str, clock: SetClock, name: str
) -> None:
    old = await claimed(store, clock)
    await claimed(store, clock, by=THERE)
    with Database.open(state_url, create=False) as database:
        before = _everything(database)

        with pytest.raises(LeaseLost, match=r"given to there 2 meanwhile"):
            await WRITES[name](old)

        assert old.lost.is_set()
        assert _everything(database) == before


def _everything(database: Database) -> dict[str, list[object]]:
    with database.read() as connection:
        return {
            name: [tuple(row) for row in connection.execute(sa.text(f"SELECT * FROM {name}"))]
            for name in sa.inspect(connection).get_table_names()
        }


async def test_a_write_that_is_refused_undoes_nothing_of_another_account(
    store: Store, clock: SetClock, state_url: str
) -> None:
    old, other = await claimed(store, clock), await claimed(store, clock, "other")
    await claimed(store, clock, by=THERE)

    with pytest.raises(LeaseLost):
        await old.save_sources([SourceView("main", "rest", "ok", NOON, "", NOON)])
    await other.save_sources([SourceView("other", "rest", "ok", NOON, "", NOON)])

    assert not other.lost.is_set()
    with Console.open(state_url) as console:
        assert [each.account for each in console.queries.now().sources] == ["other"]


@pytest.mark.postgres
async def test_where_only_a_clock_decides_nothing_is_written_unrenewed(
    postgres_state: str, clock: SetClock
) -> None:
    async with Store.open(postgres_state) as store:
        held = await claimed(store, clock)
        clock.monotonic = LASTS.total_seconds()

        with pytest.raises(StateDatabaseError, match="has to be renewed before") as refused:
            await held.save_positions("main", [])
        assert (refused.value.trouble, refused.value.again) == (StateTrouble.LEASE, True)
        assert not held.lost.is_set()

        await held.beat(BEAT)
        await held.save_positions("main", [])


async def test_a_clock_set_by_an_hour_neither_ends_a_lease_nor_keeps_it_where_a_lock_decides(
    sqlite_state: str, clock: SetClock
) -> None:
    async with Store.open(sqlite_state) as store:
        for hours in (1, -1):
            held = await claimed(store, clock)
            clock.utc += timedelta(hours=hours)
            clock.monotonic += 3600
            await held.save_positions("main", [])
            assert isinstance(await ask(store, clock, THERE, locked=True), Given)


@pytest.mark.postgres
def test_a_holder_that_writes_is_not_waited_for(postgres_state: str) -> None:
    with Database.open(postgres_state, create=False) as database:
        now = SystemClock().now().utc
        with database.write() as connection:
            given = leases.claim(connection, "main", HERE, locked=False, wall=now)
        assert isinstance(given, Given)
        with database.write() as connection:
            connection.execute(sa.update(LEASE).values(expires_at=now - timedelta(seconds=1)))
        with database.write() as writing:
            leases.fence(writing, given.lease)  # as long as nobody else was given it, it is its own
            with database.write() as asking:
                assert isinstance(leases.claim(asking, "main", THERE, locked=False, wall=now), Kept)
        with database.write() as asking:
            assert isinstance(leases.claim(asking, "main", THERE, locked=False, wall=now), Given)


@pytest.mark.postgres
def test_who_only_asks_locks_nothing(postgres_state: str) -> None:
    with Database.open(postgres_state, create=False) as database:
        now = SystemClock().now().utc
        with database.write() as connection:
            given = leases.claim(connection, "main", HERE, locked=False, wall=now)
        assert isinstance(given, Given)
        with database.write() as asking:
            assert isinstance(leases.claim(asking, "main", THERE, locked=False, wall=now), Kept)
            with database.write() as writing:
                writing.exec_driver_sql("SET LOCAL lock_timeout = '2s'")
                leases.fence(writing, given.lease)


@pytest.mark.postgres
def test_a_takeover_and_a_write_of_the_old_holder_come_one_after_the_other(postgres_state: str) -> None:
    """The old holder's check waits for the takeover that is under way, and then sees it."""
    with Database.open(postgres_state, create=False) as database:
        now = SystemClock().now().utc
        with database.write() as connection:
            given = leases.claim(connection, "main", HERE, locked=False, wall=now)
        assert isinstance(given, Given)
        refused: list[BaseException] = []

        def write() -> None:
            try:
                with database.write() as connection:
                    leases.fence(connection, given.lease)
            except LeaseLost as error:
                refused.append(error)

        with database.write() as taking:
            assert isinstance(leases.claim(taking, "main", THERE, locked=True, wall=now), Given)
            old = threading.Thread(target=write)
            old.start()
            old.join(0.3)
            assert old.is_alive(), "it waits for the transaction that takes over"
        old.join(10)
        assert len(refused) == 1


@pytest.mark.postgres
def test_one_that_stands_still_in_the_middle_of_a_write_is_ended_by_the_server(
    postgres_state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_engine, "_PAUSED_MILLISECONDS", 1000)
    with Database.open(postgres_state, create=False) as database:
        now = SystemClock().now().utc
        with database.write() as connection:
            given = leases.claim(connection, "main", HERE, locked=False, wall=now)
        assert isinstance(given, Given)
        with pytest.raises(StateDatabaseError, match="does not answer") as ended:
            _stand_still_in_a_write(database, given.lease)
        assert ended.value.again


def _stand_still_in_a_write(database: Database, lease: Lease) -> None:
    with database.write() as paused:
        leases.fence(paused, lease)
        with database.write() as waiting:
            # The row is free again once the server has ended the other's transaction.
            row = sa.select(LEASE).where(LEASE.c.account == "main").with_for_update()
            assert waiting.execute(row).one().token == lease.token
        paused.execute(sa.text("SELECT 1"))

"""Workers in the database: known while they renew their row, and who holds what as leases say it."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from reconciler.console import Console
from reconciler.facts.heartbeat import HeartbeatState
from reconciler.facts.lease import LASTS, Holder
from reconciler.storage.leases import LEASE
from reconciler.storage.service_store import ServiceStore
from reconciler.storage.workers import WORKER, Told
from tests.reconciler.claimed import HERE, claimed
from verification.facts.clock import SystemClock

TOLD = Told("here 1", 2, ("main", "other"))
THERE = Holder("b", "there", 2)


@pytest.fixture
async def store(state_url: str) -> AsyncIterator[ServiceStore]:
    async with ServiceStore.open(state_url, clock=SystemClock()) as opened:
        yield opened


async def set_back(store: ServiceStore, **columns: timedelta) -> None:
    """Let what a worker has said be so much older."""
    old = {name: SystemClock().now().utc - age for name, age in columns.items()}
    await store._writer.do(lambda connection: connection.execute(sa.update(WORKER).values(old)))


async def living(store: ServiceStore) -> list[str]:
    return [each.name for each in (await store.together(wall=SystemClock().now().utc)).workers]


async def test_a_worker_is_known_while_it_renews_its_row_and_no_longer(store: ServiceStore) -> None:
    now = SystemClock().now().utc
    assert not await store.renew_worker("a", wall=now), "it was never told"
    await store.tell_worker("a", TOLD, wall=now)
    (worker,) = (await store.together(wall=now)).workers
    assert (worker.name, worker.most, worker.accounts) == ("a", 2, frozenset({"main", "other"}))
    await set_back(store, at=LASTS)
    assert await living(store) == []
    assert await store.renew_worker("a", wall=SystemClock().now().utc)
    assert await living(store) == ["a"]
    await store.end_worker("a")
    assert await living(store) == []


async def test_a_worker_is_settled_once_it_has_lived_for_some_time(store: ServiceStore) -> None:
    await store.tell_worker("a", TOLD, wall=SystemClock().now().utc)
    (worker,) = (await store.together(wall=SystemClock().now().utc)).workers
    assert not worker.settled
    await set_back(store, since=timedelta(minutes=1))
    (worker,) = (await store.together(wall=SystemClock().now().utc)).workers
    assert worker.settled


async def test_a_worker_of_another_version_is_given_nothing(store: ServiceStore) -> None:
    await store.tell_worker("a", TOLD, wall=SystemClock().now().utc)
    other = sa.update(WORKER).values(told='{"wants": "everything"}')
    await store._writer.do(lambda connection: connection.execute(other))
    assert await living(store) == []


async def test_what_is_held_is_told_with_its_holder_until_the_lease_runs_out(store: ServiceStore) -> None:
    await claimed(store, SystemClock())
    assert (await store.together(wall=SystemClock().now().utc)).held == {"main": HERE}
    gone = sa.update(LEASE).values(expires_at=SystemClock().now().utc - timedelta(seconds=1))
    await store._writer.do(lambda connection: connection.execute(gone))
    assert (await store.together(wall=SystemClock().now().utc)).held == {}


async def test_an_account_that_nobody_ever_watched_is_shown_as_that_until_it_is_taken_out(
    store: ServiceStore, state_url: str
) -> None:
    await claimed(store, SystemClock())
    await store.expect({"main": "", "other": "desk"})
    assert (await store.together(wall=SystemClock().now().utc)).expected == {"main", "other"}
    with Console.open(state_url) as console:
        watches = {each.account: each for each in console.queries.watches()}
    assert watches["main"].holder == str(HERE), "what is known of one that was watched stays"
    assert (watches["other"].holder, watches["other"].group) == (None, "desk")
    assert watches["other"].heartbeat.state(SystemClock().now().utc) is HeartbeatState.NEVER
    assert [left.account for left in await store.left_accounts({"main"})] == ["other"]

    held = await claimed(store, SystemClock(), "other", THERE)
    await held.forget("it was taken out", now=SystemClock().now().utc)
    assert (await store.together(wall=SystemClock().now().utc)).expected == {"main"}
    await store.expect({"other": ""})
    assert (await store.together(wall=SystemClock().now().utc)).expected == {"main", "other"}

"""An account that was taken out of the settings is retired with all that is stored of it; no other one is."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from reconciler.alerts.alert import AlertState
from reconciler.alerts.event import Detected, Observed
from reconciler.alerts.retirement import ABANDONED_AFTER
from reconciler.console import Console
from reconciler.facts.heartbeat import Heartbeat
from reconciler.facts.lease import Holder
from reconciler.service.claims import Claim, Claims
from reconciler.service.retirement import Retiring
from reconciler.storage.leases import LEASE
from reconciler.storage.store import Store
from reconciler.views.account import SourceView
from tests.reconciler.alert_life import finding
from verification.facts.clock import Moment, SystemClock

BEFORE, OTHER, OURS = Holder("before", "here", 1), Holder("other", "here", 2), Holder("ours", "here", 3)
ELSEWHERE = Holder("elsewhere", "there", 4)


class SetClock:
    """A clock of which the hand is put where a test wants it."""

    def __init__(self) -> None:
        self.utc = SystemClock().now().utc

    def now(self) -> Moment:
        return Moment.at(self.utc, 0.0)

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(f"nothing here waits, not even {seconds} s")


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
async def store(state_url: str) -> AsyncIterator[Store]:
    async with Store.open(state_url) as opened:
        yield opened


async def watch(store: Store, clock: SetClock, account: str, by: Holder) -> Claim:
    """Watch an account as a process does: its lease, its heart, a source, an alert of it."""
    claim = await Claims(store, by, clock).claim(account)
    assert isinstance(claim, Claim)
    now = clock.utc
    await claim.store.beat(Heartbeat(now, 2.0, now, stopped=False))
    await claim.store.save_sources([SourceView(account, "rest", "ok", now, "", now)])
    found = Detected(finding(account=account), now, confirmed=True)
    await claim.store.observe(Observed((found,)), now=now)
    return claim


async def die(store: Store, claim: Claim) -> None:
    """End as a killed process does: the system lets its locks go, and its leases run out."""
    claim.let_go()
    ended = SystemClock().now().utc - timedelta(seconds=1)
    out = (
        sa.update(LEASE)
        .where(LEASE.c.instance == claim.store._lease.holder.instance)
        .values(expires_at=ended)
    )
    await store._writer.do(lambda connection: connection.execute(out))


def retiring(store: Store, clock: SetClock, by: Holder = OURS, *accounts: str) -> Retiring:
    return Retiring(store, Claims(store, by, clock), by, accounts or ("main",), clock)


def stored(url: str) -> tuple[list[tuple[str, AlertState]], set[str], set[str]]:
    """The alerts, and the accounts that sources and watches are stored of."""
    with Console.open(url) as console:
        view = console.queries.now()
        alerts = sorted((alert.key.account, alert.state) for alert in console.queries.alerts())
    return alerts, {each.account for each in view.sources}, {each.account for each in view.watches}


async def test_what_the_process_before_watched_and_we_do_not_is_retired_at_once(
    store: Store, state_url: str, clock: SetClock
) -> None:
    for account in ("main", "gone"):
        await die(store, await watch(store, clock, account, BEFORE))

    await retiring(store, clock).look()

    assert stored(state_url) == (
        [("gone", AlertState.RETIRED), ("main", AlertState.FIRING)],
        {"main"},
        {"main"},
    )
    with Console.open(state_url) as console:
        (gone,) = console.queries.alerts(accounts=["gone"])
        last_word = console.queries.alert(gone.id).transitions[-1]
    assert gone.retired == "account gone is no longer in the settings"
    assert (last_word.action, last_word.reason) == ("retired", f"retired: {gone.retired}")


async def test_what_comes_back_fires_as_a_new_episode(store: Store, state_url: str, clock: SetClock) -> None:
    for account in ("main", "gone"):
        await die(store, await watch(store, clock, account, BEFORE))
    await retiring(store, clock).look()

    await watch(store, clock, "gone", OURS)

    assert [state for account, state in stored(state_url)[0] if account == "gone"] == [
        AlertState.FIRING,
        AlertState.RETIRED,
    ]


async def test_two_reconcilers_with_settings_of_their_own_do_not_retire_each_others(
    store: Store, state_url: str, clock: SetClock
) -> None:
    await die(store, await watch(store, clock, "main", BEFORE))
    await watch(store, clock, "theirs", OTHER)
    clock.utc += 2 * ABANDONED_AFTER  # its heart has been late for long, and its lease is its own

    await retiring(store, clock).look()

    assert stored(state_url)[0] == [("main", AlertState.FIRING), ("theirs", AlertState.FIRING)]
    assert "theirs" in stored(state_url)[1]


async def test_another_reconciler_that_is_only_down_has_an_hour_to_come_back(
    store: Store, state_url: str, clock: SetClock
) -> None:
    """The machine boots: both are dead, ours is the first to start."""
    await die(store, await watch(store, clock, "main", BEFORE))
    await die(store, await watch(store, clock, "theirs", OTHER))
    ours = retiring(store, clock)

    for passed in (timedelta(0), ABANDONED_AFTER - timedelta(minutes=1)):
        clock.utc += passed
        await ours.look()
        assert stored(state_url)[0][1] == ("theirs", AlertState.FIRING)
    clock.utc += timedelta(minutes=1)
    await ours.look()

    assert stored(state_url)[0][1] == ("theirs", AlertState.RETIRED)
    with Console.open(state_url) as console:
        (theirs,) = console.queries.alerts(accounts=["theirs"])
    assert theirs.retired.startswith(
        "account theirs is not in the settings, and nobody has looked at it since "
    )


async def test_a_standby_of_another_machine_with_fewer_accounts_takes_none_out(
    store: Store, state_url: str, clock: SetClock
) -> None:
    for account in ("main", "theirs"):
        await die(store, await watch(store, clock, account, ELSEWHERE))

    await retiring(store, clock).look()

    assert stored(state_url)[0] == [("main", AlertState.FIRING), ("theirs", AlertState.FIRING)]


async def test_a_process_that_waited_knows_who_was_before_it(
    store: Store, state_url: str, clock: SetClock
) -> None:
    """Started with the new settings while the old process still ran: it retires when that has ended."""
    old = [await watch(store, clock, account, BEFORE) for account in ("main", "gone")]
    ours = retiring(store, clock)
    await ours.look()
    assert ("gone", AlertState.FIRING) in stored(state_url)[0]

    for claim in old:
        await die(store, claim)
    await watch(store, clock, "main", OURS)
    await ours.look()

    assert ("gone", AlertState.RETIRED) in stored(state_url)[0]

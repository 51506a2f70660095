"""What stood without a stop today is stored as it adds up, over restarts; what nobody saw of it is said."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from reconciler.console import Console
from reconciler.facts.heartbeat import Heartbeat
from reconciler.storage.held_store import HeldStore
from reconciler.storage.store import Store
from reconciler.views.today import TodayView, UnprotectedView
from tests.dashboard import drawn
from tests.reconciler.alert_life import NOON
from tests.reconciler.claimed import claimed
from tests.reconciler.storage.test_console import VERIFICATION
from tests.reconciler.storage.test_what_is_as_stored_is_not_written_again import SetClock, at


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
async def store(state_url: str) -> AsyncIterator[Store]:
    async with Store.open(state_url) as opened:
        yield opened


@pytest.fixture
def console(state_url: str, store: Store, clock: SetClock) -> Iterator[Console]:
    del store  # it makes the database
    with Console.open(state_url, clock=clock) as opened:
        yield opened


async def swept(held: HeldStore, clock: SetClock, second: float, value: str | None) -> None:
    clock.second = second
    amount = None if value is None else Decimal(value)
    await held.beat(Heartbeat(at(second), 2.0, NOON, stopped=False))
    await held.save_cycle(drawn.cycle(unprotected_notional=amount, finished_at=at(second)))
    await held.beat(Heartbeat(at(second), 2.0, NOON, stopped=False))


def told(console: Console) -> UnprotectedView | None:
    today = console.queries.now().today
    assert today is not None
    return today.unprotected


async def test_nothing_is_told_before_anything_was_seen(console: Console) -> None:
    assert told(console) is None


async def test_value_times_time_is_told_up_to_the_last_sweep(
    store: Store, console: Console, clock: SetClock
) -> None:
    held = await claimed(store, clock)
    for second, value in ((0, "0"), (15, "1800"), (30, "1800"), (45, "0"), (60, "0")):
        await swept(held, clock, second, value)

    found = told(console)
    assert found is not None
    assert (found.dollar_seconds, found.exposed) == (Decimal(1800 * 30), timedelta(seconds=30))
    assert found.unseen == timedelta(0)


async def test_a_restart_goes_on_with_the_sum_and_the_time_between_is_not_seen(
    store: Store, console: Console, clock: SetClock
) -> None:
    first = await claimed(store, clock)
    await swept(first, clock, 0, "100")
    await swept(first, clock, 10, "100")
    await first.give_back(Heartbeat(at(11), 2.0, NOON, stopped=True))
    clock.second = 3605
    second = await claimed(store, clock)
    await swept(second, clock, 3610, "100")
    await swept(second, clock, 3620, "0")

    found = told(console)
    assert found is not None
    assert found.dollar_seconds == Decimal(2000)
    assert found.unseen == timedelta(seconds=3600)


async def test_what_was_seen_until_a_watch_ended_in_order_is_seen(
    store: Store, console: Console, clock: SetClock
) -> None:
    first = await claimed(store, clock)
    for second in (0, 30, 60, 90):
        await swept(first, clock, second, "0")
    await first.give_back(Heartbeat(at(91), 2.0, NOON, stopped=True))
    clock.second = 3690
    second_watch = await claimed(store, clock)
    await swept(second_watch, clock, 3690, "0")
    await swept(second_watch, clock, 3700, "0")

    found = told(console)
    assert found is not None
    assert found.unseen == timedelta(seconds=3600)


async def test_while_nothing_is_seen_the_unseen_time_grows(
    store: Store, console: Console, clock: SetClock
) -> None:
    held = await claimed(store, clock)
    for second in (0, 10):
        await swept(held, clock, second, "0")
    await swept(held, clock, 20, None)
    await swept(held, clock, 80, None)
    clock.second = 3600  # and then nobody looks any more

    found = told(console)
    assert found is not None
    assert found.unseen >= timedelta(seconds=3500)


async def test_another_day_begins_at_nothing_and_owes_its_first_hours(
    store: Store, console: Console, clock: SetClock
) -> None:
    held = await claimed(store, clock)
    await swept(held, clock, 0, "100")
    await swept(held, clock, 10, "0")
    clock.second = 24 * 3600  # noon of the next day

    found = told(console)
    assert found is not None
    assert found.dollar_seconds == 0
    assert found.unseen == timedelta(hours=12)


async def test_the_day_counts_what_was_verified_and_how_soon_and_what_is_over(
    store: Store, console: Console, clock: SetClock
) -> None:
    clock.second = 60
    for number, (verdict, took) in enumerate(
        (("confirmed", 8.0), ("confirmed", 3400.0), ("unknown", 10.0), ("resting", 5.0))
    ):
        asked = replace(
            VERIFICATION, verdict=verdict, milliseconds=took, order_id=str(number), asked_at=at(number)
        )
        await store.save_verification(asked, "[]")

    today = console.queries.now().today
    assert isinstance(today, TodayView)
    assert (today.verified, today.within, today.over) == (3, 1, 0)

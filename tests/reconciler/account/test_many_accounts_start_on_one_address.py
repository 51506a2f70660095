"""Accounts that start together on one address wait for its budget in turn: none of them is told as down."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from typing_extensions import override

from reconciler.account.unit import AccountUnit
from reconciler.account.watch import Rules
from reconciler.facts.finding import Kind
from reconciler.sight.blindness import BlindnessSettings
from tests.reconciler.house import SWEEP_SECONDS, ScriptedAccount
from tests.simulation.reconciler.state import MemoryStore
from tests.virtual_time import VirtualClock, run
from verification.budget.purpose import Purpose, SharedPurpose
from verification.facts.account import AccountReading, Part
from verification.facts.errors import BudgetSpent
from verification.race.pace import Pace
from verification.venues.binance.capabilities import CAPABILITIES as BINANCE
from verification.venues.ccxt.failures import NotSentToSave
from verification.venues.ccxt.governor import Governor, Request
from verification.venues.port import OrdersWanted

CONNECTING = (1, 30, 1, 5)  # the market list, the position mode, the listen key, the first position list
ALL = (5, 40, 40)
LIGHT = (5, *(1 for _ in range(10)))
MINUTES = 5


class Governed(ScriptedAccount):
    """An account that asks through the governor of its address, and holds nothing."""

    def __init__(self, name: str, governor: Governor, clock: VirtualClock) -> None:
        super().__init__(clock)
        self.halves = 0
        self._name = name
        self._governor = governor

    async def _ask(self, weights: tuple[int, ...], purpose: Purpose) -> None:
        try:
            for weight in weights:
                request = Request(self._name, "/", weight)
                await self._governor.admit(request, SharedPurpose(purpose))
                self._governor.done(request)
                await self.clock.sleep(0.05)
        except NotSentToSave as error:
            raise BudgetSpent(str(error)) from None

    async def _look(
        self, weights: tuple[int, ...], purpose: Purpose, symbols: frozenset[str] | None
    ) -> AccountReading:
        try:
            await self._governor.room(self._name, sum(weights), SharedPurpose(purpose))
        except NotSentToSave as error:
            self.fail(*Part, error=BudgetSpent(str(error)))
        else:
            try:
                await self._ask(weights, purpose)
            except BudgetSpent:
                self.halves += 1
                raise
        try:
            return await super().read(symbols)
        finally:
            self.heal()

    @override
    async def connect(self) -> None:
        await self._ask(CONNECTING, Purpose.LOOK)

    @override
    async def read(self, symbols: frozenset[str] | None = None) -> AccountReading:
        return await self._look(ALL if symbols is None else (5, 1, 1), Purpose.LOOK, symbols)

    @override
    async def sweep(self, wanted: OrdersWanted) -> AccountReading:
        return await self._look(LIGHT, Purpose.SWEEP, None)


@pytest.mark.parametrize("number", [3, 9])
def test_every_account_is_soon_seen_and_none_is_told_as_down(number: int) -> None:
    async def story() -> None:
        clock = VirtualClock()
        assert BINANCE.rates.address is not None
        governor = Governor(BINANCE.rates, "Binance", BINANCE.rates.address, clock)
        venues = [Governed(f"account{each}", governor, clock) for each in range(number)]
        stores = [MemoryStore(clock) for _ in venues]
        units = [
            AccountUnit(
                venue,
                [],
                rules=Rules(),
                blindness=BlindnessSettings(),
                pace=Pace(),
                store=store,
                clock=clock,
            )
            for venue, store in zip(venues, stores, strict=True)
        ]

        async def every(seconds: float, job: Callable[[], Awaitable[None]]) -> None:
            while True:
                await job()
                await clock.sleep(seconds)

        jobs: list[Awaitable[None]] = []
        for unit in units:
            jobs += [unit.run(), every(2, unit.check_health), every(SWEEP_SECONDS, unit.sweep)]
        tasks = [asyncio.ensure_future(job) for job in jobs]
        await asyncio.wait(tasks, timeout=60 * MINUTES)
        broken = [task.exception() for task in tasks if task.done()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for unit in units:
            await unit.close()
        assert not broken
        for store, venue in zip(stores, venues, strict=True):
            told = {entry.after.key for entry in store.diary if entry.after.fired_at is not None}
            assert not told, f"told at the start of {number}: {sorted(map(str, told))}"
            seen = [at for at, cycle in store.cycles if cycle.status == "complete"]
            assert seen[0] < 130, "within two of the minutes that the venue counts by"
            assert not venue.halves, "a look is asked whole or not at all"
            assert Kind.SOURCE_DOWN not in {entry.after.key.kind for entry in store.diary}

    run(story())

"""A stream that stays mute over its connections is one alert, until it pushes or lists agree for long."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from reconciler.account.unit import AccountUnit
from reconciler.account.watch import Rules
from reconciler.alerts.alert import Alert
from reconciler.console import Console
from reconciler.facts.finding import Kind
from reconciler.sight.blindness import BlindnessSettings
from reconciler.storage.database import migrate
from reconciler.storage.store import Store
from simulator.server import SimulatedVenue
from tests.wire.conftest import Watched
from tests.wire.faces import Face
from tests.wire.simulated import order, running
from verification.facts.clock import SystemClock
from verification.race.pace import Pace
from verification.venues.capabilities import StreamRules
from verification.venues.stream_state import StreamState

pytestmark = pytest.mark.wire

QUICK = BlindnessSettings(stream_missed=timedelta(0))
RULES = StreamRules(
    missed_after=0.1, renew_after_missed=0.3, agreed_after=60, backoff_first=0.02, backoff_most=0.1
)


class Reconciled:
    """A gateway under the real reconciler, on the real database."""

    def __init__(self, gateway: Watched, venue: SimulatedVenue, console: Console) -> None:
        self.gateway = gateway
        self.venue = venue
        self._console = console

    def alerts(self) -> list[Alert]:
        """Every episode of the silent stream, resolved ones too."""
        every = self._console.queries.alerts(states=None)
        return [alert for alert in every if alert.key.kind is Kind.SOURCE_STALE]

    def ended(self) -> str:
        """Why the only episode was resolved."""
        [alert] = self.alerts()
        return self._console.queries.alert(alert.id).transitions[-1].reason

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait for what the reconciler stores. Nothing announces it; the test's own timeout ends it."""
        while not true():  # noqa: ASYNC110 - a reading, not an event
            await asyncio.sleep(0.02)

    async def mute_over(self, connections: int) -> None:
        """Let each of so many connections miss a change, and watch that it is one firing alert throughout."""
        self.venue.streams.silent = True
        for epoch in range(2, connections + 2):
            order(self.venue, "43")
            await self.until(lambda: self.alerts() != [])
            await self.gateway.health(lambda now, epoch=epoch: now.epoch >= epoch)  # type: ignore[misc]
            await self.gateway.live(epoch)
            [alert] = self.alerts()
            assert alert.fired_at is not None
            assert (alert.state.value, alert.recovering_since) == ("firing", None)


@asynccontextmanager
async def reconciled(folder: Path, rules: StreamRules, face: Face) -> AsyncIterator[Reconciled]:
    url = f"sqlite:///{folder}/trueup.db"
    migrate(url)
    store, console, clock = Store.open(url), Console.open(url), SystemClock()
    async with running(rules=rules, face=face) as (venue, gateway):
        unit = AccountUnit(
            gateway.venue, [], rules=Rules(), blindness=QUICK, pace=Pace(), store=store, clock=clock
        )

        async def every(seconds: float, job: Callable[[], Awaitable[object]]) -> None:
            while True:
                await job()
                await clock.sleep(seconds)

        # Position lists alone: whole looks so often would spend the budget of the venue's address.
        jobs = (unit.run(), every(0.1, unit.check_health), every(0.3, gateway.venue.read_positions))
        tasks = [asyncio.ensure_future(job) for job in jobs]
        try:
            yield Reconciled(gateway, venue, console)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await unit.close()
            await store.close()
            console.close()


async def test_mute_on_every_connection_it_is_one_alert_until_it_pushes(tmp_path: Path, face: Face) -> None:
    async with reconciled(tmp_path, RULES, face) as house:
        await house.mute_over(3)
        house.venue.streams.silent = False
        await house.venue.streams.disconnect()
        await house.gateway.live(5)
        assert [alert.state.value for alert in house.alerts()] == ["firing"], "a connection proves nothing"
        order(house.venue, "43")
        await house.until(lambda: not house.alerts()[0].state.open)
        assert "pushed the position of AVL/USDT:USDT" in house.ended()
        assert "last heard" not in house.ended()


async def test_on_a_quiet_account_lists_that_agree_for_long_resolve_it_and_are_named(
    tmp_path: Path, face: Face
) -> None:
    async with reconciled(tmp_path, replace(RULES, agreed_after=3.0), face) as house:
        await house.mute_over(1)
        await house.until(lambda: not house.alerts()[0].state.open)
        assert "position lists have agreed with it for" in house.ended()
        assert house.gateway.venue.stream_health().state is StreamState.LIVE

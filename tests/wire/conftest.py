"""The scripted venue and a connected gateway to it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from tests.wire.faces import BINANCE, BYBIT, Face
from tests.wire.scripted import ScriptedVenue, access_to, scripted_venue
from verification.facts.clock import SystemClock
from verification.facts.leg import LegKey
from verification.facts.observation import Observation, PositionSeen
from verification.venues.capabilities import Capabilities, StreamRules
from verification.venues.gateway.account import CcxtVenue
from verification.venues.registry import capabilities_of
from verification.venues.stream_state import StreamHealth, StreamState

QUICK = StreamRules(backoff_first=0.02, backoff_most=0.1)


def binance(rules: StreamRules = QUICK) -> Capabilities:
    return replace(capabilities_of("binanceusdm"), stream=rules)


class Watched:
    """A gateway, what it has told its listener, and ways to wait for it."""

    def __init__(self, venue: CcxtVenue) -> None:
        self.venue = venue
        self.told: list[Observation] = []
        self._news = asyncio.Event()
        venue.listen(self._hear)

    def _hear(self, fact: Observation) -> None:
        self.told.append(fact)
        self._news.set()

    async def facts(self, count: int) -> list[Observation]:
        """Wait until so many observations have been told."""
        while len(self.told) < count:
            self._news.clear()
            await self._news.wait()
        return self.told

    async def hears(self, good: Callable[[Observation], bool]) -> Observation:
        """Wait until an observation has been told, however long ago; return the first such."""
        while not any(map(good, self.told)):
            self._news.clear()
            await self._news.wait()
        return next(filter(good, self.told))

    async def holds(self, key: LegKey, quantity: int) -> PositionSeen:
        """Wait until the stream shows so many contracts of a leg."""
        while True:
            self._news.clear()
            seen = self.venue.latest(key)
            if isinstance(seen, PositionSeen) and seen.quantity == quantity:
                return seen
            await self._news.wait()

    async def health(self, good: Callable[[StreamHealth], bool]) -> StreamHealth:
        """Wait for a state of the stream. Nothing announces it, so it is looked at every few ms."""
        while not good(self.venue.stream_health()):  # noqa: ASYNC110 - a reading, not an event
            await asyncio.sleep(0.005)
        return self.venue.stream_health()

    async def live(self, epoch: int = 1) -> StreamHealth:
        return await self.health(lambda now: now.state is StreamState.LIVE and now.epoch >= epoch)


Connect = Callable[..., Awaitable[Watched]]


@pytest.fixture
async def scripted() -> AsyncIterator[ScriptedVenue]:
    async with scripted_venue() as venue:
        yield venue


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """Connect gateways to a port, and close them at the end."""
    async with AsyncExitStack() as stack:

        async def connected(
            port: int, rules: StreamRules = QUICK, *, live: bool = True, **ccxt: object
        ) -> Watched:
            venue = CcxtVenue(access_to(port, **ccxt), SystemClock(), binance(rules))
            stack.push_async_callback(venue.close)
            watched = Watched(venue)
            await venue.connect()
            if live:
                await watched.live()
            return watched

        yield connected


@pytest.fixture(params=["binance", "bybit"])
def face(request: pytest.FixtureRequest) -> Face:
    """Each of the venues that are simulated in turn."""
    return {"binance": BINANCE, "bybit": BYBIT}[request.param]

"""The sources of the simulated venue are measured over real sockets, each at the lag it was given."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from decimal import Decimal

import pytest

from simulator.faults.faults import Lag, PushAction, PushFault, RequestAction, RequestFault
from simulator.faults.faults import Source as Reading
from simulator.server import SimulatedVenue
from tests.wire.faces import BINANCE, Face
from tests.wire.simulated import AVL, BTC, order, running
from verification.facts.clock import SystemClock
from verification.facts.leg import Leg, LegKey, Side
from verification.facts.observation import Source
from verification.facts.question import Baseline, OpenQuestion
from verification.latency.fill_probe import FillProbe
from verification.latency.sample import LatencySample, Measure
from verification.latency.venue_clock import VenueClock
from verification.race.verifier import Verifier

pytestmark = pytest.mark.wire

AT_ONCE = 1000
"""Milliseconds within which even a busy machine shows on loopback what is shown at once."""

PATIENCE = 2.0
"""Seconds until a fill is done again: where a busy machine asks late, rightly no sample is taken."""


class Lags:
    """The first visibility lag measured of each source, and ways to wait for them."""

    def __init__(self) -> None:
        self.found: dict[Source, float] = {}
        self._news = asyncio.Event()

    def add(self, sample: LatencySample) -> None:
        if sample.measure is Measure.VISIBILITY_LAG:
            self.found.setdefault(sample.source, sample.milliseconds)
            self._news.set()

    async def all(self, *sources: Source) -> dict[Source, float]:
        while not self.found.keys() >= set(sources):
            self._news.clear()
            await self._news.wait()
        return self.found

    async def of_fills(self, fill: Callable[[], object]) -> dict[Source, float]:
        """Fill, again if need be, until all three sources are measured."""
        while True:
            fill()
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    return await self.all(Source.WEBSOCKET, Source.ORDER, Source.REST)


@asynccontextmanager
async def probing(
    face: Face = BINANCE, *, skew_ms: int = 0
) -> AsyncIterator[tuple[SimulatedVenue, Lags, FillProbe]]:
    """Run a venue whose clock is off, and a probe of it."""

    def prepare(venue: SimulatedVenue) -> None:
        venue.clock.skew_ms = skew_ms

    async with running(prepare, face=face) as (venue, gateway):
        clock, lags = SystemClock(), Lags()
        venue_clock = VenueClock(gateway.venue, clock)
        await venue_clock.measure()
        probe = FillProbe(gateway.venue, clock, venue_clock, rng=random.Random(1), on_sample=lags.add)
        running_probe = asyncio.create_task(probe.run())
        try:
            yield venue, lags, probe
        finally:
            probe.close()
            running_probe.cancel()
            await asyncio.wait([running_probe])


@pytest.mark.parametrize("skew_ms", [-700, 0, 700])
async def test_a_fill_that_is_shown_at_once_is_measured_so_whatever_the_clocks_show(
    skew_ms: int, face: Face
) -> None:
    async with probing(face, skew_ms=skew_ms) as (venue, lags, _):
        found = await lags.of_fills(lambda: order(venue, "43"))
        for source, lag in found.items():
            assert -5 < lag < AT_ONCE, source


async def test_a_reading_that_lags_is_measured_and_the_others_are_not_made_slower_by_it(
    face: Face,
) -> None:
    async with probing(face) as (venue, lags, _):
        venue.faults.add(Lag(source=Reading.POSITIONS, seconds=1.5, symbol=AVL))
        venue.faults.add(Lag(source=Reading.ORDER, seconds=0.6, symbol=AVL))
        order(venue, "43")
        found = await lags.all(Source.WEBSOCKET, Source.ORDER, Source.REST)
        assert -5 < found[Source.WEBSOCKET] < AT_ONCE
        assert 595 <= found[Source.ORDER] <= 600 * 1.3 + AT_ONCE
        assert 1495 <= found[Source.REST] <= 1500 * 1.3 + AT_ONCE


async def test_a_leg_that_grows_is_not_dated_by_the_push_that_its_order_alone_brings(face: Face) -> None:
    """Bybit tells a position with every order, a moment before the fill and as it was."""
    async with probing(face) as (venue, lags, _):
        await lags.of_fills(lambda: order(venue, "100"))
        lags.found.clear()
        venue.faults.add(Lag(source=Reading.POSITIONS, seconds=0.6, symbol=AVL))
        venue.faults.add(PushFault(action=PushAction.DELAY, event=face.position_push, seconds=0.05))
        await asyncio.sleep(0.7)  # until the list shows them
        order(venue, "43")
        found = await lags.all(Source.REST)
        assert 595 <= found[Source.REST] <= 600 * 1.3 + AT_ONCE


async def test_a_lag_of_one_symbol_is_not_a_lag_of_another() -> None:
    async with probing() as (venue, lags, _):
        venue.faults.add(Lag(source=Reading.POSITIONS, seconds=30, symbol=AVL))
        found = await lags.of_fills(lambda: order(venue, "0.01", symbol=BTC))
        assert found[Source.REST] < AT_ONCE


async def test_a_push_that_comes_late_is_the_streams_lag_and_nobody_elses() -> None:
    async with probing() as (venue, lags, _):
        venue.faults.add(PushFault(action=PushAction.DELAY, seconds=0.5))
        order(venue, "43")
        found = await lags.all(Source.WEBSOCKET)
        assert set(found) == {Source.WEBSOCKET}, "order and list had it before they were asked"
        assert 495 <= found[Source.WEBSOCKET] < 500 + AT_ONCE


async def test_a_slow_answer_counts_into_the_lag_that_a_bot_lives_with() -> None:
    async with probing() as (venue, lags, _):
        venue.faults.add(RequestFault(action=RequestAction.DELAY, path="/fapi/v1/order", seconds=0.3))
        found = await lags.of_fills(lambda: order(venue, "43"))
        assert 295 <= found[Source.ORDER] < 300 + AT_ONCE
        assert found[Source.REST] < AT_ONCE


async def test_a_venue_in_trouble_is_not_probed() -> None:
    async with probing() as (venue, lags, probe):
        venue.faults.add(RequestFault(action=RequestAction.ERROR, status=503, path="/fapi/v1/order"))
        venue.faults.add(RequestFault(action=RequestAction.ERROR, status=503, path="/fapi/v3/positionRisk"))
        order(venue, "43")
        await lags.all(Source.WEBSOCKET)
        before = len(venue.journal.entries)
        second = order(venue, "43")
        question = OpenQuestion(
            LegKey("main", AVL, Leg.NET),
            Side.BUY,
            Decimal(43),
            str(second.id),
            None,
            None,
            exclusive=True,
            asked=SystemClock().now(),
        )
        await asyncio.sleep(0.1)
        assert not probe.measures(question)
        assert len(venue.journal.entries) == before


async def test_a_verification_inside_a_bot_measures_too() -> None:
    async with running() as (venue, gateway):
        clock, lags = SystemClock(), Lags()
        verifier = Verifier(gateway.venue, clock, rng=random.Random(1), on_sample=lags.add)
        venue.faults.add(Lag(source=Reading.POSITIONS, seconds=1.0))
        key = LegKey("main", AVL, Leg.NET)
        watch, asked = verifier.watch(key), clock.now()
        placed = order(venue, "43")
        flat = Baseline(Decimal(0), None)
        try:
            await verifier.verify(
                OpenQuestion(key, Side.BUY, Decimal(43), str(placed.id), None, flat, True, asked),  # noqa: FBT003
                watch,
            )
            found = await lags.all(Source.WEBSOCKET, Source.REST)
        finally:
            await verifier.close()
        assert found[Source.WEBSOCKET] < AT_ONCE
        assert found.get(Source.ORDER, 0) < AT_ONCE, "none where a busy machine asked too late"
        assert 995 <= found[Source.REST] <= 2000 + AT_ONCE

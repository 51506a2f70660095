"""Stops, exits and cancellations do not queue behind entries for a rate limit of ours."""

import asyncio
import time
from decimal import Decimal

import pytest

from simulator.server import SimulatedVenue
from tests.wire.faces import Face
from tests.wire.simulated import AVL, access_to, order
from verification.gateway.trader import CcxtTrader
from verification.leg import Leg, LegKey, Side

pytestmark = pytest.mark.wire

NET = LegKey("main", AVL, Leg.NET)
AT_ONCE = 2.0  # seconds, on a machine that is busy with other things too


async def test_a_stop_an_exit_and_a_cancellation_pass_a_window_that_is_full(face: Face) -> None:
    async with SimulatedVenue(face=face.name, api_key="the-key", secret="the-secret") as venue:
        trader = CcxtTrader(access_to(venue, enableRateLimit=True))
        try:
            await trader.connect()
            order(venue, "43")
            window = trader._exchange.throttler
            window.config["maxWeight"] = 1
            window.timestamps = [{"timestamp": time.time() * 1000, "cost": 1}]  # noqa: TID251 - ccxt's own clock
            entering = asyncio.create_task(trader.enter(NET, Side.BUY, Decimal(1), "late"))
            await asyncio.sleep(0.1)
            began = time.perf_counter()
            await trader.place_stop(NET, Side.SELL, Decimal(43), Decimal("0.1"), "one-s")
            await trader.leave(NET, Side.SELL, Decimal(43), "one-x1")
            await trader.withdraw_stop(NET, "one-s")
            assert time.perf_counter() - began < AT_ONCE
            assert venue.exchange.position(AVL).amount == 0
            assert not venue.exchange.open_algos(AVL)
            assert not entering.done(), "an entry keeps to it"
            entering.cancel()
            await asyncio.gather(entering, return_exceptions=True)
        finally:
            await trader.close()

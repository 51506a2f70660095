"""Stops, exits and cancellations wait for no budget, and go even while the venue asks us to wait."""

import asyncio
import time
from decimal import Decimal

import pytest

from simulator.server import SimulatedVenue
from tests.wire.faces import Face
from tests.wire.simulated import AVL, access_to, order
from verification.facts.leg import Leg, LegKey, Side
from verification.venues.ccxt.outgoing import OF_PROCESS
from verification.venues.gateway.trader import CcxtTrader
from verification.venues.trading import OrderRefused

pytestmark = pytest.mark.wire

NET = LegKey("main", AVL, Leg.NET)
AT_ONCE = 2.0  # seconds, on a machine that is busy with other things too


async def test_a_stop_an_exit_and_a_cancellation_go_while_the_venue_asks_us_to_wait(face: Face) -> None:
    async with SimulatedVenue(face=face.name, api_key="the-key", secret="the-secret") as venue:
        trader = CcxtTrader(access_to(venue))
        try:
            await trader.connect()
            order(venue, "43")
            (governor,) = OF_PROCESS._known.values()
            governor.heard("main", "/", 429, {"Retry-After": "60"}, "")
            with pytest.raises(OrderRefused, match=r"not sent: B.* asks us to wait until"):
                await trader.enter(NET, Side.BUY, Decimal(1), "late")
            began = time.perf_counter()
            await trader.place_stop(NET, Side.SELL, Decimal(43), Decimal("0.1"), "one-s")
            await trader.leave(NET, Side.SELL, Decimal(43), "one-x1")
            await trader.withdraw_stop(NET, "one-s")
            assert time.perf_counter() - began < AT_ONCE
            assert venue.exchange.position(AVL).amount == 0
            assert not venue.exchange.open_algos(AVL)
        finally:
            await trader.close()


async def test_orders_go_when_the_budget_is_spent(face: Face) -> None:
    async with SimulatedVenue(face=face.name, api_key="the-key", secret="the-secret") as venue:
        trader = CcxtTrader(access_to(venue))
        try:
            await trader.connect()
            (governor,) = OF_PROCESS._known.values()
            governor.budget.told(1e9, governor._clock.now().monotonic)
            async with asyncio.timeout(AT_ONCE):
                await trader.enter(NET, Side.BUY, Decimal(43), "one")
                await trader.leave(NET, Side.SELL, Decimal(43), "one-x1")
            assert venue.exchange.position(AVL).amount == 0
        finally:
            await trader.close()

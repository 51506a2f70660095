"""A whole account on the simulated venue is read as it is: legs, orders, stops, trades."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from simulator.engine.order import Kind
from simulator.recorded.account import RecordedState
from simulator.server import SimulatedVenue
from tests.wire.faces import Face
from tests.wire.simulated import AVL, BTC, access_to, long_leg, order, running, short_leg, stop
from verification.facts.account import PositionMode
from verification.facts.clock import SystemClock
from verification.facts.leg import Leg, LegKey, Side
from verification.facts.observation import OrderSeen
from verification.venues.gateway.account import CcxtVenue

pytestmark = pytest.mark.wire

NET = LegKey("main", AVL, Leg.NET)
FREQTRADE = Path(__file__).parents[1] / "fixtures" / "freqtrade-2026.9-binance-futures-live.venue.json"


async def test_both_legs_of_hedge_mode_are_read(face: Face) -> None:
    def hedged(venue: SimulatedVenue) -> None:
        venue.exchange.set_hedge(hedge=True)
        order(venue, "50", **long_leg())
        order(venue, "-70", **short_leg())

    async with running(hedged, face=face) as (_, gateway):
        reading = await gateway.venue.read()
        assert reading.mode is PositionMode.HEDGE
        assert reading.positions is not None
        held = {row.key.leg: row.quantity for row in reading.positions.positions}
        assert held == {Leg.LONG: 50, Leg.SHORT: -70}


async def test_stops_are_found_among_the_conditional_orders_and_told_from_take_profits(face: Face) -> None:
    def protected(venue: SimulatedVenue) -> None:
        order(venue, "100")
        stop(venue, "-100", "0.1", reduce_only=True)
        stop(venue, "-100", "0.3", reduce_only=True, kind=Kind.TAKE_PROFIT_MARKET)
        order(venue, "-100", kind=Kind.LIMIT, price=Decimal("0.4"))

    async with running(protected, face=face) as (_, gateway):
        for reading in (await gateway.venue.read(), await gateway.venue.read(frozenset({AVL}))):
            assert not reading.failures
            assert reading.orders is not None
            assert reading.conditional_orders is not None
            assert [each.kind for each in reading.orders] == ["limit"]
            stops = {each.trigger_price: each.stop_loss for each in reading.conditional_orders}
            assert stops == {Decimal("0.1"): True, Decimal("0.3"): False}
            assert {each.side for each in reading.conditional_orders} == {Side.SELL}


async def test_a_reading_of_one_symbol_holds_that_symbol_only(face: Face) -> None:
    def two(venue: SimulatedVenue) -> None:
        order(venue, "100")
        order(venue, "0.01", BTC)

    async with running(two, face=face) as (_, gateway):
        reading = await gateway.venue.read(frozenset({AVL}))
        assert reading.positions is not None
        assert [row.key.symbol for row in reading.positions.positions] == [AVL]


async def test_an_order_is_found_by_either_id_and_has_executed(face: Face) -> None:
    async with running(face=face) as (venue, gateway):
        placed = order(venue, "43", client_id="my-entry")
        by_id = await gateway.venue.read_order(NET, order_id=face.wire_id(placed), client_order_id=None)
        by_client = await gateway.venue.read_order(NET, order_id=None, client_order_id="my-entry")
        for seen in (by_id, by_client):
            assert isinstance(seen, OrderSeen)
            assert (seen.order_id, seen.client_order_id) == (face.wire_id(placed), "my-entry")
            assert seen.executed == 43
            assert seen.terminal


async def test_an_order_that_ended_with_nothing_is_checked_against_its_trades(face: Face) -> None:
    async with running(face=face) as (venue, gateway):
        resting = order(venue, "100", kind=Kind.LIMIT, price=Decimal("0.1"))
        venue.exchange.cancel(resting.id)
        seen = await gateway.venue.read_order(NET, order_id=face.wire_id(resting), client_order_id=None)
        assert isinstance(seen, OrderSeen)
        assert seen.executed == 0
        assert (seen.terminal, seen.trades_agree, seen.status) == (True, True, "canceled")
        assert venue.journal.calls("GET", face.trades)[-1].params["orderId"] == face.wire_id(resting)


async def test_a_partly_filled_order_that_was_cancelled_keeps_what_it_traded(face: Face) -> None:
    async with running(face=face) as (venue, gateway):
        resting = order(venue, "-100", kind=Kind.LIMIT, price=Decimal("0.5"))
        venue.exchange.fill(resting.id, Decimal(40))
        venue.exchange.cancel(resting.id)
        seen = await gateway.venue.read_order(NET, order_id=face.wire_id(resting), client_order_id=None)
        assert isinstance(seen, OrderSeen)
        assert seen.executed == -40
        assert (seen.terminal, seen.trades_agree) == (True, True)


async def test_a_stop_that_fired_is_followed_to_the_order_it_became(face: Face) -> None:
    async with running(face=face) as (venue, gateway):
        order(venue, "100")
        stop(venue, "-100", "0.1", reduce_only=True, client_id="my-stop")
        venue.exchange.set_price(AVL, Decimal("0.09"))
        seen = await gateway.venue.read_order(NET, order_id=None, client_order_id="my-stop")
        assert isinstance(seen, OrderSeen)
        assert seen.executed == -100
        assert seen.terminal


async def test_trades_are_signed_and_oldest_first(face: Face) -> None:
    async with running(face=face) as (venue, gateway):
        order(venue, "100")
        order(venue, "-60")
        since = datetime.now(UTC) - timedelta(days=20)  # noqa: TID251 - the simulated venue keeps real time
        fills = await gateway.venue.read_fills(AVL, since)
        assert [fill.quantity for fill in fills] == [100, -60]


async def test_the_account_of_a_real_bot_is_read_in_full(face: Face) -> None:
    async with SimulatedVenue(face=face.name, state=RecordedState.read(FREQTRADE)) as venue:
        gateway = CcxtVenue(access_to(venue), SystemClock())
        try:
            await gateway.connect()
            reading = await gateway.read()
        finally:
            await gateway.close()
        assert not reading.failures
        assert reading.positions is not None
        assert reading.conditional_orders is not None
        held = {row.key.symbol: row.quantity for row in reading.positions.positions}
        assert held["ETH/USDT:USDT"] == Decimal("-0.5")
        assert held["BTC/USDT:USDT"] == Decimal("0.024")
        assert "ATOM/USDT:USDT" not in {symbol for symbol, quantity in held.items() if quantity != 0}
        stops = {each.symbol for each in reading.conditional_orders if each.stop_loss}
        assert "BTC/USDT:USDT" in stops
        assert "DOGE/USDT:USDT" not in stops

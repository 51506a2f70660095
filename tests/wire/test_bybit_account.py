"""Bybit's account over requests: acknowledged before accepted, page by page, modes by contract."""

from decimal import Decimal

import pytest

from simulator.bybit.attached import attach
from simulator.engine.market import Market
from simulator.engine.order import Kind, PositionSide
from simulator.faults.faults import Phase, RequestAction, RequestFault
from simulator.server import SimulatedVenue
from tests.wire.faces import BYBIT
from tests.wire.simulated import AVL, BTC, access_to, long_leg, order, running
from verification.facts.account import Part, PositionMode
from verification.facts.clock import SystemClock
from verification.facts.errors import AnswerLost, SourceRejected, SourceUnreachable
from verification.facts.leg import Leg, LegKey, Side
from verification.facts.observation import OrderSeen, Silence, SourceSilent
from verification.venues.gateway.account import CcxtVenue
from verification.venues.gateway.trader import CcxtTrader
from verification.venues.trading import OrderRefused

pytestmark = pytest.mark.wire

NET, LONG = LegKey("main", AVL, Leg.NET), LegKey("main", AVL, Leg.LONG)
MANY = 230  # more than one page of positions holds


async def test_an_order_that_was_acknowledged_is_not_found_at_first_which_is_no_absence() -> None:
    async with running(face=BYBIT) as (venue, gateway):
        venue.acceptance.seconds = 0.15
        trader = CcxtTrader(access_to(venue))
        try:
            await trader.connect()
            entered = await trader.enter(NET, Side.BUY, Decimal(43), "my-entry")
            at_once = await gateway.venue.read_order(NET, order_id=entered, client_order_id=None)
            assert isinstance(at_once, SourceSilent)
            assert (at_once.silence, at_once.complete) == (Silence.ABSENT, False)
            await gateway.holds(NET, 43)
            for ids in (
                {"order_id": entered, "client_order_id": None},
                {"order_id": None, "client_order_id": "my-entry"},
            ):
                seen = await gateway.venue.read_order(NET, **ids)
                assert isinstance(seen, OrderSeen)
                assert (seen.order_id, seen.executed, seen.terminal) == (entered, Decimal(43), True)
        finally:
            await trader.close()


@pytest.mark.parametrize("ids", [("entered", None), (None, "my-entry")], ids=["its id", "our id"])
async def test_an_order_is_found_in_the_history_when_a_restart_has_left_it_to_that(
    ids: tuple[str | None, str | None],
) -> None:
    """Whose one page has a cursor that leads back to it, for ever."""
    async with running(face=BYBIT) as (venue, gateway):
        entered = BYBIT.wire_id(order(venue, "43", client_id="my-entry"))
        await venue.stop()
        await venue.start()
        seen = await gateway.venue.read_order(
            NET, order_id=entered if ids[0] else None, client_order_id=ids[1]
        )
        assert isinstance(seen, OrderSeen)
        assert (seen.order_id, seen.executed, seen.terminal) == (entered, Decimal(43), True)
        paths = [call.path for call in venue.journal.calls("GET") if call.path.startswith("/v5/order/")]
        assert paths[-2:] == ["/v5/order/realtime", "/v5/order/history"]


@pytest.mark.parametrize("code", [10000, 10016, 10429])
async def test_a_code_that_leaves_the_state_open_is_unreachable_and_never_flat(code: int) -> None:
    async with running(lambda venue: void(order(venue, "43")), face=BYBIT) as (venue, gateway):
        venue.faults.add(
            RequestFault(
                action=RequestAction.ERROR, path=BYBIT.positions, status=200, code=code, message="busy"
            )
        )
        with pytest.raises(SourceUnreachable, match=str(code)):
            await gateway.venue.read_positions()
        reading = await gateway.venue.read()
        assert reading.positions is None
        assert isinstance(reading.failures[Part.POSITIONS], SourceUnreachable)


async def test_wrong_keys_are_rejected() -> None:
    async with SimulatedVenue(face="bybit", secret="another") as venue:
        gateway = CcxtVenue(access_to(venue), SystemClock())
        try:
            with pytest.raises(SourceRejected, match="10004"):
                await gateway.connect()
        finally:
            await gateway.close()


def crowded(venue: SimulatedVenue) -> None:
    for number in range(MANY):
        market = Market(f"C{number}", "USDT", step=Decimal(1), tick=Decimal("0.01"), price=Decimal(10))
        venue.exchange.markets.put(market)
        order(venue, "1", market.symbol)
        order(venue, "1", market.symbol, kind=Kind.LIMIT, price=Decimal(5))


async def test_lists_are_read_to_their_last_page() -> None:
    async with running(crowded, face=BYBIT) as (_, gateway):
        reading = await gateway.venue.read()
        assert reading.positions is not None
        assert reading.orders is not None
        assert len(reading.positions.positions) == MANY
        assert len({row.symbol for row in reading.orders}) == MANY


async def test_trades_of_weeks_are_read_window_by_window() -> None:
    async with running(face=BYBIT) as (venue, gateway):
        venue.limits.change({"share": 10})  # a year has more windows than a second allows: no matter here
        venue.exchange.shape(AVL, clip=Decimal(1))
        order(venue, "150")
        since = SystemClock().now().utc.replace(year=SystemClock().now().utc.year - 1)
        fills = await gateway.venue.read_fills(AVL, since)
        assert [fill.quantity for fill in fills] == [1] * 150
        assert len({fill.trade_id for fill in fills}) == 150


async def test_a_stop_of_the_position_itself_is_read_with_it() -> None:
    async with running(lambda venue: void(order(venue, "43")), face=BYBIT) as (venue, gateway):
        attach(venue.exchange, AVL, PositionSide.BOTH, Kind.STOP_MARKET, Decimal("0.15"))
        reading = await gateway.venue.read()
        assert reading.positions is not None
        assert reading.conditional_orders is not None
        (row,) = reading.positions.positions
        (resting,) = reading.conditional_orders
        assert row.attached_stop == Decimal("0.15")
        assert (resting.stop_loss, resting.side, resting.reduce_only) == (True, Side.SELL, True)


async def test_the_mode_of_an_account_that_holds_nothing_is_told_by_a_contract() -> None:
    async with running(lambda venue: venue.exchange.set_hedge(hedge=True), face=BYBIT) as (_, gateway):
        assert gateway.venue.mode is PositionMode.HEDGE
    async with running(face=BYBIT) as (_, gateway):
        assert gateway.venue.mode is PositionMode.ONE_WAY


async def test_contracts_in_different_modes_are_said_and_not_mixed_up() -> None:
    def mixed(venue: SimulatedVenue) -> None:
        order(venue, "0.01", BTC)
        venue.exchange.set_hedge(hedge=True, symbol=AVL)

    async with running(mixed, face=BYBIT) as (venue, gateway):
        assert gateway.venue.mode is PositionMode.ONE_WAY
        order(venue, "43", **long_leg())
        await gateway.holds(LONG, 43)
        with pytest.raises(
            SourceRejected, match="AVL/USDT:USDT is in hedge mode and BTC/USDT:USDT in one-way"
        ):
            await gateway.venue.read_positions()
        reading = await gateway.venue.read()
        assert reading.positions is None
        assert "two sub-accounts" in str(reading.failures[Part.POSITIONS])


async def test_the_trader_knows_refused_from_lost() -> None:
    async with SimulatedVenue(face="bybit", api_key="the-key", secret="the-secret") as venue:
        trader = CcxtTrader(access_to(venue))
        try:
            await trader.connect()
            fault = {"action": RequestAction.ERROR, "path": "order/create", "status": 200, "times": 1}
            busy = RequestFault(phase=Phase.AFTER, code=10016, message="internal error", **fault)  # type: ignore[arg-type] # drawn
            venue.faults.add(busy)
            with pytest.raises(AnswerLost):
                await trader.enter(NET, Side.BUY, Decimal(43), "one")
            assert venue.exchange.position(AVL).amount == 43
            with pytest.raises(OrderRefused):
                await trader.enter(NET, Side.BUY, Decimal(10), "too-small")
            await trader.place_stop(NET, Side.SELL, Decimal(43), Decimal("0.15"), "one-s")
            (resting,) = venue.exchange.open_algos(AVL)
            assert (resting.client_id, resting.kind, resting.reduce_only) == ("one-s", Kind.STOP_MARKET, True)
            await trader.withdraw_stop(NET, "one-s")
            assert venue.exchange.open_algos(AVL) == []
            await trader.leave(NET, Side.SELL, Decimal(43), "one-x")
            assert venue.exchange.position(AVL).amount == 0
        finally:
            await trader.close()


async def test_the_trader_names_the_leg_in_hedge_mode() -> None:
    async with SimulatedVenue(face="bybit", api_key="the-key", secret="the-secret") as venue:
        venue.exchange.set_hedge(hedge=True)
        trader = CcxtTrader(access_to(venue))
        try:
            await trader.connect()
            await trader.enter(LONG, Side.BUY, Decimal(43), "one")
            await trader.place_stop(LONG, Side.SELL, Decimal(43), Decimal("0.15"), "one-s")
            (resting,) = venue.exchange.open_algos(AVL)
            assert resting.position_side is PositionSide.LONG
            await trader.leave(LONG, Side.SELL, Decimal(43), "one-x")
            assert venue.exchange.position(AVL, PositionSide.LONG).amount == 0
        finally:
            await trader.close()


def void(*_: object) -> None:
    return

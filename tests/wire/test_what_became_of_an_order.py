"""The venue is asked what became of one order, ordinary or conditional, and who sent it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from simulator.engine.order import Kind, Order, PositionSide
from simulator.server import SimulatedVenue
from tests.wire.faces import BINANCE, BYBIT, Face
from tests.wire.simulated import AVL, long_leg, order, running, short_leg, stop
from verification.facts.account import FillCause
from verification.facts.clock import SystemClock
from verification.facts.leg import Leg, LegKey
from verification.facts.observation import OrderSeen, Provenance, Silence, Source, SourceSilent
from verification.facts.order_fact import OrderRef

pytestmark = pytest.mark.wire


async def test_a_stop_that_fired_has_executed_what_it_became_executed(face: Face) -> None:
    async with running(face=face) as (venue, gateway):
        order(venue, "100")
        placed = stop(venue, "-100", "0.1", reduce_only=True)
        venue.exchange.set_price(AVL, Decimal("0.09"))
        fact = await gateway.venue.read_order_fact(OrderRef(AVL, face.wire_id(placed), conditional=True))
        assert fact is not None
        assert (fact.executed, fact.terminal, fact.status) == (Decimal(-100), True, "closed")
        assert fact.became is not None
        assert (fact.cause, fact.target) == (None, False)
        trade = venue.exchange.trades(AVL)[-1]
        assert fact.executed_at is not None
        assert round(fact.executed_at.timestamp() * 1000) == trade.at_ms
        traded = await gateway.venue.read_fills(AVL, fact.executed_at)
        assert [fill.order_id for fill in traded if fill.quantity < 0] == [fact.became]


async def test_a_stop_that_was_cancelled_has_executed_nothing(face: Face) -> None:
    async with running(face=face) as (venue, gateway):
        order(venue, "100")
        placed = stop(venue, "-100", "0.1", reduce_only=True)
        venue.exchange.cancel_conditional(placed.id)
        fact = await gateway.venue.read_order_fact(OrderRef(AVL, face.wire_id(placed), conditional=True))
        assert fact is not None
        assert (fact.executed, fact.terminal, fact.status) == (Decimal(0), True, "canceled")
        assert fact.executed_at is None


async def test_a_stop_that_waits_has_not_ended(face: Face) -> None:
    async with running(face=face) as (venue, gateway):
        order(venue, "100")
        placed = stop(venue, "-100", "0.1", reduce_only=True)
        fact = await gateway.venue.read_order_fact(OrderRef(AVL, face.wire_id(placed), conditional=True))
        assert fact is not None
        assert (fact.executed, fact.terminal, fact.status) == (Decimal(0), False, "open")


async def test_a_stop_limit_that_was_triggered_and_rests_has_not_ended(face: Face) -> None:
    async with running(face=face) as (venue, gateway):
        order(venue, "100")
        placed = stop(venue, "-100", "0.1", kind=Kind.STOP, price=Decimal("0.2"), reduce_only=True)
        venue.exchange.set_price(AVL, Decimal("0.09"))
        fact = await gateway.venue.read_order_fact(OrderRef(AVL, face.wire_id(placed), conditional=True))
        assert fact is not None
        assert (fact.executed, fact.terminal) == (Decimal(0), False)


async def test_a_target_that_was_hit_is_called_one(face: Face) -> None:
    async with running(face=face) as (venue, gateway):
        order(venue, "100")
        placed = stop(venue, "-100", "0.3", kind=Kind.TAKE_PROFIT_MARKET, reduce_only=True)
        venue.exchange.set_price(AVL, Decimal("0.31"))
        fact = await gateway.venue.read_order_fact(OrderRef(AVL, face.wire_id(placed), conditional=True))
        assert fact is not None
        assert (fact.executed, fact.target) == (Decimal(-100), True)


async def test_a_target_of_another_client_is_called_one_by_the_order_that_it_became(face: Face) -> None:
    """Who looks at the trades sees the order, and not the conditional order that it came of."""
    async with running(face=face) as (venue, gateway):
        order(venue, "100")
        stop(venue, "-100", "0.3", kind=Kind.TAKE_PROFIT_MARKET, reduce_only=True, client_id="theirs")
        venue.exchange.set_price(AVL, Decimal("0.31"))
        since = SystemClock().now().utc - timedelta(minutes=5)
        sold = [fill for fill in await gateway.venue.read_fills(AVL, since) if fill.quantity < 0]
        fact = await gateway.venue.read_order_fact(OrderRef(AVL, sold[0].order_id, conditional=False))
        assert fact is not None
        assert (fact.executed, fact.target, fact.cause) == (Decimal(-100), True, None)


FORCED: tuple[tuple[dict[str, Any], FillCause], ...] = (
    ({}, FillCause.LIQUIDATION),
    ({"deleverage": True}, FillCause.ADL),
    ({"settle": True}, FillCause.SETTLEMENT),
)


@pytest.mark.parametrize(("how", "cause"), FORCED, ids=[cause.value for _, cause in FORCED])
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("part", [None, Decimal(40)])
async def test_what_the_venue_takes_away_itself_is_told_apart(
    face: Face, how: dict[str, Any], cause: FillCause, sign: int, part: Decimal | None
) -> None:
    async with running(face=face) as (venue, gateway):
        order(venue, str(100 * sign))
        sent = venue.exchange.liquidate(AVL, quantity=part, **how)
        fact = await gateway.venue.read_order_fact(OrderRef(AVL, face.wire_id(sent), conditional=False))
        assert fact is not None
        assert (fact.executed, fact.terminal, fact.cause) == (-sign * (part or Decimal(100)), True, cause)
        since = SystemClock().now().utc - timedelta(minutes=5)
        (last,) = [f for f in await gateway.venue.read_fills(AVL, since) if f.order_id == face.wire_id(sent)]
        assert last.quantity == fact.executed
        # Binance's trades do not say it, only their order does.
        assert last.cause is (cause if face is BYBIT else None)


async def test_a_leg_that_is_taken_away_in_hedge_mode_is_named(face: Face) -> None:
    def hedged(venue: SimulatedVenue) -> None:
        venue.exchange.set_hedge(hedge=True)
        order(venue, "100", **long_leg())
        order(venue, "-50", **short_leg())

    async with running(hedged, face=face) as (venue, gateway):
        sent = venue.exchange.liquidate(AVL, PositionSide.SHORT)
        fact = await gateway.venue.read_order_fact(OrderRef(AVL, face.wire_id(sent), conditional=False))
        assert fact is not None
        assert (fact.executed, fact.leg, fact.cause) == (Decimal(50), Leg.SHORT, FillCause.LIQUIDATION)


async def test_a_close_by_hand_is_told_as_one(face: Face) -> None:
    async with running(face=face) as (venue, gateway):
        order(venue, "100")
        closed = order(venue, "-100", reduce_only=True, owner="hand")
        fact = await gateway.venue.read_order_fact(OrderRef(AVL, face.wire_id(closed), conditional=False))
        assert fact is not None
        assert (fact.executed, fact.by_hand, fact.cause) == (Decimal(-100), True, None)


async def test_an_order_that_nobody_knows_is_no_fact(face: Face) -> None:
    async with running(face=face) as (_, gateway):
        for conditional in (False, True):
            ref = OrderRef(AVL, "4242424242", conditional=conditional)
            assert await gateway.venue.read_order_fact(ref) is None


async def test_orders_and_conditional_orders_are_two_spaces_of_ids_on_binance() -> None:
    async with running(face=BINANCE) as (venue, gateway):
        entry = order(venue, "100")
        waiting = stop(venue, "-100", "0.1", reduce_only=True)
        swapped = (
            OrderRef(AVL, str(entry.id), conditional=True),
            OrderRef(AVL, str(waiting.id), conditional=False),
        )
        assert [await gateway.venue.read_order_fact(ref) for ref in swapped] == [None, None]


async def test_an_entry_that_was_filled_in_part_and_cancelled_has_executed_that_part(face: Face) -> None:
    async with running(face=face) as (venue, gateway):
        resting = order(venue, "100", kind=Kind.LIMIT, price=Decimal("0.05"))
        venue.exchange.fill(resting.id, Decimal(30))
        venue.exchange.cancel(resting.id)
        fact = await gateway.venue.read_order_fact(OrderRef(AVL, face.wire_id(resting), conditional=False))
        assert fact is not None
        assert (fact.executed, fact.terminal) == (Decimal(30), True)


def _pushed_end(placed: Order, executed: str, face: Face) -> OrderSeen:
    came = Provenance(Source.WEBSOCKET, SystemClock().now())
    key = LegKey("main", AVL, Leg.NET)
    return OrderSeen(
        key,
        face.wire_id(placed),
        None,
        Decimal(executed),
        terminal=True,
        trades_agree=None,
        status="canceled",
        average_price=None,
        provenance=came,
    )


@pytest.mark.parametrize(("pushed", "executed", "agree"), [("100", "100", True), ("0", "100", False)])
async def test_an_end_that_was_pushed_is_weighed_against_the_trades(
    face: Face, pushed: str, executed: str, *, agree: bool
) -> None:
    async with running(face=face) as (venue, gateway):
        seen = await gateway.venue.read_trades_of(_pushed_end(order(venue, "100"), pushed, face))
        assert isinstance(seen, OrderSeen)
        assert (seen.executed, seen.trades_agree, seen.terminal) == (Decimal(executed), agree, True)
        assert seen.provenance.source is Source.ORDER


async def test_an_order_without_trades_bears_out_an_end_with_nothing_executed_and_no_other(
    face: Face,
) -> None:
    async with running(face=face) as (venue, gateway):
        rests = order(venue, "1000", kind=Kind.LIMIT, price=Decimal("0.01"))
        seen = await gateway.venue.read_trades_of(_pushed_end(rests, "0", face))
        assert isinstance(seen, OrderSeen)
        assert seen.trades_agree is True
        behind = await gateway.venue.read_trades_of(_pushed_end(rests, "60", face))
        assert isinstance(behind, SourceSilent)  # it lags, or it is not so: no word on the order either way
        assert behind.silence is Silence.ABSENT

"""The venue is asked what became of one order, ordinary or conditional, and who sent it."""

from decimal import Decimal

import pytest

from simulator.order import Kind
from tests.wire.faces import BINANCE, Face
from tests.wire.simulated import AVL, order, running, stop
from verification.account import FillCause
from verification.order_fact import OrderRef

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


@pytest.mark.parametrize(("deleverage", "cause"), [(False, FillCause.LIQUIDATION), (True, FillCause.ADL)])
async def test_an_order_of_the_venue_itself_is_told_apart(
    face: Face, *, deleverage: bool, cause: FillCause
) -> None:
    async with running(face=face) as (venue, gateway):
        order(venue, "100")
        sent = venue.exchange.liquidate(AVL, deleverage=deleverage)
        fact = await gateway.venue.read_order_fact(OrderRef(AVL, face.wire_id(sent), conditional=False))
        assert fact is not None
        assert (fact.executed, fact.terminal, fact.cause) == (Decimal(-100), True, cause)


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

"""The trader places orders through unmodified ccxt, and knows refused from lost."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest

from simulator.faults import Garbage, Phase, RequestAction, RequestFault
from simulator.server import SimulatedVenue
from tests.wire.simulated import AVL, access_to
from verification.errors import AnswerLost, SourceUnreachable
from verification.gateway.trader import CcxtTrader
from verification.leg import Leg, LegKey, Side
from verification.trader import OrderRefused

pytestmark = pytest.mark.wire

NET = LegKey("main", AVL, Leg.NET)
LONG, SHORT = LegKey("main", AVL, Leg.LONG), LegKey("main", AVL, Leg.SHORT)
ORDER, ALGO = "/fapi/v1/order", "/fapi/v1/algoOrder"
STOP = Decimal("0.1")


@pytest.fixture
async def venue() -> AsyncIterator[SimulatedVenue]:
    async with SimulatedVenue(api_key="the-key", secret="the-secret") as venue:
        yield venue


@pytest.fixture
async def trader(venue: SimulatedVenue) -> AsyncIterator[CcxtTrader]:
    trader = CcxtTrader(access_to(venue))
    try:
        await trader.connect()
        yield trader
    finally:
        await trader.close()


def held(venue: SimulatedVenue) -> Decimal:
    return venue.exchange.position(AVL).amount


async def test_an_entry_a_stop_and_an_exit(venue: SimulatedVenue, trader: CcxtTrader) -> None:
    entered = await trader.enter(NET, Side.BUY, Decimal(43), "one")
    assert held(venue) == 43
    stop_id = await trader.place_stop(NET, Side.SELL, Decimal(43), STOP, "one-s")
    (stop,) = venue.exchange.open_algos(AVL)
    assert (str(stop.id), stop.client_id, stop.reduce_only) == (stop_id, "one-s", True)
    assert (stop.quantity, stop.trigger_price) == (Decimal(43), STOP)
    await trader.leave(NET, Side.SELL, Decimal(43), "one-x1")
    assert held(venue) == 0
    await trader.withdraw_stop(NET, "one-s")
    assert venue.exchange.open_algos(AVL) == []
    order = venue.exchange.order(int(entered))
    assert order is not None
    assert order.client_id == "one"


@pytest.mark.parametrize(("leg", "side"), [(LONG, Side.BUY), (SHORT, Side.SELL)])
async def test_in_hedge_mode_each_leg_by_itself(
    venue: SimulatedVenue, trader: CcxtTrader, leg: LegKey, side: Side
) -> None:
    venue.exchange.set_hedge(hedge=True)
    other, way = (SHORT, side.opposite) if leg is LONG else (LONG, side.opposite)
    await trader.enter(other, way, Decimal(5), "other")
    await trader.enter(leg, side, Decimal(43), "one")
    price = STOP if side is Side.BUY else Decimal(1000)
    await trader.place_stop(leg, side.opposite, Decimal(43), price, "one-s")
    (stop,) = venue.exchange.open_algos(AVL)
    assert stop.position_side == leg.leg.upper()
    await trader.leave(leg, side.opposite, Decimal(43), "one-x1")
    kept = [row for row in venue.exchange.positions() if row.amount]
    assert [(row.side.lower(), int(abs(row.amount))) for row in kept] == [(other.leg.value, 5)]


@pytest.mark.parametrize("phase", [*Phase])
@pytest.mark.parametrize(
    "fault",
    [
        {"action": RequestAction.LOSE},
        {"action": RequestAction.ERROR, "status": 408, "code": -1007, "message": "Timeout"},
        {"action": RequestAction.ERROR, "status": 400, "code": -1007, "message": "Timeout"},
        {"action": RequestAction.ERROR, "status": 503, "code": -1000, "message": "Unknown error"},
        {"action": RequestAction.ERROR, "status": 500, "code": -2019, "message": "no margin"},
        {"action": RequestAction.ERROR, "status": 502},
        {"action": RequestAction.ERROR, "status": 403},
        *({"action": RequestAction.GARBAGE, "garbage": garbage} for garbage in Garbage),
    ],
    ids=lambda fault: "-".join(str(each) for each in fault.values()),
)
async def test_what_is_in_doubt_is_lost(
    venue: SimulatedVenue, trader: CcxtTrader, fault: dict[str, Any], phase: Phase
) -> None:
    for path in (ORDER, ALGO):
        venue.faults.add(RequestFault(path=path, phase=phase, method="POST", **fault))
    with pytest.raises(AnswerLost) as lost:
        await trader.enter(NET, Side.BUY, Decimal(43), "one")
    assert "signature" not in str(lost.value)
    with pytest.raises(AnswerLost):
        await trader.leave(NET, Side.SELL, Decimal(43), "one-x1")
    with pytest.raises(AnswerLost):
        await trader.place_stop(NET, Side.SELL, Decimal(43), STOP, "one-s")
    posted = [each for each in venue.journal.entries if each.method == "POST"]
    assert len(posted) == 3, "an order was sent twice"


async def test_a_late_answer_is_lost(venue: SimulatedVenue) -> None:
    trader = CcxtTrader(access_to(venue, timeout=200))
    await trader.connect()
    venue.faults.add(RequestFault(action=RequestAction.DELAY, path=ORDER, seconds=0.6))
    with pytest.raises(AnswerLost):
        await trader.enter(NET, Side.BUY, Decimal(43), "one")
    await trader.close()


@pytest.mark.parametrize(
    ("status", "code"), [(400, -2019), (400, -2022), (400, -4164), (401, -2015), (429, -1003), (418, -1003)]
)
async def test_the_venues_own_no_is_a_refusal(
    venue: SimulatedVenue, trader: CcxtTrader, status: int, code: int
) -> None:
    no = RequestFault(action=RequestAction.ERROR, path=ORDER, status=status, code=code, message="No.")
    venue.faults.add(no)
    with pytest.raises(OrderRefused, match=rf"{code} No\."):
        await trader.enter(NET, Side.BUY, Decimal(43), "one")


async def test_an_id_that_is_taken_is_in_doubt(venue: SimulatedVenue, trader: CcxtTrader) -> None:
    await trader.enter(NET, Side.BUY, Decimal(43), "one")
    await trader.place_stop(NET, Side.SELL, Decimal(43), STOP, "one-s")
    with pytest.raises(AnswerLost, match="-4116"):
        await trader.place_stop(NET, Side.SELL, Decimal(43), STOP, "one-s")


async def test_nothing_to_reduce_is_a_refusal(venue: SimulatedVenue, trader: CcxtTrader) -> None:
    with pytest.raises(OrderRefused, match="-2022"):
        await trader.leave(NET, Side.SELL, Decimal(43), "one-x1")


async def test_a_stop_that_would_trigger_at_once_is_refused(
    venue: SimulatedVenue, trader: CcxtTrader
) -> None:
    await trader.enter(NET, Side.BUY, Decimal(43), "one")
    with pytest.raises(OrderRefused, match="-2021"):
        await trader.place_stop(NET, Side.SELL, Decimal(43), Decimal(1000), "one-s")


async def test_a_stop_that_nobody_knows_cannot_be_withdrawn(trader: CcxtTrader) -> None:
    with pytest.raises(OrderRefused, match="-2011"):
        await trader.withdraw_stop(NET, "nobody")


async def test_a_venue_that_is_not_there_was_sent_nothing(venue: SimulatedVenue, trader: CcxtTrader) -> None:
    await venue.stop()
    with pytest.raises(OrderRefused, match="nothing was sent"):
        await trader.enter(NET, Side.BUY, Decimal(43), "one")


async def test_markets_that_cannot_be_read_are_an_error(venue: SimulatedVenue) -> None:
    await venue.stop()
    trader = CcxtTrader(access_to(venue))
    with pytest.raises(SourceUnreachable):
        await trader.connect()
    await trader.close()


@pytest.mark.parametrize(("quantity", "price"), [("43.5", "0.1"), ("43", "0.00000001")])
async def test_what_ccxt_would_round_is_not_sent(
    venue: SimulatedVenue, trader: CcxtTrader, quantity: str, price: str
) -> None:
    venue.journal.clear()
    with pytest.raises(OrderRefused):
        await trader.place_stop(NET, Side.SELL, Decimal(quantity), Decimal(price), "one-s")
    assert not venue.journal.entries


async def test_amounts_travel_as_they_were_meant(venue: SimulatedVenue, trader: CcxtTrader) -> None:
    exact = Decimal("0.003")
    await trader.enter(LegKey("main", "BTC/USDT:USDT", Leg.NET), Side.BUY, exact, "one")
    assert venue.exchange.position("BTC/USDT:USDT").amount == exact

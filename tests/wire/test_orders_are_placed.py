"""The trader places orders through unmodified ccxt, at each venue, and knows refused from lost."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest

from simulator.faults.faults import Garbage, Phase, RequestAction, RequestFault
from simulator.server import SimulatedVenue
from tests.wire.faces import BINANCE, BYBIT, Face
from tests.wire.scripted import access_to as scripted_access
from tests.wire.scripted import plain, scripted_venue
from tests.wire.simulated import AVL, BTC, access_to
from verification.facts.errors import AnswerLost, SourceUnreachable
from verification.facts.leg import Leg, LegKey, Side
from verification.venues.gateway.trader import CcxtTrader
from verification.venues.trading import NoSuchOrder, OrderRefused

pytestmark = pytest.mark.wire

NET = LegKey("main", AVL, Leg.NET)
LONG, SHORT = LegKey("main", AVL, Leg.LONG), LegKey("main", AVL, Leg.SHORT)
STOP = Decimal("0.1")
POSTS = ("/fapi/v1/order", "/fapi/v1/algoOrder", "/v5/order/create")


@pytest.fixture
async def venue(face: Face) -> AsyncIterator[SimulatedVenue]:
    async with SimulatedVenue(face=face.name, api_key="the-key", secret="the-secret") as venue:
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


def befall_orders(venue: SimulatedVenue, **fault: Any) -> None:
    for path in POSTS:
        venue.faults.add(RequestFault(path=path, method="POST", **fault))


async def test_an_entry_a_stop_and_an_exit(venue: SimulatedVenue, trader: CcxtTrader, face: Face) -> None:
    entered = await trader.enter(NET, Side.BUY, Decimal(43), "one")
    assert held(venue) == 43
    stop_id = await trader.place_stop(NET, Side.SELL, Decimal(43), STOP, "one-s")
    (stop,) = venue.exchange.open_algos(AVL)
    assert (face.wire_id(stop), stop.client_id, stop.reduce_only) == (stop_id, "one-s", True)
    assert (stop.quantity, stop.trigger_price) == (Decimal(43), STOP)
    await trader.leave(NET, Side.SELL, Decimal(43), "one-x1")
    assert held(venue) == 0
    await trader.withdraw_stop(NET, "one-s")
    assert venue.exchange.open_algos(AVL) == []
    orders = {face.wire_id(order): order for order in venue.exchange.orders()}
    assert orders[entered].client_id == "one"


async def test_an_order_is_one_request(venue: SimulatedVenue, trader: CcxtTrader) -> None:
    """What ccxt must know first it has asked when it connected: a failure there leaves no order in doubt."""
    venue.journal.clear()
    await trader.enter(NET, Side.BUY, Decimal(43), "one")
    assert [entry.method for entry in venue.journal.entries] == ["POST"]


@pytest.mark.parametrize(("leg", "side"), [(LONG, Side.BUY), (SHORT, Side.SELL)])
async def test_in_hedge_mode_each_leg_by_itself(
    venue: SimulatedVenue, trader: CcxtTrader, leg: LegKey, side: Side
) -> None:
    venue.exchange.set_hedge(hedge=True)
    other, way = (SHORT, side.opposite) if leg is LONG else (LONG, side.opposite)
    await trader.enter(other, way, Decimal(50), "other")
    await trader.enter(leg, side, Decimal(43), "one")
    price = STOP if side is Side.BUY else Decimal(1000)
    await trader.place_stop(leg, side.opposite, Decimal(43), price, "one-s")
    (stop,) = venue.exchange.open_algos(AVL)
    assert stop.position_side == leg.leg.upper()
    await trader.leave(leg, side.opposite, Decimal(43), "one-x1")
    kept = [row for row in venue.exchange.positions() if row.amount]
    assert [(row.side.lower(), int(abs(row.amount))) for row in kept] == [(other.leg.value, 50)]


async def test_every_order_of_a_leg_names_it(venue: SimulatedVenue, trader: CcxtTrader, face: Face) -> None:
    venue.exchange.set_hedge(hedge=True)
    await trader.enter(SHORT, Side.SELL, Decimal(43), "one")
    await trader.place_stop(SHORT, Side.BUY, Decimal(43), Decimal(1000), "one-s")
    await trader.leave(SHORT, Side.BUY, Decimal(43), "one-x1")
    named = "positionSide" if face is BINANCE else "positionIdx"
    sent = [entry.params for entry in venue.journal.entries if entry.path in POSTS]
    assert [each[named] for each in sent] == ["SHORT" if face is BINANCE else "2"] * 3
    # Binance refuses the flag beside a position side; Bybit asks for it whenever a position is made smaller.
    flags = [None, None, None] if face is BINANCE else [None, "true", "true"]
    assert [each.get("reduceOnly") for each in sent] == flags


@pytest.mark.parametrize(("leg", "side"), [(LONG, Side.SELL), (SHORT, Side.BUY)])
async def test_a_side_that_contradicts_its_leg_is_not_sent(
    venue: SimulatedVenue, trader: CcxtTrader, leg: LegKey, side: Side
) -> None:
    venue.exchange.set_hedge(hedge=True)
    venue.journal.clear()
    with pytest.raises(OrderRefused, match=f"a {side} does not open a {leg.leg} leg"):
        await trader.enter(leg, side, Decimal(43), "one")
    with pytest.raises(OrderRefused, match=f"does not close a {leg.leg} leg"):
        await trader.leave(leg, side.opposite, Decimal(43), "one-x1")
    with pytest.raises(OrderRefused, match=f"does not close a {leg.leg} leg"):
        await trader.place_stop(leg, side.opposite, Decimal(43), STOP, "one-s")
    assert not venue.journal.entries


FAULTS: list[dict[str, Any]] = [
    {"action": RequestAction.LOSE},
    {"action": RequestAction.ERROR, "status": 502},
    *({"action": RequestAction.GARBAGE, "garbage": garbage} for garbage in Garbage),
]


async def all_are_lost(venue: SimulatedVenue, trader: CcxtTrader) -> None:
    with pytest.raises(AnswerLost) as lost:
        await trader.enter(NET, Side.BUY, Decimal(43), "one")
    assert "signature" not in str(lost.value)
    with pytest.raises(AnswerLost):
        await trader.leave(NET, Side.SELL, Decimal(43), "one-x1")
    with pytest.raises(AnswerLost):
        await trader.place_stop(NET, Side.SELL, Decimal(43), STOP, "one-s")
    posted = [each for each in venue.journal.entries if each.method == "POST"]
    assert len(posted) == 3, "an order was sent twice"


@pytest.mark.parametrize("phase", [*Phase])
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: "-".join(str(each) for each in fault.values()))
async def test_what_is_in_doubt_is_lost(
    venue: SimulatedVenue, trader: CcxtTrader, fault: dict[str, Any], phase: Phase
) -> None:
    befall_orders(venue, phase=phase, **fault)
    await all_are_lost(venue, trader)


@pytest.mark.parametrize("phase", [*Phase])
@pytest.mark.parametrize("number", range(len(BYBIT.in_doubt)))
async def test_an_error_that_leaves_it_open_is_lost(
    venue: SimulatedVenue, trader: CcxtTrader, face: Face, number: int, phase: Phase
) -> None:
    status, code = face.in_doubt[number]
    befall_orders(
        venue, phase=phase, action=RequestAction.ERROR, status=status, code=code, message="Who knows."
    )
    await all_are_lost(venue, trader)


async def test_a_late_answer_is_lost(venue: SimulatedVenue) -> None:
    trader = CcxtTrader(access_to(venue, timeout=200))
    await trader.connect()
    befall_orders(venue, action=RequestAction.DELAY, seconds=0.6)
    with pytest.raises(AnswerLost):
        await trader.enter(NET, Side.BUY, Decimal(43), "one")
    await trader.close()


@pytest.mark.parametrize("number", range(len(BYBIT.refused)))
async def test_the_venues_own_no_is_a_refusal(
    venue: SimulatedVenue, trader: CcxtTrader, face: Face, number: int
) -> None:
    status, code = face.refused[number]
    befall_orders(venue, action=RequestAction.ERROR, status=status, code=code, message="No.")
    with pytest.raises(OrderRefused, match=rf"{code} No\."):
        await trader.enter(NET, Side.BUY, Decimal(43), "one")


async def test_an_id_that_is_taken_is_in_doubt(venue: SimulatedVenue, trader: CcxtTrader, face: Face) -> None:
    await trader.enter(NET, Side.BUY, Decimal(43), "one")
    await trader.place_stop(NET, Side.SELL, Decimal(43), STOP, "one-s")
    with pytest.raises(AnswerLost, match="-4116" if face is BINANCE else "110072"):
        await trader.place_stop(NET, Side.SELL, Decimal(43), STOP, "one-s")
    if face is BYBIT:  # Binance looks for a taken id only among what is open: it would buy again
        with pytest.raises(AnswerLost, match="110072"):
            await trader.enter(NET, Side.BUY, Decimal(43), "one")
        assert held(venue) == 43, "never 86"
    assert len(venue.exchange.open_algos(AVL)) == 1


async def test_nothing_to_reduce_is_a_refusal(trader: CcxtTrader, face: Face) -> None:
    with pytest.raises(OrderRefused, match="-2022" if face is BINANCE else "110017"):
        await trader.leave(NET, Side.SELL, Decimal(43), "one-x1")


@pytest.mark.parametrize(("side", "price", "bybit"), [(Side.SELL, 1000, 110093), (Side.BUY, "0.1", 110092)])
async def test_a_stop_that_would_trigger_at_once_is_refused(
    trader: CcxtTrader, face: Face, side: Side, price: object, bybit: int
) -> None:
    await trader.enter(NET, side.opposite, Decimal(43), "one")
    with pytest.raises(OrderRefused, match="-2021" if face is BINANCE else str(bybit)):
        await trader.place_stop(NET, side, Decimal(43), Decimal(str(price)), "one-s")


async def test_a_stop_that_nobody_knows_cannot_be_withdrawn(trader: CcxtTrader, face: Face) -> None:
    with pytest.raises(NoSuchOrder, match="-2011" if face is BINANCE else "110001"):
        await trader.withdraw_stop(NET, "nobody")


async def test_without_margin_nothing_is_bought(
    venue: SimulatedVenue, trader: CcxtTrader, face: Face
) -> None:
    with pytest.raises(OrderRefused, match="-2019" if face is BINANCE else "110007 ab not enough"):
        await trader.enter(NET, Side.BUY, Decimal(90_000_000), "one")
    assert held(venue) == 0


@pytest.mark.parametrize("hedge", [False, True])
async def test_an_order_in_the_other_position_mode_is_refused(
    venue: SimulatedVenue, trader: CcxtTrader, face: Face, *, hedge: bool
) -> None:
    if hedge:
        venue.exchange.set_hedge(hedge=True)
    with pytest.raises(OrderRefused, match="-4061" if face is BINANCE else "10001 position idx not match"):
        await trader.enter(NET if hedge else LONG, Side.BUY, Decimal(43), "one")
    assert not venue.exchange.orders()


async def test_a_venue_that_is_not_there_was_sent_nothing(venue: SimulatedVenue, trader: CcxtTrader) -> None:
    await venue.stop()
    with pytest.raises(OrderRefused, match="nothing was sent"):
        await trader.enter(NET, Side.BUY, Decimal(43), "one")


async def test_markets_that_cannot_be_read_are_an_error_and_are_read_again(venue: SimulatedVenue) -> None:
    await venue.stop()
    trader = CcxtTrader(access_to(venue))
    try:
        with pytest.raises(SourceUnreachable):
            await trader.connect()
        await venue.start()
        await trader.connect()
        await trader.enter(NET, Side.BUY, Decimal(43), "one")
    finally:
        await trader.close()


async def test_an_answer_that_ccxt_cannot_read_is_lost() -> None:
    async with scripted_venue() as venue:
        told = {"orderId": 1, "symbol": "AVLUSDT", "status": "FILLED", "side": "BUY", "avgPrice": "?"}
        venue.answers["POST /fapi/v1/order"] = plain(told)
        trader = CcxtTrader(scripted_access(venue.port))
        try:
            await trader.connect()
            with pytest.raises(AnswerLost, match="could not read the answer"):
                await trader.enter(NET, Side.BUY, Decimal(43), "one")
        finally:
            await trader.close()


async def test_a_kind_of_account_that_cannot_be_read_is_an_error() -> None:
    async with SimulatedVenue(face="bybit", api_key="the-key", secret="the-secret") as venue:
        trader = CcxtTrader(access_to(venue))
        try:
            venue.faults.add(RequestFault(action=RequestAction.LOSE, path="/v5/user/query-api"))
            with pytest.raises(SourceUnreachable, match="kind of the account"):
                await trader.connect()
        finally:
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
    await trader.enter(LegKey("main", BTC, Leg.NET), Side.BUY, exact, "one")
    assert venue.exchange.position(BTC).amount == exact

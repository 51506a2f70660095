"""Orders that are too small, too large or off the steps are refused in clear words, at each venue."""

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from simulator.engine.market import Market
from simulator.server import SimulatedVenue
from tests.wire.faces import BINANCE, Face
from tests.wire.opening_scene import scene
from tests.wire.simulated import AVL, access_to, long_leg, order
from verification.facts.leg import Leg, LegKey, Side
from verification.opening.intent import Intent
from verification.opening.outcome import Refuted
from verification.venues.gateway.trader import CcxtTrader
from verification.venues.trading import OrderRefused

pytestmark = pytest.mark.wire

NET, LONG = LegKey("main", AVL, Leg.NET), LegKey("main", AVL, Leg.LONG)
PICKY = Market(
    base="AVL",
    quote="USDT",
    step=Decimal(5),
    tick=Decimal("0.0001"),
    price=Decimal("0.1834"),
    min_quantity=Decimal(20),
    max_quantity=Decimal(1000),
)


@pytest.fixture
async def venue(face: Face) -> AsyncIterator[SimulatedVenue]:
    known = {"api_key": "the-key", "secret": "the-secret"}
    async with SimulatedVenue(face=face.name, markets=[PICKY], **known) as venue:  # type: ignore[arg-type] # keys only
        yield venue


@pytest.fixture
async def trader(venue: SimulatedVenue) -> AsyncIterator[CcxtTrader]:
    trader = CcxtTrader(access_to(venue))
    try:
        await trader.connect()
        yield trader
    finally:
        await trader.close()


@pytest.mark.parametrize(
    ("quantity", "words"),
    [
        (15, ("-4004 Quantity less than min", "10001 The number of contracts exceeds minimum limit")),
        (1005, ("-4005 Quantity greater than max", "10001 The number of contracts exceeds maximum limit")),
        (25, ("-4164 Order's notional must be", "110094 Order does not meet minimum order value")),
        (22, ("would be sent as 20: round it to the market's steps",) * 2),
    ],
    ids=["too few", "too many", "worth too little", "between two steps"],
)
async def test_an_order_of_a_wrong_size_is_refused(
    venue: SimulatedVenue, trader: CcxtTrader, face: Face, quantity: int, words: tuple[str, str]
) -> None:
    with pytest.raises(OrderRefused, match=words[face is not BINANCE]):
        await trader.enter(NET, Side.BUY, Decimal(quantity), "one")
    assert not venue.exchange.orders()


async def test_what_is_worth_little_can_be_closed(venue: SimulatedVenue, trader: CcxtTrader) -> None:
    order(venue, "30")
    await trader.leave(NET, Side.SELL, Decimal(20), "one")
    assert venue.exchange.position(AVL).amount == 10


async def test_a_leg_worth_little_can_be_closed_and_not_opened(
    venue: SimulatedVenue, trader: CcxtTrader, face: Face
) -> None:
    venue.exchange.set_hedge(hedge=True)
    order(venue, "30", **long_leg())
    with pytest.raises(OrderRefused, match="-4164" if face is BINANCE else "110094"):
        await trader.enter(LONG, Side.BUY, Decimal(20), "one")
    await trader.leave(LONG, Side.SELL, Decimal(20), "two")
    assert [row.amount for row in venue.exchange.positions() if row.amount] == [10]


async def test_an_intent_that_cannot_be_meant_is_told_before_anything_is_sent(
    tmp_path: Path, face: Face
) -> None:
    async with scene(tmp_path, face, prepare=lambda venue: venue.exchange.markets.put(PICKY)) as on:
        on.venue.journal.clear()
        for quantity, why in (
            (15, "less than its smallest order, 20"),
            (22, "number of lots of 5"),
        ):
            with pytest.raises(ValueError, match=why):
                await on.opener.open(Intent(AVL, Side.BUY, Decimal(quantity), Decimal("0.15")))
        assert not on.venue.journal.calls("POST")
        outcome = await on.opener.open(Intent(AVL, Side.BUY, Decimal(25), Decimal("0.15")))
        assert isinstance(outcome, Refuted), outcome
        assert ("notional" if face is BINANCE else "minimum order value") in outcome.reason
        assert on.journal.unfinished() == ()

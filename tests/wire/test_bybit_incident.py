"""The incident on the venue where it happened: the stream knows after 8 ms what the list hides for 3 s.

A bot bought 43 AVLUSDT. The list did not show them, so it "rolled back"; and because the answer had left the
order's side empty, it bought again.
"""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import ccxt.pro
import pytest

from reconciler.journal.journal import Journal
from simulator.engine.effect import Effect, Filled
from simulator.faults.faults import Lag, Phase, PushAction, PushFault, RequestAction, RequestFault, Source
from simulator.server import SimulatedVenue
from tests.wire.faces import BYBIT
from tests.wire.simulated import AVL, access_to, running
from verification.facts.clock import SystemClock
from verification.facts.leg import Leg, LegKey, Side
from verification.facts.question import OpenQuestion
from verification.facts.verdict import Grade, VerdictKind
from verification.opening.opener import Intent, Opener
from verification.opening.outcome import Opened, RolledBack
from verification.race.verifier import Verifier
from verification.venues.gateway.trader import CcxtTrader

pytestmark = pytest.mark.wire

NET = LegKey("main", AVL, Leg.NET)
CLOCK = SystemClock()
SOON = 1000.0  # ms, on a machine that is busy with other things too; the push itself takes 8


def as_it_happened(venue: SimulatedVenue) -> None:
    venue.acceptance.seconds = 0.008
    for source in (Source.POSITIONS, Source.ORDER, Source.OPEN_ORDERS, Source.TRADES):
        venue.faults.add(Lag(source=source, seconds=3))


def bot_of(venue: SimulatedVenue) -> Any:
    keys = {"apiKey": "the-key", "secret": "the-secret", "enableRateLimit": False}
    return ccxt.pro.bybit({**keys, **venue.ccxt_config()})


@pytest.mark.parametrize("silenced", ["order", "execution", None])
async def test_the_open_is_proved_in_milliseconds_while_every_list_is_empty(silenced: str | None) -> None:
    async with running(as_it_happened, face=BYBIT) as (venue, gateway):
        bot = bot_of(venue)
        verifier = Verifier(gateway.venue, CLOCK, rng=random.Random(1))
        try:
            await bot.load_markets()
            if silenced is not None:  # each of the other topics proves the open alone
                venue.faults.add(PushFault(action=PushAction.DROP, event=silenced))
            watch, asked = verifier.watch(NET), CLOCK.now()
            baseline = await verifier.baseline(NET)
            answer = await bot.create_order(AVL, "market", "buy", 43, None, {"clientOrderId": "entry"})
            assert (answer["side"], answer["filled"], answer["status"]) == (None, None, None)
            question = OpenQuestion(
                key=NET,
                side=Side.BUY,
                quantity=Decimal(43),
                order_id=answer["id"],
                client_order_id="entry",
                baseline=baseline,
                exclusive=True,
                asked=asked,
            )
            proof = await verifier.verify(question, watch)
            assert (proof.verdict.kind, proof.verdict.grade) == (VerdictKind.CONFIRMED, Grade.PROOF)
            assert proof.verdict.quantity == 43
            assert proof.milliseconds < SOON
            assert await bot.fetch_positions() == [], "what the bot believed"
        finally:
            await verifier.close()
            await bot.close()


@asynccontextmanager
async def opening(folder: Path) -> AsyncIterator[tuple[SimulatedVenue, Opener]]:
    """Run the venue with a bot on it that opens atomically."""
    async with running(as_it_happened, face=BYBIT) as (venue, gateway):
        journal = Journal(f"sqlite:///{folder}/bot.db", bot="mine")
        verifier = Verifier(gateway.venue, CLOCK, rng=random.Random(1))
        trader = CcxtTrader(access_to(venue))
        opener = Opener(gateway.venue, trader, journal, CLOCK, report=print, verifier=verifier)
        try:
            await trader.connect()
            yield venue, opener
        finally:
            await opener.close()
            await verifier.close()
            await trader.close()
            journal.close()


@pytest.mark.parametrize("lost", [False, True])
async def test_the_atomic_opening_buys_once_and_protects(tmp_path: Path, *, lost: bool) -> None:
    async with opening(tmp_path) as (venue, opener):
        if lost:  # the answer of the entry, after its effect
            venue.faults.add(
                RequestFault(action=RequestAction.LOSE, phase=Phase.AFTER, path="order/create", times=1)
            )
        outcome = await opener.open(Intent(AVL, Side.BUY, Decimal(43), stop_price=Decimal("0.15")))
        assert isinstance(outcome, Opened), outcome
        assert venue.exchange.position(AVL).amount == 43, "never 86"
        (stop,) = venue.exchange.open_algos(AVL)
        assert (stop.quantity, stop.trigger_price) == (Decimal(43), Decimal("0.15"))
        assert len(venue.journal.calls("POST", "order/create")) == 2


@pytest.mark.parametrize("side", [Side.BUY, Side.SELL])
async def test_a_stop_that_is_refused_rolls_the_entry_back_and_never_doubles_it(
    tmp_path: Path, side: Side
) -> None:
    stop = Decimal("0.15") if side is Side.BUY else Decimal("0.25")
    refused = RequestFault(
        action=RequestAction.ERROR, path="order/create", status=200, code=110093, message="no", times=1
    )
    async with opening(tmp_path) as (venue, opener):

        def refuse_the_stop(effect: Effect) -> None:
            if isinstance(effect, Filled) and effect.position.amount:
                venue.faults.add(refused)

        venue.exchange.listen(refuse_the_stop)
        outcome = await opener.open(Intent(AVL, side, Decimal(43), stop_price=stop))
        assert isinstance(outcome, RolledBack), outcome
        assert venue.exchange.position(AVL).amount == 0
        traded = [trade.side.value.lower() for trade in venue.exchange.trades(AVL)]
        assert traded == [str(side), str(side.opposite)]

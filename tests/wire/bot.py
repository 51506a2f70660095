"""A bot on a simulated venue: it trades by its own unmodified ccxt, and asks our verifier what came of it."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import ccxt.pro

from reconciler.journal.journal import Journal
from simulator.faults.faults import Lag, Phase, PushAction, PushFault, RequestAction, RequestFault, Source
from simulator.server import SimulatedVenue
from tests.wire.conftest import Watched
from tests.wire.faces import Face
from tests.wire.simulated import AVL, Prepare, access_to, running
from verification.facts.clock import SystemClock
from verification.facts.leg import Leg, LegKey, Side
from verification.facts.question import Baseline, CloseQuestion, OpenQuestion, Question
from verification.facts.verdict import Verdict, VerdictKind
from verification.facts.verification import Verification
from verification.opening.opener import Opener
from verification.opening.outcome import Outcome
from verification.race.pace import Pace
from verification.race.stream_listener import StreamListener
from verification.race.verifier import Verifier
from verification.venues.gateway.trader import CcxtTrader

NET, LONG, SHORT = (LegKey("main", AVL, leg) for leg in (Leg.NET, Leg.LONG, Leg.SHORT))
FLAT = Baseline(Decimal(0), None)
CLOCK = SystemClock()
BRIEFLY = 0.6
"""Seconds that are enough to see that nothing proves it."""

_OUR_ID = {"binance": "clientOrderId", "bybit": "orderLinkId"}


def opened(
    order_id: str | None = None,
    *,
    name: str | None = None,
    side: Side = Side.BUY,
    before: Baseline = FLAT,
    key: LegKey = NET,
) -> OpenQuestion:
    """Have the 43 been opened? `name` is the id that we gave the order."""
    return OpenQuestion(key, side, Decimal(43), order_id, name, before, exclusive=True, asked=CLOCK.now())


def closed(
    held: Baseline, order_id: str | None = None, *, name: str | None = None, exclusive: bool = True
) -> CloseQuestion:
    """Has what was held been closed?"""
    return CloseQuestion(NET, held, order_id, name, exclusive, CLOCK.now())


@dataclass(slots=True)
class Bot:
    """The venue, the bot's own exchange on it, and our gateway and verifier beside them.

    Attributes:
        venue: The truth.
        face: Whose protocol it speaks.
        gateway: What we read it through.
        verifier: What we ask.
        brief: The same, for what nothing is going to prove: it gives up soon.
        exchange: The bot's own ccxt.
        reports: What a person was told.
    """

    venue: SimulatedVenue
    face: Face
    gateway: Watched
    verifier: Verifier
    brief: Verifier
    exchange: Any
    reports: list[Outcome] = field(default_factory=list)

    @property
    def held(self) -> Decimal:
        return self.venue.exchange.position(AVL).amount

    async def market(self, side: str, quantity: int, name: str, **parameters: Any) -> Any:
        """Send a market order as a bot does."""
        given = {"clientOrderId": name, **parameters}
        return await self.exchange.create_order(AVL, "market", side, quantity, None, given)

    async def cancel(self, name: str) -> None:
        """Cancel by the id we gave, as a bot does that never got the venue's."""
        await self.exchange.cancel_order(None, AVL, {_OUR_ID[self.face.name]: name})

    async def asks(self, question: Question, watch: StreamListener | None = None) -> Verification:
        return await self.verifier.verify(question, watch)

    async def asks_in_vain(self, question: Question) -> Verification:
        proof = await self.brief.verify(question)
        assert proof.verdict.kind is VerdictKind.UNKNOWN, proof.verdict
        return proof

    def hide_list(self, seconds: float = 30) -> None:
        """Let the position list show what was so a while ago."""
        self.venue.faults.add(Lag(source=Source.POSITIONS, seconds=seconds))

    def hide_orders(self, seconds: float = 30) -> None:
        """Let no order be found, nor its trades, until a while after it was placed; nor pushed at all."""
        for source in (Source.ORDER, Source.OPEN_ORDERS, Source.TRADES):
            self.venue.faults.add(Lag(source=source, seconds=seconds))
        for event in self.face.order_pushes:
            self.venue.faults.add(PushFault(action=PushAction.DROP, event=event))

    def hide_pushed_positions(self) -> None:
        self.venue.faults.add(PushFault(action=PushAction.DROP, event=self.face.position_push))

    def befall_order(self, action: RequestAction, phase: Phase, **more: Any) -> None:
        """Let something befall the next order that is sent."""
        sending: dict[str, Any] = {"method": "POST", "path": self.face.place, "times": 1}
        self.venue.faults.add(RequestFault(action=action, phase=phase, **sending, **more))

    def lose_readings(self) -> None:
        """Let no question be answered any more."""
        self.venue.faults.add(RequestFault(action=RequestAction.LOSE, method="GET"))

    @property
    def sent(self) -> int:
        """How many orders have been sent."""
        return len(self.venue.journal.calls("POST", self.face.place))


def said(verdict: Verdict) -> str:
    """What was found and how much of it: `mismatch side -8`."""
    mismatch = [] if verdict.mismatch is None else [str(verdict.mismatch)]
    quantity = [] if verdict.quantity is None else [f"{verdict.quantity.normalize():f}"]
    return " ".join([str(verdict.kind), *mismatch, *quantity])


@asynccontextmanager
async def trading(face: Face, prepare: Prepare = lambda _: None) -> AsyncIterator[Bot]:
    """Run a venue, prepared, with a bot on it."""
    async with running(prepare, face=face) as (venue, gateway):
        keys = {"apiKey": "the-key", "secret": "the-secret", "enableRateLimit": False, "timeout_on_exit": 0}
        exchange = getattr(ccxt.pro, venue.ccxt_id)({**keys, **venue.ccxt_config()})
        verifier, brief = (
            Verifier(gateway.venue, CLOCK, rng=random.Random(1), pace=Pace(deadline=deadline))
            for deadline in (10.0, BRIEFLY)
        )
        try:
            await exchange.load_markets()
            yield Bot(venue, face, gateway, verifier, brief, exchange)
        finally:
            await verifier.close()
            await brief.close()
            await exchange.close()


@asynccontextmanager
async def opener_of(bot: Bot, folder: Path) -> AsyncIterator[Opener]:
    """Let the bot open and leave by the library."""
    journal = Journal(f"sqlite:///{folder}/bot.db", bot="mine")
    trader = CcxtTrader(access_to(bot.venue))
    opener = Opener(
        bot.gateway.venue, trader, journal, CLOCK, report=bot.reports.append, verifier=bot.verifier
    )
    try:
        await trader.connect()
        yield opener
    finally:
        await opener.close()
        await trader.close()
        journal.close()


def give_up_soon(opener: Opener, bot: Bot) -> None:
    """Let an opener ask only briefly from now on: nothing is going to prove what it asks."""
    opener._context = replace(opener._context, verifier=bot.brief)

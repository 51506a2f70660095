"""A simulated venue, a bot's opener on it through unmodified ccxt, and what a person was told."""

import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from reconciler.journal.journal import Journal
from simulator.engine.effect import AlgoChanged, Effect, Filled
from simulator.engine.order import AlgoOrder, AlgoStatus, PositionSide
from simulator.server import SimulatedVenue
from tests.wire.faces import BYBIT, Face, Step
from tests.wire.simulated import AVL, Prepare, access_to
from verification.facts.clock import SystemClock
from verification.facts.leg import Side
from verification.opening.opener import Intent, Opener
from verification.opening.outcome import Opened, Outcome
from verification.race.pace import Pace
from verification.race.verifier import Verifier
from verification.venues.gateway.account import CcxtVenue
from verification.venues.gateway.trader import CcxtTrader

BUY = Intent(AVL, Side.BUY, Decimal(43), stop_price=Decimal("0.15"))
SELL = Intent(AVL, Side.SELL, Decimal(43), stop_price=Decimal("0.25"))
MATCHED_AFTER = 0.008
"""Seconds from Bybit's acknowledgement of an order to its match."""


@dataclass(slots=True)
class Scene:
    """A venue, a bot's opener on it, its books, and what was reported."""

    face: Face
    venue: SimulatedVenue
    opener: Opener
    journal: Journal
    reports: list[Outcome]

    @property
    def held(self) -> Decimal:
        """What is held in one-way mode."""
        return self.venue.exchange.position(AVL).amount

    @property
    def legs(self) -> dict[PositionSide, int]:
        """What is held, leg by leg, shorts negative."""
        rows = self.venue.exchange.positions()
        return {row.side: int(row.amount) for row in rows if row.amount}

    @property
    def stops(self) -> list[AlgoOrder]:
        """The stops that rest."""
        return self.venue.exchange.open_algos(AVL)

    def count(self, step: Step) -> int:
        """How many requests of a step were sent."""
        return len(self.face.sent(self.venue, step))

    async def opened(self, intent: Intent = BUY) -> Opened:
        """Open without a hitch."""
        outcome = await self.opener.open(intent)
        assert isinstance(outcome, Opened), outcome
        return outcome

    def when(self, moment: Callable[[Effect], bool], act: Callable[[], object]) -> None:
        """Do something once, when something first happens at the venue."""
        done: list[Effect] = []

        def hear(effect: Effect) -> None:
            if moment(effect) and not done:
                done.append(effect)
                act()

        self.venue.exchange.listen(hear)


def entry_fills(effect: Effect) -> bool:
    return isinstance(effect, Filled) and effect.position.amount != 0


def exit_fills(effect: Effect) -> bool:
    return isinstance(effect, Filled) and effect.position.amount == 0


def stop_rests(effect: Effect) -> bool:
    return isinstance(effect, AlgoChanged) and effect.algo.status is AlgoStatus.NEW


def stop_goes(effect: Effect) -> bool:
    return isinstance(effect, AlgoChanged) and effect.algo.status is AlgoStatus.CANCELED


@asynccontextmanager
async def scene(
    folder: Path,
    face: Face,
    *,
    hedge: bool = False,
    deadline: float = 10.0,
    prepare: Prepare = lambda _: None,
    journal: Journal | None = None,
) -> AsyncIterator[Scene]:
    """Run a venue, prepared, with a bot on it; verdicts come at the latest after `deadline` seconds.

    Without a `journal` of its own the bot writes `bot.db` in the folder.
    """
    clock, reports = SystemClock(), list[Outcome]()
    async with SimulatedVenue(face=face.name, api_key="the-key", secret="the-secret") as venue:
        if face is BYBIT:
            venue.acceptance.seconds = MATCHED_AFTER
        if hedge:
            venue.exchange.set_hedge(hedge=True)
        prepare(venue)
        gateway, trader = CcxtVenue(access_to(venue), clock), CcxtTrader(access_to(venue))
        journal = journal or Journal(f"sqlite:///{folder}/bot.db", bot="mine")
        verifier = Verifier(gateway, clock, rng=random.Random(1), pace=Pace(deadline=deadline))
        opener = Opener(gateway, trader, journal, clock, report=reports.append, verifier=verifier)
        try:
            await gateway.connect()
            await trader.connect()
            yield Scene(face, venue, opener, journal, reports)
        finally:
            await opener.close()
            await verifier.close()
            await trader.close()
            await gateway.close()
            journal.close()

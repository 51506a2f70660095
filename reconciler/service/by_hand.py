"""One question put by hand to a live account: has this order opened it, has this order closed it?"""

import random

from reconciler.facts.asked_by_hand import AskedByHand
from reconciler.ledgers.naming import MarketNames
from reconciler.service.loading import loading
from reconciler.service.wiring import open_venue, pace_of
from reconciler.settings import Settings
from verification.budget.purpose import Purpose, asked_for
from verification.facts.account import PositionMode
from verification.facts.clock import Clock
from verification.facts.errors import SourceRejected
from verification.facts.leg import Leg, LegKey, Side
from verification.facts.question import Baseline, CloseQuestion, OpenQuestion, Question
from verification.facts.verification import Verification
from verification.race.verifier import Verifier
from verification.venues.port import Venue


async def verify_by_hand(settings: Settings, account: str, asked: AskedByHand, clock: Clock) -> Verification:
    """Ask every source of a live account, until one proves it or the deadline is over.

    Raises:
        SettingsError: A secret is missing, or ccxt knows no such venue.
        SourceError: Markets or mode could not be read, or the venue lists no such symbol.
    """
    access = settings.access(account)
    with loading():
        venue = open_venue(access, clock)
    try:
        with asked_for(Purpose.COMMAND):
            await venue.connect()
            question = question_of(asked, venue, clock)
            rng = random.Random()  # noqa: S311 - jitter between questions
            verifier = Verifier(venue, clock, rng=rng, pace=pace_of(settings))
            try:
                return await verifier.verify(question)
            finally:
                await verifier.close()
    finally:
        await venue.close()


def question_of(asked: AskedByHand, venue: Venue, clock: Clock) -> Question:
    """Return the question as the verifier takes it.

    Raises:
        SourceRejected: The venue lists no such symbol.
    """
    symbol = MarketNames(venue.markets).symbol(asked.symbol)
    if symbol is None:
        what = f"{venue.access.venue} lists no contract {asked.symbol}: write it like AVL/USDT:USDT"
        raise SourceRejected(what)
    held = asked.side if asked.opens else asked.side.opposite
    leg = Leg.NET
    if venue.mode is not PositionMode.ONE_WAY:
        leg = Leg.LONG if held is Side.BUY else Leg.SHORT
    key = LegKey(venue.access.account, symbol, leg)
    now = clock.now()
    if asked.opens:
        return OpenQuestion(
            key, asked.side, asked.size, asked.order_id, asked.client_order_id, None, asked.alone, now
        )
    position = Baseline(held.sign * asked.size, None)
    return CloseQuestion(key, position, asked.order_id, asked.client_order_id, asked.alone, now)

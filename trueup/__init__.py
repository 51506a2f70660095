"""The face that Trueup shows to a bot: all that it takes to open positions that cannot be lost.

    import trueup

    async with trueup.connect(access, journal, report=page_somebody) as opener:
        mine = await opener.resume()
        outcome = await opener.open(
            trueup.Intent("AVL/USDT:USDT", trueup.Side.BUY, Decimal("43"), stop_price=Decimal("0.17"))
        )

What each part does is told where it is made; docs/library.md is the ten minutes that it takes to begin.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from trueup.own_rooms import ROOMS as _ROOMS  # noqa: F401 - it checks them, before they are loaded

# isort: split
from reconciler.journal.journal import Journal, JournalError
from verification.facts.clock import Clock, SystemClock
from verification.facts.errors import SourceError
from verification.facts.leg import Side
from verification.opening.journal_port import JournalFailed, OpeningJournal, OpeningRecord
from verification.opening.opener import Intent, Opener, log_critical
from verification.opening.outcome import (
    Closed,
    Exposed,
    Opened,
    Outcome,
    Refuted,
    Report,
    RolledBack,
    Unknown,
)
from verification.venues.gateway.account import CcxtVenue
from verification.venues.gateway.trader import CcxtTrader
from verification.venues.port import Access, Venue
from verification.venues.trading import Trader

__all__ = [
    "Access",
    "CcxtTrader",
    "CcxtVenue",
    "Clock",
    "Closed",
    "Exposed",
    "Intent",
    "Journal",
    "JournalError",
    "JournalFailed",
    "Opened",
    "Opener",
    "OpeningJournal",
    "OpeningRecord",
    "Outcome",
    "Refuted",
    "Report",
    "RolledBack",
    "Side",
    "SourceError",
    "SystemClock",
    "Trader",
    "Unknown",
    "Venue",
    "connect",
    "log_critical",
]


@asynccontextmanager
async def connect(
    access: Access, journal: OpeningJournal, *, report: Report = log_critical, clock: Clock | None = None
) -> AsyncIterator[Opener]:
    """Give an opener on one account, connected; at the end carry through what is under way, and close.

    Args:
        access: Which account, and its keys. They need to read and to trade, and nothing else.
        journal: Where the bot writes down what it does. It stays open.
        report: Called with every outcome that a person must look at, at once. Must not raise.
        clock: Where time comes from; None: the machine's clock.

    Raises:
        SourceError: The venue could not be reached, or refuses the keys.
        ValueError: Another opener of this process works with the journal.
    """
    clock = clock or SystemClock()
    async with AsyncExitStack() as stack:
        venue = CcxtVenue(access, clock)
        stack.push_async_callback(venue.close)
        trader = CcxtTrader(access)
        stack.push_async_callback(trader.close)
        await venue.connect()
        await trader.connect()
        opener = Opener(venue, trader, journal, clock, report=report)
        stack.push_async_callback(opener.close)
        yield opener

"""A bot in a process of its own that opens one position, and may leave it; it is there to be killed."""

import asyncio
import json
import sys
from decimal import Decimal

from reconciler.journal.journal import Journal
from verification.facts.clock import SystemClock
from verification.facts.leg import Side
from verification.opening.opener import Intent, Opener
from verification.opening.outcome import Opened
from verification.venues.gateway.account import CcxtVenue
from verification.venues.gateway.trader import CcxtTrader
from verification.venues.port import Access


async def main(venue_id: str, ccxt: str, journal_url: str, plan: str) -> None:
    access = Access("main", venue_id, "the-key", "the-secret", ccxt=json.loads(ccxt))
    clock = SystemClock()
    venue, trader = CcxtVenue(access, clock), CcxtTrader(access)
    opener = Opener(venue, trader, Journal(journal_url, bot="mine"), clock)
    await venue.connect()
    await trader.connect()
    opened = await opener.open(Intent("AVL/USDT:USDT", Side.BUY, Decimal(43), stop_price=Decimal("0.15")))
    if plan == "leave" and isinstance(opened, Opened):
        await opener.leave(opened)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

"""A bot in a process of its own that opens one position, and may leave it; it is there to be killed."""

import asyncio
import json
import sys
from decimal import Decimal

from reconciler.journal import Journal
from verification.clock import SystemClock
from verification.gateway.account import CcxtVenue
from verification.gateway.trader import CcxtTrader
from verification.leg import Side
from verification.opening import Intent, Opener
from verification.outcome import Opened
from verification.venue import Access


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

"""The demo bot as a process of its own: commands come in as JSON lines, and answers go out the same way.

{"id": 1, "do": "open", "symbol": "AVL/USDT:USDT", "side": "buy", "quantity": "43"}
{"id": 1, "ok": true, "verdict": "confirmed", "decided_by": "websocket", "milliseconds": 7.9}
"""

import asyncio
import json
import os
import random
import sys
from decimal import Decimal
from typing import Any

import ccxt.pro

from reconciler.journal.journal import Journal
from simulator.demo.bot import AnswerWasLost, DemoBot
from verification.facts.clock import SystemClock
from verification.facts.errors import SourceError
from verification.facts.leg import Side
from verification.facts.verification import Verification
from verification.opening.outcome import Outcome, RolledBack
from verification.venues.gateway.account import CcxtVenue
from verification.venues.gateway.trader import CcxtTrader
from verification.venues.port import Access

KEY = "demo-bot"
"""The bot's own, so that what it asks and what Trueup asks are counted apart."""

OLD_RULE_SECONDS = 3.0
"""How long many bots wait before they believe the position list."""


class NothingProved(Exception):
    """An opening came to nothing, and not by a verification."""


class BotProcess:
    """Reads commands and has the bot do them, one after another."""

    def __init__(self, bot: DemoBot, exchange: Any) -> None:
        """`exchange` is the bot's own ccxt exchange, for the old rule."""
        self._bot = bot
        self._exchange = exchange

    async def run(self, commands: asyncio.StreamReader) -> None:
        """Do what is asked until standard input ends."""
        while line := await commands.readline():
            command = json.loads(line)
            try:
                answer = {"ok": True, **await self._do(command)}
            except (ccxt.pro.BaseError, AnswerWasLost, SourceError, NothingProved) as error:
                answer = {"ok": False, "error": f"{type(error).__name__}: {error}"}
            sys.stdout.write(json.dumps({"id": command["id"], **answer}) + "\n")
            sys.stdout.flush()

    async def _do(self, command: dict[str, Any]) -> dict[str, Any]:
        symbol = command["symbol"]
        match command["do"]:
            case "open":
                return _told_of(await self._bot.open(symbol, *_wanted(command)))
            case "close":
                return _told_of(await self._bot.close(symbol))
            case "open_carelessly":
                await self._bot.open_carelessly(symbol, *_wanted(command))
            case "roll_back_wrongly":
                return _told(await self._bot.roll_back_wrongly(symbol))
            case "protect":
                return {"outcome": (await self._bot.protect(symbol)).reason}
            case "forget":
                await self._bot.forget(symbol)
            case "old_rule":
                return await self._old_rule(symbol, command["waited"])
            case unknown:
                raise ValueError(f"the demo bot cannot {unknown!r}")
        return {}

    async def _old_rule(self, symbol: str, waited: float) -> dict[str, Any]:
        """Look once into the position list, the old time after the order: what it would have believed."""
        await asyncio.sleep(max(0.0, OLD_RULE_SECONDS - waited))
        rows = await self._exchange.fetch_positions([symbol])
        return {"listed": [str(row["contracts"]) for row in rows]}


def _wanted(command: dict[str, Any]) -> tuple[Side, Decimal]:
    return Side(command["side"]), Decimal(command["quantity"])


def _told_of(outcome: Outcome) -> dict[str, Any]:
    proof = outcome.opened if isinstance(outcome, RolledBack) else outcome.verification
    if proof is None:
        raise NothingProved(outcome.reason)
    return _told(proof)


def _told(verification: Verification) -> dict[str, Any]:
    verdict = verification.verdict
    return {
        "verdict": str(verdict.kind),
        "grade": None if verdict.grade is None else str(verdict.grade),
        "mismatch": None if verdict.mismatch is None else str(verdict.mismatch),
        "decided_by": None if verdict.decided_by is None else str(verdict.decided_by),
        "milliseconds": round(verification.milliseconds, 1),
        "reason": verdict.reason,
    }


async def main() -> None:
    """Run the bot that the environment describes.

    DEMO_BOT holds a JSON object: `account`, `ccxt` (merged into the constructor), `journal` (a url), `seed`.
    """
    settings = json.loads(os.environ["DEMO_BOT"])
    keys = {"apiKey": KEY, "secret": KEY, "enableRateLimit": False}
    exchange = ccxt.pro.binanceusdm({**keys, **settings["ccxt"]})
    clock = SystemClock()
    access = Access(settings["account"], "binanceusdm", KEY, KEY, ccxt=settings["ccxt"])
    venue = CcxtVenue(access, clock)
    journal = Journal(settings["journal"], bot="demo")
    rng = random.Random(settings["seed"])
    trader = CcxtTrader(access)
    bot = DemoBot(exchange, venue, trader, journal, clock, rng=rng)
    try:
        await venue.connect()
        await trader.connect()
        await exchange.load_markets()
        sys.stdout.write(json.dumps({"id": 0, "ok": True}) + "\n")
        sys.stdout.flush()
        await BotProcess(bot, exchange).run(await _standard_input())
    finally:
        await bot.aclose()
        await trader.close()
        await venue.close()
        await exchange.close()


async def _standard_input() -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    return reader


if __name__ == "__main__":
    asyncio.run(main())

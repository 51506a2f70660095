"""A database as hummingbot writes it: its own schema, and one commit for all that an event changes."""

import json
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from reconciler.ledgers import open_ledger
from reconciler.ledgers.port import Ledger, LedgerOptions
from verification.facts.clock import Moment

RECORDED_FILE = Path(__file__).parents[3] / "fixtures/hummingbot-20260922-binance_perpetual-live.sqlite"
RECORDED = datetime(2026, 11, 22, 10, 40, tzinfo=UTC)
BEGAN = RECORDED - timedelta(hours=2)


class StoppedClock:
    """The time at which the database was recorded."""

    def now(self) -> Moment:
        return Moment.at(RECORDED, 0.0)

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("a ledger never waits on the clock")


def ledger_of(path: Path, options: LedgerOptions | None = None) -> Ledger:
    given = options or LedgerOptions("binanceusdm")
    return open_ledger("mybot", "hummingbot", f"sqlite:///{path}", StoppedClock(), options=given)


class BotFile:
    """One bot's file, empty at first."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with sqlite3.connect(f"file:{RECORDED_FILE}?mode=ro&immutable=1", uri=True) as recorded:
            schema = [
                text for (text,) in recorded.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL")
            ]
        self.bot = sqlite3.connect(path, isolation_level=None, timeout=5)
        self.bot.execute("PRAGMA synchronous = OFF")
        for text in schema:
            self.bot.execute(text)
        self.fills = 0

    def fill(
        self,
        side: str,
        amount: str,
        *,
        action: str | None = "OPEN",
        symbol: str = "BTC-USDT",
        market: str = "binance_perpetual",
        order: str | None = None,
        at: datetime | None = None,
    ) -> str:
        """Store a fill, cut off at millionths as the bot cuts it; return its order's client id."""
        self.fills += 1
        order = order or f"x-{self.fills}"
        stored = int(Decimal(amount) * 1_000_000)
        when = milliseconds(at or BEGAN + timedelta(seconds=self.fills))
        base, _, quote = symbol.partition("-")
        row = ("conf.yml", "pmm", market, symbol, base, quote, when, order, side, "LIMIT", 10**6, stored, 5)
        self.bot.execute(
            'INSERT INTO "TradeFill" VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)',
            (*row, "{}", 0, str(self.fills), action),
        )
        return order

    def order(self, client_id: str, venue_id: str, amount: str, *, symbol: str = "BTC-USDT") -> None:
        """Store what the bot stores once the venue has taken an order."""
        base, _, quote = symbol.partition("-")
        at = milliseconds(BEGAN)
        stored = int(Decimal(amount) * 1_000_000)
        row = (client_id, "conf.yml", "pmm", "binance_perpetual", symbol, base, quote, at, "LIMIT", stored, 5)
        self.bot.execute(
            'INSERT INTO "Order" VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)',
            (*row, 10**6, "BuyOrderCreated", at, venue_id, "OPEN"),
        )

    def track(self, *orders: Mapping[str, Any], market: str = "binance_perpetual") -> None:
        """Store the orders under way in place of those before."""
        state = {str(order["client_order_id"]): order for order in orders}
        self.store_state(json.dumps(state), market=market)

    def store_state(self, text: str, *, market: str = "binance_perpetual") -> None:
        self.bot.execute('DELETE FROM "MarketState" WHERE market = ?', (market,))
        self.bot.execute(
            'INSERT INTO "MarketState" (config_file_path, market, timestamp, saved_state) VALUES (?,?,?,?)',
            ("conf.yml", market, milliseconds(RECORDED), text),
        )

    def close(self) -> None:
        self.bot.close()


def milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def under_way(client_id: str, side: str, size: str, executed: str = "0", **also: Any) -> dict[str, Any]:
    """Return an order as `MarketState` keeps it."""
    return {
        "client_order_id": client_id,
        "exchange_order_id": "88",
        "trading_pair": "BTC-USDT",
        "order_type": "LIMIT",
        "trade_type": side,
        "price": "60000",
        "amount": size,
        "executed_amount_base": executed,
        "last_state": "4" if executed != "0" else "1",
        "leverage": "5",
        "position": "OPEN",
        "creation_timestamp": RECORDED.timestamp() - 60,
        "last_update_timestamp": RECORDED.timestamp() - 5,
        "order_fills": {},
    } | also

"""A bot of somebody's own: one table of positions, and a SELECT for it."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reconciler.ledgers import open_ledger
from reconciler.ledgers.port import Ledger, LedgerOptions
from verification.facts.clock import Moment

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)

TABLE = (
    "CREATE TABLE positions (id INTEGER PRIMARY KEY, pair TEXT, way TEXT, size TEXT, status TEXT,"
    " opened TEXT, touched TEXT, entry TEXT, stop TEXT, venue TEXT)"
)
QUERY = (
    "SELECT id, pair AS symbol, way AS side, size AS quantity, status AS state, opened AS opened_at,"
    " touched AS updated_at, entry AS entry_order_ids, stop AS stop_order_ids, venue AS exchange"
    " FROM positions"
)
OPTIONS = LedgerOptions("binanceusdm", query=QUERY, states={"active": "open", "done": "closed"})


class StoppedClock:
    """Noon."""

    def now(self) -> Moment:
        return Moment.at(NOW, 0.0)

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("a ledger never waits on the clock")


def made(path: Path, *rows: tuple[Any, ...], table: str = TABLE) -> Path:
    with closing(sqlite3.connect(path, isolation_level=None)) as bot:
        bot.execute(table)
        for row in rows:
            bot.execute(f"INSERT INTO positions VALUES ({', '.join('?' * len(row))})", row)
    return path


def ledger_of(where: Path | str, options: LedgerOptions = OPTIONS, **also: Any) -> Ledger:
    url = where if isinstance(where, str) else f"sqlite:///{where}"
    return open_ledger("mybot", "sql", url, StoppedClock(), options=replace(options, **also))


def row(number: int, **also: Any) -> tuple[Any, ...]:
    """Return an open position of a whole row, but for what is said otherwise."""
    usual: dict[str, Any] = {
        "id": number,
        "pair": "BTCUSDT",
        "way": "long",
        "size": "0.5",
        "status": "active",
        "opened": "2026-11-22 10:00:00",
        "touched": "2026-11-22 11:00:00",
        "entry": "101",
        "stop": None,
        "venue": "binance",
    }
    return tuple({**usual, **also}.values())

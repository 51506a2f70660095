"""An account of any size: a venue that holds so many legs, each with its stop, and a bot's journal."""

import sqlite3
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from reconciler.facts.expectation import ExpectationState
from reconciler.journal import tables
from reconciler.journal.journal import Journal
from simulator.engine.market import Market
from simulator.engine.order import AlgoOrder, Kind, PositionSide, Side, TimeInForce
from simulator.engine.position import Position
from simulator.server import SimulatedVenue
from verification.facts.leg import Side as Way

QUANTITY, STOP = Decimal(100), Decimal("0.5")
PRICE = Decimal(1)
FIRST_ID = 2_000_000
LONG_AGO_MS = 86_400_000


def symbols_of(count: int) -> list[str]:
    """Return so many symbols."""
    return [f"C{number:05}/USDT:USDT" for number in range(count)]


def markets_of(symbols: Iterable[str]) -> Iterator[Market]:
    """Yield a market for each."""
    for symbol in symbols:
        yield Market(symbol.split("/", maxsplit=1)[0], "USDT", Decimal(1), Decimal("0.0001"), PRICE)


def hold(venue: SimulatedVenue, symbols: Iterable[str], *, stops: bool = True) -> None:
    """Let the venue hold a position in each of these, as if it had been so for a day, each with its stop."""
    truth, then = venue.exchange.truth, venue.clock.ms() - LONG_AGO_MS
    for number, symbol in enumerate(symbols, start=FIRST_ID):
        key = (symbol, PositionSide.BOTH)
        held = Position(symbol, key[1], QUANTITY, entry=PRICE, updated_ms=then, version=1)
        truth.positions.put(key, held, always=True)
        if not stops:
            continue
        truth.reserve_id(number)
        truth.algos.put(number, _stop(symbol, number, then), always=True)


def _stop(symbol: str, number: int, then: int) -> AlgoOrder:
    return AlgoOrder(
        id=number,
        client_id=f"large-{number}-s",
        symbol=symbol,
        side=Side.SELL,
        kind=Kind.STOP_MARKET,
        position_side=PositionSide.BOTH,
        quantity=QUANTITY,
        price=Decimal(0),
        trigger_price=STOP,
        time_in_force=TimeInForce.GTC,
        reduce_only=True,
        close_position=False,
        created_ms=then,
        updated_ms=then,
    )


def write_down(file: Path, symbols: Iterable[str], now: datetime) -> None:
    """Write the same positions into a bot's journal, all in one transaction, as its own calls would have.

    Args:
        file: The journal's database, which need not be there.
        symbols: What is held.
        now: Aware UTC.
    """
    Journal(f"sqlite:///{file}", bot="large").close()  # it makes its tables
    then = datetime.fromtimestamp(now.timestamp() - LONG_AGO_MS / 1000, UTC)
    rows = [_row(symbol, number, then) for number, symbol in enumerate(symbols, start=FIRST_ID)]
    events: list[dict[str, Any]] = [
        {"position_id": number, "at": then, "what": what, "detail": {}}
        for number in range(1, len(rows) + 1)
        for what in ("opening", "ordered", "opened", "stop_placed")
    ]
    engine = sa.create_engine(f"sqlite:///{file}", poolclass=sa.NullPool)
    with engine.begin() as connection:
        if rows:
            connection.execute(tables.position.insert(), rows)
            connection.execute(tables.event.insert(), events)
    engine.dispose()


@asynccontextmanager
async def running_bot(file: Path) -> AsyncIterator[None]:
    """Hold the journal open with something in its log, as a bot that runs does: nothing is written meanwhile.

    Of a journal that nobody holds open only the file system tells whether it was written to, and Trueup reads
    it each time.
    """
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE of_the_bench (word)")
        connection.commit()
        yield


def _row(symbol: str, number: int, then: datetime) -> dict[str, Any]:
    return {
        "bot": "large",
        "symbol": symbol,
        "side": str(Way.BUY),
        "state": str(ExpectationState.OPEN),
        "intended": QUANTITY,
        "quantity": QUANTITY,
        "baseline": Decimal(0),
        "entry_client_id": f"large-{number}",
        "entry_order_id": str(number + 50_000_000),
        "exit_order_ids": [],
        "stop_order_id": str(number),
        "stop_price": STOP,
        "average_price": PRICE,
        "reason": "",
        "opened_at": then,
        "updated_at": then,
    }

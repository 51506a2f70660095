"""The SELECTs on a hummingbot database: each is over soon, for the bot waits with its commits."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.ledgers.hummingbot.fill_book import FillBook
from reconciler.ledgers.hummingbot.tracked_order import order_ids
from reconciler.ledgers.tables import BotDatabase, Tables

PIECE = 20_000
"""Fills in one transaction."""

Row = dict[str, Any]

_BOT = "hummingbot"
_FILL = "market, symbol, order_id, exchange_trade_id, trade_type, position, amount, timestamp"
_NEEDED: Mapping[str, frozenset[str]] = {
    "TradeFill": frozenset(_FILL.split(", ")),
    "MarketState": frozenset({"market", "timestamp", "saved_state"}),
    "Order": frozenset({"id", "exchange_order_id", "amount", "creation_timestamp"}),
}
_IDS_AT_ONCE = 400


@dataclass(frozen=True, slots=True)
class Piece:
    """Some of all fills.

    Attributes:
        fills: The rows, oldest first.
        last: True when there were no more.
        count: How many fills there are in all.
        older: How many are too old to be counted.
        newest: The time of the newest of those, by connector.
    """

    fills: tuple[Row, ...]
    last: bool
    count: int
    older: int
    newest: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Stored:
    """What one reading needs.

    Attributes:
        fills: The newest fills, those since the last reading among them, oldest first.
        count: How many fills there are in all.
        states: The rows of `MarketState`.
        filled: What the fills of the orders under way come to, in millionths.
        sent: The orders that rows are made of.
    """

    fills: tuple[Row, ...]
    count: int
    states: tuple[Row, ...]
    filled: tuple[Row, ...]
    sent: tuple[Row, ...]


def first_piece(database: BotDatabase, tables: Tables, after: int, *, older_than: int | None) -> Piece:
    """Return the oldest fills after a time, in milliseconds; and what is known of those before another.

    Raises:
        LedgerUnreadable: Tables or columns are missing.
    """
    for table, columns in _NEEDED.items():
        database.require(tables, table, columns, _BOT)
    fills = tables.select(
        f'SELECT {_FILL} FROM "TradeFill" WHERE timestamp > :after'  # noqa: S608 - constants
        " ORDER BY timestamp LIMIT :most",
        after=after,
        most=PIECE,
    )
    older: list[Row] = []
    if older_than is not None:
        older = tables.select(
            'SELECT market, COUNT(*) AS count, MAX(timestamp) AS newest FROM "TradeFill"'
            " WHERE timestamp < :since GROUP BY market",
            since=older_than,
        )
    return Piece(
        fills=tuple(fills),
        last=len(fills) < PIECE,
        count=_count(tables),
        older=sum(int(row["count"]) for row in older),
        newest={str(row["market"]): int(row["newest"]) for row in older},
    )


def newer(database: BotDatabase, tables: Tables, book: FillBook, since: int) -> Stored:
    """Return what is new to a book, and what else rows are made of.

    Args:
        database: Whose tables these are.
        tables: The tables.
        book: The fills that are known.
        since: From when on orders of what has ended are wanted, in milliseconds.

    Raises:
        LedgerUnreadable: Tables or columns are missing.
    """
    for table, columns in _NEEDED.items():
        database.require(tables, table, columns, _BOT)
    fills: list[Row] = []
    for (market, symbol), after in book.wanted:
        fills += tables.select(
            f'SELECT {_FILL} FROM "TradeFill" WHERE market = :market AND symbol = :symbol'  # noqa: S608 - constants
            " AND timestamp >= :after ORDER BY timestamp",
            market=market,
            symbol=symbol,
            after=after,
        )
    states = tables.select('SELECT id, market, timestamp, saved_state FROM "MarketState" ORDER BY id')
    ids = dict.fromkeys([*book.orders(since), *(str(row["order_id"]) for row in fills)])
    return Stored(
        fills=tuple(fills),
        count=_count(tables),
        states=tuple(states),
        filled=tuple(_filled(tables, states)),
        sent=tuple(_sent(tables, list(ids))),
    )


def _count(tables: Tables) -> int:
    return int(tables.select('SELECT COUNT(*) AS count FROM "TradeFill"')[0]["count"])


def _filled(tables: Tables, states: list[Row]) -> list[Row]:
    """Return what the stored fills of each order under way come to, found by the key of the table."""
    found: list[Row] = []
    for row in states:
        for places, ids in _placed(order_ids(row["saved_state"])):
            found += tables.select(
                'SELECT market, order_id, SUM(amount) AS amount FROM "TradeFill" WHERE market = :market'  # noqa: S608 - the names of places for values
                f" AND order_id IN ({places}) GROUP BY market, order_id",
                market=row["market"],
                **ids,
            )
    return found


def _sent(tables: Tables, ids: list[str]) -> list[Row]:
    found: list[Row] = []
    for places, named in _placed(ids):
        found += tables.select(
            f'SELECT id, exchange_order_id, amount, creation_timestamp FROM "Order" WHERE id IN ({places})',  # noqa: S608 - the names of places for values
            **named,
        )
    return found


def _placed(ids: list[str]) -> list[tuple[str, dict[str, str]]]:
    """Return places for values in a statement, and what stands in them, some at a time."""
    parts = [ids[at : at + _IDS_AT_ONCE] for at in range(0, len(ids), _IDS_AT_ONCE)]
    named = [{f"id{number}": each for number, each in enumerate(part)} for part in parts]
    return [(", ".join(f":{name}" for name in each), each) for each in named]

"""The SELECTs on a hummingbot database: each is over soon, for the bot waits with its commits."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.ledgers.hummingbot.fill_book import FillBook, Pair
from reconciler.ledgers.hummingbot.tracked_order import order_ids
from reconciler.ledgers.tables import BotDatabase, Tables

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
class Traded:
    """One symbol of one connector that there are fills of.

    Attributes:
        pair: Connector and symbol.
        older: How many fills are too old to be counted.
        newest_older: The time of the newest of those, in milliseconds; None where there is none.
    """

    pair: Pair
    older: int
    newest_older: int | None


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


def traded(database: BotDatabase, tables: Tables, since: int) -> list[Traded]:
    """Return what there are fills of, and how many are older than a time, in milliseconds.

    Raises:
        LedgerUnreadable: Tables or columns are missing.
    """
    _require(database, tables)
    found = []
    for pair in tables.select('SELECT DISTINCT market, symbol FROM "TradeFill"'):
        [older] = tables.select(
            'SELECT COUNT(*) AS count, MAX(timestamp) AS newest FROM "TradeFill"'
            " WHERE market = :market AND symbol = :symbol AND timestamp < :since",
            market=pair["market"],
            symbol=pair["symbol"],
            since=since,
        )
        names = str(pair["market"]), str(pair["symbol"])
        found.append(Traded(names, int(older["count"]), older["newest"]))
    return found


def piece(tables: Tables, pair: Pair, after: int, most: int) -> list[Row]:
    """Return the oldest fills of a symbol after a time, in milliseconds, found by the table's index."""
    return tables.select(
        f'SELECT {_FILL} FROM "TradeFill" WHERE market = :market AND symbol = :symbol'  # noqa: S608 - constants
        " AND timestamp > :after ORDER BY timestamp LIMIT :most",
        market=pair[0],
        symbol=pair[1],
        after=after,
        most=most,
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
    _require(database, tables)
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


def _require(database: BotDatabase, tables: Tables) -> None:
    for table, columns in _NEEDED.items():
        database.require(tables, table, columns, _BOT)


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

"""The lists of an account on Binance USD-M: positions, open orders, open conditional (algo) orders.

A list may have ten thousand rows, most of which say what they said the last time.
"""

from collections.abc import Callable, Mapping

from verification.facts.account import Position, RestingOrder
from verification.venues.binance.rows import position, resting_algo_order, resting_order
from verification.venues.ccxt.asker import Asker
from verification.venues.ccxt.long_list import Known, Reading
from verification.venues.reading.answered import legs_once, orders_once
from verification.venues.reading.exactness import Row
from verification.venues.reading.markets import Markets
from verification.venues.reading.position_rows import PositionRows, PriceNames

Orders = tuple[RestingOrder, ...]


def position_rows(account: str, markets: Markets) -> PositionRows:
    """Return what reads the rows of the position list."""
    return PositionRows(
        markets,
        lambda row: position(row, account, markets),
        lasting=("symbol", "positionSide", "positionAmt", "entryPrice", "updateTime"),
        prices=PriceNames("markPrice", "notional", "liquidationPrice"),
    )


class BinanceLists:
    """Reads them, and remembers what the whole lists said the last time."""

    def __init__(self, account: str, markets: Markets) -> None:
        """Nothing was read yet."""
        self._markets = markets
        self._rows = position_rows(account, markets)
        self._positions = Known[Position, tuple[Position, ...]]()
        self._orders = Known[RestingOrder, Orders]()
        self._algo_orders = Known[RestingOrder, Orders]()

    async def positions(self, asker: Asker) -> tuple[Position, ...]:
        """Read the whole position list (v3: legs that hold something or have an order)."""
        return await asker.ask_list(
            "the position list",
            lambda exchange: exchange.fapiPrivateV3GetPositionRisk(),
            Reading(self._rows.read, legs_once, self._markets.by_symbol),
            self._positions,
        )

    async def orders(self, asker: Asker, scope: Mapping[str, str], symbol: str | None) -> Orders:
        """Read the resting ordinary orders, of one symbol (which `scope` names) or of all."""
        return await asker.ask_list(
            "the open orders",
            lambda exchange: exchange.fapiPrivateGetOpenOrders(scope),
            self._orders_of(symbol, resting_order),
            self._orders if symbol is None else None,
        )

    async def conditional_orders(self, asker: Asker, scope: Mapping[str, str], symbol: str | None) -> Orders:
        """Read the resting conditional orders, of one symbol (which `scope` names) or of all."""
        return await asker.ask_list(
            "the open conditional orders",
            lambda exchange: exchange.fapiPrivateGetOpenAlgoOrders(scope),
            self._orders_of(symbol, resting_algo_order),
            self._algo_orders if symbol is None else None,
        )

    def _orders_of(
        self, symbol: str | None, read: Callable[[Row, Markets], RestingOrder]
    ) -> Reading[RestingOrder, Orders]:
        return Reading(
            lambda row: read(row, self._markets),
            lambda orders: orders_once(orders, symbol),
            self._markets.by_symbol,
        )

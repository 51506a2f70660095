"""Reads rows of the position list again and again: most differ in their prices alone, or not at all."""

from typing import Any

from verification.facts.account import Position
from verification.venues.binance.rows import position
from verification.venues.reading.exactness import Row, above_zero, optional_exact
from verification.venues.reading.markets import Markets

_AS_WRITTEN = (str, str, str, str, int)
"""The types of what is remembered of a row: what is written otherwise is read in full."""

_MOST = 50_000
"""How many are remembered."""


class PositionRows:
    """The rows of one account."""

    def __init__(self, account: str, markets: Markets) -> None:
        """Nothing was read yet."""
        self._account = account
        self._markets = markets
        self._by: object = None
        self._known: dict[tuple[Any, ...], tuple[tuple[Any, ...], Position]] = {}

    def read(self, row: Row) -> Position:
        """Read one as `position` does: of a leg that is as it was, only prices that have moved are read.

        Raises:
            SourceMalformed: It cannot be read.
        """
        if self._by is not self._markets.by_symbol or len(self._known) >= _MOST:
            self._by, self._known = self._markets.by_symbol, {}
        get = row.get
        lasting = get("symbol"), get("positionSide"), get("positionAmt"), get("entryPrice"), get("updateTime")
        if tuple(map(type, lasting)) != _AS_WRITTEN:
            return position(row, self._account, self._markets)
        prices = get("notional"), get("markPrice"), get("liquidationPrice")
        before, known = self._known.get(lasting, (None, None))
        if known is None:
            known = position(row, self._account, self._markets)
        elif before == prices and all(each is None or type(each) is str for each in prices):
            return known
        else:
            known = self._repriced(row, known)
        if known.key.named:  # one without a name is asked about each time
            self._known[lasting] = prices, known
        return known

    @staticmethod
    def _repriced(row: Row, known: Position) -> Position:
        notional = optional_exact(row, "notional")
        return Position(
            known.key,
            known.quantity,
            known.version,
            known.entry_price,
            above_zero(optional_exact(row, "markPrice")),
            None if notional is None else abs(notional),
            known.updated_at,
            liquidation_price=above_zero(optional_exact(row, "liquidationPrice")),
        )

"""Reads rows of a position list again and again: most differ in their prices alone, or not at all."""

from collections.abc import Callable
from types import NoneType
from typing import Any, NamedTuple

from verification.facts.account import Position
from verification.venues.reading.exactness import Row, above_zero, optional_exact
from verification.venues.reading.markets import Markets

_PLAIN = frozenset({str, int, NoneType})
"""The types of what is remembered: equal ones say the same. A row with others is read in full."""

_MOST = 50_000
"""How many are remembered."""


class PriceNames(NamedTuple):
    """The names of what moves with the price of a contract: its mark, the value and the liquidation price."""

    mark: str
    notional: str
    liquidation: str


class PositionRows:
    """The rows of one account."""

    def __init__(
        self,
        markets: Markets,
        read: Callable[[Row], Position],
        *,
        lasting: tuple[str, ...],
        prices: PriceNames,
    ) -> None:
        """Nothing was read yet.

        Args:
            markets: By which the venue's ids are named.
            read: Reads a row in full.
            lasting: The names of all that it goes by beside the prices.
            prices: The names of these.
        """
        self._markets = markets
        self._read = read
        self._lasting = lasting
        self._prices = prices
        self._by: object = None
        self._known: dict[tuple[Any, ...], tuple[tuple[Any, ...], Position]] = {}

    def read(self, row: Row) -> Position:
        """Read one in full, or of a leg that is as it was only prices that have moved: that says the same.

        Raises:
            SourceMalformed: It cannot be read.
        """
        if self._by is not self._markets.by_symbol or len(self._known) >= _MOST:
            self._by, self._known = self._markets.by_symbol, {}
        lasting = tuple(map(row.get, self._lasting))
        if not _PLAIN.issuperset(map(type, lasting)):
            return self._read(row)
        prices = tuple(map(row.get, self._prices))
        before, known = self._known.get(lasting, (None, None))
        if known is None:
            known = self._read(row)
        elif before == prices and all(each is None or type(each) is str for each in prices):
            return known
        else:
            known = self._repriced(row, known)
        if known.key.named:  # one without a name is asked about each time
            self._known[lasting] = prices, known
        return known

    def _repriced(self, row: Row, known: Position) -> Position:
        names = self._prices
        notional = optional_exact(row, names.notional)
        return Position(
            known.key,
            known.quantity,
            known.version,
            known.entry_price,
            above_zero(optional_exact(row, names.mark)),
            None if notional is None else abs(notional),
            known.updated_at,
            known.attached_stop,
            above_zero(optional_exact(row, names.liquidation)),
            known.trailing,
        )

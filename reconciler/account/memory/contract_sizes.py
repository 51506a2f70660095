"""Notices that a venue counts a contract anew: what was remembered of it is in other contracts; pure."""

from collections.abc import Mapping
from decimal import Decimal

from verification.facts.account import Market


class ContractSizes:
    """The size of each contract of one account's venue, as it was last told."""

    def __init__(self) -> None:
        """Nothing was told yet."""
        self._markets: Mapping[str, Market] = {}
        self._sizes: dict[str, Decimal] = {}

    def changed(self, markets: Mapping[str, Market]) -> dict[str, str]:
        """Return the symbols whose contract is another than it was, each with a plain line that says so."""
        if markets is self._markets:
            return {}
        before, self._markets = self._sizes, markets
        self._sizes = before | {symbol: market.contract_size for symbol, market in markets.items()}
        return {
            symbol: f"a contract of {symbol} is {self._sizes[symbol]} now and was {size}: it is counted anew"
            for symbol, size in before.items()
            if self._sizes[symbol] != size
        }

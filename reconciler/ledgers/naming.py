"""Finds the symbols that bots write their own way in a venue's market list. Pure.

`BTC/USDT:USDT`, `BTC/USDT`, `BTC-USDT` and the venue's own `BTCUSDT` may all mean one contract. A name is
found where exactly one market answers to it; any other is left as it is, and told of as a symbol that the
venue does not list. No name is made up by its form alone.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from reconciler.facts.expectation import Expectation, LedgerReading
from reconciler.ledgers.port import LedgerTrouble, LedgerUnreadable
from verification.facts.account import Market

_DOLLAR = "USD"
"""What some bots call the coin that a venue counts dollars in, whichever that is."""


class MarketNames:
    """The markets of one list by the names that bots have for them."""

    def __init__(self, markets: Mapping[str, Market]) -> None:
        """Sort a market list by its names."""
        self.markets = markets
        self._by_id: defaultdict[str, list[str]] = defaultdict(list)
        self._by_base: defaultdict[str, list[str]] = defaultdict(list)
        for symbol, market in markets.items():
            self._by_id[market.market_id].append(symbol)
            base, stroke, settled = symbol.partition("/")
            if stroke and "-" not in settled and not market.inverse:  # a date after the settlement: no swap
                self._by_base[base].append(symbol)

    def symbol(self, name: str) -> str | None:
        """Return the ccxt unified symbol of the one market that a name means; None where that is not one."""
        if name in self.markets:
            return name
        pair = name.replace("-", "/", 1) if name.count("-") == 1 and "/" not in name else name
        base, stroke, quote = pair.partition("/")
        settled = f"{pair}:{quote}"
        if stroke and ":" not in quote and settled in self.markets:
            return settled
        found = self._by_base.get(base, []) if stroke and quote == _DOLLAR else self._by_id.get(name, [])
        return found[0] if len(found) == 1 else None


def named(reading: LedgerReading, names: MarketNames) -> LedgerReading:
    """Return a reading whose symbols are ccxt's unified ones, as far as the market list has them.

    Raises:
        LedgerUnreadable: Amounts are stored more coarsely than the venue counts: they cannot be told exactly.
    """
    rows = []
    for row in reading.rows:
        symbol = names.symbol(row.symbol)
        if symbol is not None and reading.stored_step is not None:
            _must_be_exact(reading, row, names.markets[symbol], reading.stored_step)
        rows.append(row if symbol in {None, row.symbol} else replace(row, symbol=symbol or row.symbol))
    return replace(reading, rows=tuple(rows), own_names=False)


def _must_be_exact(reading: LedgerReading, row: Expectation, market: Market, step: Decimal) -> None:
    lot = market.lot_step * market.contract_size
    if market.inverse or lot <= 0 or lot % step == 0:
        return
    raise LedgerUnreadable(
        reading.ledger,
        LedgerTrouble.SCHEMA,
        f"ledger {reading.ledger}: keeps amounts in steps of {step:f}, and {row.symbol} is traded in steps "
        f"of {lot.normalize():f}: what it holds cannot be told exactly: read this bot by a ledger that keeps "
        "them whole",
    )

"""Which code reads a venue: the registry of the dialects, one line for each venue that has its own."""

from collections.abc import Callable, Mapping

from verification.venues.binance.requests import BinanceFutures
from verification.venues.bybit.requests import Bybit
from verification.venues.capabilities import Capabilities
from verification.venues.dialect import Dialect, OwnDialect, StreamDialect
from verification.venues.reading.markets import Markets
from verification.venues.reading.timely import Timely
from verification.venues.unified.requests import Unified

DIALECTS: Mapping[str, Callable[[str, Markets], OwnDialect]] = {
    "binance": BinanceFutures,
    "bybit": Bybit,
}
"""By the name that a venue's capabilities give, each is made for an account and its markets."""


def dialects_of(known: Capabilities, account: str, markets: Markets) -> tuple[Dialect, StreamDialect | None]:
    """Return how a venue's answers and its private stream are read; None for a stream that is not."""
    if known.dialect is None:
        return Timely(Unified(account, markets, known)), None
    own = DIALECTS[known.dialect](account, markets)
    return Timely(own), own if known.stream is not None else None

"""Which dialect a venue speaks: the one place where the data of its capabilities becomes code."""

from verification.venues.binance.requests import BinanceFutures
from verification.venues.bybit.requests import Bybit
from verification.venues.capabilities import Capabilities
from verification.venues.capabilities import Dialect as Name
from verification.venues.dialect import Dialect, StreamDialect
from verification.venues.reading.markets import Markets
from verification.venues.reading.timely import Timely
from verification.venues.unified.requests import Unified


def dialects_of(known: Capabilities, account: str, markets: Markets) -> tuple[Dialect, StreamDialect | None]:
    """Return how a venue's answers and its private stream are read; None for a stream that is not."""
    match known.dialect:
        case Name.BINANCE_FUTURES:
            binance = BinanceFutures(account, markets)
            return Timely(binance), binance if known.stream is not None else None
        case Name.BYBIT_V5:
            bybit = Bybit(account, markets, known)
            return Timely(bybit), bybit if known.stream is not None else None
        case Name.UNIFIED:
            return Timely(Unified(account, markets, known)), None

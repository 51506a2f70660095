"""Which dialect a venue speaks: the one place where the data of its capabilities becomes code."""

from verification.capabilities import Capabilities
from verification.capabilities import Dialect as Name
from verification.gateway.binance import BinanceFutures
from verification.gateway.bybit import Bybit
from verification.gateway.dialect import Dialect, StreamDialect
from verification.gateway.markets import Markets
from verification.gateway.timely import Timely
from verification.gateway.unified import Unified


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

"""Reads the prices of Bybit's linear contracts, of one or of all of them in one answer."""

from collections.abc import Mapping

from verification.facts.prices import Prices
from verification.venues.ccxt.asker import Asker
from verification.venues.reading.exactness import Row, above_zero, optional_exact, record, rows, text
from verification.venues.reading.markets import Markets


async def read_prices(asker: Asker, ids: frozenset[str], markets: Markets) -> Mapping[str, Prices]:
    """Read mark, index and last price of the contracts of some ids, by symbol.

    Raises:
        SourceError: They could not be read.
    """

    def read(answer: object) -> dict[str, Prices]:
        listed = rows(record(record(answer, "the prices").get("result"), "the prices").get("list"), "prices")
        return {
            markets.symbol_of(text(row, "symbol")): prices(row)
            for row in listed
            if text(row, "symbol") in ids
        }

    request = {"category": "linear"} | ({"symbol": min(ids)} if len(ids) == 1 else {})
    return await asker.ask("the prices", lambda exchange: exchange.publicGetV5MarketTickers(request), read)


def prices(row: Row) -> Prices:
    """Read a ticker."""
    return Prices(
        mark=above_zero(optional_exact(row, "markPrice")),
        last=above_zero(optional_exact(row, "lastPrice")),
        index=above_zero(optional_exact(row, "indexPrice")),
    )

"""Reads the prices of Binance USD-M contracts, which two requests tell: mark and index, and last trade."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from verification.gateway.asker import Asker
from verification.gateway.exactness import Row, above_zero, exact, optional_exact, rows, text
from verification.gateway.markets import Markets
from verification.prices import Prices


async def read_prices(
    asker: Asker, scope: Mapping[str, Any], symbols: frozenset[str], markets: Markets
) -> Mapping[str, Prices]:
    """Read the prices of some contracts. Of all at once the two requests weigh 12, of one alone 2.

    Args:
        asker: Whom to ask.
        scope: The parameters that name one contract; empty for all.
        symbols: Which of those that are answered are meant.
        markets: The names of contracts.

    Raises:
        SourceError: They could not be read.
    """

    def named(answer: object, read: Callable[[Row], Prices]) -> dict[str, Prices]:
        listed = rows(answer if isinstance(answer, list) else [answer], "the list of prices")
        each = ((markets.symbol_of(text(row, "symbol")), row) for row in listed)
        return {symbol: read(row) for symbol, row in each if symbol in symbols}

    marks, lasts = await asyncio.gather(
        asker.ask(
            "the mark prices",
            lambda exchange: exchange.fapiPublicGetPremiumIndex(scope),
            lambda answer: named(answer, marked),
        ),
        asker.ask(
            "the last prices",
            lambda exchange: exchange.fapiPublicV2GetTickerPrice(scope),
            lambda answer: named(answer, traded),
        ),
    )
    return {
        symbol: replace(marks.get(symbol, Prices()), last=lasts.get(symbol, Prices()).last)
        for symbol in marks.keys() | lasts.keys()
    }


def marked(row: Row) -> Prices:
    """Read a row of the mark prices: mark and index."""
    return Prices(
        mark=above_zero(optional_exact(row, "markPrice")), index=above_zero(optional_exact(row, "indexPrice"))
    )


def traded(row: Row) -> Prices:
    """Read a row of the prices of the last trades."""
    return Prices(last=above_zero(exact(row, "price")))

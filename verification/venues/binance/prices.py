"""Reads the prices of Binance USD-M contracts, which two requests tell: mark and index, and last trade."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from verification.facts.errors import SourceError
from verification.facts.prices import Prices
from verification.venues.ccxt.asker import Asker
from verification.venues.reading.exactness import Row, above_zero, exact, optional_exact, rows, text
from verification.venues.reading.markets import Markets

_log = logging.getLogger(__name__)


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
        SourceError: Neither could be read. Where one of the two failed, its prices are not told.
    """

    def named(answer: object, read: Callable[[Row], Prices]) -> dict[str, Prices]:
        listed = rows(answer if isinstance(answer, list) else [answer], "the list of prices")
        each = ((markets.symbol_of(text(row, "symbol")), row) for row in listed)
        return {symbol: read(row) for symbol, row in each if symbol in symbols}

    answers = await asyncio.gather(
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
        return_exceptions=True,
    )
    marks, lasts = _told(answers)
    return {
        symbol: replace(marks.get(symbol, Prices()), last=lasts.get(symbol, Prices()).last)
        for symbol in marks.keys() | lasts.keys()
    }


def _told(answers: Sequence[dict[str, Prices] | BaseException]) -> list[dict[str, Prices]]:
    """Return what was answered, nothing for a request that failed; raise where none was, or a bug was met."""
    failed = [each for each in answers if isinstance(each, BaseException)]
    for error in failed:
        if not isinstance(error, SourceError) or len(failed) == len(answers):
            raise error
        _log.warning("a stop that is judged by prices of this kind stays unjudged: %s", error)
    return [{} if isinstance(each, BaseException) else each for each in answers]


def marked(row: Row) -> Prices:
    """Read a row of the mark prices: mark and index."""
    return Prices(
        mark=above_zero(optional_exact(row, "markPrice")), index=above_zero(optional_exact(row, "indexPrice"))
    )


def traded(row: Row) -> Prices:
    """Read a row of the prices of the last trades."""
    return Prices(last=above_zero(exact(row, "price")))

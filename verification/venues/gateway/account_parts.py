"""Reads the parts of an account that fail separately."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from verification.facts.account import Part, RestingOrder
from verification.facts.errors import SourceError, SymbolRejected
from verification.venues.ccxt.asker import Asker
from verification.venues.reading.markets import Markets

_log = logging.getLogger(__name__)


async def part_of(failed: dict[Part, SourceError], part: Part, reading: Awaitable[Any]) -> Any:
    """Return one part of a reading; None with its error in `failed` when it could not be read."""
    try:
        return await reading
    except SourceError as error:
        failed[part] = error
        return None


async def by_symbol(
    ask: Callable[[Asker, str | None], Awaitable[tuple[RestingOrder, ...]]],
    asker: Asker,
    symbols: Iterable[str] | None,
    markets: Markets,
) -> tuple[RestingOrder, ...]:
    """Ask for orders all at once, or symbol by symbol, which costs less for a few.

    A contract that the venue does not know takes none of the others along: `markets` is told of it.

    Raises:
        SourceError: One of the requests failed otherwise.
    """
    if symbols is None:
        return await ask(asker, None)

    async def of(symbol: str) -> tuple[RestingOrder, ...]:
        try:
            return await ask(asker, symbol)
        except SymbolRejected as error:
            _log.warning("%s", error)
            markets.refuse(symbol)
            return ()

    found = await asyncio.gather(*map(of, sorted(symbols)))
    return tuple(order for each in found for order in each)

"""Reads the parts of an account that fail separately."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from verification.account import Part, RestingOrder
from verification.errors import SourceError
from verification.gateway.asker import Asker


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
    symbols: frozenset[str] | None,
) -> tuple[RestingOrder, ...]:
    """Ask for orders all at once, or symbol by symbol, which costs less for a few.

    Raises:
        SourceError: One of the requests failed.
    """
    if symbols is None:
        return await ask(asker, None)
    found = await asyncio.gather(*(ask(asker, symbol) for symbol in sorted(symbols)))
    return tuple(order for each in found for order in each)

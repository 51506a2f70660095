"""A dialect whose reads come to an end: each has a limit of time as a whole, however many requests it takes.

A request has a limit of its own. A list whose pages all come in time may still go on for ever.
"""

import asyncio
from collections.abc import Awaitable, Mapping
from datetime import datetime
from typing import TypeVar

from verification.facts.account import Fill, PositionMode, RestingOrder
from verification.facts.errors import SourceUnreachable
from verification.facts.leg import LegKey
from verification.facts.prices import Prices
from verification.venues.ccxt.asker import Asker
from verification.venues.dialect import Dialect, Listed, OrderStatus

T = TypeVar("T")

LONGEST = 60.0
"""Seconds that a read may take, of the account as it is now."""

LONGEST_PAST = 180.0
"""Seconds that a read of trades may take: they are many pages, of a week each and more."""


class Timely:
    """Passes each question on, and gives it up when it has taken too long."""

    def __init__(self, inner: Dialect, longest: float = LONGEST, past: float = LONGEST_PAST) -> None:
        self._inner = inner
        self._longest = longest
        self._past = past

    async def positions(self, asker: Asker) -> Listed:
        """Read the whole position list."""
        return await self._in_time(asker, "the position list", self._inner.positions(asker))

    async def orders(self, asker: Asker, symbol: str | None) -> tuple[RestingOrder, ...]:
        """Read the resting ordinary orders."""
        return await self._in_time(asker, "the open orders", self._inner.orders(asker, symbol))

    async def conditional_orders(self, asker: Asker, symbol: str | None) -> tuple[RestingOrder, ...]:
        """Read the resting conditional orders."""
        asked = self._inner.conditional_orders(asker, symbol)
        return await self._in_time(asker, "the open conditional orders", asked)

    async def order(
        self, asker: Asker, key: LegKey, order_id: str | None, client_order_id: str | None
    ) -> OrderStatus:
        """Ask what became of an order."""
        asked = self._inner.order(asker, key, order_id, client_order_id)
        return await self._in_time(asker, "an order", asked)

    async def conditional_order(self, asker: Asker, symbol: str, order_id: str) -> OrderStatus:
        """Ask what became of a conditional order."""
        asked = self._inner.conditional_order(asker, symbol, order_id)
        return await self._in_time(asker, "a conditional order", asked)

    async def origin(self, asker: Asker, answer: OrderStatus) -> OrderStatus:
        """Return an ordinary order with what made it."""
        return await self._in_time(asker, "a conditional order", self._inner.origin(asker, answer))

    async def order_fills(self, asker: Asker, symbol: str, order_id: str) -> tuple[Fill, ...]:
        """Read the trades of one order."""
        asked = self._inner.order_fills(asker, symbol, order_id)
        return await self._in_time(asker, "the trades", asked, self._past)

    async def fills(self, asker: Asker, symbol: str, since: datetime) -> tuple[Fill, ...]:
        """Read the account's trades of a symbol."""
        return await self._in_time(asker, "the trades", self._inner.fills(asker, symbol, since), self._past)

    async def prices(self, asker: Asker, symbols: frozenset[str]) -> Mapping[str, Prices]:
        """Read the prices of some contracts."""
        return await self._in_time(asker, "the prices", self._inner.prices(asker, symbols))

    async def mode(self, asker: Asker) -> PositionMode:
        """Read how the venue keeps positions."""
        return await self._in_time(asker, "the position mode", self._inner.mode(asker))

    async def server_time(self, asker: Asker) -> datetime:
        """Read the venue's clock."""
        return await self._in_time(asker, "the venue's time", self._inner.server_time(asker))

    async def _in_time(self, asker: Asker, what: str, read: Awaitable[T], seconds: float | None = None) -> T:
        longest = self._longest if seconds is None else seconds
        limit = asyncio.timeout(longest)
        try:
            async with limit:
                return await read
        except TimeoutError:
            if not limit.expired():
                raise
            raise SourceUnreachable(
                f"{asker.exchange.id}: {what} did not come to an end within {longest:g} s; it is asked again"
            ) from None

"""Compares again with what the venue says of single orders, trades and prices, where that is wanted."""

from typing import Protocol

from reconciler.account.asked_marks import AskedMarks
from reconciler.account.asked_orders import AskedOrders
from reconciler.account.asked_trades import AskedTrades
from reconciler.comparison.kept import Kept
from reconciler.comparison.outcome import Comparison
from reconciler.comparison.traded import Traded, Trades
from verification.facts.clock import Clock
from verification.facts.order_fact import OrderFacts
from verification.facts.slices import Slices, unhurried
from verification.venues.port import Venue

_ROUNDS = 4
"""One answer may lead to another question: what a stop became, who sent an order that has traded."""
_PATIENCE = 5.0  # seconds after which no further round is begun: a look must end


class Comparing(Protocol):
    """A comparison that lacks nothing but what the venue says of orders and trades."""

    def __call__(self, *, facts: OrderFacts, trades: Trades, kept: Kept) -> Slices[Comparison]:
        """Compare, in slices."""


class Inquiry:
    """What was asked about orders and trades of one account, from look to look."""

    def __init__(self, venue: Venue, clock: Clock) -> None:
        """Nothing has been asked yet."""
        self._clock = clock
        self._orders = AskedOrders(venue, clock)
        self._trades = AskedTrades(venue, clock)
        self._marks = AskedMarks(venue, clock)

    @property
    def facts(self) -> OrderFacts:
        """What is known of orders that were asked for."""
        return self._orders.facts

    def traded(self, symbol: str) -> Traded | None:
        """Return the last list of a symbol's trades; None if none was read."""
        return self._trades.trades.get(symbol)

    async def compare(self, comparing: Comparing, kept: Kept) -> Comparison:
        """Compare, ask what that wants to know, and compare again, a few times at most.

        Args:
            comparing: Compares values that do not change meanwhile.
            kept: What the last comparison has left.
        """
        started = self._clock.now().monotonic
        comparison = await self._once(comparing, kept)
        for _ in range(_ROUNDS):
            # A list of trades costs more than an order: it is asked for where the orders do not explain all.
            told = await self._orders.ask(comparison.wanted)
            if not told and not await self._trades.ask(comparison.wanted_trades):
                break
            comparison = await self._once(comparing, comparison.kept)
            if self._clock.now().monotonic - started > _PATIENCE:
                break
        return await self._marks.valued(comparison)

    async def _once(self, comparing: Comparing, kept: Kept) -> Comparison:
        facts, trades = self._orders.facts, self._trades.trades
        return await unhurried(comparing(facts=facts, trades=trades, kept=kept), self._clock)

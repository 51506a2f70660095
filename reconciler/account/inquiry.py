"""Compares again with what the venue says of single orders and trades, where a comparison wants that."""

from typing import Protocol

from reconciler.account.asked_orders import AskedOrders
from reconciler.account.asked_trades import AskedTrades
from reconciler.comparison.outcome import Comparison
from reconciler.comparison.traded import Trades
from verification.facts.clock import Clock
from verification.facts.order_fact import OrderFacts
from verification.venues.port import Venue

_ROUNDS = 4
"""One answer may lead to another question: what a stop became, who sent an order that has traded."""
_PATIENCE = 5.0  # seconds after which no further round is begun: a look must end


class Comparing(Protocol):
    """A comparison that lacks nothing but what the venue says of orders and trades."""

    def __call__(self, *, facts: OrderFacts, trades: Trades) -> Comparison:
        """Compare."""


class Inquiry:
    """What was asked about orders and trades of one account, from look to look."""

    def __init__(self, venue: Venue, clock: Clock) -> None:
        """Nothing has been asked yet."""
        self._clock = clock
        self._orders = AskedOrders(venue, clock)
        self._trades = AskedTrades(venue, clock)

    async def compare(self, comparing: Comparing) -> Comparison:
        """Compare, ask what that wants to know, and compare again, a few times at most."""
        started = self._clock.now().monotonic
        comparison = comparing(facts=self._orders.facts, trades=self._trades.trades)
        for _ in range(_ROUNDS):
            # A list of trades costs more than an order: it is asked for where the orders do not explain all.
            told = await self._orders.ask(comparison.wanted)
            if not told and not await self._trades.ask(comparison.wanted_trades):
                break
            comparison = comparing(facts=self._orders.facts, trades=self._trades.trades)
            if self._clock.now().monotonic - started > _PATIENCE:
                break
        return comparison

"""What a bot wants to open, checked before anything is sent."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from verification.facts.account import Market
from verification.facts.leg import Side


@dataclass(frozen=True, slots=True)
class Intent:
    """What a bot wants.

    Attributes:
        symbol: ccxt unified form.
        side: Buy opens a long position, sell a short one.
        quantity: Contracts, positive, a whole number of the market's lot steps.
        stop_price: Trigger of the stop loss, quote per base. It is moved to the next tick that is nearer to
            the entry.
        all_or_nothing: Roll a partial fill back instead of protecting what executed.
    """

    symbol: str
    side: Side
    quantity: Decimal
    stop_price: Decimal
    all_or_nothing: bool = False

    def fitted(self, markets: Mapping[str, Market]) -> "Intent":
        """Return it with its stop on a tick of its market.

        Raises:
            ValueError: It cannot be meant: no such market, not a whole number of lots, too few, no price.
        """
        market = markets.get(self.symbol)
        if market is None:
            raise ValueError(f"the venue lists no {self.symbol}: write it as ccxt does, AVL/USDT:USDT")
        if self.quantity <= 0 or self.quantity % market.lot_step != 0:
            raise ValueError(
                f"{self.quantity} {self.symbol} is not a positive number of lots of {market.lot_step}"
            )
        if market.least is not None and self.quantity < market.least:
            raise ValueError(f"{self.quantity} {self.symbol} is less than its smallest order, {market.least}")
        if self.stop_price <= 0:
            raise ValueError(f"a stop at {self.stop_price} never triggers: give a price above zero")
        return replace(self, stop_price=_on_tick(self.stop_price, self.side, market))


def _on_tick(price: Decimal, side: Side, market: Market) -> Decimal:
    """Return the tick next to a stop's price, nearer to the entry: up for a long position, else down."""
    ticks, over = divmod(price, market.price_step)
    if over and side is Side.BUY:
        ticks += 1
    return ticks * market.price_step

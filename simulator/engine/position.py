"""A position, and what one fill does to it."""

from dataclasses import dataclass, replace
from decimal import Decimal

from simulator.engine.order import PositionSide, Trade


@dataclass(frozen=True, slots=True)
class Position:
    """What the account holds of one symbol and side at one moment.

    Attributes:
        symbol: Unified symbol.
        side: BOTH in one-way mode; LONG or SHORT in hedge mode.
        amount: Contracts, signed, long positive (a hedge SHORT is negative).
        entry: Average entry price; zero when flat.
        realized: Accumulated realised profit, quote asset.
        updated_ms: Venue milliseconds of the last change.
        version: Counts the changes.
        sequence: That of the match that changed it last; 0 when none did.
    """

    symbol: str
    side: PositionSide
    amount: Decimal = Decimal(0)
    entry: Decimal = Decimal(0)
    realized: Decimal = Decimal(0)
    updated_ms: int = 0
    version: int = 0
    sequence: int = 0

    def profit_of(self, signed: Decimal, price: Decimal) -> Decimal:
        """Return the profit a fill of `signed` contracts at `price` realises: of the part that closes."""
        return (price - self.entry) * self.closed_by(signed) * (1 if self.amount > 0 else -1)

    def closed_by(self, signed: Decimal) -> Decimal:
        """Return how many contracts a fill of `signed` contracts closes."""
        if self.amount == 0 or (signed > 0) == (self.amount > 0):
            return Decimal(0)
        return min(abs(signed), abs(self.amount))

    def after(self, trade: Trade) -> "Position":
        """Return the position after a fill."""
        amount = self.amount + trade.signed
        if amount == 0:
            entry = Decimal(0)
        elif self.amount == 0 or (amount > 0) != (self.amount > 0):
            entry = trade.price
        elif abs(amount) > abs(self.amount):
            entry = (self.entry * abs(self.amount) + trade.price * trade.quantity) / abs(amount)
        else:
            entry = self.entry
        return replace(
            self,
            amount=amount,
            entry=entry,
            realized=self.realized + trade.realized,
            updated_ms=trade.at_ms,
            version=self.version + 1,
            sequence=trade.sequence,
        )

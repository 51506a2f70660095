"""What a contract is worth by which price, and how a trailing stop follows it."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from verification.facts.leg import Side


class PriceKind(StrEnum):
    """Which price of a contract is meant: the venue's mark, the last trade, or the index."""

    MARK = "mark"
    LAST = "last"
    INDEX = "index"


class Prices(Struct, frozen=True, gc=False):
    """What one contract is worth, quote per base; None for a price that was not told.

    Attributes:
        mark: The venue's mark price, by which it liquidates.
        last: The price of the last trade.
        index: The price of the index behind the contract.
    """

    mark: Decimal | None = None
    last: Decimal | None = None
    index: Decimal | None = None

    def of(self, kind: PriceKind) -> Decimal | None:
        """Return one of them."""
        if kind is PriceKind.MARK:
            return self.mark
        return self.last if kind is PriceKind.LAST else self.index


@dataclass(frozen=True, slots=True)
class Trailing:
    """How a trailing stop follows the price.

    Attributes:
        activation: It follows only from when this price was reached, quote per base; None: from the start.
        behind: How far behind the best price its trigger stays, quote per base; None if told otherwise.
        rate: The same as a share of the best price (0.01 is one percent); None if told otherwise.
    """

    activation: Decimal | None = None
    behind: Decimal | None = None
    rate: Decimal | None = None

    def first_trigger(self, side: Side) -> Decimal | None:
        """Return where its trigger lies in the moment of the activation, for an order of `side`.

        The trigger only moves away from there with the price that it follows: a price beyond it, seen while
        the order rests, shows that the order has never been active.
        """
        if self.activation is None:
            return None
        if self.behind is None and self.rate is None:
            return None
        behind = self.behind if self.behind is not None else self.activation * (self.rate or Decimal(0))
        return self.activation + side.sign * behind

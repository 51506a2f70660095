"""The lives of the two legs of a symbol, told by the fills: one begins at flat and ends at flat. Pure.

Fills name whether they open or close, so that the two legs of an account in hedge mode are told apart; in
one-way mode their sum is what is held. What is closed beyond what was opened is taken for an opening the
other way, by which that sum stays right.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from reconciler.facts.expectation import Direction
from reconciler.ledgers.hummingbot.fill import Fill, leg_of

ORDERS_KEPT = 200
"""Of one life: a market maker may send thousands, of which only the newest can still matter."""

_ZERO = Decimal(0)


@dataclass(slots=True)
class Executed:
    """What one order has executed within one life.

    Attributes:
        opens: True for an entry.
        amount: Base currency, unsigned.
        at: When last, in milliseconds.
    """

    opens: bool
    amount: Decimal
    at: int


@dataclass(slots=True)
class Life:
    """One stay of a leg away from flat.

    Attributes:
        number: Counted from 1 on each leg.
        held: Base currency, unsigned.
        opened: Its first fill, in milliseconds; None where it began with the baseline.
        changed: Its last fill, in milliseconds; None where there was none.
        orders: Its orders by client id, oldest first.
    """

    number: int
    held: Decimal = _ZERO
    opened: int | None = None
    changed: int | None = None
    orders: dict[str, Executed] = field(default_factory=dict)

    def note(self, fill: Fill, amount: Decimal, *, opens: bool) -> None:
        """Take what a fill adds or takes."""
        self.held += amount if opens else -amount
        self.opened = fill.at if self.opened is None and opens and not self.orders else self.opened
        self.changed = fill.at
        known = self.orders.setdefault(fill.order, Executed(opens, _ZERO, fill.at))
        known.amount, known.at = known.amount + amount, fill.at
        if len(self.orders) > ORDERS_KEPT:
            del self.orders[next(iter(self.orders))]


class Leg:
    """One leg: the life that it lives, and those that ended lately."""

    def __init__(self, baseline: Decimal = _ZERO) -> None:
        """`baseline` is what was held before the first fill, unsigned."""
        self.ended: deque[Life] = deque(maxlen=50)
        self._number = 1
        self.life = Life(1, held=baseline)

    @property
    def held(self) -> Decimal:
        """What is held, base currency, unsigned."""
        return self.life.held

    def open(self, fill: Fill, amount: Decimal) -> None:
        """Add to it."""
        self.life.note(fill, amount, opens=True)

    def close(self, fill: Fill) -> Decimal:
        """Take from it, and return what a fill closes beyond what is held."""
        taken = min(fill.amount, self.held)
        if taken > 0:
            self.life.note(fill, taken, opens=False)
            if self.held == 0:
                self.ended.append(self.life)
                self._number += 1
                self.life = Life(self._number)
        return fill.amount - taken


class Legs:
    """Both legs of one symbol of one connector."""

    def __init__(self, baseline: Iterable[Decimal] = ()) -> None:
        """`baseline` is what was held before the first fill, signed."""
        held = list(baseline)
        self.of: Mapping[Direction, Leg] = {
            Direction.LONG: Leg(sum((each for each in held if each > 0), _ZERO)),
            Direction.SHORT: Leg(-sum((each for each in held if each < 0), _ZERO)),
        }
        self.beyond = _ZERO

    def note(self, fill: Fill) -> None:
        """Take what a fill does."""
        long, short = self.of[Direction.LONG], self.of[Direction.SHORT]
        direction, opens = leg_of(buy=fill.buys, action=fill.action, shorts=short.held, longs=long.held)
        if opens:
            self.of[direction].open(fill, fill.amount)
            return
        left = self.of[direction].close(fill)
        if left > 0:
            if fill.action == "CLOSE":
                self.beyond += left
            (long if direction is Direction.SHORT else short).open(fill, left)

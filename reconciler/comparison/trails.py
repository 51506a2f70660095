"""What is remembered of trailing stops: whether one is active is not told, but now and then prices show."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from msgspec.structs import replace

from reconciler.comparison.stop_judgement import Stop, activity
from verification.facts.account import AccountReading, Part
from verification.facts.leg import Side
from verification.facts.prices import Prices, Trailing

Trail = tuple[Part, str, str, Decimal]
"""One trailing stop: where it was listed, its symbol, its id (its leg), its activation price."""


@dataclass(frozen=True, slots=True)
class Trails:
    """The trailing stops of which it is known whether they follow.

    Attributes:
        awake: Those that the price was seen to activate.
        asleep: Those that a price showed not to have been activated, and none since has.
    """

    awake: frozenset[Trail] = frozenset()
    asleep: frozenset[Trail] = frozenset()

    def after(self, reading: AccountReading, prices: Mapping[str, Prices]) -> "Trails":
        """Return what is known after a reading, and the prices read with it. What was not read stays."""
        awake, asleep = set(self.awake), set(self.asleep)
        listed: set[Trail] = set()
        for trail, stop in _trailing(reading):
            listed.add(trail)
            seen = activity(stop, prices.get(trail[1], Prices()))
            if seen is not None:
                (awake if seen else asleep).add(trail)
                (asleep if seen else awake).discard(trail)
        read = {part for part in Part if part not in reading.failures}
        gone = {
            trail
            for trail in awake | asleep
            if trail[0] in read and _asked(reading, trail) and trail not in listed
        }
        return Trails(frozenset(awake - gone), frozenset(asleep - gone))

    def knowing(self, stop: Stop, part: Part, symbol: str, name: str) -> Stop:
        """Return a stop with what is remembered of it."""
        if stop.trailing is None or stop.trailing.activation is None:
            return stop
        trail = (part, symbol, name, stop.trailing.activation)
        return replace(stop, following=trail in self.awake, dormant=stop.dormant or trail in self.asleep)


def _asked(reading: AccountReading, trail: Trail) -> bool:
    part, symbol = trail[0], trail[1]
    if reading.symbols is not None and symbol not in reading.symbols:
        return False
    conditional = part is Part.CONDITIONAL_ORDERS
    return part is Part.POSITIONS or reading.scope.holds(symbol, conditional=conditional)


def _trailing(reading: AccountReading) -> Iterator[tuple[Trail, Stop]]:
    for part, orders in (
        (Part.ORDERS, reading.orders),
        (Part.CONDITIONAL_ORDERS, reading.conditional_orders),
    ):
        for order in orders or ():
            if order.trailing is not None and order.trailing.activation is not None:
                yield (part, order.symbol, order.order_id, order.trailing.activation), Stop.of(order)
    for row in () if reading.positions is None else reading.positions.positions:
        if row.quantity != 0 and row.trailing is not None and row.trailing.activation is not None:
            stop = of_position(row.quantity, row.trailing)
            yield (Part.POSITIONS, row.key.symbol, row.key.leg.value, row.trailing.activation), stop


def of_position(quantity: Decimal, trailing: Trailing) -> Stop:
    """Return the trailing stop that belongs to a position of signed `quantity` itself."""
    return Stop(None, Side.closing(quantity), None, trailing=trailing)

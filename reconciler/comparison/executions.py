"""What the orders of one row have executed at the venue that the row does not say, and what is not known.

A bot books what its orders execute some seconds later, or never when it is dead. The venue's own orders say
how much that is: one that rests by its row in the book, one that has left it only when it is asked for.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from reconciler.comparison.book import Book
from reconciler.facts.expectation import BelievedOrder, Expectation, OrderRole
from verification.facts.clock import Moment
from verification.facts.order_fact import OrderFact, OrderFacts, OrderRef

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Unbooked:
    """An execution that the venue shows and the bot has not booked.

    Attributes:
        ledger: The ledger's name in the settings.
        row_id: The row whose order it is.
        order: The order.
        contracts: Signed, buys positive: what of its executions is not in the row.
        at: The venue's time of its newest execution, aware UTC; None if not told.
    """

    ledger: str
    row_id: str
    order: BelievedOrder
    contracts: Decimal
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Executions:
    """What is to be added to a row before it can be held against the venue.

    Attributes:
        unbooked: Executions that are not in it.
        may_add: Contracts, unsigned, that entries of unknown fate may have executed besides.
        may_take: Contracts, unsigned, that exits and stops of unknown fate may have executed besides.
        wanted: The orders whose own word would tell more.
    """

    unbooked: tuple[Unbooked, ...] = ()
    may_add: Decimal = _ZERO
    may_take: Decimal = _ZERO
    wanted: tuple[OrderRef, ...] = ()

    @property
    def net(self) -> Decimal:
        """What is not booked, signed contracts."""
        return sum((each.contracts for each in self.unbooked), _ZERO)


NOTHING = Executions()
"""Of a row all of whose orders are over, or not looked at yet."""


class _Seen(NamedTuple):
    """What is known of one order: signed contracts executed, whether that is all, and when it was."""

    executed: Decimal
    exact: bool
    at: datetime | None


def executions(
    row: Expectation, *, factor: Decimal, lot: Decimal, book: Book, facts: OrderFacts, read_at: Moment
) -> Executions:
    """Return what the orders of a row have done beyond what it says.

    Args:
        row: The row.
        factor: Contracts in one unit of its quantities.
        lot: Contracts; what is less is rounding.
        book: The resting orders of its symbol.
        facts: What orders that were asked for have said.
        read_at: When the book had been read: an order that has left it since is known only from later facts.
    """
    unbooked: list[Unbooked] = []
    wanted: list[OrderRef] = []
    add, take = (_ZERO, _ZERO) if row.orders else _untold(row, factor)
    for order in _orders(row):
        if not order.resting:
            continue
        ref = ref_of(row, order)
        seen = _seen(order, book, None if ref is None else facts.get(ref), read_at)
        entry = order.role is OrderRole.ENTRY
        toward = row.direction.sign * (1 if entry else -1)
        booked = order.booked * factor
        beyond = seen.executed - toward * booked
        if seen.executed * toward >= 0 and beyond * toward < 0:
            beyond = _ZERO  # the ledger was read after the venue: it knows more
        if abs(beyond) >= lot and beyond != 0:
            unbooked.append(Unbooked(row.ledger, row.row_id, order, beyond, seen.at))
        if not seen.exact:
            left = max(order.size * factor - max(abs(seen.executed), booked), _ZERO)
            add, take = (add + left, take) if entry else (add, take + left)
        if ref is not None and (not seen.exact or (abs(beyond) >= lot and seen.at is None)):
            wanted.append(ref)
    return Executions(tuple(unbooked), add, take, tuple(wanted))


def ref_of(row: Expectation, order: BelievedOrder) -> OrderRef | None:
    """Return how the venue is asked for an order of a row; None while the bot has no id of it."""
    if order.order_id is None:
        return None
    return OrderRef(row.symbol, order.order_id, order.role is OrderRole.STOP)


def _orders(row: Expectation) -> tuple[BelievedOrder, ...]:
    """Return the orders of a row; of a ledger that does not tell them apart the stops, which it names."""
    if row.orders:
        return row.orders
    return tuple(
        BelievedOrder(OrderRole.STOP, order_id, None, row.expected, _ZERO, resting=True)
        for order_id in row.stop_order_ids
    )


def _untold(row: Expectation, factor: Decimal) -> tuple[Decimal, Decimal]:
    """Return what a row without orders allows for by its own bounds."""
    add, take = row.expected_high - row.expected, row.expected - row.expected_low
    return max(add, _ZERO) * factor, max(take, _ZERO) * factor


def _seen(order: BelievedOrder, book: Book, fact: OrderFact | None, read_at: Moment) -> _Seen:
    resting = book.find(order.order_id, order.client_order_id, conditional=order.role is OrderRole.STOP)
    executed = _ZERO if resting is None else resting.side.sign * resting.filled
    # What a triggered order has become executes under another id at some venues.
    exact = resting is not None and not resting.triggered
    at = None
    if fact is not None:
        exact = exact or fact.terminal or fact.seen.monotonic >= read_at.monotonic
        if abs(fact.executed) >= abs(executed):
            executed, at = fact.executed, fact.executed_at
    return _Seen(executed, exact, at)

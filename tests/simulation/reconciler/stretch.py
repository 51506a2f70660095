"""The oracle's own comparison: how a leg truly stands between two changes, in a few lines of integers."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from reconciler.facts.expectation import OrderRole
from reconciler.facts.finding import Kind
from tests.simulation.reconciler.plan import Noted, Row, RowOrder
from tests.simulation.reconciler.unlisted import GONE
from tests.simulation.truth import LegState, TrueOrder
from verification.facts.leg import LegKey


class Stretch(NamedTuple):
    """How a leg stands from `start` to `end`.

    Attributes:
        kind: In what way both sides differ; None where they agree. A position that no row expects is an
            orphan, whatever its past.
        in_flight: Its own orders may explain the difference: the bot is given more time.
        sure: No order of the bot is in flight by its own word, so that agreement ends a doubt.
        rows: How many rows are live.
        masked: Both sides hold the same by chance: what an order of the bot has executed, and the bot has
            not taken note of, was traded back by somebody else; or they differ by a lot that an uncut number
            hides. That may be told as well.
        unbooked: An order of the bot has executed more than its row says.
        closed: The bot's own orders have closed all of it, and it has not taken note: nobody is exposed, so
            that it is given more time (`checks.lagging_grace`).
        uncut: What the rows have beside whole lots, signed: numbers that their bots did not cut.
    """

    start: float
    end: float
    held: int
    expected: int
    kind: Kind | None
    in_flight: bool
    sure: bool
    rows: int
    masked: bool = False
    unbooked: bool = False
    closed: bool = False
    uncut: Decimal = Decimal(0)


class Orders(NamedTuple):
    """The bot's orders as the venue knows them.

    Attributes:
        by_id: Ordinary orders.
        became: By the id of a stop that has fired, the order that it became.
    """

    by_id: Mapping[str, TrueOrder]
    became: Mapping[str, str]

    def unbooked(self, row: Row, at: float) -> int:
        """Return what the orders of a row have done by a time that it does not say, signed lots."""
        toward = (row.sign * (1 if order.role is OrderRole.ENTRY else -1) for order in row.orders)
        more = (self.executed(order, at) - order.booked for order in row.orders)
        return sum(way * by for way, by in zip(toward, more, strict=True))

    def executed(self, order: RowOrder, at: float) -> int:
        """Return what an order of a row has executed by a time, unsigned lots."""
        order_id = order.order_id
        if order.role is OrderRole.STOP:
            order_id = self.became.get(order_id, "")
        known = self.by_id.get(order_id)
        state = known.at(at) if known is not None else None
        return abs(state.executed) if state is not None else 0


def stretches(
    key: LegKey, states: Sequence[LegState], noted: Sequence[Noted], orders: Orders, ends: float
) -> list[Stretch]:
    """Return how a leg stood all the time until the world `ends`, in order."""
    of_leg = [each for each in noted if each.row.key == key]
    times = {each.at for each in of_leg} | {state.at for state in states}
    times |= {state.at for order in orders.by_id.values() if order.key == key for state in order.log}
    cuts = sorted({max(at, 0.0) for at in times} | {0.0})
    found: list[Stretch] = []
    for start, end in pairwise([*cuts, ends]):
        held = [state.quantity for state in states if state.at <= start]
        rows = {each.row.row_id: each.row for each in of_leg if each.at <= start}
        live = [row for row in rows.values() if row.live]
        unbooked = any(orders.executed(order, start) != order.booked for row in live for order in row.orders)
        stretch = _stretch(start, end, held[-1] if held else 0, live)
        masked = stretch.kind is None and (unbooked or stretch.held != stretch.expected)
        left = stretch.expected + sum(orders.unbooked(row, start) for row in live)
        closed = stretch.kind is Kind.PHANTOM_POSITION and left == 0
        found.append(stretch._replace(masked=masked, unbooked=unbooked, closed=closed))
    return found


def alike(held: int, expected: int, uncut: Decimal) -> bool:
    """Return True where so many lots are what rows say, or miss it by the lot that an uncut number hides."""
    return held == expected or (0 < abs(held - expected - uncut) < 1 and abs(held - expected) == 1)


def _stretch(start: float, end: float, held: int, live: Sequence[Row]) -> Stretch:
    expected = sum(row.expected for row in live)
    low = sum(min(row.sign * row.low, row.sign * row.high) for row in live)
    high = sum(max(row.sign * row.low, row.sign * row.high) for row in live)
    sure = all(row.low == row.high for row in live)
    if live and live[0].key.symbol == GONE:
        return Stretch(start, end, 0, expected, Kind.UNLISTED_SYMBOL, in_flight=False, sure=True, rows=1)
    uncut = sum((row.sign * row.excess for row in live if row.expected), Decimal(0))
    if alike(held, expected, uncut):
        known = Stretch(start, end, held, expected, None, in_flight=False, sure=sure, rows=len(live))
        return known._replace(uncut=uncut)
    if all(row.expected == row.high == 0 for row in live):
        kind = Kind.ORPHANED_POSITION
    elif held == 0:
        kind = Kind.PHANTOM_POSITION
    elif held * (expected or (high if low >= 0 else low if high <= 0 else 0)) < 0:
        # With orders on their way to both sides, neither is the opposite one.
        kind = Kind.SIDE_MISMATCH
    else:
        kind = Kind.QUANTITY_MISMATCH
    in_flight = low <= held <= high
    return Stretch(start, end, held, expected, kind, in_flight, sure, rows=len(live), uncut=uncut)

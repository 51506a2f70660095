"""Limit orders of one leg that rest: executed in parts, whole, late or never; booked now, late or never."""

from dataclasses import replace
from decimal import Decimal
from itertools import accumulate

from typing_extensions import override

from reconciler.facts.expectation import ExpectationState as State
from reconciler.facts.expectation import OrderRole
from tests.simulation.reconciler.leg_story import LegStory, over
from tests.simulation.reconciler.plan import QUIET, Moved, Row, RowOrder, Sent
from tests.simulation.reconciler.trouble import Trouble

SIZES = (2, 20, 43)
RESTS = (8.0, 30.0, 80.0)
"""Seconds that an order may rest before it ends."""


class RestingLegStory(LegStory):
    """A leg whose bot trades by limit orders, now and then."""

    @override
    def _open(self, at: float) -> None:
        if not self._rests():
            super()._open(at)
            return
        live = [row for row in self.live if row.expected and not row.ids(OrderRole.ENTRY, resting=True)]
        again = live and self.rng.random() < 0.4
        self._enter(at, self.rng.choice(live) if again else None)

    @override
    def _close(self, at: float, row: Row) -> None:
        working = any(order.resting and order.role is not OrderRole.STOP for order in row.orders)
        whole = row.expected and self.held * row.sign >= abs(row.expected)
        if not self._rests() or working or not whole:
            super()._close(at, row)
            return
        self._leave(at, row)

    def _rests(self) -> bool:
        if self.on(Trouble.RESTING_ORDERS):
            return self.rng.random() < 0.7
        return self.on(Trouble.UNNOTED_ENDS) and self.apart.random() < 0.7

    def _enter(self, at: float, row: Row | None) -> None:
        """Rest an entry: the first of a new trade, or one more of a trade that there is."""
        size = self.rng.choice(SIZES)
        if row is None:
            row = self.row(size * self.way())
            row = replace(row, expected=0, low=0, high=0, state=State.OPENING, excess=Decimal(0))
        held, way = abs(row.expected), row.sign
        order = RowOrder(OrderRole.ENTRY, self.names.order(row.row_id, "e"), size, 0, resting=True, sent=at)
        row = replace(row, high=held + size, orders=(*row.orders, order))
        self.note(at + 0.02, row)
        fills, ends = self._fate(at, size)
        self.sent.append(Sent(at, fills, ends, self.key, order.order_id, size * way, reduces=False))
        self._others(at, ends, (size - sum(by for _, by in fills)) * way)
        self.held += sum(by for _, by in fills) * way
        done = self._booked(row, order, fills, ends)
        if done is None:
            return
        booked_at, row = done
        if row.expected:
            self.guard(booked_at, self.rows[row.row_id])

    def _leave(self, at: float, row: Row) -> None:
        """Rest an exit for all that a trade holds."""
        size = abs(row.expected)
        order = RowOrder(OrderRole.EXIT, self.names.order(row.row_id, "x"), size, 0, resting=True, sent=at)
        row = replace(row, low=0, state=State.CLOSING, orders=(*row.orders, order), excess=Decimal(0))
        self.note(at + 0.02, row)
        fills, ends = self._fate(at, size)
        self.sent.append(Sent(at, fills, ends, self.key, order.order_id, -size * row.sign, reduces=True))
        executed = sum(by for _, by in fills)
        self._others(at, ends, -(size - executed) * row.sign)
        self.held -= executed * row.sign
        self._booked(row, order, fills, ends)
        if executed == size:
            self._stops.over(fills[-1][0], row)

    def _fate(self, at: float, size: int) -> tuple[tuple[tuple[float, int], ...], float | None]:
        """When it executes, and when it ends at the latest; None: it rests on."""
        rng = self.rng
        rests = rng.choice(RESTS)
        parts = rng.choice([0, 1, 1, 2, 3])
        times = sorted(at + rng.uniform(0.5, rests - 1.0) for _ in range(parts))
        left, fills = size, []
        for number, time in enumerate(times):
            whole = number == len(times) - 1 and rng.random() < 0.6
            by = left if whole else min(left, rng.choice([1, max(1, left // 2)]))
            left -= by
            if by:
                fills.append((time, by))
        self.until = at + rests
        if left == 0:
            return tuple(fills), fills[-1][0] + 0.01
        if rng.random() < 0.3:
            self.until = QUIET  # nothing else happens on a leg whose order rests to the end
            return tuple(fills), None
        return tuple(fills), at + rests

    def _others(self, at: float, ends: float | None, within: int) -> None:
        """Somebody else trades, in the direction of the order and by no more than it may still execute."""
        if within == 0 or not self.on(Trouble.OTHERS_TRADE) or self.rng.random() < 0.4:
            return
        last = ends if ends is not None else at + 40.0
        by = self.rng.choice([within, within // abs(within)])
        self.held += by
        self.moved.append(Moved(self.rng.uniform(at + 0.1, last), self.key, by))

    def _booked(
        self, row: Row, order: RowOrder, fills: tuple[tuple[float, int], ...], ends: float | None
    ) -> tuple[float, Row] | None:
        """Write down what the order executes, part by part; return when its end was, None if it never was."""
        executed = tuple(accumulate(by for _, by in fills))
        at = self.noted[-1].at
        for (time, _), done in zip(fills, executed, strict=True):
            delay = self.delay()
            if delay is None:
                return None
            at = max(time + max(delay, 0.05), at + 0.05)
            row = _with(row, order, done, resting=done < order.size)
            if done < order.size:
                self.note(at, row)
        if ends is None:
            return None
        delay = self.delay()
        if delay is None or (self.on(Trouble.UNNOTED_ENDS) and self.apart.random() < 0.6):
            return None
        at = max(ends + max(delay, 0.05), at + 0.05)
        row = _ended(_with(row, order, executed[-1] if executed else 0, resting=False))
        self.note(at, row)
        return at, row


def _with(row: Row, order: RowOrder, booked: int, *, resting: bool) -> Row:
    """Return a row in which an order has so much booked."""
    known = next(each for each in row.orders if each.order_id == order.order_id and each.role is order.role)
    more = booked - known.booked
    mine = replace(known, booked=booked, resting=resting)
    orders = tuple(mine if each is known else each for each in row.orders)
    if order.role is OrderRole.ENTRY:
        held = abs(row.expected) + more
        high = held + (order.size - booked if resting else 0)
        return replace(row, expected=held * row.sign, low=held, high=high, orders=orders)
    held = abs(row.expected) - more
    low = held - (order.size - booked if resting else 0)
    return replace(row, expected=held * row.sign, low=low, high=held, orders=orders)


def _ended(row: Row) -> Row:
    """Return a row whose last order has ended."""
    if row.expected:
        return replace(row, state=State.OPEN)
    if row.ids(OrderRole.EXIT):
        return over(row)
    return replace(over(row), state=State.FAILED)

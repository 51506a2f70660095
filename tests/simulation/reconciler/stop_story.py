"""The stops of one leg: placed when a trade has come to be, rightly or not, moved, taken back, or missing."""

import random
from collections.abc import Iterable
from dataclasses import replace

from reconciler.facts.expectation import OrderRole
from tests.simulation.reconciler.names import Names
from tests.simulation.reconciler.plan import Placed, Row, RowOrder
from tests.simulation.reconciler.stop import Stop, StopKind
from tests.simulation.reconciler.trouble import BAD_STOPS, Trouble
from verification.facts.leg import LegKey

KINDS = {
    Trouble.TRIGGERED_STOPS: StopKind.TRIGGERED,
    Trouble.DORMANT_STOPS: StopKind.DORMANT,
    Trouble.WRONG_SIDED_STOPS: StopKind.WRONG_SIDE,
    Trouble.DISTANT_STOPS: StopKind.DISTANT,
}


class StopStory:
    """Draws what stands at the venue for the trades of one leg, and what their rows say of it."""

    def __init__(self, key: LegKey, troubles: frozenset[Trouble], rng: random.Random, names: Names) -> None:
        self.key = key
        self.placed: list[Placed] = []
        self._on = Trouble.VENUE_STOPS in troubles
        self._bad = [trouble for trouble in BAD_STOPS if trouble in troubles]
        self._rng = rng
        self._names = names
        self._standing: set[str] = set()
        self._leaving = Trouble.LEFT_STOPS in troubles
        self.apart = random.Random(0)

    def may_fire(self, row: Row) -> bool:
        """True when the newest stop that a row names stands at the venue."""
        return bool(self._standing & set(row.ids(OrderRole.STOP)[-1:]))

    def guard(self, at: float, row: Row) -> Row:
        """Place a stop for what a row expects; return the row with it, or the same row without one."""
        if not self._on or not row.expected:
            return row
        rng = self._rng
        flaw = rng.choice(self._bad) if self._bad and rng.random() < 0.5 else None
        if flaw is Trouble.MISSING_STOPS:
            return row
        size = abs(row.expected)
        lots = max(1, size // 2) if flaw is Trouble.SHORT_STOPS else size
        order_id = self._names.stop(row.row_id)
        kind = KINDS.get(flaw) if flaw is not None else None
        good = rng.choice([StopKind.GOOD, StopKind.GOOD, StopKind.WHOLE])
        if kind is None and flaw is not None:
            good = StopKind.GOOD
        first = StopKind.GOOD if kind is StopKind.TRIGGERED else kind or good
        self.placed.append(Placed(at, self.key, order_id, Stop(row.sign, lots, first)))
        if kind is StopKind.TRIGGERED:
            hit = at + rng.choice([0.01, 3.0, 40.0]) if at >= 0 else rng.uniform(-5, 40)
            self.placed.append(Placed(hit, self.key, order_id, Stop(row.sign, lots, kind)))
        self._standing.add(order_id)
        known = RowOrder(OrderRole.STOP, order_id, lots, 0, resting=True, sent=at)
        return replace(row, orders=(*row.orders, known))

    def again(self, at: float, row: Row) -> Row:
        """Take the stops of a row back and place another, as a bot does that moves its stop."""
        return self.guard(at + 0.3, self.taken_back(at, row))

    def taken_back(self, at: float, row: Row) -> Row:
        """Take the stops of a row back; return the row without them."""
        self._gone(at, row.ids(OrderRole.STOP))
        orders = tuple(order for order in row.orders if order.role is not OrderRole.STOP)
        return replace(row, orders=orders)

    def over(self, at: float, row: Row) -> None:
        """The trade of a row is over: its stops are taken back, or stay for a while, or for good."""
        if not self._leaving or self.apart.random() < 0.4:
            self.taken_back(at, row)
            return
        later = self.apart.choice([None, None, 3.0, 150.0])
        if later is not None:
            self._gone(at + later, row.ids(OrderRole.STOP))

    def fires(self, at: float, row: Row, became: str) -> None:
        """The newest stop of a row fires, and becomes an order; the others are taken back."""
        *others, newest = row.ids(OrderRole.STOP)
        self._gone(at, others)
        self._standing.discard(newest)
        self.placed.append(Placed(at, self.key, newest, None, became))

    def cancelled(self, at: float, rows: Iterable[Row]) -> None:
        """The venue cancels the stops of these rows; the bot's rows still name them."""
        for row in rows:
            self._gone(at, row.ids(OrderRole.STOP))

    def _gone(self, at: float, order_ids: Iterable[str]) -> None:
        for order_id in order_ids:
            self._standing.discard(order_id)
            self.placed.append(Placed(at, self.key, order_id, None))

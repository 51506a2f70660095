"""What truly happens at the venue: legs and orders, every change with its time and its version."""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from verification.facts.leg import LegKey


class LegState(NamedTuple):
    """What a leg holds from a time on. Version 0: never traded."""

    at: float
    version: int
    quantity: int


class OrderState(NamedTuple):
    """What became of an order by a time. `executed` is signed, buys positive."""

    at: float
    executed: int
    ended: bool
    status: str


NEVER = LegState(float("-inf"), 0, 0)


@dataclass(slots=True)
class TrueOrder:
    """An order as the venue knows it. `sign` is the way it really goes, whatever was meant."""

    key: LegKey
    order_id: str
    client_id: str
    sign: int
    quantity: int
    reduce_only: bool = False
    log: list[OrderState] = field(default_factory=list)
    fills: list[tuple[float, int]] = field(default_factory=list)

    @property
    def now(self) -> OrderState:
        return self.log[-1]

    def at(self, time: float) -> OrderState | None:
        """Return its state at a time; None before it was there."""
        place = bisect_right(self.log, time, key=lambda state: state.at)
        return self.log[place - 1] if place else None

    def filled_by(self, time: float) -> list[int]:
        return [quantity for at, quantity in self.fills if at <= time]

    def lie(self, traded: int, rng: Random) -> OrderState | None:
        """Return a status that lies about what trades already show, never about what nobody could know.

        It once was true, and not the last, and is given out for the end. None: there is nothing to lie about.
        """
        if not traded:
            return None
        past = [each for each in self.log if abs(each.executed) < abs(traded)]
        return rng.choice(past)._replace(ended=True, status="canceled")


class Truth:
    """The venue's own books. Whoever is in `hears` is told each change, with the leg and the order."""

    def __init__(self, version_at: Callable[[float, int], int]) -> None:
        """`version_at` makes a version of a time and of the number of changes so far."""
        self.legs: dict[LegKey, list[LegState]] = {}
        self.orders: dict[str, TrueOrder] = {}
        self.hears: list[Callable[[LegKey, LegState | None, TrueOrder | None], None]] = []
        self._version_at = version_at
        self._changes = 0

    def held(self, key: LegKey) -> LegState:
        """Return what a leg holds now."""
        return self.legs[key][-1] if key in self.legs else NEVER

    def held_at(self, key: LegKey, time: float) -> LegState:
        """Return what a leg held at a time."""
        states = self.legs.get(key, [])
        place = bisect_right(states, time, key=lambda state: state.at)
        return states[place - 1] if place else NEVER

    def move(self, key: LegKey, by: int, now: float, order: TrueOrder | None = None) -> None:
        """Change a leg, by an order or by something else."""
        self._changes += 1
        state = LegState(now, self._version_at(now, self._changes), self.held(key).quantity + by)
        self.legs.setdefault(key, []).append(state)
        self._tell(key, state, order)

    def submit(self, order: TrueOrder, now: float) -> None:
        """Take an order."""
        self.orders[order.order_id] = order
        order.log.append(OrderState(now, 0, ended=False, status="open"))
        self._tell(order.key, None, order)

    def recall(self, order: TrueOrder, executed: int) -> None:
        """Take an order that is long over; what it did to its leg is over too."""
        self.orders[order.order_id] = order
        order.fills = [(-49.0, order.sign * executed)] if executed else []
        order.log = [OrderState(-50.0, 0, ended=False, status="open")]
        order.log.append(OrderState(-49.0, order.sign * executed, ended=True, status="closed"))
        self._tell(order.key, None, order)

    def fill(self, order: TrueOrder, size: int, now: float) -> None:
        """Execute some of an order: no more than is left of it, nor than a reduce-only order may."""
        if order.now.ended:
            return
        left = order.quantity - abs(order.now.executed)
        held = self.held(order.key).quantity
        size = min(size, left)
        if order.reduce_only:
            size = min(size, max(0, -held * order.sign))
        if size == 0:
            return
        by = order.sign * size
        done = order.now.executed + by
        ended = abs(done) == order.quantity
        order.fills.append((now, by))
        order.log.append(OrderState(now, done, ended, "closed" if ended else "open"))
        self.move(order.key, by, now, order)

    def end(self, order: TrueOrder, status: str, now: float) -> None:
        """End an order with whatever it has executed."""
        if not order.now.ended:
            order.log.append(OrderState(now, order.now.executed, ended=True, status=status))
            self._tell(order.key, None, order)

    def _tell(self, key: LegKey, state: LegState | None, order: TrueOrder | None) -> None:
        for hear in self.hears:
            hear(key, state, order)

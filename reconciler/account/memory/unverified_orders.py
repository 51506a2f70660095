"""The orders of one account of which it is not known whether they executed; a leg may have several. Pure."""

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from verification.facts.clock import Moment
from verification.facts.leg import LegKey
from verification.facts.order_identity import is_same
from verification.facts.question import Question

KEPT = 1000
"""How many answered orders are kept, for a bot that could not see what the sidecar saw says so later."""


class _Order(NamedTuple):
    """An order by its names, on its leg."""

    key: LegKey
    order_id: str | None
    client_order_id: str | None


class UnverifiedOrders:
    """Doubts that are open, by leg and order: an answer about one order says nothing of another."""

    def __init__(self, settled: Callable[[LegKey, Moment], bool]) -> None:
        """Nothing is in doubt.

        Args:
            settled: Says whether both sides of a leg were seen to hold the same since a moment: what was in
                doubt before has come to that.
        """
        self._settled = settled
        self._open: dict[LegKey, list[tuple[_Order, Moment]]] = {}
        self._answered: deque[_Order] = deque(maxlen=KEPT)

    def raised(self, question: Question, at: Moment) -> None:
        """Take note that an order is in doubt."""
        others = [each for each in self._open.get(question.key, ()) if not _is(each[0], question)]
        self._open[question.key] = [*others, (_order(question), at)]

    def ended(self, question: Question) -> bool:
        """Take note that an order was answered for; True when nothing on its leg is in doubt any more."""
        self.know_answered(question)
        left = self._others(question)
        self._open.pop(question.key, None)
        if left:
            self._open[question.key] = left
        return not left

    def is_last(self, question: Question) -> bool:
        """Return True when no other order of the leg is in doubt."""
        return not self._others(question)

    def know_answered(self, question: Question) -> None:
        """Take note that an order was answered for, whatever follows from that: no doubt about it is new."""
        answered = _order(question)
        if answered not in self._answered:
            self._answered.append(answered)

    def answered(self, question: Question) -> bool:
        """Return True when somebody has been answered about this order already."""
        return any(_is(each, question) for each in self._answered)

    def doubted(self, question: Question) -> bool:
        """Return True when this order is in doubt."""
        return any(_is(each, question) for each, _ in self._open.get(question.key, ()))

    def _others(self, question: Question) -> list[tuple[_Order, Moment]]:
        others = (each for each in self._open.get(question.key, ()) if not _is(each[0], question))
        return [(order, since) for order, since in others if not self._settled(order.key, since)]


def _order(question: Question) -> _Order:
    return _Order(question.key, question.order_id, question.client_order_id)


def _is(order: _Order, question: Question) -> bool:
    return order.key == question.key and is_same(order, question.order_id, question.client_order_id)

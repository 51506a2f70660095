"""The orders of one account of which it is not known whether they executed; a leg may have several. Pure."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from verification.facts.clock import Moment
from verification.facts.leg import LegKey
from verification.facts.question import Question

KEPT = 1000
"""How many answered orders are kept, for a bot that could not see what the sidecar saw says so later."""


@dataclass(frozen=True, slots=True)
class _UnverifiedOrder:
    names: frozenset[str]
    since: Moment


class UnverifiedOrders:
    """Doubts that are open, by leg and order: an answer about one order says nothing of another."""

    def __init__(self, settled: Callable[[LegKey, Moment], bool]) -> None:
        """Nothing is in doubt.

        Args:
            settled: Says whether both sides of a leg were seen to hold the same since a moment: what was in
                doubt before has come to that.
        """
        self._settled = settled
        self._open: dict[LegKey, list[_UnverifiedOrder]] = {}
        self._answered: deque[tuple[LegKey, frozenset[str]]] = deque(maxlen=KEPT)

    def raised(self, question: Question, at: Moment) -> None:
        """Take note that an order is in doubt."""
        names = _names(question)
        others = [each for each in self._open.get(question.key, ()) if not names & each.names]
        self._open[question.key] = [*others, _UnverifiedOrder(names, at)]

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
        answered = (question.key, _names(question))
        if answered not in self._answered:
            self._answered.append(answered)

    def answered(self, question: Question) -> bool:
        """Return True when somebody has been answered about this order already."""
        names = _names(question)
        return any(key == question.key and names & each for key, each in self._answered)

    def doubted(self, question: Question) -> bool:
        """Return True when this order is in doubt."""
        names = _names(question)
        return any(names & each.names for each in self._open.get(question.key, ()))

    def _others(self, question: Question) -> list[_UnverifiedOrder]:
        names, key = _names(question), question.key
        others = (each for each in self._open.get(key, ()) if not names & each.names)
        return [each for each in others if not self._settled(key, each.since)]


def _names(question: Question) -> frozenset[str]:
    return frozenset(name for name in (question.order_id, question.client_order_id) if name is not None)

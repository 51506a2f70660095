"""What the stream has pushed about orders lately: a later question need not ask for it again. Pure."""

from collections import OrderedDict

from verification.facts.observation import Observation, OrderSeen
from verification.facts.order_identity import is_of
from verification.facts.question import Question

KEPT = 1000
"""How many orders are remembered; a ledger writes down what it did within seconds."""

WORDS = 8
"""How many words of each: the last ones, of which one tells all that it executed."""


class PushedOrders:
    """The words of one account's stream. They are facts: no later life of the stream takes them back."""

    def __init__(self) -> None:
        """Nothing was pushed."""
        self._words: OrderedDict[str, list[OrderSeen]] = OrderedDict()

    def on_observation(self, seen: Observation) -> None:
        """Take what was pushed, if it is a word on an order that can execute."""
        if not isinstance(seen, OrderSeen) or seen.conditional:
            return
        words = self._words.setdefault(seen.order_id, [])
        words.append(seen)
        del words[:-WORDS]
        self._words.move_to_end(seen.order_id)
        if len(self._words) > KEPT:
            self._words.popitem(last=False)

    def about(self, question: Question) -> list[OrderSeen]:
        """Return what was pushed about the order of a question, in order of arrival.

        By the venue's own number alone: a name of the sender may have been another order's before.
        """
        if question.order_id is None:
            return []
        return [each for each in self._words.get(question.order_id, ()) if is_of(question, each)]

"""The orders of one account that rest and are still to be answered for: what they show, and when to ask.

A resting order costs nothing while it rests: the stream tells of its fills, and every look's list of resting
orders shows that it is there. It is asked about only when that list shows it no more, or otherwise, or when
nobody could show it for minutes.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from verification.budget.backoff import Backoff
from verification.facts.account import AccountReading, RestingOrder
from verification.facts.clock import Moment
from verification.facts.leg import LegKey
from verification.facts.observation import Observation, OrderSeen, Provenance, Source
from verification.facts.order_identity import is_of, is_same
from verification.facts.question import Question

UNSEEN_SECONDS = 300.0
"""How long an order may go without being shown to rest before it is asked about; longer where many rest."""

FIRST_SECONDS = 10.0
"""How long nobody may have shown it at all before it is asked about."""

SECONDS_EACH = 2.0
"""How much longer for each that rests: where no list shows them, one is asked about in so many seconds."""

PAUSES = Backoff(5.0, most=300.0)
"""Between asking about one order again although nothing new was said of it."""

_Claim = tuple[Source, bool, bool | None]


class Why(StrEnum):
    """Why a resting order is to be looked at."""

    NEWS = "news"  # it has executed more, and works on
    CHANGED = "changed"  # it is said to have ended, or to have executed what nobody told of
    GONE = "gone"  # a complete list of resting orders shows it no more
    UNSEEN = "unseen"  # nobody has shown it for too long


@dataclass(slots=True)
class Resting:
    """One order that rests.

    Attributes:
        question: What is asked about it.
        shown: When it was last shown to rest.
        stirred: Set when something was said of it.
    """

    question: Question
    shown: Moment
    stirred: asyncio.Event = field(default_factory=asyncio.Event)
    _why: Why | None = None
    _words: dict[_Claim, OrderSeen] = field(default_factory=dict)
    _asked: int = 0
    _not_before: float = 0.0

    @property
    def words(self) -> tuple[OrderSeen, ...]:
        """What was said of it: of each source the most, in order of arrival."""
        return tuple(sorted(self._words.values(), key=lambda word: word.provenance.received.monotonic))

    @property
    def executed(self) -> Decimal:
        """The most that was said to have executed, signed contracts."""
        return max((word.executed for word in self._words.values()), key=abs, default=Decimal(0))

    @property
    def ended(self) -> bool:
        """True when anybody said that it has ended."""
        return any(word.terminal for word in self._words.values())

    def on_observation(self, seen: Observation) -> None:
        """Take one word of the stream."""
        if isinstance(seen, OrderSeen) and is_of(self.question, seen) and self.add(seen):
            self._not_before, self._asked = 0.0, 0
            self._stir(Why.CHANGED if seen.terminal else Why.NEWS)

    def add(self, word: OrderSeen) -> bool:
        """Keep a word; False if it says what is known."""
        if not is_of(self.question, word):
            return False
        place = (word.provenance.source, word.terminal, word.trades_agree)
        known = self._words.get(place)
        before = self.executed
        if known is None or abs(known.executed) <= abs(word.executed):
            self._words[place] = word
        return (word.terminal and known is None) or abs(word.executed) > abs(before)

    def look(self, orders: Iterable[RestingOrder], sent: Moment, received: Moment) -> None:
        """Take note of a complete list of the orders that rest on its symbol: it is a word on each."""
        if sent.monotonic <= self.shown.monotonic:
            return  # of before it was last shown: it may be older than the order
        row = next((each for each in orders if self._is(each)), None)
        if row is None:
            self._stir(Why.GONE)
            return
        self.shown, self._asked = sent, 0
        first = all(source is not Source.ORDER for source, *_ in self._words)
        if self.add(_word(self.question.key, row, sent, received)) or first:
            self._stir(Why.NEWS)

    def take(self) -> Why:
        """Return why it is looked at, and forget it."""
        why, self._why = self._why or Why.UNSEEN, None
        return why

    def asked(self, now: Moment) -> None:
        """Take note that it was asked about, and rests: it is not asked about again at once."""
        self.shown = now
        self._asked += 1
        self._not_before = now.monotonic + PAUSES.after(self._asked)

    def due(self, now: Moment, among: int) -> float:
        """Return in how many seconds it is to be looked at, at the latest; zero: now.

        Args:
            now: The present.
            among: How many rest.
        """
        if self._why is not None:
            return max(0.0, self._not_before - now.monotonic)
        patience = max(UNSEEN_SECONDS, SECONDS_EACH * among) if self._words else FIRST_SECONDS
        return max(0.0, self.shown.monotonic + patience - now.monotonic)

    def _stir(self, why: Why) -> None:
        known = self._why
        self._why = why if known is None or _WEIGHT.index(why) > _WEIGHT.index(known) else known
        self.stirred.set()

    def _is(self, row: RestingOrder) -> bool:
        known = self.question.order_id, *(word.order_id for word in self._words.values())
        order_id = next((each for each in known if each is not None), None)
        return is_same(row, order_id, self.question.client_order_id)


def _word(key: LegKey, row: RestingOrder, sent: Moment, received: Moment) -> OrderSeen:
    """Return what a list of resting orders says of one of them."""
    return OrderSeen(
        key=key,
        order_id=row.order_id,
        client_order_id=row.client_order_id,
        executed=row.side.sign * row.filled,
        terminal=False,
        trades_agree=None,
        status="open",
        average_price=None,
        provenance=Provenance(Source.ORDER, received, sent=sent),
    )


_WEIGHT = (Why.UNSEEN, Why.NEWS, Why.CHANGED, Why.GONE)
"""Of several reasons the last of these counts."""


class RestingOrders:
    """Those of one account, by leg."""

    def __init__(self) -> None:
        """None rests."""
        self._by_leg: dict[LegKey, list[Resting]] = {}

    def __len__(self) -> int:
        """Return how many rest."""
        return sum(map(len, self._by_leg.values()))

    def enter(self, order: Resting) -> None:
        """Take one up."""
        self._by_leg.setdefault(order.question.key, []).append(order)

    def leave(self, order: Resting) -> None:
        """Let one go."""
        left = [each for each in self._by_leg.pop(order.question.key, ()) if each is not order]
        if left:
            self._by_leg[order.question.key] = left

    def shown(self, question: Question) -> bool:
        """Return whether the order of a question was shown to rest, and not to have ended."""
        return any(
            each.question == question and each.words and not each.ended
            for each in self._by_leg.get(question.key, ())
        )

    def on_observation(self, seen: Observation) -> None:
        """Pass on what the stream says."""
        for each in self._by_leg.get(seen.key, ()):
            each.on_observation(seen)

    def looked(self, reading: AccountReading) -> None:
        """Pass on which orders a look has shown to rest; a list that failed says nothing."""
        if reading.orders is None:
            return
        by_symbol: dict[str, list[RestingOrder]] = {}
        for row in reading.orders:
            by_symbol.setdefault(row.symbol, []).append(row)
        for key, resting in self._by_leg.items():
            if reading.scope.holds(key.symbol, conditional=False) and (
                reading.symbols is None or key.symbol in reading.symbols
            ):
                for each in resting:
                    each.look(by_symbol.get(key.symbol, ()), reading.sent, reading.received)

"""Whatever is lost, doubled or late: a resting order is looked at soon after it changes, and only then."""

import random
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from reconciler.account.resting import PAUSES, UNSEEN_SECONDS, Resting, Why
from tests.reconciler.accounts import at, limit
from tests.verification.drawn import opening
from verification.facts.leg import Side
from verification.facts.observation import OrderSeen, Provenance, Source
from verification.facts.verdict import VerdictKind
from verification.rules.judgement import decide
from verification.rules.working_order import is_working

SWEEP = 30
LAG = 20
"""Seconds by which the list of resting orders may be behind."""

EXAMPLES = settings(max_examples=300, derandomize=True, database=None, deadline=None)


def push(executed: int, second: float, *, ended: bool = False) -> OrderSeen:
    came = Provenance(Source.WEBSOCKET, at(second))
    status = "canceled" if ended else "open"
    return OrderSeen(opening().key, "7", None, Decimal(executed), ended, None, status, None, came)


class Life:
    """One order that rests, fills a part or not, and ends; its stream and its lists tell of that badly."""

    def __init__(self, number: int) -> None:
        self.rng = random.Random(number)
        self.part_at = self.rng.choice([None, self.rng.uniform(1, 900)])
        self.ends_at = self.rng.uniform(901, 1500)
        self.lost = self.rng.choice([0.0, 0.5, 1.0])
        self.failing = self.rng.choice([0.0, 0.3])

    def done(self, second: float) -> int:
        return 20 if self.part_at is not None and second >= self.part_at else 0

    def pushes(self) -> list[tuple[float, OrderSeen]]:
        told = [] if self.part_at is None else [(self.part_at, push(20, self.part_at))]
        told.append((self.ends_at, push(self.done(self.ends_at), self.ends_at, ended=True)))
        heard = [each for each in told if self.rng.random() >= self.lost]
        return [*heard, *(each for each in heard if self.rng.random() < 0.3)]


@EXAMPLES
@given(st.integers(0, 2**32))
def test_it_is_looked_at_soon_after_it_ends_and_not_for_nothing(number: int) -> None:
    life, order = Life(number), Resting(opening(), at(0))
    events: list[tuple[float, OrderSeen | None]] = list(life.pushes())
    events += [(float(second), None) for second in range(10, 2000, SWEEP)]
    looked: list[tuple[float, Why]] = []
    first_list = showed_the_end = float("inf")
    for second, seen in sorted(events, key=lambda each: each[0]):
        if seen is not None:
            order.on_observation(seen)
        elif life.rng.random() >= life.failing:
            old = second - life.rng.uniform(0, LAG)
            rows = [limit("7", Side.BUY, "43", filled=str(life.done(old)))] if old < life.ends_at else []
            order.look(rows, at(second), at(second + 0.1))
            first_list = min(first_list, second)
            if second >= life.ends_at + LAG:
                showed_the_end = min(showed_the_end, second)
        if order.due(at(second), 1) == 0:
            why = order.take()
            looked.append((second, why))
            if second >= life.ends_at:
                break
            if why is not Why.NEWS:
                order.asked(at(second))
        listed = any(word.provenance.source is Source.ORDER for word in order.words)
        assert is_working(order.question, order.words) is listed or second >= life.ends_at
    assert looked, "it is looked at in the end"
    if life.failing:
        assert looked[-1][0] <= showed_the_end + SWEEP + PAUSES.first
    else:
        assert looked[-1][0] - life.ends_at <= LAG + 2 * SWEEP + PAUSES.first
    before = [why for second, why in looked if second < life.ends_at]
    assert before.count(Why.GONE) == before.count(Why.CHANGED) == 0, "nobody asks about what a list shows"
    assert before.count(Why.NEWS) <= 2, "once when it is first shown, once for its part"
    unseen = [second for second, why in looked if why is Why.UNSEEN and second < life.ends_at]
    assert all(second < first_list for second in unseen), "only where no list came at first"


def test_words_of_the_stream_alone_are_enough_to_answer() -> None:
    order = Resting(opening(), at(0))
    order.on_observation(push(20, 5))
    assert order.take() is Why.NEWS
    assert decide(order.question, order.words).kind is VerdictKind.PARTIAL
    order.on_observation(push(20, 6))
    assert order.due(at(6), 1) > 0, "told again, it is no news"
    order.on_observation(replace(push(43, 7, ended=True), status="closed"))
    assert order.due(at(7), 1) == 0
    assert decide(order.question, order.words).kind is VerdictKind.CONFIRMED
    assert PAUSES.first < UNSEEN_SECONDS

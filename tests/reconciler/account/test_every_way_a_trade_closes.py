"""However a trade passes from open to closed between two readings, its last exit is asked about once."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.account.questions.change import asked_and_not
from reconciler.account.questions.ledger_question import NotAsked, QuestionKey, Surroundings
from reconciler.facts.expectation import BelievedOrder, Direction, Expectation, ExpectationState, OrderRole
from tests.reconciler.accounts import SYMBOL, at, market, row
from verification.facts.account import PositionMode
from verification.facts.question import CloseQuestion

LOT = Decimal("0.001")
AROUND = Surroundings("main", PositionMode.ONE_WAY, {SYMBOL: market(step=str(LOT))}, exclusive=True, held={})


@dataclass
class Trade:
    """A trade as a bot keeps it, amounts as sums of floats, and each state it went through."""

    orders: list[BelievedOrder] = field(default_factory=list)
    states: list[Expectation] = field(default_factory=list)
    last_exit: str = ""
    held_before_exit: Decimal = Decimal(0)

    def entered(self, size: float, *, filled: float | None = None) -> None:
        """An entry is sent; then it has filled, or rests with a part."""
        name = f"e{len(self.orders)}"
        self.orders.append(BelievedOrder(OrderRole.ENTRY, name, None, exact(size), Decimal(0), resting=True))
        self.note()
        done = size if filled is None else filled
        self.change(-1, booked=exact(done), resting=done != size)

    def leaves(self, size: float) -> None:
        """An exit is sent, and rests."""
        self.held_before_exit = self.held()
        self.last_exit = f"x{len(self.orders)}"
        self.orders.append(
            BelievedOrder(OrderRole.EXIT, self.last_exit, None, exact(size), Decimal(0), resting=True)
        )
        self.note()

    def exit_filled(self, done: float, *, resting: bool = False) -> None:
        self.change(-1, booked=exact(done), resting=resting)

    def closed(self) -> None:
        self.note(closed=True)

    def change(self, place: int, *, booked: Decimal, resting: bool) -> None:
        self.orders[place] = replace(self.orders[place], booked=booked, resting=resting)
        self.note()

    def held(self) -> Decimal:
        """What the bot believes: a sum of floats, with what those add and take away."""
        total = 0.0
        for each in self.orders:
            total += float(each.booked) * (1 if each.role is OrderRole.ENTRY else -1)
        return exact(max(0.0, total))

    def note(self, *, closed: bool = False) -> None:
        entries = [each for each in self.orders if each.role is OrderRole.ENTRY]
        exits = [each for each in self.orders if each.role is OrderRole.EXIT]
        held = Decimal(0) if closed else self.held()
        state = ExpectationState.OPEN
        if closed:
            state = ExpectationState.CLOSED
        elif any(each.resting for each in exits):
            state = ExpectationState.CLOSING
        elif held == 0:
            resting = any(each.resting for each in entries)
            state = ExpectationState.OPENING if resting else ExpectationState.FAILED
        leaving = sum((each.size - each.booked for each in exits if each.resting), Decimal(0))
        coming = sum((each.size - each.booked for each in entries if each.resting), Decimal(0))
        kept = row(
            str(held),
            direction=Direction.LONG,
            low="0" if closed else str(max(Decimal(0), held - leaving)),
            high="0" if closed else str(held + coming),
            state=state,
            entries=tuple(str(each.order_id) for each in entries),
            exits=tuple(str(each.order_id) for each in exits),
            unit=Decimal(1),
            step=LOT,
        )
        self.states.append(replace(kept, orders=tuple(self.orders)))


def exact(number: float) -> Decimal:
    return Decimal(repr(float(number)))


def simple() -> Trade:
    trade = Trade()
    trade.entered(0.041)
    trade.leaves(0.041)
    trade.exit_filled(0.041)
    trade.closed()
    return trade


def added_to() -> Trade:
    """Two entries, whose sum as floats is a little more than the lots that are sold."""
    trade = Trade()
    trade.entered(0.1)
    trade.entered(0.2)
    assert trade.held() != Decimal("0.3"), "floats add something"
    trade.leaves(0.3)
    trade.exit_filled(0.3)
    trade.closed()
    return trade


def added_to_with_less() -> Trade:
    trade = Trade()
    for size in (0.7, 0.1):
        trade.entered(size)
    assert trade.held() < Decimal("0.8"), "floats take something away"
    trade.leaves(0.8)
    trade.exit_filled(0.8)
    trade.closed()
    return trade


def part_taken_first() -> Trade:
    trade = Trade()
    trade.entered(0.041)
    trade.leaves(0.02)
    trade.exit_filled(0.02)
    trade.leaves(0.021)
    trade.exit_filled(0.01, resting=True)
    trade.exit_filled(0.021)
    trade.closed()
    return trade


def exit_replaced() -> Trade:
    trade = Trade()
    trade.entered(0.041)
    trade.leaves(0.041)
    trade.exit_filled(0.011, resting=True)
    trade.exit_filled(0.011)
    trade.leaves(0.03)
    trade.exit_filled(0.03)
    trade.closed()
    return trade


def exit_taken_back() -> Trade:
    trade = Trade()
    trade.entered(0.041)
    trade.leaves(0.041)
    trade.exit_filled(0)
    trade.leaves(0.041)
    trade.exit_filled(0.041)
    trade.closed()
    return trade


def entry_in_part() -> Trade:
    trade = Trade()
    trade.entered(0.041, filled=0.02)
    trade.change(-1, booked=exact(0.02), resting=False)
    trade.leaves(0.02)
    trade.exit_filled(0.02)
    trade.closed()
    return trade


def added_to_and_left_at_once() -> Trade:
    trade = part_taken_first()
    trade = Trade()
    trade.entered(0.041)
    trade.entered(0.082, filled=0.041)
    trade.change(-1, booked=exact(0.082), resting=False)
    trade.leaves(0.123)
    trade.exit_filled(0.123)
    trade.closed()
    return trade


WAYS = [
    simple,
    added_to,
    added_to_with_less,
    part_taken_first,
    exit_replaced,
    exit_taken_back,
    entry_in_part,
    added_to_and_left_at_once,
]


def samplings(trade: Trade) -> Iterator[tuple[Expectation, ...]]:
    """Return every sampling of the states that sees the trade closed."""
    *before, last = trade.states
    for size in range(len(before) + 1):
        for chosen in combinations(before, size):
            yield (*chosen, last)


def told(
    sampled: tuple[Expectation, ...], *, orders: bool = True
) -> tuple[dict[QuestionKey, CloseQuestion], list[NotAsked]]:
    """Return the closes asked about over a row of readings, each once, and the reasons given."""
    asked: dict[QuestionKey, CloseQuestion] = {}
    reasons: list[NotAsked] = []
    known: dict[str, Expectation] = {}
    for each in sampled:
        now = each if orders else replace(each, orders=())
        found, left_out = asked_and_not(known, [now], AROUND, now=at(1000))
        reasons += left_out
        for put in found:
            if isinstance(put.question, CloseQuestion):
                asked.setdefault(put.key, put.question)  # whoever asks knows what he has asked
        known = {now.row_id: now}
    return asked, reasons


@pytest.mark.parametrize("way", WAYS, ids=lambda each: each.__name__)
def test_the_exit_by_which_it_closed_is_asked_about_once_over_any_sampling(way: object) -> None:
    assert callable(way)
    trade = way()
    held = (trade.held_before_exit / LOT).quantize(Decimal(1)) * LOT
    for sampled in samplings(trade):
        asked, reasons = told(sampled)
        mine = [each for each in asked.values() if each.order_id == trade.last_exit]
        assert len(mine) == 1, (sampled, reasons)
        assert mine[0].position.quantity == held
        assert reasons == []
        partial = {str(each.order_id) for each in trade.orders} - {trade.last_exit}
        flat = {str(each.order_id) for each in trade.orders if each.size >= held}
        assert {each.order_id for each in asked.values()} <= {trade.last_exit} | (partial & flat)


@pytest.mark.parametrize("way", WAYS, ids=lambda each: each.__name__)
def test_where_a_ledger_does_not_tell_its_orders_apart_there_is_a_question_or_a_reason(way: object) -> None:
    assert callable(way)
    trade = way()
    for sampled in samplings(trade):
        asked, reasons = told(sampled, orders=False)
        assert any(each.order_id == trade.last_exit for each in asked.values()) or reasons


def test_a_trade_that_a_stop_or_a_hand_closed_is_not_asked_about_and_says_why() -> None:
    trade = Trade()
    trade.entered(0.041)
    trade.leaves(0.041)
    trade.exit_filled(0)
    trade.closed()
    *_, back, closed = trade.states
    asked, (reason,) = told((back, closed))
    assert asked == {}
    assert "a stop, a hand or a liquidation" in reason.reason


def test_beside_another_trade_on_its_leg_there_is_a_reason() -> None:
    states = simple().states
    resting, closed = states[1], states[-1]
    other = replace(resting, row_id="2", state=ExpectationState.OPEN)
    found, (reason,) = asked_and_not({"1": resting}, [closed, other], AROUND, now=at(1000))
    assert [put for put in found if put.key.row_id == "1"] == []
    assert "another trade" in reason.reason


@settings(max_examples=200, derandomize=True, database=None, deadline=None)
@given(st.lists(st.integers(1, 400), min_size=1, max_size=4), st.integers(0, 2**20))
def test_whatever_floats_make_of_a_sum_its_exit_is_asked_about_in_whole_lots(
    lots: list[int], sampling: int
) -> None:
    trade = Trade()
    for each in lots:
        trade.entered(each / 1000)
    trade.leaves(sum(lots) / 1000)
    trade.exit_filled(sum(lots) / 1000)
    trade.closed()
    *before, last = trade.states
    sampled = (*(each for place, each in enumerate(before) if sampling >> place & 1), last)
    asked, _ = told(sampled)
    (question,) = asked.values()
    assert question.position.quantity == sum(lots) * LOT

"""What rests and is for nothing any more is told; what rests by design, or protects something, is not."""

from decimal import Decimal

import pytest

from reconciler.comparison.condition_check import ConditionState
from reconciler.comparison.outcome import Comparison
from reconciler.facts.expectation import Expectation, ExpectationState
from reconciler.facts.finding import Finding, FindingKey, Kind, Severity
from tests.reconciler.accounts import (
    SYMBOL,
    compared,
    entry,
    found,
    leg,
    limit,
    listed,
    merged,
    reading,
    row,
    stop,
)
from verification.facts.account import PositionMode, RestingOrder
from verification.facts.leg import Leg, Side

DANGLING = FindingKey(Kind.DANGLING_ORDER, "main", SYMBOL, Leg.NET)
CLOSED = row("0", state=ExpectationState.CLOSED, entries=("e1",), exits=("x1",), stops=("s1",))
FAILED = row("0", state=ExpectationState.FAILED, entries=("e1",))
STOP = stop("s1", Side.SELL, "43")
OPENING_STOP = stop("s1", Side.SELL, "43", reduce_only=False)
TARGET = stop("t1", Side.SELL, "43", trigger="11", stop_loss=False)


def _account(
    rows: list[Expectation], *orders: RestingOrder, held: str = "0", alone: bool = True, complete: bool = True
) -> Comparison:
    positions = [listed(held)] if held != "0" else []
    ordinary = [order for order in orders if not order.conditional]
    triggered = [order for order in orders if order.conditional]
    view = merged(reading(positions, orders=ordinary, stops=triggered))
    return compared(rows, view, alone=alone, complete=complete)


def _told(comparison: Comparison) -> Finding:
    (told,) = comparison.findings
    assert told.identity == DANGLING
    return told


def test_a_stop_that_outlives_its_trade_would_act_on_the_next_one() -> None:
    told = _told(_account([CLOSED], STOP))
    assert told.severity is Severity.WARNING
    assert told.reason == (
        "Stop s1 (sell 43 AVL at 9, reduce-only) of trade 1, which is closed, still rests at the exchange "
        "where nothing is held: it would close some of the next position."
    )
    assert told.evidence[0].text == "stop s1 rests: sell 43 AVL at 9, reduce-only"


def test_one_that_is_not_reduce_only_can_open_a_position_and_is_an_emergency() -> None:
    told = _told(_account([CLOSED], OPENING_STOP))
    assert told.severity is Severity.CRITICAL
    assert told.exposure == 43 * Decimal(9)
    assert "it can open a position of its own" in told.reason


def test_an_entry_that_works_on_after_its_bot_gave_it_up_is_an_emergency() -> None:
    told = _told(_account([FAILED], limit("e1", Side.BUY, "43")))
    assert told.severity is Severity.CRITICAL
    assert "Order e1 (buy 43 AVL at 10) of trade 1, which has failed," in told.reason


def test_what_is_of_a_trade_that_is_over_is_told_whoever_else_trades_the_account() -> None:
    assert found(_account([CLOSED], STOP, alone=False)) == ["dangling_order"]
    assert found(_account([FAILED], limit("e1", Side.BUY, "43"), alone=False)) == ["dangling_order"]


def test_a_stop_and_a_target_that_nobody_has_down_are_one_alert() -> None:
    told = _told(_account([], STOP, TARGET))
    assert told.severity is Severity.WARNING
    assert "and stop" in told.reason.lower() or "and conditional order" in told.reason.lower()
    assert "they would close some of the next position" in told.reason


@pytest.mark.parametrize(
    "order", [STOP, OPENING_STOP, TARGET, limit("x9", Side.SELL, "43", reduce_only=True)]
)
def test_where_others_trade_too_what_nobody_has_down_may_be_theirs(order: RestingOrder) -> None:
    assert found(_account([], order, alone=False)) == []
    assert found(_account([], order)) == ["dangling_order"]


def test_an_entry_that_rests_with_nothing_held_is_by_design() -> None:
    opening = row("0", high="43", state=ExpectationState.OPENING, orders=(entry("e1", "43"),))
    assert found(_account([opening], limit("e1", Side.BUY, "43"))) == []


def test_a_stop_that_waits_beside_an_entry_is_by_design() -> None:
    """Some bots place all orders of a trade at once; the row is there, and may not name them all yet."""
    opening = row("0", high="43", state=ExpectationState.OPENING, orders=(entry("e1", "43"),))
    assert found(_account([opening], limit("e1", Side.BUY, "43"), STOP, TARGET)) == []


def test_an_old_stop_beside_the_position_of_another_trade_is_told() -> None:
    live = row("43", row_id="2", stops=("s2",))
    newer = stop("s2", Side.SELL, "43")
    told = _told(_account([CLOSED, live], STOP, newer, held="43"))
    assert "beside long 43 AVL: it would close some of it" in told.reason
    assert found(_account([live], newer, STOP, held="43")) == [], (
        "two stops of one trade, one not written yet"
    )


def test_what_may_be_all_that_protects_a_position_is_not_called_left_over() -> None:
    """The bot has its trade down as closed, and the exchange holds it: its stop is what guards it."""
    comparison = _account([CLOSED], STOP, held="43")
    assert found(comparison) == ["orphaned_position"]
    assert comparison.condition(DANGLING).state is ConditionState.UNKNOWN
    assert found(_account([FAILED], limit("e1", Side.BUY, "43", filled="20"), held="20")) == [
        "dangling_order",
        "orphaned_position",
    ]


def test_the_stop_of_a_row_that_lives_is_its_own_though_nothing_is_held() -> None:
    assert found(_account([row("43", stops=("s1",))], STOP)) == ["phantom_position"]


def test_it_is_over_when_complete_lists_are_without_it() -> None:
    assert _account([CLOSED]).condition(DANGLING).state is ConditionState.CLEAR
    for failed in ({"orders": None}, {"stops": None}):
        unread = compared([CLOSED], merged(reading([], **failed)), alone=True)  # type: ignore[arg-type]  # drawn
        assert unread.condition(DANGLING).state is ConditionState.UNKNOWN
    assert _account([CLOSED], complete=False).condition(DANGLING).state is ConditionState.UNKNOWN
    unlisted = compared([CLOSED], merged(reading(None)), alone=True)
    assert unlisted.condition(DANGLING).state is ConditionState.UNKNOWN


def test_a_ledger_that_cannot_be_read_may_have_it_down() -> None:
    assert found(_account([], STOP, complete=False)) == []


def test_a_list_that_cannot_be_read_shows_nothing_that_is_left_over() -> None:
    assert found(compared([], merged(reading(None, stops=[STOP])), alone=True)) == []


def test_one_number_in_both_spaces_is_two_orders() -> None:
    closed = row("0", state=ExpectationState.CLOSED, entries=("7",), stops=("s1",))
    other = stop("7", Side.SELL, "43")
    assert found(_account([closed, row("43", row_id="2", stops=("s2",))], other, held="43")) == []


def test_legs_are_told_apart() -> None:
    long, short = leg(which=Leg.LONG), leg(which=Leg.SHORT)
    left = stop("s1", Side.BUY, "43", on=Leg.SHORT, reduce_only=False)
    view = merged(reading([listed("43", key=long)], stops=[left], mode=PositionMode.HEDGE))
    comparison = compared([row("43")], view, alone=True)
    (told,) = comparison.findings
    assert (told.kind, told.leg) == (Kind.DANGLING_ORDER, short.leg)
    assert told.severity is Severity.WARNING, "on a hedge leg an order of the closing side can only close"


def test_an_order_on_a_flat_leg_adds_no_leg_to_what_is_counted() -> None:
    comparison = _account([CLOSED], STOP)
    assert (comparison.legs, comparison.matched) == ((), 0)

"""An order that nobody has sent is told where nobody but the bots trades, and their ledgers tell all."""

from dataclasses import replace

import pytest

from reconciler.comparison.condition_check import ConditionState
from reconciler.comparison.outcome import Comparison
from reconciler.comparison.watched_order import WatchedOrder
from reconciler.facts.expectation import Expectation, ExpectationState
from reconciler.facts.finding import FindingKey, Kind, Severity
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
    utc,
)
from tests.reconciler.accounts import stop as stop_of
from verification.facts.account import RestingOrder
from verification.facts.leg import Leg, Side

FOREIGN = FindingKey(Kind.FOREIGN_WRITER, "main", SYMBOL, Leg.NET)
OTHERS = limit("9", Side.BUY, "7")


def _account(
    rows: list[Expectation], *orders: RestingOrder, held: str = "0", alone: bool = True, **more: object
) -> Comparison:
    positions = [listed(held)] if held != "0" else []
    parts = {True: [o for o in orders if o.conditional], False: [o for o in orders if not o.conditional]}
    view = merged(reading(positions, orders=parts[False], stops=parts[True]))
    return compared(rows, view, alone=alone, **more)  # type: ignore[arg-type]  # drawn options


def test_an_order_that_no_bot_has_down_is_somebody_elses() -> None:
    (told,) = _account([row("43")], OTHERS, held="43").findings
    assert (told.identity, told.severity) == (FOREIGN, Severity.WARNING)
    assert told.reason == (
        "Order 9 (buy 7 AVL at 10) rests on AVL/USDT:USDT and can open a position, no bot of this account "
        "has it down, and by the settings nobody else trades it."
    )


def test_it_is_told_on_a_leg_that_no_bot_trades_too() -> None:
    assert found(_account([], OTHERS)) == ["foreign_writer"]


def test_where_others_may_trade_it_is_nothing() -> None:
    assert found(_account([], OTHERS, alone=False)) == []


def test_a_ledger_that_cannot_be_read_may_have_it_down() -> None:
    comparison = _account([], OTHERS, complete=False)
    assert found(comparison) == []
    assert comparison.condition(FOREIGN).state is ConditionState.UNKNOWN


@pytest.mark.parametrize("name", ["9", None], ids=["by the venue's id", "by the bot's own"])
def test_an_order_of_any_bot_is_no_strangers(name: str | None) -> None:
    order = replace(OTHERS, client_order_id="c9")
    mine = entry(name, "7", client="c9")
    theirs = row("0", high="7", ledger="other", state=ExpectationState.OPENING, orders=(mine,))
    assert found(_account([row("43"), theirs], order, held="43")) == []


def test_an_order_that_a_verification_waits_for_is_a_bots() -> None:
    watched = WatchedOrder(leg(), "9", 1, "open", "unknown", 1, utc(-9), utc(-8))
    assert found(_account([], OTHERS, watched={leg(): (watched,)})) == []


@pytest.mark.parametrize(
    "order",
    [
        limit("9", Side.SELL, "43", reduce_only=True),
        stop_of("9", Side.SELL, "43"),
        stop_of("9", Side.SELL, None),
    ],
    ids=["a reduce-only order", "a stop", "a stop for all of it"],
)
def test_what_only_closes_may_be_the_exchanges_own(order: RestingOrder) -> None:
    """A stop or a target that belongs to a position is an order with a number that no bot knows."""
    assert found(_account([row("43")], order, held="43")) == []


def test_it_is_over_when_it_is_gone_or_a_bot_has_it_down() -> None:
    assert _account([]).condition(FOREIGN).state is ConditionState.CLEAR
    opening = row("0", high="7", state=ExpectationState.OPENING, orders=(entry("9", "7"),))
    assert _account([opening], OTHERS).condition(FOREIGN).state is ConditionState.CLEAR
    unread = compared([], merged(reading([], orders=None)), alone=True)
    assert unread.condition(FOREIGN).state is ConditionState.UNKNOWN

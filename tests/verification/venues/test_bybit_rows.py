"""Rows of Bybit v5 are read exactly, a side is never guessed, and what executed is told from what is paid."""

from decimal import Decimal
from typing import Any

import pytest

from tests.verification.venues.bybit_samples import execution_row, flat_row, order_row, position_row
from tests.verification.venues.samples import NET, listed
from verification.facts.errors import SourceMalformed
from verification.facts.leg import Leg
from verification.venues.bybit.rows import (
    fill,
    leg_of_execution,
    moved,
    order_status,
    position,
    resting_order,
)


@pytest.mark.parametrize(
    ("changes", "leg", "quantity"),
    [
        ({}, Leg.NET, "43"),
        ({"side": "Sell"}, Leg.NET, "-43"),
        ({"positionIdx": 1}, Leg.LONG, "43"),
        ({"positionIdx": 2, "side": "Sell"}, Leg.SHORT, "-43"),
        ({"positionIdx": "2", "side": "Sell", "size": "0.30"}, Leg.SHORT, "-0.30"),
    ],
)
def test_a_position_is_signed_by_its_side(changes: dict[str, Any], leg: Leg, quantity: str) -> None:
    row = position(position_row(**changes), "main", listed())
    assert (row.key.leg, row.quantity, row.version) == (leg, Decimal(quantity), 9_000_000_001)


def test_prices_and_times_of_a_position() -> None:
    row = position(position_row(stopLoss="0.12"), "main", listed())
    assert (row.entry_price, row.mark_price) == (Decimal("0.1357"), Decimal("0.14"))
    assert (row.notional, row.attached_stop) == (Decimal("5.8351"), Decimal("0.12"))
    assert row.updated_at is not None
    assert row.updated_at.year == 2023


@pytest.mark.parametrize("index", [0, 1, 2])
def test_a_flat_leg_says_zero_in_so_many_words(index: int) -> None:
    row = position(flat_row(positionIdx=index), "main", listed())
    assert (row.quantity, row.version, row.entry_price) == (Decimal(0), 9_000_000_001, None)
    assert row.attached_stop is None


def test_a_contract_that_was_never_traded_has_a_version_before_all_others() -> None:
    assert position(flat_row(seq=-1), "main", listed()).version == -1


@pytest.mark.parametrize(
    "changes",
    [
        {"side": ""},
        {"side": "None"},
        {"size": ""},
        {"size": "-43"},
        {"size": 43.5},
        {"positionIdx": 3},
        {"positionIdx": None},
        {"positionIdx": 1, "side": "Sell"},
        {"positionIdx": 2, "side": "Buy"},
        {"seq": None},
        {"seq": "1.5"},
    ],
)
def test_a_position_that_leaves_a_doubt_is_malformed(changes: dict[str, Any]) -> None:
    with pytest.raises(SourceMalformed):
        position(position_row(**changes), "main", listed())


@pytest.mark.parametrize(
    ("word", "status", "terminal"),
    [
        ("New", "open", False),
        ("PartiallyFilled", "open", False),
        ("Untriggered", "open", False),
        ("Triggered", "open", False),
        ("Filled", "closed", True),
        ("Cancelled", "canceled", True),
        ("Deactivated", "canceled", True),
        ("Rejected", "rejected", True),
        ("SomethingNew", "somethingnew", False),
    ],
)
def test_an_order_ends_only_by_a_word_that_is_documented(word: str, status: str, *, terminal: bool) -> None:
    seen = order_status(order_row(orderStatus=word, cumExecQty="3"), "main", listed())
    assert (seen.status, seen.terminal, seen.executed) == (status, terminal, Decimal(3))


@pytest.mark.parametrize("word", ["New", "PartiallyFilled", "Filled", "Cancelled", "Rejected"])
def test_an_order_that_does_not_tell_what_it_executed_is_malformed(word: str) -> None:
    row = order_row(orderStatus=word, cumExecQty="")
    with pytest.raises(SourceMalformed, match="cumExecQty"):
        order_status(row, "main", listed())
    with pytest.raises(SourceMalformed, match="cumExecQty"):
        resting_order(row, "main", listed())


def test_an_order_that_waits_for_its_trigger_has_executed_nothing_yet() -> None:
    row = order_row(orderStatus="Untriggered", cumExecQty="", triggerPrice="0.12")
    assert order_status(row, "main", listed()).executed == 0


def test_an_order_without_a_side_is_malformed() -> None:
    with pytest.raises(SourceMalformed, match="side"):
        order_status(order_row(side=""), "main", listed())


WAITING = {"orderStatus": "Untriggered", "cumExecQty": "0", "triggerPrice": "0.12", "side": "Sell"}


@pytest.mark.parametrize(
    ("changes", "stop_loss"),
    [
        ({"triggerDirection": 2}, True),
        ({"triggerDirection": 1}, False),
        ({"triggerDirection": 1, "side": "Buy"}, True),
        ({"triggerDirection": 1, "stopOrderType": "StopLoss"}, True),
        ({"triggerDirection": 2, "stopOrderType": "TakeProfit"}, False),
        ({"triggerDirection": 2, "stopOrderType": "Stop"}, True),
        ({"triggerDirection": 2, "positionIdx": 1}, True),
        ({"triggerDirection": 2, "positionIdx": 2}, False),  # it opens a short: no stop of anything
    ],
)
def test_a_stop_is_told_from_a_take_profit(changes: dict[str, Any], *, stop_loss: bool) -> None:
    resting = resting_order(order_row(**WAITING | changes), "main", listed())
    assert (resting.conditional, resting.stop_loss) == (True, stop_loss)


def test_a_stop_of_a_whole_position_closes_whatever_there_is() -> None:
    whole = WAITING | {"qty": "0", "closeOnTrigger": True, "stopOrderType": "StopLoss"}
    resting = resting_order(order_row(**whole), "main", listed())
    assert (resting.close_position, resting.quantity, resting.reduce_only) == (True, None, True)


def test_an_order_that_rests_without_a_quantity_is_malformed() -> None:
    with pytest.raises(SourceMalformed, match="without a quantity"):
        resting_order(order_row(orderStatus="New", qty="0"), "main", listed())


@pytest.mark.parametrize(
    ("side", "closed", "leg"),
    [("Buy", "0", Leg.LONG), ("Buy", "5", Leg.SHORT), ("Sell", "0", Leg.SHORT), ("Sell", "5", Leg.LONG)],
)
def test_in_hedge_mode_the_closed_size_tells_the_leg_of_an_execution(
    side: str, closed: str, leg: Leg
) -> None:
    row = execution_row(side=side, closedSize=closed)
    assert leg_of_execution(row, hedged=True) is leg
    assert leg_of_execution(row, hedged=False) is Leg.NET


@pytest.mark.parametrize("nothing", ["", None])
def test_an_execution_that_does_not_tell_what_it_closed_is_of_no_leg_of_hedge_mode(nothing: object) -> None:
    row = execution_row(closedSize=nothing)
    assert leg_of_execution(row, hedged=True) is None
    assert leg_of_execution(row, hedged=False) is Leg.NET


@pytest.mark.parametrize(
    ("kind", "moves"),
    [
        ("Trade", True),
        ("BustTrade", True),
        ("AdlTrade", True),
        ("Delivery", True),
        ("Settle", True),
        ("Funding", False),
    ],
)
def test_a_payment_is_no_execution(kind: str, *, moves: bool) -> None:
    assert moved(execution_row(execType=kind)) is moves


def test_a_fill_is_signed() -> None:
    sold = fill(execution_row(side="Sell"), listed())
    assert (sold.quantity, sold.order_id, sold.symbol) == (Decimal(-43), "the-order", NET.symbol)

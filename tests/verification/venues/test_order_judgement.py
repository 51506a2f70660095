"""A status and the trades of an order are weighed against each other: the larger execution counts."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.verification.venues.samples import AVL, NET, START, moment
from verification.facts.account import Fill
from verification.facts.errors import SourceMalformed
from verification.facts.observation import Provenance, Source
from verification.venues.dialect import OrderStatus
from verification.venues.reading.order_reading import doubtful, each_once, judge

STATUS = OrderStatus(
    key=NET,
    order_id="1",
    client_order_id=None,
    executed=Decimal(0),
    quantity=Decimal(43),
    status="canceled",
    terminal=True,
    average_price=None,
    updated_at=None,
)
PROVENANCE = Provenance(Source.ORDER, moment())


def traded(*quantities: str) -> tuple[Fill, ...]:
    return tuple(Fill(str(n), "1", AVL, Decimal(q), Decimal(n + 1), START) for n, q in enumerate(quantities))


@pytest.mark.parametrize(
    ("executed", "terminal", "asks"),
    [("0", True, True), ("20", True, True), ("43", True, False), ("-43", True, False), ("0", False, False)],
)
def test_trades_are_asked_when_an_order_ended_short_of_its_quantity(
    executed: str, *, terminal: bool, asks: bool
) -> None:
    assert doubtful(replace(STATUS, executed=Decimal(executed), terminal=terminal)) is asks


@pytest.mark.parametrize(
    ("status", "fills", "executed", "agree"),
    [
        ("0", None, "0", None),
        ("0", (), "0", True),
        ("0", ("43",), "43", False),
        ("20", ("10", "10"), "20", True),
        ("20", ("10",), "20", False),
        ("-20", ("-10", "-20"), "-30", False),
    ],
)
def test_the_larger_execution_counts_and_a_contradiction_is_told(
    *, status: str, fills: tuple[str, ...] | None, executed: str, agree: bool | None
) -> None:
    answer = replace(STATUS, executed=Decimal(status))
    seen = judge(answer, None if fills is None else traded(*fills), PROVENANCE)
    assert (seen.executed, seen.trades_agree) == (Decimal(executed), agree)


def test_a_trade_that_a_page_repeats_counts_once() -> None:
    for fills in (traded("10", "10"), traded("10", "10") * 2, (*traded("10", "10"), traded("10")[0])):
        seen = judge(replace(STATUS, executed=Decimal(20)), fills, PROVENANCE)
        assert (seen.executed, seen.trades_agree) == (Decimal(20), True)


def test_both_sides_of_a_trade_with_oneself_are_two_trades() -> None:
    bought = Fill("5", "1", AVL, Decimal(10), Decimal(1), START)
    sold = replace(bought, order_id="2", quantity=Decimal(-10))
    assert each_once((bought, sold, bought)) == (bought, sold)


def test_a_trade_that_is_told_in_two_ways_is_no_answer() -> None:
    (told,) = traded("10")
    with pytest.raises(SourceMalformed, match="listed in two ways"):
        judge(STATUS, (told, replace(told, quantity=Decimal(11))), PROVENANCE)


def test_the_mean_price_comes_from_the_trades_when_they_count() -> None:
    seen = judge(STATUS, traded("10", "30"), PROVENANCE)
    assert seen.average_price == Decimal("1.75")

"""Whether a position has its stop: told from resting orders, with patience where due, never guessed."""

from datetime import timedelta
from decimal import Decimal

import pytest

from reconciler.comparison.outcome import CompareSettings, Comparison
from reconciler.facts.expectation import Expectation, ExpectationState, StopPolicy
from reconciler.facts.finding import Severity
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
    utc,
)
from verification.facts.account import PositionMode, RestingOrder
from verification.facts.leg import Leg, Side

GRACE = CompareSettings().entry_grace


def _with_stops(*stops: RestingOrder, held: str = "43", rows: list[Expectation] | None = None) -> Comparison:
    ledger = rows or [row(held, policy=StopPolicy.VENUE)]
    return compared(ledger, merged(reading([listed(held)], stops=stops)))


def test_a_position_without_any_stop_is_unprotected_and_critical() -> None:
    comparison = _with_stops()
    assert found(comparison) == ["unprotected_position"]
    assert comparison.findings[0].severity is Severity.CRITICAL
    assert comparison.findings[0].exposure == Decimal(430)
    assert comparison.findings[0].reason == (
        "Long 43 AVL has no stop at the exchange although its bot keeps stops there."
    )
    assert comparison.legs[0].verdict == "agree"
    assert [(line.source, line.text) for line in comparison.findings[0].evidence[1:]] == [
        ("rest", "holds long 43 AVL"),
        ("conditional_orders", "no stop rests"),
    ]


# what rests                                                              is it protected
STOPS = [
    ("one for all of it", stop("1", Side.SELL, "43"), True),
    ("one that closes the position", stop("1", Side.SELL, None), True),
    ("one larger than the position, reduce-only", stop("1", Side.SELL, "86"), True),
    ("one for a part", stop("1", Side.SELL, "20"), False),
    ("one of the wrong side", stop("1", Side.BUY, "43"), False),
    ("a take-profit", stop("1", Side.SELL, "43", stop_loss=False), False),
    ("one that could open the other side", stop("1", Side.SELL, "43", reduce_only=False), False),
    ("one for another symbol", stop("1", Side.SELL, "43", symbol="NEAR/USDT:USDT"), False),
    ("one that has mostly executed", stop("1", Side.SELL, "43", filled="40"), False),
]


@pytest.mark.parametrize(("name", "order", "protected"), STOPS, ids=[name for name, _, _ in STOPS])
def test_what_counts_as_a_stop(name: str, order: RestingOrder, *, protected: bool) -> None:
    assert found(_with_stops(order)) == ([] if protected else ["unprotected_position"])


def test_several_stops_add_up_and_a_short_is_covered_by_buys() -> None:
    assert found(_with_stops(stop("1", Side.SELL, "20"), stop("2", Side.SELL, "23"))) == []
    assert found(_with_stops(stop("1", Side.BUY, "43", trigger="11"), held="-43")) == []


def test_the_part_that_is_covered_is_told() -> None:
    comparison = _with_stops(stop("1", Side.SELL, "20"))
    assert "cover 20 AVL of the 43 AVL" in comparison.findings[0].reason
    assert comparison.findings[0].exposure == Decimal(230)
    assert comparison.legs[0].stop == "partial"
    assert comparison.legs[0].stop_price == Decimal(9)


def test_a_stop_that_could_open_the_other_side_is_named() -> None:
    comparison = _with_stops(stop("1", Side.SELL, "43", reduce_only=False))
    assert "stop 1 is not reduce-only" in comparison.findings[0].reason


def test_a_stop_attached_to_the_position_protects_it() -> None:
    view = merged(reading([listed("43", attached=Decimal("9.5"))]))
    comparison = compared([row("43", policy=StopPolicy.VENUE)], view)
    assert found(comparison) == []
    assert (comparison.legs[0].stop, comparison.legs[0].stop_price) == ("resting", Decimal("9.5"))


def test_unread_conditional_orders_are_unknown_and_not_absent() -> None:
    comparison = compared([row("43", policy=StopPolicy.VENUE)], merged(reading([listed("43")], stops=None)))
    assert found(comparison) == []
    assert comparison.legs[0].stop == "unknown"
    assert comparison.unprotected_notional is None


def test_a_bot_that_keeps_its_stop_in_its_head_is_left_alone() -> None:
    comparison = _with_stops(rows=[row("43", policy=StopPolicy.SOFTWARE)])
    assert found(comparison) == []
    assert comparison.legs[0].stop == "software"


def test_a_bot_of_unknown_habit_is_judged_by_its_other_rows() -> None:
    unknown = row("43", policy=StopPolicy.UNKNOWN)
    assert found(_with_stops(rows=[unknown])) == []
    habit = row("0", row_id="2", stops=("9",), policy=StopPolicy.UNKNOWN, symbol=SYMBOL)
    assert found(_with_stops(rows=[unknown, habit])) == ["unprotected_position"]


def test_a_mismatch_whose_known_part_is_covered_is_one_finding() -> None:
    view = merged(reading([listed("86")], stops=[stop("1", Side.SELL, "43")]))
    assert found(compared([row("43", policy=StopPolicy.VENUE)], view)) == ["quantity_mismatch"]


def test_a_mismatch_whose_known_part_is_naked_is_two() -> None:
    view = merged(reading([listed("86")], stops=[stop("1", Side.SELL, "20")]))
    assert found(compared([row("43", policy=StopPolicy.VENUE)], view)) == [
        "quantity_mismatch",
        "unprotected_position",
    ]


def _filling(**more: str) -> Expectation:
    return row(
        more.get("expected", "20"),
        high="43",
        entries=("5",),
        orders=(entry("5", "43", booked="20"),),
        policy=StopPolicy.VENUE,
        state=ExpectationState.OPENING,
        resting_since=utc(0),
    )


@pytest.mark.parametrize(("late", "kinds"), [(0, []), (1, ["unprotected_position"])])
def test_a_partly_filled_entry_has_its_grace_and_is_critical_then(late: int, kinds: list[str]) -> None:
    view = merged(reading([listed("20")], orders=[limit("5", Side.BUY, "43", filled="20")]))
    after = (GRACE + timedelta(seconds=late)).total_seconds()
    comparison = compared([_filling()], view, second=after)
    assert found(comparison) == kinds
    assert all(finding.severity is Severity.CRITICAL for finding in comparison.findings)
    assert comparison.legs[0].stop == "none"


def test_the_grace_of_an_entry_covers_only_what_that_entry_bought() -> None:
    view = merged(reading([listed("30")], orders=[limit("5", Side.BUY, "43", filled="20")]))
    assert found(compared([_filling(expected="30")], view)) == ["unprotected_position"]
    kept = merged(
        reading(
            [listed("30")],
            orders=[limit("5", Side.BUY, "43", filled="20")],
            stops=[stop("1", Side.SELL, "10")],
        )
    )
    assert found(compared([_filling(expected="30")], kept)) == []


def test_on_a_hedge_leg_a_closing_order_needs_no_flag() -> None:
    long = leg(which=Leg.LONG)
    order = stop("1", Side.SELL, "43", on=Leg.LONG, reduce_only=False)
    view = merged(reading([listed("43", key=long)], stops=[order], mode=PositionMode.HEDGE))
    assert found(compared([row("43", policy=StopPolicy.VENUE)], view)) == []
    other = stop("1", Side.SELL, "43", on=Leg.SHORT, reduce_only=False)
    view = merged(reading([listed("43", key=long)], stops=[other], mode=PositionMode.HEDGE))
    assert found(compared([row("43", policy=StopPolicy.VENUE)], view)) == ["unprotected_position"]


def test_what_no_stop_covers_is_summed_over_the_account() -> None:
    near = leg("NEAR/USDT:USDT")
    view = merged(reading([listed("43"), listed("5", key=near)], stops=[stop("1", Side.SELL, "20")]))
    assert compared([row("43", policy=StopPolicy.VENUE)], view).unprotected_notional is None
    view = merged(reading([listed("43")], stops=[stop("1", Side.SELL, "20")]))
    assert compared([row("43", policy=StopPolicy.VENUE)], view).unprotected_notional == Decimal(230)
    assert compared([], merged(reading(None))).unprotected_notional is None

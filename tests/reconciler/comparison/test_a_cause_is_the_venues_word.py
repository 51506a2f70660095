"""What made a leg differ is said where the venue's own orders and trades show it, and nowhere else."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from reconciler.comparison.outcome import Comparison
from reconciler.facts.expectation import BelievedOrder, Direction, Expectation, OrderRole, StopPolicy
from reconciler.facts.finding import Finding, Severity
from tests.reconciler.accounts import (
    SYMBOL,
    compared,
    fact,
    listed,
    merged,
    reading,
    row,
    stop,
    traded,
    utc,
)
from verification.facts.account import Fill, FillCause, PositionMode
from verification.facts.leg import Leg, Side
from verification.facts.order_fact import OrderFact, OrderRef

STOP = row("43", stops=("9",), policy=StopPolicy.VENUE, opened_at=utc(0))


def phantom(
    rows: Iterable[Expectation] = (STOP,),
    facts: Iterable[OrderFact] = (),
    fills: Iterable[Fill] | None = None,
    **more: Any,
) -> Finding:
    comparison = compared(rows, merged(reading([], second=600, **more)), facts=facts, fills=fills)
    (finding,) = comparison.findings
    assert finding.kind == "phantom_position"
    return finding


def test_a_stop_that_has_executed_all_of_it_is_named_and_nobody_is_exposed() -> None:
    told = phantom(facts=[fact("9", "-43", conditional=True, became="80", executed_at=utc(300))])
    assert told.severity is Severity.WARNING
    assert "its stop 9 fired at 10:44:00 UTC and sold 43 AVL; the bot has not taken note" in told.reason


def test_a_short_that_its_stop_has_bought_back_is_told_as_such() -> None:
    rows = [row("-43", stops=("9",), policy=StopPolicy.VENUE, opened_at=utc(0))]
    told = phantom(rows, [fact("9", "43", conditional=True, became="80")])
    assert told.severity is Severity.WARNING
    assert "its stop 9 fired" in told.reason
    assert "bought 43 AVL" in told.reason


def test_a_stop_whose_status_cannot_be_read_has_not_fired_as_far_as_anyone_knows() -> None:
    told = phantom(fills=None)
    assert told.severity is Severity.CRITICAL
    assert "whether its stop 9 has fired could not be seen" in told.reason
    assert "probably" not in told.reason


@pytest.mark.parametrize(
    ("status", "word"),
    [("canceled", "was cancelled"), ("expired", "has expired"), ("rejected", "was rejected")],
)
def test_a_stop_that_ended_without_executing_did_nothing(status: str, word: str) -> None:
    told = phantom(facts=[fact("9", conditional=True, status=status)], fills=[])
    assert told.severity is Severity.CRITICAL
    assert f"its stop 9 {word} without executing" in told.reason
    assert "not explained" in told.reason


def test_a_stop_that_fired_in_part_does_not_explain_the_rest() -> None:
    told = phantom(facts=[fact("9", "-20", conditional=True, became="80", status="canceled")], fills=[])
    assert told.severity is Severity.CRITICAL
    assert "its stop 9 fired" in told.reason
    assert "sold 20 AVL" in told.reason
    assert "which leaves 23 AVL not explained" in told.reason


def test_a_stop_that_fired_in_part_and_a_hand_that_closed_the_rest_are_both_told() -> None:
    told = phantom(
        facts=[
            fact("9", "-20", conditional=True, became="80", status="canceled", executed_at=utc(300)),
            fact("77", "-23", by_hand=True),
        ],
        fills=[traded("80", "-20", second=300), traded("77", "-23", second=310)],
    )
    assert told.severity is Severity.CRITICAL
    assert "its stop 9 fired" in told.reason
    assert "order 77, from the exchange's own page or app, sold 23 AVL at 10:44:10 UTC" in told.reason
    assert "not explained" not in told.reason


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (FillCause.LIQUIDATION, "a liquidation (order 77) sold 43 AVL at 10:44:00 UTC"),
        (FillCause.ADL, "the exchange's auto-deleveraging (order 77) sold 43 AVL"),
        (FillCause.SETTLEMENT, "the exchange's settlement of the contract (order 77) sold 43 AVL"),
    ],
)
@pytest.mark.parametrize("said_by", ["trade", "order"])
def test_what_the_venue_did_itself_is_called_by_its_name(cause: FillCause, words: str, said_by: str) -> None:
    told = phantom(
        facts=[
            fact("9", conditional=True, status="canceled"),
            fact("77", "-43", cause=cause if said_by == "order" else None),
        ],
        fills=[traded("77", "-43", second=300, cause=cause if said_by == "trade" else None)],
    )
    assert told.severity is Severity.CRITICAL
    assert words in told.reason
    assert "its stop 9 was cancelled without executing" in told.reason


def test_a_target_of_somebody_else_is_told_as_one() -> None:
    told = phantom(
        facts=[fact("9", conditional=True, status="canceled"), fact("77", "-43", target=True)],
        fills=[traded("77", "-43", second=300)],
    )
    assert "take-profit order 77, which the bot does not know, sold 43 AVL" in told.reason
    assert told.severity is Severity.CRITICAL


def test_an_order_of_which_nothing_more_is_known_is_named_and_given_no_cause() -> None:
    told = phantom(fills=[traded("77", "-43", second=300)])
    assert "order 77, which the bot does not know, sold 43 AVL at 10:44:00 UTC" in told.reason
    for cause in ("liquidation", "deleveraging", "take-profit", "page"):
        assert cause not in told.reason


def test_of_two_stops_the_one_that_fired_is_named_and_the_other_is_not_said_to_have() -> None:
    rows = [row("43", stops=("8", "9"), policy=StopPolicy.VENUE, opened_at=utc(0))]
    told = phantom(
        rows,
        [fact("8", conditional=True, status="canceled"), fact("9", "-43", conditional=True, became="80")],
    )
    assert "its stop 9 fired" in told.reason
    assert "stop 8" not in told.reason


def test_of_two_rows_each_stop_is_told_apart() -> None:
    rows = [
        row("20", row_id="1", stops=("8",), policy=StopPolicy.VENUE, opened_at=utc(0)),
        row("23", row_id="2", stops=("9",), policy=StopPolicy.VENUE, opened_at=utc(1)),
    ]
    told = phantom(
        rows,
        [
            fact("8", "-20", conditional=True, became="80"),
            fact("9", conditional=True, status="canceled"),
            fact("77", "-23", cause=FillCause.LIQUIDATION),
        ],
        fills=[traded("80", "-20", second=5), traded("77", "-23", second=9)],
    )
    assert "its stop 8 fired" in told.reason
    assert "a liquidation (order 77) sold 23 AVL" in told.reason
    assert "its stop 9 was cancelled without executing" in told.reason
    assert told.severity is Severity.CRITICAL


def test_an_exit_that_executed_after_the_bot_last_wrote_explains_it() -> None:
    rows = [row("43", exits=("5",), opened_at=utc(0), updated_at=utc(100))]
    late = phantom(rows, [fact("5", "-43", executed_at=utc(300))])
    assert "its exit 5 has sold 43 AVL at 10:44:00 UTC; the bot has not taken note" in late.reason
    assert late.severity is Severity.WARNING
    # One that the bot may have booked long ago proves nothing about what is missing now.
    assert phantom(rows, [fact("5", "-43", executed_at=utc(50))]).severity is Severity.CRITICAL


def test_an_exit_that_was_cancelled_closed_nothing() -> None:
    order = BelievedOrder(OrderRole.EXIT, "5", None, Decimal(43), Decimal(0), resting=True)
    rows = [_with(row("43", exits=("5",), opened_at=utc(0)), order)]
    told = phantom(rows, [fact("5", status="canceled")], fills=[traded("77", "-43", second=300)])
    assert "order 77, which the bot does not know" in told.reason
    assert told.severity is Severity.CRITICAL


def test_what_an_exit_has_executed_beyond_what_is_booked_counts() -> None:
    order = BelievedOrder(OrderRole.EXIT, "5", None, Decimal(63), Decimal(20), resting=True)
    rows = [_with(row("43", exits=("5",), opened_at=utc(0)), order)]
    assert phantom(rows, [fact("5", "-63", executed_at=utc(300))]).severity is Severity.WARNING
    assert phantom(rows, [fact("5", "-43", executed_at=utc(300))]).severity is Severity.CRITICAL


def _with(expectation: Expectation, *orders: BelievedOrder) -> Expectation:
    return replace(expectation, orders=orders)


def test_a_liquidation_of_part_is_told_beside_what_is_left() -> None:
    view = merged(reading([listed("20")], second=600, stops=[stop("9", Side.SELL, "43")]))
    comparison = compared(
        [STOP],
        view,
        facts=[fact("77", "-23", cause=FillCause.LIQUIDATION)],
        fills=[traded("77", "-23", second=300)],
    )
    (finding,) = comparison.findings
    assert finding.kind == "quantity_mismatch"
    assert "23 AVL less: a liquidation (order 77) sold 23 AVL" in finding.reason


def test_a_stop_that_was_replaced_and_had_fired_before_is_named() -> None:
    """The bot took it back too late, placed another, and has the first down as cancelled."""
    old = BelievedOrder(OrderRole.STOP, "8", None, Decimal(43), Decimal(0), resting=False)
    new = BelievedOrder(OrderRole.STOP, "9", None, Decimal(43), Decimal(0), resting=True)
    rows = [_with(STOP, old, new)]
    assert OrderRef(SYMBOL, "8", conditional=True) in compared(rows, merged(reading([], second=600))).wanted
    told = phantom(
        rows,
        [
            fact("8", "-43", conditional=True, became="80", executed_at=utc(300)),
            fact("9", conditional=True, status="rejected"),
        ],
        fills=[traded("80", "-43", second=300)],
    )
    assert "its stop 8 fired at 10:44:00 UTC and sold 43 AVL; the bot has not taken note" in told.reason
    assert told.severity is Severity.WARNING


def test_an_exit_that_the_bot_gave_up_counts_only_where_it_executed_later_than_the_row_was_written() -> None:
    order = BelievedOrder(OrderRole.EXIT, "5", None, Decimal(43), Decimal(0), resting=False)
    rows = [_with(row("43", exits=("5",), opened_at=utc(0), updated_at=utc(100)), order)]
    assert phantom(rows, [fact("5", "-43", executed_at=utc(300))]).severity is Severity.WARNING
    assert phantom(rows, [fact("5", "-43", executed_at=utc(50))]).severity is Severity.CRITICAL


def test_who_opened_what_no_bot_knows_is_told_where_the_trades_show_it() -> None:
    view = merged(reading([listed("43", updated_at=utc(300))], second=600))
    seen = [fact("77", "43", by_hand=True)]
    (told,) = compared([], view, facts=seen, fills=[traded("77", "43", second=300)]).findings
    assert told.kind == "orphaned_position"
    assert "order 77, from the exchange's own page or app, bought 43 AVL at 10:44:00 UTC" in told.reason
    (untold,) = compared([], view, facts=seen, fills=[]).findings
    assert "order" not in untold.reason


def test_a_stop_that_the_venue_cancelled_is_told_of_a_position_without_one() -> None:
    view = merged(reading([listed("43")], second=600))
    (told,) = compared([STOP], view, facts=[fact("9", conditional=True, status="expired")]).findings
    assert told.kind == "unprotected_position"
    assert told.severity is Severity.CRITICAL
    assert "its stop 9 has expired without executing" in told.reason


def test_trades_of_the_bots_own_orders_are_no_strangers() -> None:
    rows = [row("43", entries=("1", "2"), stops=("9",), policy=StopPolicy.VENUE, opened_at=utc(0))]
    told = phantom(rows, fills=[traded("1", "20", second=1), traded("2", "23", second=2)])
    assert "order 1" not in told.reason
    assert "not explained" in told.reason


def test_the_number_of_an_algo_order_is_not_the_number_of_an_order() -> None:
    """A stranger's order may have the number that the bot's cancelled stop had in its own space."""
    told = phantom(
        facts=[fact("9", conditional=True, status="canceled"), fact("9", "-43", cause=FillCause.LIQUIDATION)],
        fills=[traded("9", "-43", second=300)],
    )
    assert "a liquidation (order 9) sold 43 AVL" in told.reason
    assert "its stop 9 was cancelled without executing" in told.reason


@pytest.mark.parametrize("said_by", ["trade", "order"])
def test_on_a_hedge_leg_the_trades_of_the_other_leg_explain_nothing(said_by: str) -> None:
    def closed(which: Leg) -> Comparison:
        on = which if said_by == "trade" else None
        return compared(
            [row("43", direction=Direction.LONG, opened_at=utc(0))],
            merged(reading([], second=600, mode=PositionMode.HEDGE)),
            facts=[fact("77", "-43", cause=FillCause.LIQUIDATION, leg=which)],
            fills=[traded("77", "-43", second=300, leg=on)],
        )

    assert "liquidation" in closed(Leg.LONG).findings[0].reason
    assert "liquidation" not in closed(Leg.SHORT).findings[0].reason
    assert "not explained" in closed(Leg.SHORT).findings[0].reason


def test_the_orders_that_may_explain_it_are_asked_for_and_the_trades_where_they_do_not() -> None:
    view = merged(reading([], second=600))
    comparison = compared([STOP], view)
    assert OrderRef(SYMBOL, "9", conditional=True) in comparison.wanted
    assert [(wish.symbol, wish.since) for wish in comparison.wanted_trades] == [(SYMBOL, utc(-60))]
    proved = compared([STOP], view, facts=[fact("9", "-43", conditional=True, became="80")])
    assert proved.wanted_trades == ()
    strange = compared([STOP], view, fills=[traded("77", "-43", second=300)])
    assert OrderRef(SYMBOL, "77", conditional=False) in strange.wanted
    agreed = compared([STOP], view, agreed=500)
    assert agreed.wanted_trades[0].since == utc(440)


def test_nothing_is_asked_where_both_sides_agree() -> None:
    comparison = compared([STOP], merged(reading([listed("43")], stops=[stop("9", Side.SELL, "43")])))
    assert comparison.wanted == ()
    assert comparison.wanted_trades == ()


def test_what_the_venue_said_stands_in_the_evidence() -> None:
    told = phantom(
        facts=[fact("9", conditional=True, status="canceled"), fact("77", "-43", cause=FillCause.ADL)],
        fills=[traded("77", "-43", second=300)],
    )
    lines = {line.text: line for line in told.evidence if line.source == "order"}
    assert set(lines) == {
        "stop 9 has executed nothing (canceled)",
        "the exchange's auto-deleveraging (order 77) sold 43 AVL at 10:44:00 UTC",
    }
    assert [line.at for line in lines.values() if line.data["order"] == "77"] == [utc(300)]

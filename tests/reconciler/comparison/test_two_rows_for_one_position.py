"""A position that the bot has down twice is called that, with both rows, and nothing else is called so."""

import pytest

from reconciler.comparison.condition_check import ConditionState
from reconciler.facts.expectation import Expectation, StopPolicy
from reconciler.facts.finding import Finding, FindingKey, Kind, Severity
from tests.reconciler.accounts import (
    ACCOUNT,
    SYMBOL,
    compared,
    fact,
    found,
    leg,
    listed,
    merged,
    reading,
    row,
    stop,
    traded,
    utc,
)
from verification.facts.account import PositionMode
from verification.facts.leg import Leg, Side


def twice(size: str = "43", **more: object) -> list[Expectation]:
    entries = more.get("entries")
    orders = entries if isinstance(entries, tuple) else ((), ())
    ids, ledgers = ("7", "8"), ("bot", str(more.get("ledger", "bot")))
    return [
        row(size, row_id=name, ledger=ledger, entries=order, opened_at=utc(60 * number), updated_at=utc(600))
        for number, (name, ledger, order) in enumerate(zip(ids, ledgers, orders, strict=True))
    ]


def told(rows: list[Expectation], held: str, **more: object) -> Finding:
    fills = more.get("fills")
    view = merged(reading([listed(held)], second=600))
    comparison = compared(rows, view, fills=fills if isinstance(fills, list) else None)
    (finding,) = comparison.findings
    return finding


@pytest.mark.parametrize("sign", ["", "-"])
def test_two_rows_that_name_one_order_are_told_with_both_and_the_order(sign: str) -> None:
    finding = told(twice(f"{sign}43", entries=(("31",), ("31",))), f"{sign}43")
    assert finding.kind is Kind.DUPLICATE_ROWS
    assert finding.severity is Severity.CRITICAL
    assert "trades 7 and 8 name the same order 31" in finding.reason


def test_two_rows_of_one_size_where_one_is_held_are_told() -> None:
    finding = told(twice(), "43", fills=[])
    assert finding.kind is Kind.DUPLICATE_ROWS
    assert "trades 7 and 8 are of one size" in finding.reason


def test_two_bots_that_have_one_position_down_are_told_with_their_ledgers() -> None:
    finding = told(twice(ledger="other"), "43")
    assert finding.kind is Kind.DUPLICATE_ROWS
    assert "7 of bot" in finding.reason
    assert "8 of other" in finding.reason


def test_only_the_rows_that_are_twins_are_named() -> None:
    rows = [*twice(), row("10", row_id="9", opened_at=utc(300), updated_at=utc(600))]
    finding = told(rows, "53")
    assert finding.kind is Kind.DUPLICATE_ROWS
    assert "trades 7 and 8" in finding.reason
    assert "9" not in finding.reason


def test_a_row_that_is_there_three_times_is_told_with_all_three() -> None:
    rows = [row("43", row_id=str(name), opened_at=utc(name), updated_at=utc(600)) for name in (7, 8, 9)]
    assert "trades 7, 8 and 9" in told(rows, "43").reason


def test_of_two_positions_one_that_was_closed_by_somebody_else_makes_no_duplicates() -> None:
    finding = told(twice(entries=(("31",), ("32",))), "43", fills=[traded("77", "-43", second=300)])
    assert finding.kind is Kind.QUANTITY_MISMATCH
    assert "order 77" in finding.reason


def test_of_two_positions_one_whose_own_stop_has_fired_makes_no_duplicates() -> None:
    rows = [
        row(
            "43",
            row_id=name,
            stops=(stop_id,),
            policy=StopPolicy.VENUE,
            opened_at=utc(0),
            updated_at=utc(1),
        )
        for name, stop_id in (("7", "s7"), ("8", "s8"))
    ]
    view = merged(reading([listed("43")], second=600, stops=[stop("s7", Side.SELL, "43")]))
    (finding,) = compared(
        rows, view, facts=[fact("s8", "-43", conditional=True, became="80", executed_at=utc(300))]
    ).findings
    assert finding.kind is Kind.QUANTITY_MISMATCH
    assert "its stop s8 fired" in finding.reason


@pytest.mark.parametrize(
    ("sizes", "held"), [(("43", "20"), "43"), (("43", "43"), "40"), (("43", "43"), "90")]
)
def test_rows_that_are_no_twins_or_do_not_make_up_what_is_held_are_a_mismatch(
    sizes: tuple[str, str], held: str
) -> None:
    rows = [row(size, row_id=str(n), opened_at=utc(n), updated_at=utc(600)) for n, size in enumerate(sizes)]
    assert told(rows, held).kind is Kind.QUANTITY_MISMATCH


def test_two_rows_that_are_both_held_agree() -> None:
    assert found(compared(twice(), merged(reading([listed("86")], second=600)))) == []


def test_nothing_held_at_all_is_a_phantom_and_no_duplicate() -> None:
    assert found(compared(twice(), merged(reading([], second=600)))) == ["phantom_position"]


def test_rows_of_the_two_legs_of_a_hedge_account_are_no_twins() -> None:
    rows = [row("43", row_id="7"), row("-43", row_id="8")]
    held = [listed("43", key=leg(which=Leg.LONG)), listed("-43", key=leg(which=Leg.SHORT))]
    assert found(compared(rows, merged(reading(held, mode=PositionMode.HEDGE)))) == []


def test_it_is_over_when_one_row_is_gone() -> None:
    key = FindingKey(Kind.DUPLICATE_ROWS, ACCOUNT, SYMBOL, Leg.NET)
    view = merged(reading([listed("43")], second=600))
    assert compared(twice(), view).condition(key).state is ConditionState.FOUND
    assert compared(twice()[:1], view).condition(key).state is ConditionState.CLEAR
    assert compared(twice()[:1], view, complete=False).condition(key).state is ConditionState.UNKNOWN

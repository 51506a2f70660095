"""A bot's symbol that its venue does not list is an alert of its own, until it is listed or let go."""

from dataclasses import replace
from decimal import Decimal

import pytest

from reconciler.comparison.condition_check import ConditionState
from reconciler.comparison.outcome import Comparison
from reconciler.facts.expectation import Expectation, ExpectationState
from reconciler.facts.finding import Finding, FindingKey, Kind, Severity
from tests.reconciler.accounts import MARKETS, compared, found, leg, listed, market, merged, reading, row
from verification.facts.account import Position, PositionMode
from verification.facts.leg import Leg

OLD = "OLD/USDT:USDT"
KEY = FindingKey(Kind.UNLISTED_SYMBOL, "main", OLD, Leg.NET)


def only(comparison: Comparison) -> Finding:
    (finding,) = comparison.findings
    return finding


def look(*rows: Expectation, held: tuple[Position, ...] = (), **more: object) -> Comparison:
    symbols = more.pop("symbols", None)
    assert symbols is None or isinstance(symbols, frozenset)
    return compared(rows, merged(reading(held, symbols=symbols)), **more)  # type: ignore[arg-type]


def test_a_claimed_position_is_critical_and_names_its_row() -> None:
    comparison = look(row("43", symbol=OLD, row_id="7"), row("-5"), held=(listed("-5"),))
    finding = only(comparison)
    assert finding.kind is Kind.UNLISTED_SYMBOL
    assert finding.severity is Severity.CRITICAL
    assert (finding.expected, finding.observed) == (Decimal(43), None)
    assert "ledger bot trade 7" in finding.reason
    assert "lists no such contract" in finding.reason
    # The other symbol is judged all the same, and the line that was told before is told still.
    assert comparison.matched == 1
    assert any("knows no such symbol" in line for line in comparison.problems)


def test_an_entry_at_work_is_a_warning() -> None:
    finding = only(look(row("0", symbol=OLD, low="0", high="43", state=ExpectationState.OPENING)))
    assert finding.severity is Severity.WARNING
    assert "works to open" in finding.reason


@pytest.mark.parametrize(
    "gone",
    [
        row("43", symbol=OLD, state=ExpectationState.CLOSED),
        row("0", symbol=OLD, high="0", state=ExpectationState.OPEN),
    ],
)
def test_a_row_that_claims_nothing_is_none(gone: Expectation) -> None:
    assert found(look(gone)) == []


def test_the_amount_is_told_in_coins_where_the_row_counts_coins() -> None:
    finding = only(look(row("43", symbol=OLD, unit=Decimal(1))))
    assert "long 43 OLD" in finding.reason


def test_what_is_held_under_an_unknown_id_may_be_it() -> None:
    unnamed = listed("43", key=leg("OLDUSDT"))
    finding = look(row("43", symbol=OLD), held=(unnamed,)).findings
    assert [each.kind for each in finding if each.symbol == OLD] == [Kind.UNLISTED_SYMBOL]
    assert "under the id OLDUSDT may be it" in next(each.reason for each in finding if each.symbol == OLD)


def test_a_row_that_is_just_changing_waits() -> None:
    comparison = look(row("43", symbol=OLD), moving=frozenset({OLD}))
    assert found(comparison) == []
    assert comparison.condition(KEY).state is ConditionState.UNKNOWN


def test_it_is_gone_when_the_row_is_or_when_the_symbol_is_listed() -> None:
    assert look(row("43", symbol=OLD)).condition(KEY).state is ConditionState.FOUND
    assert look().condition(KEY).state is ConditionState.CLEAR
    assert (
        look(row("43", symbol=OLD, state=ExpectationState.CLOSED)).condition(KEY).state
        is ConditionState.CLEAR
    )
    known = dict(MARKETS) | {OLD: market(OLD)}
    now = look(row("43", symbol=OLD), markets=known)
    assert now.condition(KEY).state is ConditionState.CLEAR
    assert found(now) == ["phantom_position"]


def test_a_ledger_that_cannot_be_read_may_have_it_down_still() -> None:
    assert look(complete=False).condition(KEY).state is ConditionState.UNKNOWN


def test_a_look_at_other_symbols_says_nothing_of_it() -> None:
    elsewhere = look(row("43", symbol=OLD), symbols=frozenset(MARKETS))
    assert found(elsewhere) == []
    assert elsewhere.condition(KEY).state is ConditionState.UNKNOWN


def test_both_legs_of_a_hedged_account_are_told_each() -> None:
    view = merged(reading((), symbols=None))
    hedged = replace(view, mode=PositionMode.HEDGE)
    comparison = compared((row("43", symbol=OLD), row("-4", symbol=OLD, row_id="2")), hedged)
    assert [(each.leg, each.expected) for each in comparison.findings] == [
        (Leg.LONG, Decimal(43)),
        (Leg.SHORT, Decimal(-4)),
    ]

"""What a comparison swears about a condition it did not find: gone only with evidence, else unknown."""

from reconciler.comparison.condition_check import ConditionState
from reconciler.comparison.outcome import Comparison
from reconciler.facts.expectation import ExpectationState, StopPolicy
from reconciler.facts.finding import FindingKey, Kind
from reconciler.kinds.registry import is_blindness
from tests.reconciler.accounts import (
    ACCOUNT,
    SYMBOL,
    compared,
    limit,
    listed,
    merged,
    pushed,
    reading,
    row,
    stop,
    utc,
)
from verification.facts.leg import Leg, Side


def _word(
    comparison: Comparison, kind: Kind, *, symbol: str = SYMBOL, account: str = ACCOUNT
) -> ConditionState:
    condition = comparison.condition(FindingKey(kind, account, symbol, Leg.NET))
    assert condition.reason
    assert bool(condition.evidence) is (condition.state is ConditionState.CLEAR)
    return condition.state


def test_what_is_found_is_found() -> None:
    comparison = compared([], merged(reading([listed("43")])))
    assert _word(comparison, Kind.ORPHANED_POSITION) is ConditionState.FOUND


def test_agreement_clears_every_difference_and_doubt() -> None:
    comparison = compared([row("43")], merged(reading([listed("43")])))
    for kind in Kind:
        assert _word(comparison, kind) is (
            ConditionState.UNKNOWN if is_blindness(kind) else ConditionState.CLEAR
        )


def test_a_side_that_was_not_read_clears_nothing() -> None:
    comparison = compared([row("43")], merged(reading(None)))
    assert all(_word(comparison, kind) is ConditionState.UNKNOWN for kind in Kind)
    unread = compared([row("20")], merged(reading([listed("43")])), complete=False)
    assert _word(unread, Kind.QUANTITY_MISMATCH) is ConditionState.UNKNOWN


def test_an_orphan_that_is_gone_clears_by_an_explicit_zero() -> None:
    first = merged(reading([listed("43", version=2)], second=0))
    view = merged(reading([], second=30), pushes=[pushed("0", version=3, second=20)], previous=first)
    assert _word(compared([], view), Kind.ORPHANED_POSITION) is ConditionState.CLEAR


def test_an_orphan_that_one_list_leaves_out_is_not_gone() -> None:
    first = merged(reading([listed("43", version=2)], second=0))
    view = merged(reading([], second=30), previous=first)
    assert _word(compared([], view), Kind.ORPHANED_POSITION) is ConditionState.FOUND
    after_a_restart = merged(reading([], second=30))
    assert _word(compared([], after_a_restart), Kind.ORPHANED_POSITION) is ConditionState.UNKNOWN
    twice = merged(reading([], second=40), previous=after_a_restart)
    assert _word(compared([], twice), Kind.ORPHANED_POSITION) is ConditionState.CLEAR


def test_nothing_clears_while_a_ledger_or_the_list_is_unread() -> None:
    view = merged(reading([], second=0), reading([], second=10))
    assert _word(compared([], view, complete=False), Kind.ORPHANED_POSITION) is ConditionState.UNKNOWN
    blind = merged(reading(None, second=20), previous=view)
    assert _word(compared([], blind), Kind.ORPHANED_POSITION) is ConditionState.UNKNOWN


def test_a_new_stop_clears_and_an_unread_one_does_not() -> None:
    rows = [row("43", policy=StopPolicy.VENUE)]
    protected = merged(reading([listed("43")], stops=[stop("1", Side.SELL, "43")]))
    assert _word(compared(rows, protected), Kind.UNPROTECTED_POSITION) is ConditionState.CLEAR
    unread = merged(reading([listed("43")], stops=None))
    assert _word(compared(rows, unread), Kind.UNPROTECTED_POSITION) is ConditionState.UNKNOWN


def test_an_entry_still_at_work_clears_no_missing_stop() -> None:
    rows = [
        row(
            "20",
            high="43",
            entries=("5",),
            policy=StopPolicy.VENUE,
            state=ExpectationState.OPENING,
            resting_since=utc(0),
        )
    ]
    view = merged(reading([listed("20")], orders=[limit("5", Side.BUY, "43", filled="20")]))
    assert _word(compared(rows, view), Kind.UNPROTECTED_POSITION) is ConditionState.UNKNOWN


def test_one_discrepancy_that_became_another_is_cleared_but_a_doubt_is_not() -> None:
    comparison = compared([row("43")], merged(reading([listed("-43")])))
    assert _word(comparison, Kind.QUANTITY_MISMATCH) is ConditionState.CLEAR
    assert _word(comparison, Kind.UNVERIFIED_OPEN) is ConditionState.UNKNOWN


def test_what_this_look_did_not_cover_is_unknown() -> None:
    view = merged(reading([listed("43")], symbols=frozenset({SYMBOL})))
    comparison = compared([row("43")], view, moving=frozenset({SYMBOL}))
    assert _word(comparison, Kind.QUANTITY_MISMATCH) is ConditionState.UNKNOWN
    assert _word(comparison, Kind.QUANTITY_MISMATCH, symbol="NEAR/USDT:USDT") is ConditionState.UNKNOWN
    assert _word(comparison, Kind.QUANTITY_MISMATCH, account="second") is ConditionState.UNKNOWN

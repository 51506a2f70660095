"""A row that waits for orders which have ended at the venue is told; one that waits for what rests is not."""

from datetime import timedelta

import pytest

from reconciler.comparison.condition_check import ConditionState
from reconciler.comparison.confirmation import judge
from reconciler.comparison.outcome import Comparison
from reconciler.comparison.patience import ConfirmationSettings
from reconciler.facts.expectation import Expectation, ExpectationState
from reconciler.facts.finding import FindingKey, Kind, Severity
from tests.reconciler.accounts import (
    SYMBOL,
    at,
    compared,
    entry,
    fact,
    found,
    leaving,
    limit,
    listed,
    merged,
    reading,
    row,
    stop,
    utc,
)
from verification.facts.leg import Leg, Side
from verification.facts.order_fact import OrderFact

OPENING = row("0", high="43", state=ExpectationState.OPENING, entries=("e1",), orders=(entry("e1", "43"),))
CLOSING = row("43", low="0", state=ExpectationState.CLOSING, exits=("x1",), orders=(leaving("x1", "43"),))
CANCELLED = fact("e1", status="canceled", changed_at=utc(-600))
EXIT_GONE = fact("x1", status="canceled", changed_at=utc(-600))
STUCK_OPENING = FindingKey(Kind.STUCK_OPENING, "main", SYMBOL, Leg.NET)
STUCK_CLOSING = FindingKey(Kind.STUCK_CLOSING, "main", SYMBOL, Leg.NET)


def _flat(live: Expectation, *facts: OrderFact, **more: object) -> Comparison:
    return compared([live], merged(reading([], **more)), facts=facts)  # type: ignore[arg-type]  # drawn parts


def _held(live: Expectation, *facts: OrderFact, quantity: str = "43", **more: object) -> Comparison:
    return compared([live], merged(reading([listed(quantity)], **more)), facts=facts)  # type: ignore[arg-type]


def test_an_entry_that_has_ended_with_nothing_executed_is_told_where_the_bot_still_waits_for_it() -> None:
    comparison = _flat(OPENING, CANCELLED)
    (told,) = comparison.findings
    assert told.identity == STUCK_OPENING
    assert told.severity is Severity.WARNING
    assert told.reason == (
        "By its own record (ledger bot trade 1) the bot still works to open long 43 AVL, and its entry e1 "
        "was cancelled at 10:29:00 UTC with nothing executed: nothing comes of that any more, and the bot "
        "has not taken note."
    )


def test_an_entry_that_rests_is_by_design_however_long_it_does() -> None:
    comparison = _flat(OPENING, orders=[limit("e1", Side.BUY, "43")])
    assert found(comparison) == []
    assert comparison.condition(STUCK_OPENING).state is ConditionState.CLEAR


def test_an_entry_that_a_list_shows_works_whatever_an_older_answer_said() -> None:
    assert found(_flat(OPENING, CANCELLED, orders=[limit("e1", Side.BUY, "43")])) == []


def test_an_entry_of_unknown_fate_is_not_called_ended_and_ends_no_alert() -> None:
    """It is not in the list and could not be asked for: that says nothing of what became of it."""
    comparison = _flat(OPENING)
    assert found(comparison) == []
    assert comparison.condition(STUCK_OPENING).state is ConditionState.UNKNOWN
    working = fact("e1", terminal=False)
    assert found(_flat(OPENING, working)) == []


def test_what_an_ended_entry_has_executed_and_the_bot_has_not_booked_is_told_as_that() -> None:
    assert found(_held(OPENING, fact("e1", "43", executed_at=utc(-60)))) == ["quantity_mismatch"]


def test_what_is_held_comes_first() -> None:
    """A position that is gone, too, is told as that; what is waited for is judged once both sides agree."""
    comparison = _flat(CLOSING, EXIT_GONE)
    assert found(comparison) == ["phantom_position"]
    assert comparison.condition(STUCK_CLOSING).state is ConditionState.UNKNOWN


def test_an_entry_that_ended_in_part_and_is_booked_so_is_waited_for_in_vain() -> None:
    part = row("20", high="43", entries=("e1",), orders=(entry("e1", "43", booked="20"),))
    (told,) = _held(part, fact("e1", "20", status="canceled"), quantity="20").findings
    assert told.kind is Kind.STUCK_OPENING
    assert "with 20 AVL executed, which it has booked" in told.reason


def test_it_is_over_when_the_bot_has_taken_note_and_not_when_its_ledger_cannot_be_read() -> None:
    failed = row("0", state=ExpectationState.FAILED, entries=("e1",))
    once_more = row("0", high="43", state=ExpectationState.OPENING, orders=(entry("e2", "43"),))
    view = merged(reading([]), reading([], second=10))
    assert compared([failed], view).condition(STUCK_OPENING).state is ConditionState.CLEAR
    unread = compared([], view, complete=False)
    assert unread.condition(STUCK_OPENING).state is ConditionState.UNKNOWN
    rests = compared([once_more], merged(reading([], orders=[limit("e2", Side.BUY, "43")])))
    assert rests.condition(STUCK_OPENING).state is ConditionState.CLEAR


def test_an_exit_that_was_cancelled_leaves_a_position_that_nobody_closes() -> None:
    (told,) = _held(CLOSING, EXIT_GONE).findings
    assert told.identity == STUCK_CLOSING
    assert told.severity is Severity.CRITICAL
    assert told.reason == (
        "By its own record (ledger bot trade 1) the bot is closing long 43 AVL, and its exit x1 was "
        "cancelled at 10:29:00 UTC with nothing executed: no exit works, and the exchange holds long 43 AVL; "
        "no stop protects it."
    )


def test_it_is_less_where_a_stop_that_rests_covers_all_that_is_held() -> None:
    guarded = row("43", low="0", state=ExpectationState.CLOSING, stops=("s1",), orders=CLOSING.orders)
    (told,) = _held(guarded, EXIT_GONE, stops=[stop("s1", Side.SELL, "43")]).findings
    assert (told.kind, told.severity) == (Kind.STUCK_CLOSING, Severity.WARNING)


def test_an_exit_that_rests_is_by_design() -> None:
    comparison = _held(CLOSING, orders=[limit("x1", Side.SELL, "43", reduce_only=True)])
    assert found(comparison) == []
    assert comparison.condition(STUCK_CLOSING).state is ConditionState.CLEAR


def test_a_row_that_is_closing_without_an_exit_is_told_by_its_own_word() -> None:
    given_up = row(
        "43", state=ExpectationState.CLOSING, exits=("x1",), orders=(leaving("x1", "43", resting=False),)
    )
    (told,) = _held(given_up).findings
    assert told.kind is Kind.STUCK_CLOSING
    assert "has no exit of it down as being at work" in told.reason


def test_a_ledger_that_does_not_tell_its_orders_says_nothing_of_them() -> None:
    untold = row("43", low="0", state=ExpectationState.CLOSING, exits=("x1",))
    assert found(_held(untold, EXIT_GONE)) == []


def test_a_row_whose_exit_has_executed_and_is_booked_is_not_closed() -> None:
    booked = row("0", state=ExpectationState.CLOSING, orders=(leaving("x1", "43", booked="43"),))
    (told,) = _flat(booked, fact("x1", "-43")).findings
    assert (told.kind, told.severity) == (Kind.STUCK_CLOSING, Severity.WARNING)
    assert told.reason.endswith("nothing is held, and the bot has not taken note.")


@pytest.mark.parametrize("ended", [-600.0, None])
def test_the_bot_has_three_minutes_from_the_end_of_its_order(ended: float | None) -> None:
    """Where the venue does not say when that was, from when it was first seen."""
    settings, gone = ConfirmationSettings(), fact("e1", status="canceled")
    if ended is not None:
        gone = fact("e1", status="canceled", changed_at=utc(ended))
    suspicion, told = None, []
    for second in range(0, 240, 5):
        view = merged(reading([], second=second))
        comparison = compared([OPENING], view, facts=[gone])
        (finding,) = comparison.findings
        firmness = comparison.confidence[finding.identity]
        suspicion, confirmed, _ = judge(suspicion, finding, firmness, settings, now=at(second))
        told += [second] if confirmed else []
    assert told[0] == (5 if ended is not None else settings.stuck / timedelta(seconds=1))


def test_a_bot_whose_entries_are_refused_again_and_again_waits_for_each_anew() -> None:
    settings, suspicion = ConfirmationSettings(), None
    for number, second in enumerate(range(0, 600, 20)):
        name = f"e{number}"
        live = row("0", high="43", state=ExpectationState.OPENING, orders=(entry(name, "43"),))
        comparison = compared(
            [live], merged(reading([], second=second)), facts=[fact(name, status="rejected")]
        )
        (finding,) = comparison.findings
        firmness = comparison.confidence[finding.identity]
        suspicion, confirmed, _ = judge(suspicion, finding, firmness, settings, now=at(second))
        assert not confirmed
